"""An SQLite database as a file: where it is, and whether one holds, to the last page and row that can be told."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, make_url

from app.database import Database
from app.errors import NotFound, UnsoundFile
from app.keyring import Keyring
from app.keys import new_master_keys
from app.migrations import HEAD, revisions, upgrade

COMPANIONS = ("-wal", "-shm", "-journal")  # what SQLite may keep beside a database, and reads as a part of it
_NAMED = 5  # faults that are named; one is enough to refuse
_Columns = dict[str, set[str]]


@dataclass(frozen=True)
class Contents:
    """What a sound file holds: the revision of its tables, and the number of rows in each."""

    revision: str
    rows: dict[str, int]

    def __str__(self) -> str:
        counted = ", ".join(f"{table}: {count}" for table, count in self.rows.items())
        return f"Tables of revision {self.revision}. {counted}"


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for any other database, and for one that is only in memory."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(parsed.database or "") if is_file else None


def companion(path: Path, suffix: str) -> Path:
    """The file that SQLite keeps beside a database under one of COMPANIONS."""
    return path.with_name(path.name + suffix)


def opened_to_read(path: Path) -> sqlite3.Connection:
    """A connection that leaves nothing beside a file that lies alone; else its log is read, and locks are heeded."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    alone = "&immutable=1" if _is_alone(path) else ""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{alone}", uri=True)


def verify(path: Path, name: object = None) -> Contents:
    """What a file holds. Raises UnsoundFile, with its name, unless it is a whole database of this program, with every
    table and column of a revision that this program knows."""
    try:
        with closing(opened_to_read(path)) as connection:
            _refuse_damage(path, connection)
            tables = _columns(connection)
            revision = _revision(connection, tables)
            counted = {table: _count(connection, table) for table in sorted(tables) if table != "alembic_version"}
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # also an error whose words hold what is no text
        raise UnsoundFile(f"{name or path} is not a database that can be read: {error}.") from error
    except UnsoundFile as error:
        raise UnsoundFile(f"{name or path} {error}") from error
    return Contents(revision, counted)


def _refuse_damage(path: Path, connection: sqlite3.Connection) -> None:
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if _is_alone(path) and path.stat().st_size != pages * size:
        raise UnsoundFile(f"is cut or has something added: {path.stat().st_size} bytes, not {pages * size}.")
    faults = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_NAMED})")]
    if faults != ["ok"]:
        raise UnsoundFile(f"is damaged: {'; '.join(' '.join(fault.split()) for fault in faults)}.")
    if lost := connection.execute("PRAGMA foreign_key_check").fetchmany(_NAMED):
        tables = ", ".join(sorted({f"{row[0]} to {row[2]}" for row in lost}))
        raise UnsoundFile(f"is damaged: rows refer to none, {tables}.")


def _revision(connection: sqlite3.Connection, tables: _Columns) -> str:
    known = "alembic_version" in tables
    marks = [str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")] if known else []
    if len(marks) != 1:
        raise UnsoundFile("is not a database of Plumbline: it does not say which revision its tables have.")
    if marks[0] not in revisions():
        raise UnsoundFile(f"has tables of revision {marks[0]}; this program knows those up to {HEAD}.")
    for table, columns in _made_by(marks[0]).items():
        if missing := columns - tables.get(table, set()):
            raise UnsoundFile(f"lacks a part of revision {marks[0]}: {table} ({', '.join(sorted(missing))}).")
    return marks[0]


def _made_by(revision: str) -> _Columns:
    """The tables and columns that the migrations up to a revision make."""
    empty = Database("sqlite://")
    upgrade(empty, Keyring(new_master_keys()), revision)
    with empty.transaction(write=False) as session:
        tables = inspect(session.connection())
        found = {
            name: {str(column["name"]) for column in tables.get_columns(name)} for name in tables.get_table_names()
        }
    empty.close()
    return found


def _columns(connection: sqlite3.Connection) -> _Columns:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    info = "SELECT name FROM pragma_table_info(?)"
    return {name: {row[0] for row in connection.execute(info, (name,))} for (name,) in names.fetchall()}


def _count(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608  a name of its schema
    return count


def _is_alone(path: Path) -> bool:
    return not any(companion(path, suffix).exists() for suffix in COMPANIONS)
