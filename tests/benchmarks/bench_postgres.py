"""A saved section with one process and with two before one PostgreSQL, and what a save takes of their processors.

Two wrk load it in both cases, so that only the number of processes differs; the server waits for the disk as one does
that people use. With few cores the two, PostgreSQL and the load get in each other’s way: the ratio is judged only where
six cores are free.
"""

import os
import statistics
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests import postgres
from tests.benchmarks.bench_save import save_script
from tests.benchmarks.load import Served, load, server
from tests.benchmarks.save_app import prepare
from tests.benchmarks.table import Row

ROUNDS, SECONDS, CONNECTIONS, LOADS = 5, 3, 16, 2
TIMES, CORES = 1.8, 6  # what two processes save in a second against one, where so many cores are free


class Saves(NamedTuple):
    """Saves a second, and ms of the service’s processor for each."""

    rate: float
    cpu: float


def measure() -> list[Row]:
    """Rows of the table."""
    free = max(0.0, (os.cpu_count() or 1) - os.getloadavg()[0])
    rounds = [[_saves(processes) for processes in (1, 2)] for _ in range(ROUNDS)]
    times = statistics.median(two.rate / one.rate for one, two in rounds)
    rate, cpu = ([statistics.median(pair[side][i] for pair in rounds) for side in (0, 1)] for i in (0, 1))
    cores = f"{free:.0f} of {os.cpu_count()} cores were free"
    return [
        Row(
            "PostgreSQL, two processes, times the saves a second of one",
            f"{times:.2f} ({rate[1]:.0f} of {rate[0]:.0f}; {cores})",
            f"≥ {TIMES} where {CORES} cores are free",
            times >= TIMES if free >= CORES else None,
        ),
        Row(
            "… processor time of a save in the service, with one and with two",
            f"{cpu[0]:.2f} and {cpu[1]:.2f} ms",
            "none set",
            None,
        ),
    ]


def _saves(processes: int) -> Saves:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, url = Path(name), postgres.new_database(durable=True)
        stack.callback(postgres.drop, url)
        ids, token, csrf = prepare(folder, CONNECTIONS, url)
        scripts = [folder / f"save_{number}.lua" for number in range(LOADS)]
        for number, script in enumerate(scripts):
            script.write_text(save_script(ids[number::LOADS], token, csrf), encoding="utf-8")
        factory = "tests.benchmarks.save_app:service"
        running = [stack.enter_context(server(factory, folder, url)) for _ in range(processes)]
        return _loaded(running, scripts)


def _loaded(running: Sequence[Served], scripts: Sequence[Path]) -> Saves:
    each = CONNECTIONS // LOADS
    before = sum(one.cpu for one in running)
    with ThreadPoolExecutor(LOADS) as pool:
        at_once = [
            pool.submit(load, running[number % len(running)], script, SECONDS, each, each)
            for number, script in enumerate(scripts)
        ]
        found = [one.result() for one in at_once]
    taken = sum(one.cpu for one in running) - before
    return Saves(sum(one.rate for one in found), 1000 * taken / sum(one.requests for one in found))


if __name__ == "__main__":
    for row in measure():
        print(row.what, "|", row.figure, "|", row.floor, "|", row.holds)
