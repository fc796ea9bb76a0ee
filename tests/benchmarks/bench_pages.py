"""Start to first page, and what the first page weighs with all that it loads."""

import gzip
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import httpx

from tests.benchmarks.table import Row

STARTS = 5
SECONDS, KILOBYTES, REQUESTS = 2.0, 40.0, 4


def measure() -> list[Row]:
    """Rows of the table."""
    starts, weights = [], []
    for _ in range(STARTS):
        seconds, weight, requests = _first_page()
        starts.append(seconds)
        weights.append(weight)
    return [
        Row(
            "Start to first page",
            f"{statistics.median(starts):.2f} s",
            f"≤ {SECONDS} s",
            statistics.median(starts) <= SECONDS,
        ),
        Row(
            "First page with all it loads, gzipped",
            f"{max(weights):.1f} kB",
            f"≤ {KILOBYTES:.0f} kB",
            max(weights) <= KILOBYTES,
        ),
        Row("… in requests", str(requests), f"≤ {REQUESTS}", requests <= REQUESTS),
    ]


def _first_page() -> tuple[float, float, int]:
    """Seconds from the start of the process to its first page, kB of that page and its parts, number of requests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PLUMBLINE_PORT": str(port),
            "PLUMBLINE_DATABASE_URL": f"sqlite:///{folder}/bench.db",
        }
        began = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            page = _when_up(address, server)
            seconds = time.perf_counter() - began
            parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
            bodies = [page.content, *(httpx.get(address + part).content for part in parts)]
            return seconds, sum(len(gzip.compress(body, 6)) for body in bodies) / 1000, len(bodies)
        finally:
            server.terminate()
            server.wait(10)


def _when_up(address: str, server: subprocess.Popen[bytes]) -> httpx.Response:
    for _ in range(2000):
        try:
            return httpx.get(address + "/").raise_for_status()
        except httpx.TransportError:
            if server.poll() is not None:
                raise RuntimeError("The server ended before its first page.") from None
            time.sleep(0.005)
    raise RuntimeError("The server did not answer.")
