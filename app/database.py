"""The engine, and the transaction: the only place that commits.

A transaction sees one state of the database from its beginning to its end, on SQLite as on PostgreSQL, where it fails
if it would write over what another wrote since (REPEATABLE READ); it is then done again (app/routes/transaction.py).
SQLite is set so that what was acknowledged survives a power cut, and so that a transaction which will write takes the
write lock at its start: a read that turns into a write fails where another writer came between.
"""

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from app.database_trouble import busy_of, is_busy, told_without_detail
from app.errors import Busy
from app.metrics import DATABASE_TROUBLE
from app.turns import Turns

_AFTER = "after commit"
BUSY_TIMEOUT = 5000  # milliseconds that a writer waits for the lock of another process
THREADS = 8  # of a process that are in transactions; each may hold two connections, one to read and one to write
_CONNECTIONS = 2 * THREADS + 4
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is written over, not only given free
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


def _make_private(file: Path) -> None:
    """SQLite’s file for its owner alone; the files that it keeps beside it take that over."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with contextlib.suppress(OSError):  # gone meanwhile, or another’s, who has to see to it
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


class Database:
    """A database by its URL. `is_embedded`: SQLite, whose transactions run inline; any other's on a pool thread."""

    def __init__(self, url: str | URL) -> None:
        parsed = make_url(url)
        self.is_embedded = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"hide_parameters": True}  # an error shall not carry answers into a log
        if not self.is_embedded:
            options |= {"isolation_level": "REPEATABLE READ"}
        if parsed.database != ":memory:" and parsed.database:
            options |= {"pool_size": _CONNECTIONS, "max_overflow": 0}
        self.engine: Engine = create_engine(parsed, **options)
        # Connections between two transactions. The pool would look after each anew: a tenth of what a save takes.
        self._idle: deque[Connection] = deque()
        self._turns, self._of_thread = Turns(), threading.local()
        if not self.is_embedded:
            event.listen(self.engine, "handle_error", told_without_detail)
        else:
            if parsed.database and parsed.database != ":memory:":
                _make_private(Path(parsed.database))
            # On the pool: an engine with events of its own looks for listeners at every statement.
            event.listen(self.engine.pool, "connect", _set_up_sqlite)

    @contextmanager
    def transaction(self, write: bool) -> Iterator[RequestSession]:
        """A session in a transaction of its own, committed at the end of the block, rolled back by an error.

        Raises Busy where it could not be done now, and nothing of it was.
        """
        is_in_turn = write and self.is_embedded
        if is_in_turn and not self._turns.take(BUSY_TIMEOUT / 1000):
            DATABASE_TROUBLE.labels("busy").inc()
            raise Busy("Others write for too long.", again=False)
        try:
            with self._held() as connection:
                if self.is_embedded:
                    _driver(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")
                session = RequestSession(connection, write)
                yield session
                if session.in_transaction():  # objects were written, and not statements alone
                    session.flush()
                    session.close()
        finally:
            if is_in_turn:
                self._turns.leave()
        if write:
            self._of_thread.writes = self.writes + 1
        for then in session.info.get(_AFTER, ()):
            then()

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        """A connection in a transaction; it is kept for the next one, unless something went wrong with this."""
        connection, is_ending = self._connection(), False
        try:
            with connection.begin():
                yield connection
                is_ending = True
        except BaseException as error:
            if connection.invalidated:
                self._let_go()
            connection.close()
            if isinstance(error, OperationalError | sqlite3.OperationalError):
                DATABASE_TROUBLE.labels("busy" if is_busy(error) else "no_answer").inc()
            if busy := busy_of(error, is_ending):
                raise busy from error
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
        for _ in range(2):  # a connection that was kept may have been lost meanwhile: then a new one is tried
            try:
                with self.transaction(write=False) as session:
                    session.connection().execute(text("SELECT 1 FROM alembic_version")).all()
                return True
            except Busy as busy:
                if not busy.again:
                    return False
            except (SQLAlchemyError, sqlite3.Error):
                return False
        return False

    def compact(self) -> None:
        """Write the file anew without the pages that nothing stands in any more: what stood there is gone from it."""
        if self.is_embedded:
            with self.engine.connect() as connection:
                driver = _driver(connection)
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
            driver = _driver(connection)
            busy: int = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """Let go of every connection."""
        self._let_go()
        self.engine.dispose()

    @property
    def writes(self) -> int:
        """How many transactions that write this thread has committed."""
        return getattr(self._of_thread, "writes", 0)

    def _connection(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            return self.engine.connect()
        except (OperationalError, PoolTimeout) as error:
            DATABASE_TROUBLE.labels("no_answer").inc()
            raise Busy("The database does not answer.", again=False) from error

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().close()


def after_commit(session: Session, then: Callable[[], None]) -> None:
    """Have something done once the transaction is committed, and not where it is rolled back."""
    session.info.setdefault(_AFTER, []).append(then)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own choice
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
