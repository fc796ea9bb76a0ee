"""Statements that are run all day: compiled once, then given to the driver as they are.

SQLAlchemy looks up how a statement compiles, and wraps every result, each time it is run: several times what SQLite
takes for it. Here that is done once for a kind of database, from the same Core statement, with the same types. What
runs now and then is executed as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Delete, Insert, Select, Update
from sqlmodel import Session

Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """A statement for one kind of database: its text, what it is given, and what becomes of a row."""

    dialect: Dialect
    text: str
    given: Convert  # of values by name, what the driver takes
    constants: Mapping[str, Any]  # what the statement itself compares with
    converts: tuple[tuple[str, Convert], ...]
    row: Convert | None
    reads: tuple[tuple[int, Convert], ...]


class Prepared:
    """A Core statement whose parameters have names; `columns`: those that an insert or update sets.

    Raises what SQLAlchemy raises, without what was to be written.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._last: _Compiled | None = None

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """All rows, each with the columns’ names as its attributes."""
        this, cursor = self._run(session.connection(), [values])
        assert this.row is not None
        found = cursor.fetchall()
        if this.reads:
            found = [_read(row, this.reads) for row in found]
        return list(map(this.row, found))

    def one(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """The first row; None where there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def run(self, session: Session, *rows: Mapping[str, Any]) -> None:
        """Write for each of these."""
        self._run(session.connection(), rows)

    def _run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[_Compiled, Any]:
        this = self._last
        if this is None or this.dialect is not connection.dialect:
            this = self._last = _compiled(self._statement, self._columns, connection.dialect)
        if this.constants:
            rows = [{**this.constants, **values} for values in rows]
        if this.converts:
            rows = [{**values, **{name: convert(values[name]) for name, convert in this.converts}} for values in rows]
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(this.text, this.given(rows[0]))
            else:
                cursor.executemany(this.text, list(map(this.given, rows)))
        except this.dialect.loaded_dbapi.Error as error:
            raise _told(connection, this, error) from error
        return this, cursor


def _compiled(statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    names = tuple(compiled.positiontup or compiled.binds)
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
    converts = tuple((name, convert) for name, of in types.items() if (convert := of.bind_processor(dialect)))
    constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    row, reads = None, []
    if isinstance(statement, Select):
        chosen = statement.selected_columns
        row = partial(tuple.__new__, namedtuple("Row", list(chosen.keys())))
        of_columns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in chosen]
        reads = [(place, convert) for place, convert in enumerate(of_columns) if convert]
    given = _in_order(names) if compiled.positional else dict
    return _Compiled(dialect, str(compiled), given, constants, converts, row, tuple(reads))


def _in_order(names: Sequence[str]) -> Convert:
    """Takes values by name and puts them in this order."""
    if len(names) < 2:
        return lambda values: tuple(values[name] for name in names)
    return itemgetter(*names)


def _read(row: Sequence[Any], reads: Iterable[tuple[int, Convert]]) -> list[Any]:
    found = list(row)
    for place, convert in reads:
        found[place] = convert(found[place])
    return found


def without_detail(error: BaseException) -> None:
    """Take out of an error of PostgreSQL’s what it says beyond its first line: there it repeats what was written."""
    if first := getattr(getattr(error, "diag", None), "message_primary", None):
        error.args = (first,)


def _told(connection: Connection, this: _Compiled, error: Any) -> BaseException:
    """An error of the driver as SQLAlchemy tells it. A connection that is lost goes, with the others of the pool."""
    base, driver = this.dialect.loaded_dbapi.Error, connection.connection.driver_connection
    is_lost = this.dialect.is_disconnect(error, driver, None)
    if is_lost:
        connection.invalidate(error)
        connection.engine.dispose(close=False)
    without_detail(error)
    told: BaseException = DBAPIError.instance(this.text, None, error, base, True, is_lost, this.dialect)
    return told
