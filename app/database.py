"""The engine, and the transaction: the only place that commits.

SQLite is set so that what was acknowledged survives a power cut, and so that a transaction which will write takes the
write lock at its start: a read that turns into a write fails where another writer came between.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from app.metrics import DATABASE_TROUBLE

_AFTER = "after commit"
BUSY_TIMEOUT = 5000  # milliseconds that a writer waits for the lock of another process
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is written over, not only given free
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

    def __init__(self, url: str | URL) -> None:
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
        try:
            with RequestSession(self.engine, expire_on_commit=False, info={"write": write}) as session, session.begin():
                if self.is_embedded:
                    _driver(session).execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield session
        except (OperationalError, sqlite3.OperationalError) as error:
            DATABASE_TROUBLE.labels("busy" if _is_busy(error) else "no_answer").inc()
            raise
        for then in session.info.get(_AFTER, ()):
            then()

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
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with RequestSession(connection, info={"write": True}) as session, session.begin():
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
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def settle(self) -> bool:
        """Bring the write-ahead log into the file, and empty it: what was deleted stands in neither any more.

        False where others were reading all the while: then the log is emptied when this is called again, or at the
        latest when the last connection is closed. Does nothing in a database that is not embedded.
        """
        if not self.is_embedded:
            return True
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            busy: int = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def after_commit(session: Session, then: Callable[[], None]) -> None:
    """Have something done once the transaction is committed, and not where it is rolled back."""
    session.info.setdefault(_AFTER, []).append(then)


def _is_busy(error: OperationalError | sqlite3.OperationalError) -> bool:
    """Whether others held what was wanted: SQLite’s lock, or in another database a row that two wanted at once."""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(cause, "sqlstate", None) in ("40001", "40P01", "55P03")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own choice
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _driver(session: Session) -> sqlite3.Connection:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
