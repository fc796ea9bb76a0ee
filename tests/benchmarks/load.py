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
from typing import NamedTuple

FOLDER, URL = "BENCH_FOLDER", "BENCH_URL"  # where a server under load finds its files, and its database
REPORT = """
done = function(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  local rate = summary.requests / summary.duration * 1e6
  local p99 = latency:percentile(99) / 1000
  io.write(string.format("figures %f %f %d %d\\n", rate, p99, failed, summary.requests))
end
"""


class Load(NamedTuple):
    """What wrk saw: requests a second, their p99 in ms, and how many there were."""

    rate: float
    p99: float
    requests: int


class Served(str):
    """The address of a server, which also knows its process."""

    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of the processor that it has taken, its own and the system’s for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(factory: str, folder: Path, url: str = "") -> Iterator[Served]:
    """The application that a factory (`module:function`) makes, served at the address that is given; `url`: of its
    database, where that is not in the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port), "--log-level", "warning"]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    process = subprocess.Popen(command, env=os.environ | {FOLDER: str(folder), URL: url})
    try:
        _wait(port, process)
        address = Served(f"http://127.0.0.1:{port}")
        address.pid = process.pid
        yield address
    finally:
        process.terminate()
        process.wait(10)


def load(url: str, script: Path, seconds: int, connections: int, threads: int = 1) -> Load:
    """Load a server with wrk. Raises RuntimeError if any request failed."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout=30s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"figures (\S+) (\S+) (\d+) (\d+)", said)
    if found is None or int(found[3]):
        raise RuntimeError(f"The load failed: {said}")
    return Load(float(found[1]), float(found[2]), int(found[4]))


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
