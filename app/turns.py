"""Threads of one process that take turns, in the order in which they came.

SQLite lets writers try again and again for its lock: who just had it gets it most often, and another may wait for
seconds. Within a process they need not: each is called when it is its turn.
"""

import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    def take(self, seconds: float) -> bool:
        """Wait for one’s turn; false where it did not come within so many seconds."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=seconds):
            return True
        with self._mutex:
            if called not in self._waiting:  # called at the very last moment
                return True
            self._waiting.remove(called)
            return False

    def leave(self) -> None:
        """End one’s turn."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
