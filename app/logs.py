"""What the log says: one event a line on standard error, as JSON or plain. Knows neither web nor database.

Nothing that people write may stand in it. Databases, drivers and parsers repeat values in the words of their errors, so
an error is told by its kind and by the lines of the program that it came through; its own words are left out, unless
they are known to hold none.
"""

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from app.errors import PlumblineError

Form = Literal["json", "plain"]


def begin(form: Form) -> None:
    """Write everything from now on in this form: our own events, and warnings of whatever library."""
    renderer: Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    _configure(logging.INFO, renderer)
    _lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=()), *_BEFORE, _first_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    root.addHandler(_lines)
    for name in ("uvicorn", "uvicorn.error"):  # whatever ways of its own the server was given
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn.error").addFilter(_told_already)


def end() -> None:
    """As before `begin`: warnings and errors alone, plain."""
    logging.getLogger().removeHandler(_lines)
    logging.getLogger("uvicorn.error").removeFilter(_told_already)
    _configure(logging.WARNING, structlog.dev.ConsoleRenderer(colors=False))


def without_access_lines() -> None:
    """Drop the server’s own lines on requests: the paths that they name hold the tokens of links."""
    logging.getLogger("uvicorn.access").addFilter(_nothing)


def tell_once(error: BaseException) -> None:
    """Mark an error that was logged, so that the server, which it goes on to, does not log it again."""
    error._is_logged = True  # type: ignore[attr-defined]


def described(error: BaseException) -> str:
    """An error and what it came from, the first cause first: kinds and places, and words only where they are safe."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "which led to:"
    yield from (line for entry in traceback.format_tb(error.__traceback__) for line in entry.rstrip().splitlines())
    kind, words = type(error), _words(error)
    yield f"{kind.__module__}.{kind.__qualname__}" + (f": {words}" if words else "")
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield "of which one was:"
            yield from _told(part, seen)


def _words(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None)  # psycopg: its words may hold a whole row, its codes none
    if state:
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        return f"SQLSTATE {state}" + (f", {constraint}" if constraint else "")
    # SQLite names tables and columns, never values; the system names files; our own name keys, files and limits.
    if isinstance(error, OSError | sqlite3.Error) or (isinstance(error, PlumblineError) and error.status >= 500):
        return str(error)
    is_connection = type(error).__module__.partition(".")[0] == "psycopg" and type(error).__name__ == "OperationalError"
    return str(error).partition("\n")[0] if is_connection else ""


def _with_error(_: object, __: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = described(error)
    return event


def _first_line(_: object, __: str, event: EventDict) -> EventDict:
    """Of a library’s line: what follows the first may repeat an error’s words, as asyncio’s lines do."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


class _Lines(logging.Handler):
    """Standard error, as it is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def _told_already(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not getattr(error, "_is_logged", False) and not str(record.msg).startswith("Traceback")


def _nothing(_: logging.LogRecord) -> bool:
    return False


_lines = _Lines()
_BEFORE: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_error,
]


def _configure(level: int, renderer: Processor) -> None:
    def to_standard_error(*_: object) -> structlog.WriteLogger:
        out: TextIO = sys.stderr
        return structlog.WriteLogger(out)

    structlog.configure(
        processors=[*_BEFORE, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=to_standard_error,
        cache_logger_on_first_use=False,
    )


end()  # until a server begins: what a library without any set-up would do
