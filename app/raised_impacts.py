"""Impacts that an organisation raises: read where scores are made, and changed while the assessment is a draft.

Knows no HTTP. Answers do not need them, so they are read only where somebody wants a score.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import StaleWrite
from app.models import ASSESSMENT, RAISED_IMPACT
from app.places import impact_place
from app.saving import refuse_unless_draft
from app.trail import append
from scoring.answers import Answers, Raised, read_answers


def raised_impacts(session: Session, reader: Reader, assessment: OpenAssessment) -> dict[str, Raised]:
    """Those of one assessment, by scenario. Raises KeyFailure where a reason cannot be decrypted."""
    mine = RAISED_IMPACT.c.assessment_id == assessment.id
    rows = session.connection().execute(select(*RAISED_IMPACT.c).where(mine).order_by(RAISED_IMPACT.c.scenario))
    reason = reader.cipher.open
    return {
        row.scenario: Raised(row.value, reason(row.reason, impact_place(assessment.id, row.scenario))) for row in rows
    }


def with_impacts(session: Session, reader: Reader, assessment: OpenAssessment) -> Answers:
    """The answers as they are scored, raised impacts among them."""
    found = raised_impacts(session, reader, assessment)
    return read_answers(assessment.questionnaire, assessment.profile, assessment.answers, found)


def raise_impacts(
    session: Session, reader: Reader, assessment: OpenAssessment, wanted: Mapping[str, Raised], based_on: int
) -> None:
    """Set the impacts to exactly these. Raises WrongState after submission, InvalidAnswers for what does not raise, and
    StaleWrite where somebody changed them since version `based_on`."""
    refuse_unless_draft(assessment)
    read_answers(assessment.questionnaire, {}, {}, wanted)
    raised = raised_impacts(session, reader, assessment)
    names = [name for name in {**raised, **wanted} if raised.get(name) != wanted.get(name)]
    if not names:
        return
    if based_on != assessment.impacts_version:
        raise StaleWrite("Somebody raised impacts since you opened this.", tuple(names))
    connection, now, version = session.connection(), datetime.now(UTC), based_on + 1
    mine = RAISED_IMPACT.c.assessment_id == assessment.id
    connection.execute(delete(RAISED_IMPACT).where(mine, RAISED_IMPACT.c.scenario.in_(names)))
    rows = [
        {
            "assessment_id": assessment.id,
            "scenario": name,
            "value": wanted[name].value,
            "reason": reader.cipher.close(wanted[name].reason, impact_place(assessment.id, name)),
        }
        for name in names
        if name in wanted
    ]
    if rows:
        connection.execute(insert(RAISED_IMPACT), rows)
    values = {name: wanted[name].value if name in wanted else None for name in names}
    reasons = {name: wanted[name].reason for name in names if name in wanted}
    said = {"version": version, "impacts": values}
    head = append(session, reader, assessment.chain, "impacts", said, reasons, now)
    change = update(ASSESSMENT).where(ASSESSMENT.c.id == assessment.id)
    connection.execute(change.values(impacts_version=version, changed_at=now, **head))
