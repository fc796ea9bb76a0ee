"""Failures in a row, by whose they are and where they come from: after some of them, one has to wait, ever longer.

Kept in the database, so that it holds for all processes together; of addresses a digest alone. Knows no HTTP.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from app.models import ATTEMPT

FIRST, LONGEST, FORGOTTEN = timedelta(seconds=15), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Counted:
    """A failure that was counted: whose, as which in a row, when, and when the one before it was."""

    key: str
    number: int
    at: datetime
    before: datetime | None


def wait(session: Session, key: str, free: int) -> timedelta:
    """How long this one has to wait still; so many failures are free, after that the wait doubles with each."""
    row = session.connection().execute(select(*ATTEMPT.c).where(ATTEMPT.c.digest == _digest(key))).one_or_none()
    if row is None or row.failures < free:
        return timedelta(0)
    longer: int = min(row.failures - free, 20)
    due: datetime = row.last_at + min(FIRST * 2**longer, LONGEST)
    return max(due - datetime.now(UTC), timedelta(0))


def failed(session: Session, key: str) -> Counted:
    """One failure more; those of long ago are forgotten."""
    connection, digest, now = session.connection(), _digest(key), datetime.now(UTC)
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.last_at < now - FORGOTTEN))
    this = ATTEMPT.c.digest == digest
    row = connection.execute(select(ATTEMPT.c.failures, ATTEMPT.c.last_at).where(this)).one_or_none()
    if row is None:
        connection.execute(insert(ATTEMPT), {"digest": digest, "failures": 1, "last_at": now})
        return Counted(key, 1, now, None)
    connection.execute(update(ATTEMPT).where(this).values(failures=row.failures + 1, last_at=now))
    return Counted(key, row.failures + 1, now, row.last_at)


def succeeded(session: Session, key: str) -> None:
    """Begin anew."""
    session.connection().execute(delete(ATTEMPT).where(ATTEMPT.c.digest == _digest(key)))


def take_back(session: Session, counted: Counted) -> None:
    """What was counted before it was tried has not failed; the wait is that of before, unless others failed since."""
    _take_back(session, counted, 1)


def take_back_all(session: Session, counted: Counted) -> None:
    """The same, and begin anew. What was counted since stands: it was tried at the same moment, and may fail still."""
    _take_back(session, counted, counted.number)


def _take_back(session: Session, counted: Counted, number: int) -> None:
    connection, this = session.connection(), ATTEMPT.c.digest == _digest(counted.key)
    row = connection.execute(select(ATTEMPT.c.failures, ATTEMPT.c.last_at).where(this)).one_or_none()
    if row is None:
        return
    if row.failures <= number:
        connection.execute(delete(ATTEMPT).where(this))
        return
    last = counted.before if counted.before and row.last_at == counted.at else row.last_at
    connection.execute(update(ATTEMPT).where(this).values(failures=row.failures - number, last_at=last))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
