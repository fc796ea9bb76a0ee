"""The engine, and the transaction: the only place that commits.

SQLite is set so that what was acknowledged survives a power cut, and so that a transaction which will write takes the
write lock at its start: a read that turns into a write fails where another writer came between.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

BUSY_TIMEOUT = 5000  # milliseconds that a writer waits for the lock of another process
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
)


class RequestSession(Session):
    """A session that belongs to a transaction, which alone ends it; `write`: whether that may write."""

    def __init__(self, connection: Connection, write: bool) -> None:
        super().__init__(bind=connection, expire_on_commit=False, info={"write": write})
        self._of_transaction = connection

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """The transaction’s; asked for at every statement, so without looking for it anew."""
        return self._of_transaction

    def commit(self) -> NoReturn:
        """Refused: a commit in the middle would split the request’s transaction."""
        raise RuntimeError("Only the request’s transaction commits.")

    def rollback(self) -> NoReturn:
        """Refused: raise an error instead."""
        raise RuntimeError("Only the request’s transaction rolls back; raise an error instead.")


class Database:
    """A database by its URL. `is_embedded`: SQLite, whose transactions run inline; any other's on a pool thread."""

    def __init__(self, url: str | URL) -> None:
        parsed = make_url(url)
        self.is_embedded = parsed.get_backend_name() == "sqlite"
        # An error of the database shall not carry answers into a log.
        self.engine: Engine = create_engine(parsed, hide_parameters=True)
        # Connections between two transactions. The pool would look after each anew: a tenth of what a save takes.
        self._idle: deque[Connection] = deque()
        if self.is_embedded:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # On the pool: an engine with events of its own looks for listeners at every statement.
            event.listen(self.engine.pool, "connect", _set_up_sqlite)

    @contextmanager
    def transaction(self, write: bool) -> Iterator[RequestSession]:
        """A session in a transaction of its own, committed at the end of the block, rolled back by an error."""
        connection = self._idle.pop() if self._idle else self.engine.connect()
        try:
            with connection.begin():
                if self.is_embedded:
                    _driver(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")
                session = RequestSession(connection, write)
                yield session
                if session.in_transaction():  # objects were written, and not statements alone
                    session.flush()
                    session.close()
        except BaseException:
            if connection.invalidated:
                self._let_go()
            connection.close()
            raise
        self._idle.append(connection)

    @contextmanager
    def alteration(self) -> Iterator[RequestSession]:
        """A transaction in which tables may be made anew. Raises sqlite3.IntegrityError, and rolls back,
        where at its end a row refers to none.

        SQLite changes a table by making another and dropping the first, and to drop one is to delete its rows: with
        foreign keys in force, everything that hangs on them would go as well. Within a transaction they cannot be put
        out of force, so it is done before.
        """
        if not self.is_embedded:
            with self.transaction(write=True) as session:
                yield session
            return
        with self.engine.connect() as connection:
            driver = _driver(connection)
            driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin(), RequestSession(connection, write=True) as session:
                    driver.execute("BEGIN IMMEDIATE")
                    yield session
                    session.flush()
                    if lost := driver.execute("PRAGMA foreign_key_check").fetchall():
                        tables = ", ".join(sorted({f"{row[0]} to {row[2]}" for row in lost}))
                        raise sqlite3.IntegrityError(f"Rows refer to none: {tables}.")
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    def answers(self) -> bool:
        """Whether the database can be read at this moment."""
        try:
            with self.transaction(write=False) as session:
                session.connection()
        except (SQLAlchemyError, sqlite3.Error):
            return False
        return True

    def compact(self) -> None:
        """Write the file anew without the pages that nothing stands in any more: what stood there is gone from it."""
        if self.is_embedded:
            with self.engine.connect() as connection:
                driver = _driver(connection)
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of every connection."""
        self._let_go()
        self.engine.dispose()

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().close()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own choice
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
