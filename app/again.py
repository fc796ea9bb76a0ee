"""A transaction that is done once more where another came between. For what may not be left to the request, which is
not run again as a whole once something of it was committed. Knows no HTTP.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from app.database import Database
from app.errors import Busy

_ATTEMPTS, _PAUSE = 20, 0.005  # as many may want one row at the same moment; the seconds between
Done = TypeVar("Done")


def again(database: Database, do: Callable[[Session], Done]) -> Done:
    """Do it in a transaction that writes, as often as others come between. Raises Busy, and what `do` raises."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return _once(database, do)
        except Busy as busy:
            if not busy.again:
                raise
        time.sleep(random.uniform(0, attempt * _PAUSE))  # noqa: S311
    return _once(database, do)


def _once(database: Database, do: Callable[[Session], Done]) -> Done:
    with database.transaction(write=True) as session:
        return do(session)
