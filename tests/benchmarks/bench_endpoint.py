"""The scoring endpoint under load by wrk, side by side with an endpoint that only validates and replies.

Both run as one uvicorn process with uvloop and httptools, take the same body (120 questions, all answered,
`include: []`), and are measured in turns, so that other load on the machine falls on both.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.benchmarks.generated import answered, generated
from tests.benchmarks.table import Row

ROUNDS, SECONDS, CONNECTIONS = 5, 4, 16
SHARE, TAIL, WHOLE = 0.5, 2.0, 20.0  # of its requests a second; times its p99; ms with everything included
PATH = "/api/v1/score"


def measure() -> list[Row]:
    """Rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "post.lua"
        script.write_text(_lua(_body([])), encoding="utf-8")
        with _server("service", folder) as service, _server("bare", folder) as bare:
            for address in (service, bare):
                _load(address, script, 1)
            rounds = [(_load(service, script, SECONDS), _load(bare, script, SECONDS)) for _ in range(ROUNDS)]
            whole = _one_by_one(service)
    ours, theirs = (statistics.median(pair[side][0] for pair in rounds) for side in (0, 1))
    share = statistics.median(mine[0] / other[0] for mine, other in rounds)
    tail = statistics.median(mine[1] / other[1] for mine, other in rounds)
    p99 = [statistics.median(pair[side][1] for pair in rounds) for side in (0, 1)]
    return [
        Row(
            "Scoring endpoint, share of a bare endpoint’s requests a second",
            f"{share:.2f} ({ours:.0f} of {theirs:.0f})",
            f"≥ {SHARE}",
            share >= SHARE,
        ),
        Row("… its p99, times that one’s", f"{tail:.2f} ({p99[0]:.0f} ms, {p99[1]:.0f} ms)", f"≤ {TAIL}", tail <= TAIL),
        Row("… with everything included, one connection, median", f"{whole:.1f} ms", f"< {WHOLE:.0f} ms", whole < WHOLE),
    ]


def _body(include: list[str] | None) -> bytes:
    questionnaire = generated()
    answers = {
        question: {"option": answer.option, "note": answer.note} if answer.option == "evidenced" else answer.option
        for question, answer in answered(questionnaire).items()
    }
    return json.dumps({"questionnaire": "generated", "answers": answers, "include": include}).encode()


def _lua(body: bytes) -> str:
    return (
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        f"wrk.body = [==[{body.decode()}]==]\n"
        "done = function(summary, latency, requests)\n"
        '  io.write(string.format("figures %f %f %d\\n", summary.requests / summary.duration * 1e6,\n'
        "    latency:percentile(99) / 1000, summary.errors.status + summary.errors.connect + summary.errors.read\n"
        "    + summary.errors.timeout))\n"
        "end\n"
    )


def _load(address: str, script: Path, seconds: int) -> tuple[float, float]:
    """Requests a second, and p99 in ms. Raises RuntimeError if any request failed."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), address + PATH]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, p99, errors = re.search(r"figures (\S+) (\S+) (\d+)", said).groups()  # type: ignore[union-attr]
    if int(errors):
        raise RuntimeError(f"{errors} requests failed.")
    return float(rate), float(p99)


def _one_by_one(address: str) -> float:
    """Median in ms of a call with everything included, one after the other."""
    body, taken = _body(None), []
    with httpx.Client(headers={"Content-Type": "application/json"}) as client:
        for _ in range(60):
            began = time.perf_counter()
            client.post(address + PATH, content=body).raise_for_status()
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken[10:])


@contextmanager
def _server(factory: str, folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", f"tests.benchmarks.endpoint_app:{factory}", "--factory"]
    command += ["--port", str(port), "--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    server = subprocess.Popen(command, env=os.environ | {"BENCH_FOLDER": str(folder)})
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The server did not answer.")


if __name__ == "__main__":
    for row in measure():
        print(row.what, row.figure, row.floor, row.holds)
