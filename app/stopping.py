"""Stopping so that nobody notices: first the process says that it is not ready, then it takes no more requests,
finishes those under way, and closes the database.

The server does all but the first, once it gets the signal; here the signal is taken up before the server has it.
"""

import asyncio
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog

_LATE = 5  # seconds after which a process that should have stopped is ended by the system


@contextmanager
def noticing(begun: Callable[[], None], notice: int, within: int) -> Iterator[None]:
    """On SIGTERM, call `begun`, and hand the signal on to the server `notice` seconds later, a second one at once.

    A thread that does not end would keep the process for ever. So if it is still there a little after the seconds that
    requests have (`within`), the system ends it; what was acknowledged is safe, as after any kill.
    """
    servers = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(servers):
        yield
        return
    hand_on: Callable[[int, FrameType | None], Any] = servers
    loop, has_begun = asyncio.get_running_loop(), False

    def take_up(number: int, frame: FrameType | None) -> None:
        nonlocal has_begun
        if has_begun or not notice:
            hand_on(number, frame)
        else:
            loop.call_soon_threadsafe(loop.call_later, notice, hand_on, number, None)
        if not has_begun:
            has_begun = True
            signal.alarm(math.ceil(notice + within) + _LATE)
            begun()
            loop.call_soon_threadsafe(structlog.get_logger().info, "stopping")

    signal.signal(signal.SIGTERM, take_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, servers)
