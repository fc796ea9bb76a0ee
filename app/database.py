"""The engine, and the transaction: the only place that commits.

SQLite is set so that what was acknowledged survives a power cut, and so that a transaction which will write takes the
write lock with its first statement: a read that turns into a write fails where another writer came between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event, make_url
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
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writing = self.engine.execution_options(write=True)

    @contextmanager
    def transaction(self, write: bool) -> Iterator[RequestSession]:
        """A session in a transaction of its own, committed at the end of the block, rolled back by an error."""
        engine = self._writing if write else self.engine
        with RequestSession(engine, expire_on_commit=False, info={"write": write}) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")
