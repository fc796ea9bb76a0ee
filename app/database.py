"""The engine, and the transaction: the only place that commits.

SQLite is set so that what was acknowledged survives a power cut, and so that a transaction which will write takes the
write lock at its start: a read that turns into a write fails where another writer came between.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Engine, create_engine, event, make_url
from sqlmodel import Session

BUSY_TIMEOUT = 5000  # milliseconds that a writer waits for the lock of another process
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
)


class RequestSession(Session):
    """A session that belongs to a transaction, which alone ends it."""

    def commit(self) -> NoReturn:
        """Refused: a commit in the middle would split the request’s transaction."""
        raise RuntimeError("Only the request’s transaction commits.")

    def rollback(self) -> NoReturn:
        """Refused: raise an error instead."""
        raise RuntimeError("Only the request’s transaction rolls back; raise an error instead.")


class Database:
    """A database by its URL. `is_embedded`: SQLite, whose transactions run inline; any other's on a pool thread."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_embedded = parsed.get_backend_name() == "sqlite"
        # An error of the database shall not carry answers into a log.
        self.engine: Engine = create_engine(parsed, hide_parameters=True)
        if self.is_embedded:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # On the pool: an engine with events of its own looks for listeners at every statement.
            event.listen(self.engine.pool, "connect", _set_up_sqlite)

    @contextmanager
    def transaction(self, write: bool) -> Iterator[RequestSession]:
        """A session in a transaction of its own, committed at the end of the block, rolled back by an error."""
        with RequestSession(self.engine, expire_on_commit=False, info={"write": write}) as session, session.begin():
            if self.is_embedded:
                _driver(session).execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own choice
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _driver(session: Session) -> sqlite3.Connection:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
