"""What the organisation’s other assessments say already: offered, never taken over unseen; each keeps its own.

Facts of the country are copied into an assessment when it starts. An answer to a question that several agencies share
is offered where it is not answered yet, and does not count before somebody confirms it. Knows no HTTP.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from app.accounts import Reader
from app.models import ANSWER, ASSESSMENT, FACT
from app.places import answer_place
from scoring.answers import Answer
from scoring.questionnaire import RESERVED, ProfileFact, Question

_FACTS = (
    select(FACT.c.fact, FACT.c.holds)
    .join_from(FACT, ASSESSMENT)
    .where(ASSESSMENT.c.organisation_id == bindparam("org"), FACT.c.fact.in_(bindparam("facts", expanding=True)))
    .order_by(ASSESSMENT.c.changed_at)
)
_ORIGIN = ASSESSMENT.c.agency, ASSESSMENT.c.changed_at
_ANSWERS = (
    select(*(ANSWER.c[name] for name in ("assessment_id", "question", "option", "note")), *_ORIGIN)
    .join_from(ANSWER, ASSESSMENT)
    .where(
        ASSESSMENT.c.organisation_id == bindparam("org"),
        or_(ASSESSMENT.c.agency != bindparam("agency"), ASSESSMENT.c.id == bindparam("follows")),
        ANSWER.c.question.in_(bindparam("questions", expanding=True)),
        ANSWER.c.option.not_in(RESERVED),
    )
    .order_by(ASSESSMENT.c.changed_at)
)


class Offered(NamedTuple):
    """An answer that the organisation gave elsewhere: as which agency, and when that assessment last changed."""

    answer: Answer
    agency: str
    changed_at: datetime


def country_facts(session: Session, reader: Reader, profile: Collection[ProfileFact]) -> dict[str, bool]:
    """Of the facts of the country among these, those that an assessment of the organisation states; the last one’s."""
    names = [fact.id for fact in profile if fact.country]
    if not names:
        return {}
    rows = session.connection().execute(_FACTS, {"org": reader.organisation, "facts": names})
    return {row.fact: row.holds for row in rows}


def offered_answers(
    session: Session,
    reader: Reader,
    agency: str,
    questions: Collection[Question],
    answers: Mapping[str, Answer],
    follows: str | None = None,
) -> dict[str, Offered]:
    """For those of the questions that have no answer here, the last one given as another kind of agency, or in the
    round before this one."""
    asked = {question.id: question for question in questions if question.id not in answers}
    if not asked:
        return {}
    values = {"org": reader.organisation, "agency": agency, "questions": list(asked), "follows": follows}
    last = {
        row.question: row
        for row in session.connection().execute(_ANSWERS, values)
        if row.option in asked[row.question].level_of
    }
    found = {}
    for question, row in last.items():
        note = reader.cipher.open(row.note, answer_place(row.assessment_id, question))
        found[question] = Offered(Answer(row.option, note), row.agency, row.changed_at)
    return found
