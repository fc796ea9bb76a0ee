"""Backups of an SQLite database: taken while a server writes, and verified before anything is done with them.

A file is written beside its place, verified, synced, and then put there in one step: whoever looks sees the whole of
it, or what was there before. For PostgreSQL, pg_dump and pg_restore do it.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.database_file import COMPANIONS, Contents, companion, opened_to_read, verify
from app.errors import NotFound, UnsoundFile, WrongState
from app.keyring import Keyring
from app.migrations import migrate

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True)
class Restored:
    """What the database holds now, and where the one that it replaced is, if there was one."""

    contents: Contents
    kept: Path | None


def back_up(database: Path, target: Path, replace: bool = False) -> Contents:
    """Copy the database as it stands at this moment, also while others write to it; only its owner can read the copy.

    Raises NotFound where there is no database, WrongState where the target exists and is not to be replaced, and
    UnsoundFile where the copy does not hold, and so the database does not; then nothing is written.
    """
    if not database.is_file():
        raise NotFound(f"There is no database {database}.")
    if target.exists() and target.samefile(database):
        raise WrongState(f"{target} is the database itself.")
    if target.exists() and not replace:
        raise _taken(target)
    with _beside(target) as made:
        _copy(_opened_to_write(database), made, database)
        contents = verify(made, database)
        _sync(made)
        if not replace:
            _claim(target)
        made.replace(target)
        _sync(target.parent)
    return contents


def restore(source: Path, database: Path, keys: Callable[[Database], Keyring]) -> Restored:
    """Put a backup in the place of the database, migrated to this version; what stood there is kept beside it.

    `keys` gives the keys for it. Raises NotFound, UnsoundFile, KeyFailure where they do not open it, and WrongState
    where somebody has the database open; then it is as it was.
    """
    verify(source)
    if database.exists() and database.samefile(source):
        raise WrongState(f"{source} is the database itself.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with _beside(database) as made:
        _copy(opened_to_read(source), made, source)
        try:
            _migrate(made, keys)
        except (SQLAlchemyError, ValueError, TypeError):  # their words would repeat what stands in the rows
            raise UnsoundFile(f"{source} is damaged: what stands in its rows cannot be read.") from None
        contents = verify(made, source)
        if database.exists():
            before = database.stat()
            os.chown(made, before.st_uid, before.st_gid)  # the server’s account, whoever restores
        _sync(made)
        with _nobody_else(database):
            kept = _set_aside(database)
            made.replace(database)
        _sync(database.parent)
    return Restored(contents, kept)


def _copy(reading: sqlite3.Connection, target: Path, name: Path) -> None:
    """Copy one moment of a database: all pages in one transaction, which in WAL mode holds up no writer."""
    try:
        with closing(reading), closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            _into_one_file(writing)
    except sqlite3.DatabaseError as error:
        raise UnsoundFile(f"{name} cannot be copied: {error}.") from error


def _migrate(path: Path, keys: Callable[[Database], Keyring]) -> None:
    database = Database(URL.create("sqlite", database=str(path)))
    try:
        keyring = keys(database)
        migrate(database, keyring)
        with database.transaction(write=False) as session:
            keyring.check(session.connection())
    finally:
        database.close()
    with closing(sqlite3.connect(path)) as connection:
        _into_one_file(connection)


def _into_one_file(connection: sqlite3.Connection) -> str:
    """Leave the write-ahead log, so that one file is all, and return the mode that holds. A server goes back to it."""
    mode: str = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    return mode


def _opened_to_write(database: Path) -> sqlite3.Connection:
    """A connection to a database that exists, which gives up at once where it would have to wait."""
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new file beside the target that its owner alone can read; removed unless it was moved there."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(descriptor)
    made = Path(name)
    try:
        yield made
    finally:
        for path in (made, *(companion(made, suffix) for suffix in COMPANIONS)):
            path.unlink(missing_ok=True)


@contextmanager
def _nobody_else(database: Path) -> Iterator[None]:
    """Hold the database so that nobody else has it open. Raises WrongState where somebody has.

    Leaving the write-ahead log needs every other connection to be gone, also one that does nothing at the moment.
    """
    if not database.exists():
        yield
        return
    with closing(_opened_to_write(database)) as connection:
        try:
            if _into_one_file(connection) != "delete":
                raise WrongState(f"A server has {database} open. Stop it first.")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise WrongState(f"A server has {database} open. Stop it first.") from error
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:  # that may be why another is wanted
                raise WrongState(f"{database} cannot be locked: {error}.") from error
        yield


def _set_aside(database: Path) -> Path | None:
    """Give the database a second name, with the date, so that not for a moment there is none; return that name."""
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    kept = database.with_name(f"{database.stem}.replaced-{moment}{database.suffix}")
    for suffix in COMPANIONS:  # SQLite would read those of another database into the new one
        if companion(database, suffix).exists():
            companion(database, suffix).rename(companion(kept, suffix))
    if not database.exists():
        return None
    try:
        kept.hardlink_to(database)
    except OSError:  # a file system without second names
        database.rename(kept)
    return kept


def _claim(target: Path) -> None:
    """Take the target’s name, so that what came there meanwhile is not written over."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise _taken(target) from None


def _taken(target: Path) -> WrongState:
    return WrongState(f"{target} exists already. Choose another name, or write over it with --replace.")


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
