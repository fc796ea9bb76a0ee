"""The scoring endpoint under load by wrk, side by side with an endpoint that only validates and replies.

Both run as one process, take the same body (120 questions, all answered, `include: []`), and are measured in turns, so
that other load on the machine falls on both. A round is long enough that the first request of each connection, which
all come at once, are not the slowest hundredth of the slower side.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.benchmarks.generated import answered, generated
from tests.benchmarks.load import REPORT, load, server
from tests.benchmarks.table import Row

ROUNDS, SECONDS, CONNECTIONS, CALLS = 5, 10, 16, 50
SHARE, TAIL, WHOLE = 0.5, 2.0, 20.0  # of its requests a second; times its p99; ms with everything included
PATH = "/api/v1/score"


def measure() -> list[Row]:
    """Rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "score.lua"
        script.write_text(_script(_body([])), encoding="utf-8")
        factory = "tests.benchmarks.endpoint_app"
        with server(f"{factory}:service", folder) as service, server(f"{factory}:bare", folder) as bare:
            for address in (service, bare):
                load(address + PATH, script, 1, CONNECTIONS)
            rounds = [
                [load(address + PATH, script, SECONDS, CONNECTIONS) for address in (service, bare)]
                for _ in range(ROUNDS)
            ]
            whole = _one_by_one(service + PATH)
    share = statistics.median(ours[0] / theirs[0] for ours, theirs in rounds)
    tail = statistics.median(ours[1] / theirs[1] for ours, theirs in rounds)
    rate, p99 = ([statistics.median(pair[side][i] for pair in rounds) for side in (0, 1)] for i in (0, 1))
    return [
        Row(
            "Scoring endpoint, share of a bare endpoint’s requests a second",
            f"{share:.2f} ({rate[0]:.0f} of {rate[1]:.0f})",
            f"≥ {SHARE}",
            share >= SHARE,
        ),
        Row(
            "… its p99, times that one’s",
            f"{tail:.2f} ({p99[0]:.0f} of {p99[1]:.0f} ms)",
            f"≤ {TAIL:.0f}",
            tail <= TAIL,
        ),
        Row("… with everything included, one connection", f"{whole:.1f} ms", f"< {WHOLE:.0f} ms", whole < WHOLE),
    ]


def _body(include: list[str] | None) -> bytes:
    answers = {
        question: {"option": answer.option, "note": answer.note} if answer.option == "evidenced" else answer.option
        for question, answer in answered(generated()).items()
    }
    return json.dumps({"questionnaire": "generated", "answers": answers, "include": include}).encode()


def _script(body: bytes) -> str:
    lines = (
        'wrk.method = "POST"',
        'wrk.headers["Content-Type"] = "application/json"',
        f"wrk.body = [==[{body.decode()}]==]",
    )
    return "\n".join(lines) + REPORT


def _one_by_one(url: str) -> float:
    """Median in ms of a call with everything included, one after the other."""
    body, taken = _body(None), []
    with httpx.Client(headers={"Content-Type": "application/json"}) as client:
        for _ in range(CALLS):
            began = time.perf_counter()
            client.post(url, content=body).raise_for_status()
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


if __name__ == "__main__":
    for row in measure():
        print(row.what, "|", row.figure, "|", row.floor, "|", row.holds)
