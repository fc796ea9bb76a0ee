"""Threads that take turns: in order, one at a time, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from app.turns import Turns


def test_whoever_has_waited_longest_comes_next() -> None:
    turns, came = Turns(), list[int]()
    assert turns.take(1)

    def wait(number: int) -> None:
        assert turns.take(30)
        came.append(number)
        turns.leave()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for waiting, thread in enumerate(threads):
        thread.start()
        while len(turns._waiting) <= waiting:
            time.sleep(0.001)
    turns.leave()
    for thread in threads:
        thread.join()
    assert came == [0, 1, 2, 3, 4]


def test_one_at_a_time_and_nobody_is_left_out() -> None:
    turns, inside = Turns(), list[tuple[float, float]]()

    def work(_: int) -> None:
        for _ in range(50):
            assert turns.take(30)
            began = time.perf_counter()
            time.sleep(0)
            inside.append((began, time.perf_counter()))
            turns.leave()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len(inside) == 300
    assert all(before[1] <= after[0] for before, after in pairwise(inside))


def test_who_waits_too_long_gives_up_and_holds_up_nobody() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.leave()
    assert turns.take(0.01)
