"""Doing a thing once more where another came between. Knows no HTTP."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from app.database import Database
from app.errors import Busy

_PAUSE = 0.005  # seconds between two attempts, more with each
_MANY = 20  # as many may want one row at the same moment
Done = TypeVar("Done")


def again(database: Database, do: Callable[[], Done], attempts: int) -> Done:
    """Do it, as often as others come between, unless something was written for good by then.

    Raises Busy, and what `do` raises.
    """
    written = database.writes
    for attempt in range(1, attempts):
        try:
            return do()
        except Busy as busy:
            if not busy.again or database.writes != written:
                raise
        if not database.is_embedded:
            time.sleep(random.uniform(0, attempt * _PAUSE))  # noqa: S311
    return do()


def transacted(database: Database, do: Callable[[Session], Done]) -> Done:
    """Do it in a transaction of its own that writes, and again as `again` does.

    For what may not be left to the request, which is not run again as a whole once something of it was committed.
    """

    def once() -> Done:
        with database.transaction(write=True) as session:
            return do(session)

    return again(database, once, _MANY)
