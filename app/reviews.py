"""Reviews: an auditor takes an assessment up, records levels beside the answers, and signs off or gives it back.

Knows no HTTP. What was answered is never touched. Whoever answered in an assessment does not review it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import StaleWrite, WrongState
from app.models import ASSESSMENT, TRAIL, VERIFIED_LEVEL
from app.places import level_place, return_place
from app.trail import append
from scoring.answers import NOTE_LIMIT, Answer, problems_of
from scoring.errors import InvalidAnswers, Problem
from scoring.questionnaire import Question
from scoring.report import State
from scoring.review import Verified

_CHANGE = update(ASSESSMENT).where(ASSESSMENT.c.id == bindparam("a"))
_CHANGE_LEVEL = update(VERIFIED_LEVEL).where(
    VERIFIED_LEVEL.c.assessment_id == bindparam("a"), VERIFIED_LEVEL.c.question == bindparam("q")
)
_ANSWERED = ("answers", "facts", "impacts")


@dataclass(frozen=True)
class Level:
    """What a reviewer recorded on a question. `is_current`: whether the answer is still the one that was looked at."""

    verified: Verified
    version: int
    is_current: bool


class LevelChange(NamedTuple):
    """A level as a reviewer set it (option empty: none), and the version of it that they saw (0: there was none)."""

    question: str
    option: str
    comment: str
    based_on: int


def levels(session: Session, reader: Reader, assessment: OpenAssessment) -> dict[str, Level]:
    """Everything that was recorded, by question. Raises KeyFailure where a comment does not open."""
    mine = VERIFIED_LEVEL.c.assessment_id == assessment.id
    found = {}
    for row in session.connection().execute(select(*VERIFIED_LEVEL.c).where(mine).order_by(VERIFIED_LEVEL.c.question)):
        comment = reader.cipher.open(row.comment, level_place(assessment.id, row.question))
        is_current = row.answer_version == assessment.versions.get(row.question, 0)
        found[row.question] = Level(Verified(option=row.option, comment=comment), row.version, is_current)
    return found


def verified_levels(session: Session, reader: Reader, assessment: OpenAssessment) -> dict[str, Verified]:
    """What a report may say: of the answers as they stand, those on which a reviewer recorded something."""
    recorded = levels(session, reader, assessment)
    hidden = assessment.checked.hidden
    return {
        question: level.verified
        for question, level in recorded.items()
        if level.is_current and question not in hidden and (level.verified.option or level.verified.comment)
    }


def begin_review(session: Session, reader: Reader, assessment: OpenAssessment) -> None:
    """Take a submitted assessment up. Raises WrongState, also for whoever answered in it."""
    _refuse_unless(assessment, "submitted")
    refuse_own(session, reader, assessment)
    _move(session, reader, assessment, "under_review", {})


def save_levels(session: Session, reader: Reader, assessment: OpenAssessment, changes: Iterable[LevelChange]) -> None:
    """Record levels and comments beside the answers.

    Raises InvalidAnswers, and then nothing is saved. Raises StaleWrite with the questions on which another reviewer
    recorded something since; the others are written by then, and saved if the caller catches it in the transaction.
    """
    _refuse_unless(assessment, "under_review")
    refuse_own(session, reader, assessment)
    recorded, changes = levels(session, reader, assessment), list(changes)
    if problems := [problem for change in changes for problem in level_problems(assessment, change)]:
        raise InvalidAnswers(problems)
    stale, writes = [], []
    for change in changes:
        before = recorded.get(change.question)
        if before and before.is_current and before.verified == Verified(option=change.option, comment=change.comment):
            continue
        if before is None and not change.option and not change.comment:
            continue
        if change.based_on != (before.version if before else 0):
            stale.append(change.question)
        else:
            writes.append(change)
    if writes:
        _write(session, reader, assessment, writes)
    if stale:
        raise StaleWrite("Another reviewer recorded something on these since you opened them.", tuple(stale))


def give_back(session: Session, reader: Reader, assessment: OpenAssessment, because: str) -> None:
    """Open an assessment for correction again, with the reason. Raises WrongState, also for whoever answered in it, and
    InvalidAnswers without a reason."""
    _refuse_unless(assessment, "submitted", "under_review")
    refuse_own(session, reader, assessment)
    if not because or len(because) > NOTE_LIMIT:
        raise InvalidAnswers([Problem("/because", "wrong_reason", "Say in a few sentences what is to be corrected.")])
    kept = {
        "submitted_at": None,
        "submitted_by": None,
        "returned_because": reader.cipher.close(because, return_place(assessment.id)),
    }
    _move(session, reader, assessment, "draft", kept, {"because": because})


def sign_off(session: Session, reader: Reader, assessment: OpenAssessment) -> None:
    """Close the review for good. Raises WrongState."""
    _refuse_unless(assessment, "under_review")
    refuse_own(session, reader, assessment)
    _move(session, reader, assessment, "final", {"final_at": datetime.now(UTC), "final_by": reader.account})


def level_problems(assessment: OpenAssessment, change: LevelChange) -> list[Problem]:
    """What is wrong with one level: a question that is not asked, an option that it has not, a missing note."""
    where = f"/levels/{change.question}"
    question: Question | None = assessment.questionnaire.question.get(change.question)
    if question is None or question.id in assessment.checked.hidden:
        return [Problem(where, "unknown_question", "This is not asked here.")]
    if len(change.comment) > NOTE_LIMIT:
        return [Problem(f"{where}/comment", "long_comment", f"At most {NOTE_LIMIT} characters are kept.")]
    if not change.option:
        return []
    note = assessment.checked.answer(question.id).note or change.comment
    return problems_of(question, Answer(change.option, note), where)


def refuse_own(session: Session, reader: Reader, assessment: OpenAssessment) -> None:
    """Raises WrongState for whoever answered in an assessment, or submitted it: nobody verifies what they said."""
    if is_own(session, reader, assessment):
        raise WrongState("You answered in this assessment, or submitted it. Somebody else has to review it.")


def is_own(session: Session, reader: Reader, assessment: OpenAssessment) -> bool:
    """Whether a reader answered in an assessment, or submitted it, be it before a reviewer gave it back."""
    submitted = (TRAIL.c.action == "state") & TRAIL.c.detail.like('%"to":"submitted"%')
    said = TRAIL.c.action.in_(_ANSWERED) | submitted
    mine = TRAIL.c.chain == assessment.chain.name, TRAIL.c.account == reader.account
    return session.connection().execute(select(TRAIL.c.number).where(*mine, said).limit(1)).first() is not None


def _refuse_unless(assessment: OpenAssessment, *states: State) -> None:
    if assessment.state not in states:
        raise WrongState("The review has moved on since you opened this page.")


def _move(
    session: Session,
    reader: Reader,
    assessment: OpenAssessment,
    to: State,
    values: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
) -> None:
    now = datetime.now(UTC)
    said = {"from": assessment.state, "to": to}
    head = append(session, reader, assessment.chain, "state", said, words, now)
    session.connection().execute(_CHANGE, {"a": assessment.id, "state": to, "changed_at": now} | dict(values) | head)


def _write(session: Session, reader: Reader, assessment: OpenAssessment, changes: list[LevelChange]) -> None:
    connection, now = session.connection(), datetime.now(UTC)
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = []
    for question, option, comment, based_on in changes:
        closed = reader.cipher.close(comment, level_place(assessment.id, question))
        stands: dict[str, Any] = {"version": based_on + 1, "answer_version": assessment.versions.get(question, 0)}
        said.append({"question": question, "option": option} | stands)
        row = {"option": option, "comment": closed} | stands
        if based_on:
            old.append({"a": assessment.id, "q": question} | row)
        else:
            new.append({"assessment_id": assessment.id, "question": question} | row)
    if new:
        connection.execute(insert(VERIFIED_LEVEL), new)
    if old:
        connection.execute(_CHANGE_LEVEL, old)
    comments = {change.question: change.comment for change in changes if change.comment}
    head = append(session, reader, assessment.chain, "levels", {"levels": said}, comments, now)
    connection.execute(_CHANGE, {"a": assessment.id, "changed_at": now} | head)
