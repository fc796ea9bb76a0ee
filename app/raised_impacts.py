"""Impacts that an organisation raises: read where scores are made, and changed while the assessment is a draft.

Knows no HTTP. Answers do not need them, so they are read only where somebody wants a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import StaleWrite, WrongState
from app.models import IMPACT_CHANGE
from scoring.answers import Answers, Raised, read_answers


@dataclass(frozen=True)
class RaisedImpacts:
    """Those that hold, by scenario, and how many changes led to them."""

    raised: dict[str, Raised]
    version: int


def raised_impacts(session: Session, assessment: OpenAssessment) -> RaisedImpacts:
    """The impacts of one assessment."""
    mine = IMPACT_CHANGE.c.assessment_id == assessment.id
    rows = session.connection().execute(select(*IMPACT_CHANGE.c).where(mine).order_by(IMPACT_CHANGE.c.version)).all()
    last = {row.scenario: Raised(row.value, row.reason) for row in rows}
    return RaisedImpacts({name: raised for name, raised in last.items() if raised.value}, len(rows))


def with_impacts(session: Session, assessment: OpenAssessment) -> Answers:
    """The answers as they are scored, raised impacts among them."""
    found = raised_impacts(session, assessment).raised
    return read_answers(assessment.questionnaire, assessment.profile, assessment.answers, found)


def raise_impacts(
    session: Session, reader: Reader, assessment: OpenAssessment, wanted: Mapping[str, Raised], based_on: int
) -> None:
    """Set the impacts to exactly these. Raises WrongState after submission, InvalidAnswers for what does not raise, and
    StaleWrite where somebody changed them since version `based_on`."""
    if assessment.state != "draft":
        raise WrongState("This assessment was submitted and cannot be changed any more.")
    read_answers(assessment.questionnaire, {}, {}, wanted)
    now = raised_impacts(session, assessment)
    names = [name for name in {**now.raised, **wanted} if now.raised.get(name) != wanted.get(name)]
    if not names:
        return
    if based_on != now.version:
        raise StaleWrite("Somebody raised impacts since you opened this.", tuple(names))
    stamp = {"assessment_id": assessment.id, "changed_at": datetime.now(UTC), "changed_by": reader.account}
    rows = []
    for place, name in enumerate(names, now.version + 1):
        value, reason = wanted.get(name, Raised(0, ""))
        rows.append(stamp | {"version": place, "scenario": name, "value": value, "reason": reason})
    session.connection().execute(insert(IMPACT_CHANGE), rows)
