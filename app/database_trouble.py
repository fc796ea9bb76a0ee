"""What an error of the database says: that others came between, that it does not answer, or something of its own."""

import sqlite3

from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

from app.errors import Busy

_CAME_BETWEEN = {"40001", "40P01", "23505"}  # serialization failure, deadlock, two made the same
_MADE_TWICE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def busy_of(error: BaseException, is_ending: bool) -> Busy | None:
    """What an error says of the moment and not of what was to be done; None where it says nothing of it."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if getattr(cause, "sqlstate", "") in _CAME_BETWEEN or getattr(cause, "sqlite_errorname", "") in _MADE_TWICE:
        return Busy("Others changed the same at once.", again=True)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Busy("The database does not answer.", again=not is_ending)  # at the end it may have been done
    if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return Busy("Others write for too long.", again=False)
    return None


def is_busy(error: OperationalError | sqlite3.OperationalError) -> bool:
    """Whether others held what was wanted: SQLite’s lock, or in another database a row that two wanted at once."""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(cause, "sqlstate", None) in ("40001", "40P01", "55P03")


def without_detail(error: BaseException) -> None:
    """Take out of an error of PostgreSQL’s what it says beyond its first line: there it repeats what was written."""
    if first := getattr(getattr(error, "diag", None), "message_primary", None):
        error.args = (first,)


def told_without_detail(context: ExceptionContext) -> None:
    """The same for what SQLAlchemy makes of it."""
    without_detail(context.original_exception)
    if context.sqlalchemy_exception and context.original_exception.args:
        context.sqlalchemy_exception.args = context.original_exception.args
