"""Management’s answers: what the head of an organisation decided on each action of the report.

Knows no HTTP. Answered once an assessment is submitted, also after its review; what is left open stays open, and the
report says so.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import NotFound, StaleWrite, WrongState
from app.models import ASSESSMENT, MANAGEMENT_ANSWER
from app.places import decision_place, post_place
from app.raised_impacts import with_impacts
from app.trail import append
from scoring.figures import assess
from scoring.recommendations import CALLED_FOR, Lane
from scoring.report import ManagementAnswer
from scoring.result import by_lane

_CHANGE = update(MANAGEMENT_ANSWER).where(
    MANAGEMENT_ANSWER.c.assessment_id == bindparam("a"), MANAGEMENT_ANSWER.c.recommendation == bindparam("r")
)


@dataclass(frozen=True)
class Decided:
    """An answer and its version; 0: nothing was ever answered."""

    answer: ManagementAnswer = field(default_factory=ManagementAnswer)
    version: int = 0


@dataclass(frozen=True)
class Asked:
    """An action that the management is asked to answer: its number in the report and its lane; a measure has none."""

    id: str
    code: str = ""
    lane: Lane | None = None


def asked(session: Session, reader: Reader, assessment: OpenAssessment) -> list[Asked]:
    """The actions that the report calls for, in its order, and the measures."""
    result = assess(assessment.instrument, with_impacts(session, reader, assessment), ["recommendations"])
    ranked = enumerate(by_lane(result.recommendations or ()), 1)
    called = [Asked(r.id, f"A{number}", r.lane) for number, r in ranked if r.lane in CALLED_FOR]
    return called + [Asked(measure.id) for measure in result.measures or ()]


def decided(session: Session, reader: Reader, assessment: OpenAssessment) -> dict[str, Decided]:
    """Every action that was answered, by recommendation. Raises KeyFailure where a text does not open."""
    mine, name = MANAGEMENT_ANSWER.c.assessment_id == assessment.id, assessment.id
    open_ = reader.cipher.open
    return {
        row.recommendation: Decided(
            ManagementAnswer(
                decision=row.decision,
                why=open_(row.why, decision_place(name, row.recommendation)),
                post=open_(row.post, post_place(name, row.recommendation)),
                due=row.due.isoformat() if row.due else "",
                money=row.money,
            ),
            row.version,
        )
        for row in session.connection().execute(select(*MANAGEMENT_ANSWER.c).where(mine))
    }


def management_answers(
    session: Session, reader: Reader, assessment: OpenAssessment
) -> dict[str, ManagementAnswer] | None:
    """What a report prints: None while nobody can answer yet."""
    if assessment.state == "draft":
        return None
    answered = {name: found.answer for name, found in decided(session, reader, assessment).items()}
    return {r.id: answered[r.id] for r in assessment.questionnaire.recommendations if r.id in answered}


def answer_action(
    session: Session,
    reader: Reader,
    assessment: OpenAssessment,
    action: str,
    answer: ManagementAnswer,
    based_on: int,
) -> None:
    """Set the answer to one of the actions that the report asks for.

    Raises WrongState before submission, NotFound for what the report does not ask for, and StaleWrite where somebody
    answered since version `based_on`.
    """
    if assessment.state == "draft":
        raise WrongState("Actions are answered once the assessment is submitted.")
    if action not in [known.id for known in asked(session, reader, assessment)]:
        raise NotFound("The report has no such action.")
    before = decided(session, reader, assessment).get(action, Decided())
    if before.answer == answer:
        return
    if before.version != based_on:
        raise StaleWrite("Somebody answered this action since you opened it.", (action,))
    connection, now, name = session.connection(), datetime.now(UTC), assessment.id
    plain = {"decision": answer.decision, "money": answer.money, "version": based_on + 1}
    row = plain | {
        "why": reader.cipher.close(answer.why, decision_place(name, action)),
        "post": reader.cipher.close(answer.post, post_place(name, action)),
        "due": date.fromisoformat(answer.due) if answer.due else None,
    }
    if based_on:
        connection.execute(_CHANGE, {"a": name, "r": action} | row)
    else:
        connection.execute(insert(MANAGEMENT_ANSWER), {"assessment_id": name, "recommendation": action} | row)
    said = {"action": action, "due": answer.due} | plain
    words = {part: text for part, text in (("why", answer.why), ("post", answer.post)) if text}
    head = append(session, reader, assessment.chain, "management", said, words, now)
    connection.execute(update(ASSESSMENT).where(ASSESSMENT.c.id == name).values(changed_at=now, **head))
