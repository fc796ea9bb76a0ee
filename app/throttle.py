"""Failures in a row, by whose they are and where they come from: after some of them, one has to wait, ever longer.

Kept in the database, so that it holds for all processes together; of addresses a digest alone. Knows no HTTP.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from app.models import ATTEMPT

FIRST, LONGEST, FORGOTTEN = timedelta(seconds=15), timedelta(hours=1), timedelta(days=1)


def wait(session: Session, key: str, free: int) -> timedelta:
    """How long this one has to wait still; so many failures are free, after that the wait doubles with each."""
    row = session.connection().execute(select(*ATTEMPT.c).where(ATTEMPT.c.digest == _digest(key))).one_or_none()
    if row is None or row.failures < free:
        return timedelta(0)
    longer: int = min(row.failures - free, 20)
    due: datetime = row.last_at + min(FIRST * 2**longer, LONGEST)
    return max(due - datetime.now(UTC), timedelta(0))


def failed(session: Session, key: str) -> None:
    """One failure more; those of long ago are forgotten."""
    connection, digest, now = session.connection(), _digest(key), datetime.now(UTC)
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.last_at < now - FORGOTTEN))
    this = update(ATTEMPT).where(ATTEMPT.c.digest == digest)
    if not connection.execute(this.values(failures=ATTEMPT.c.failures + 1, last_at=now)).rowcount:
        connection.execute(insert(ATTEMPT), {"digest": digest, "failures": 1, "last_at": now})


def succeeded(session: Session, key: str) -> None:
    """Begin anew."""
    session.connection().execute(delete(ATTEMPT).where(ATTEMPT.c.digest == _digest(key)))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
