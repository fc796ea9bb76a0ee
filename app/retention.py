"""How long assessments are kept, and deleting them: for good, leaving a record that something was deleted, not what.

Knows no HTTP. A period counts from the submission, of a draft from its last change. What is deleted goes with its
answers, notes, plans, reviews and its whole trail, which holds the answers too; in the organisation’s trail one entry
stays: that an assessment was deleted, when, by whom and why. Backups are out of reach.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy import delete, select, update
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import Summary, listed
from app.database import Database
from app.errors import NotFound, WrongState
from app.keyring import Keyring
from app.models import ASSESSMENT, ORGANISATION, TRAIL
from app.organisations import acting, note
from app.trail import Chain

LONGEST = 600  # months
WARNED = timedelta(days=90)  # before an assessment is deleted lists say so
Because = Literal["asked", "retention"]


class Dated(Protocol):
    """What is needed of an assessment to tell when it goes."""

    @property
    def submitted_at(self) -> datetime | None:
        """When it was submitted."""

    @property
    def changed_at(self) -> datetime:
        """When it was last changed."""


def months_of(session: Session, organisation: str) -> int | None:
    """For how many months an organisation keeps its assessments; None: until somebody deletes them."""
    found = select(ORGANISATION.c.retention_months).where(ORGANISATION.c.id == organisation)
    months: int | None = session.connection().execute(found).scalar_one()
    return months


def deleted_on(assessment: Dated, months: int | None) -> date | None:
    """The day from which on an assessment is deleted; None where it is kept until somebody deletes it."""
    if months is None:
        return None
    since = (assessment.submitted_at or assessment.changed_at).astimezone(UTC).date()
    years, month = divmod(since.month - 1 + months, 12)
    year = min(since.year + years, date.max.year)
    return date(year, month + 1, min(since.day, calendar.monthrange(year, month + 1)[1]))


def soon_deleted(session: Session, reader: Reader, assessments: list[Summary]) -> dict[str, date]:
    """Those that will be deleted within the time of warning, and when, by id."""
    months = months_of(session, reader.organisation)
    days = {assessment.id: deleted_on(assessment, months) for assessment in assessments}
    last = datetime.now(UTC).date() + WARNED
    return {name: day for name, day in days.items() if day and day <= last}


def over(session: Session, reader: Reader, months: int | None) -> int:
    """How many assessments of an organisation would be over their time with such a period."""
    return sum(_is_over(assessment, months, _today()) for assessment in listed(session, reader))


def keep_for(session: Session, reader: Reader, months: int | None, confirmed: bool = False) -> None:
    """Set the period; the change is in the organisation’s trail. Raises WrongState where assessments would go at once
    and nobody confirmed that they may."""
    if months == months_of(session, reader.organisation):
        return
    if not confirmed and over(session, reader, months):
        raise WrongState("Some assessments are older than this and would be deleted. Confirm that they may be.")
    this = update(ORGANISATION).where(ORGANISATION.c.id == reader.organisation)
    session.connection().execute(this.values(retention_months=months))
    note(session, reader, "retention", {"months": months})


def to_delete(session: Session, reader: Reader, assessment_id: str) -> Summary:
    """An assessment that may be deleted, also where the text that it was answered under is gone. Raises NotFound."""
    for assessment in listed(session, reader):
        if assessment.id == assessment_id:
            return assessment
    raise NotFound("There is no such assessment.")


def delete_assessment(session: Session, reader: Reader, assessment_id: str, because: Because = "asked") -> None:
    """Delete an assessment in whatever state it is, with everything that hangs on it. Raises NotFound.

    The round after it follows none from then on. Once the transaction is committed, `Database.settle` takes what was
    deleted out of the write-ahead log.
    """
    connection, this = session.connection(), ASSESSMENT.c.id == assessment_id
    mine = select(ASSESSMENT.c.id).where(this, ASSESSMENT.c.organisation_id == reader.organisation).with_for_update()
    if connection.execute(mine).one_or_none() is None:
        raise NotFound("There is no such assessment.")
    connection.execute(update(ASSESSMENT).where(ASSESSMENT.c.follows == assessment_id).values(follows=None))
    connection.execute(delete(TRAIL).where(TRAIL.c.chain == Chain("assessment", assessment_id).name))
    connection.execute(delete(ASSESSMENT).where(this))
    note(session, reader, "deleted", {"because": because})


def delete_expired(database: Database, keyring: Keyring, today: date | None = None) -> int:
    """Delete every assessment whose time is over, each in a transaction of its own; how many."""
    count = 0
    for organisation, assessment in _expired(database, keyring, today or _today()):
        with database.transaction(write=True) as session:
            try:
                delete_assessment(session, acting(session, keyring, organisation, ""), assessment, "retention")
            except NotFound:
                continue  # somebody else was faster
        count += 1
    database.settle()
    return count


def _expired(database: Database, keyring: Keyring, today: date) -> Iterator[tuple[str, str]]:
    with database.transaction(write=False) as session:
        kept = select(ORGANISATION.c.id, ORGANISATION.c.retention_months).where(
            ORGANISATION.c.retention_months.is_not(None)
        )
        found = [
            (row.id, assessment.id)
            for row in session.connection().execute(kept).all()
            for assessment in listed(session, acting(session, keyring, row.id, ""))
            if _is_over(assessment, row.retention_months, today)
        ]
    yield from found


def _is_over(assessment: Dated, months: int | None, today: date) -> bool:
    day = deleted_on(assessment, months)
    return day is not None and day <= today


def _today() -> date:
    return datetime.now(UTC).date()
