"""A uvicorn process with uvloop and httptools, and wrk to load it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "BENCH_FOLDER"  # where a server under load finds its files
REPORT = """
done = function(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  local rate = summary.requests / summary.duration * 1e6
  io.write(string.format("figures %f %f %d\\n", rate, latency:percentile(99) / 1000, failed))
end
"""


@contextmanager
def server(factory: str, folder: Path) -> Iterator[str]:
    """The application that a factory (`module:function`) makes, served at the address that is given."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port), "--log-level", "warning"]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    process = subprocess.Popen(command, env=os.environ | {FOLDER: str(folder)})
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def load(url: str, script: Path, seconds: int, connections: int, threads: int = 1) -> tuple[float, float]:
    """Requests a second, and p99 in ms. Raises RuntimeError if any request failed."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout=30s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"figures (\S+) (\S+) (\d+)", said)
    if found is None or int(found[3]):
        raise RuntimeError(f"The load failed: {said}")
    return float(found[1]), float(found[2])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The server did not answer.")
