"""Starting, saving, submitting: whatever writes an assessment, without losing anybody’s answers.

Knows no HTTP. Takes an assessment that was opened in the same transaction, so that its versions cannot be stale, and
adds what it changes to the assessment’s trail.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from app import organisations
from app.accounts import Reader
from app.assessments import OpenAssessment
from app.catalogue import Catalogue
from app.database import after_commit
from app.errors import StaleWrite, WrongState
from app.metrics import ANSWERS_MET, ANSWERS_SAVED
from app.models import ANSWER, ASSESSMENT, FACT
from app.other_assessments import country_facts
from app.places import answer_place
from app.started_about import FIRST_LINES, StartedAbout, first_lines
from app.statements import Prepared
from app.trail import Chain, append
from scoring.answers import NOTE_LIMIT, Answer, problems_of, read_answers
from scoring.errors import InvalidAnswers, Problem
from scoring.questionnaire import UNANSWERED, Questionnaire

_ADD_ANSWER = Prepared(insert(ANSWER))
_CHANGE_ANSWER = Prepared(
    update(ANSWER).where(ANSWER.c.assessment_id == bindparam("a"), ANSWER.c.question == bindparam("q")),
    columns=("option", "note", "version"),
)
_SAVED = Prepared(
    update(ASSESSMENT).where(ASSESSMENT.c.id == bindparam("a")),
    columns=("changed_at", "trail_number", "trail_seal", "trail_signature"),
)
_CHANGE_FACT = update(FACT).where(FACT.c.assessment_id == bindparam("a"), FACT.c.fact == bindparam("f"))
_CHANGE_ASSESSMENT = update(ASSESSMENT).where(ASSESSMENT.c.id == bindparam("a"))


class Change(NamedTuple):
    """An answer as somebody set it, and the version that they saw (0: there was none)."""

    question: str
    option: str
    note: str
    based_on: int


def start(
    session: Session,
    reader: Reader,
    catalogue: Catalogue,
    agency: str,
    about: StartedAbout,
    version: str | None = None,
    follows: str | None = None,
) -> str:
    """Begin an assessment under the latest version, or the one named; its id cannot be guessed. Raises NotFound.

    The facts of the country that another assessment of the organisation states are copied into it. `follows`: the id
    of the round before it, whose answers are then offered.
    """
    questionnaire = catalogue.instrument(agency, version).questionnaire
    assessment_id, now = secrets.token_urlsafe(16), datetime.now(UTC)
    chain = Chain("assessment", assessment_id)
    text = {"agency": questionnaire.id, "version": questionnaire.version, "hash": questionnaire.hash}
    row = {
        "id": assessment_id,
        "organisation_id": reader.organisation,
        "state": "draft",
        "profile_version": 0,
        "impacts_version": 0,
        "created_at": now,
        "created_by": reader.account,
        "changed_at": now,
        "follows": follows,
    }
    columns = _about_columns(about)
    # In the organisation’s trail without its id, which outlives it: so that one less is there than was begun shows.
    organisations.note(session, reader, "begun", {})
    said = {FIRST_LINES: first_lines(columns)}
    head = append(session, reader, chain, "started", text | {"follows": follows}, said, now)
    session.connection().execute(insert(ASSESSMENT), row | text | head | columns)
    if facts := country_facts(session, reader, questionnaire.profile):
        _write_facts(session, reader, chain, {}, facts, 1)
    return assessment_id


def save_profile(
    session: Session, reader: Reader, assessment: OpenAssessment, facts: Mapping[str, bool], based_on: int
) -> None:
    """Set the facts given, leave the others. Raises StaleWrite if one that differs was changed since `based_on`."""
    refuse_unless_draft(assessment)
    read_answers(assessment.questionnaire, facts, {})
    changed = {fact: holds for fact, holds in facts.items() if assessment.profile.get(fact) is not holds}
    if not changed:
        return
    if based_on != assessment.profile_version:
        raise StaleWrite("Somebody changed the profile since you opened it.", tuple(changed))
    _write_facts(session, reader, assessment.chain, assessment.profile, changed, based_on + 1)


def _write_facts(
    session: Session, reader: Reader, chain: Chain, before: Mapping[str, bool], facts: dict[str, bool], version: int
) -> None:
    connection, now = session.connection(), datetime.now(UTC)
    new = [{"assessment_id": chain.id, "fact": f, "holds": holds} for f, holds in facts.items() if f not in before]
    old = [{"a": chain.id, "f": f, "holds": holds} for f, holds in facts.items() if f in before]
    if new:
        connection.execute(insert(FACT), new)
    if old:
        connection.execute(_CHANGE_FACT, old)
    head = append(session, reader, chain, "facts", {"version": version, "facts": facts}, at=now)
    connection.execute(_CHANGE_ASSESSMENT, {"a": chain.id, "profile_version": version, "changed_at": now} | head)


def save_answers(session: Session, reader: Reader, assessment: OpenAssessment, changes: Iterable[Change]) -> None:
    """Save those of the answers that differ from what is saved, each with its history.

    Raises InvalidAnswers, and then nothing is saved. Raises StaleWrite with the questions that somebody else changed
    since; the others are written by then, and saved if the caller catches the error within the transaction.
    """
    refuse_unless_draft(assessment)
    changes = list(changes)
    problems = [problem for change in changes for problem in _problems(assessment.questionnaire, change)]
    if problems:
        raise InvalidAnswers(problems)
    changed = [c for c in changes if assessment.answers.get(c.question, _NONE) != (c.option, c.note)]
    stale = tuple(c.question for c in changed if c.based_on != assessment.versions.get(c.question, 0))
    writes = {c.question: c for c in changed if c.question not in stale}
    if writes:
        _write_answers(session, reader, assessment.chain, list(writes.values()))
        after_commit(session, partial(ANSWERS_SAVED.inc, len(writes)))
    if stale:
        ANSWERS_MET.inc(len(stale))
        raise StaleWrite("Somebody changed these answers since you opened them.", stale)


def submit(session: Session, reader: Reader, assessment: OpenAssessment, declaration: bool) -> None:
    """Close the assessment, unless a reviewer gives it back.

    Raises WrongState, and InvalidAnswers with everything that is still missing.
    """
    refuse_unless_draft(assessment)
    if assessment.questionnaire.draft:
        raise WrongState("This questionnaire is a draft. An assessment can be submitted once it is released.")
    checked = assessment.checked
    problems = [Problem(f"/profile/{fact}", "missing_fact", "Answer yes or no.") for fact in checked.missing_facts]
    missing = "Choose an answer; “don’t know” is one."
    problems += [Problem(f"/answers/{q.id}", "missing_answer", missing) for q in checked.unanswered]
    if not declaration:
        problems.append(Problem("/declaration", "missing_declaration", "Confirm the declaration."))
    if problems:
        raise InvalidAnswers(problems)
    now = datetime.now(UTC)
    head = append(session, reader, assessment.chain, "state", {"from": "draft", "to": "submitted"}, at=now)
    done = {"state": "submitted", "submitted_at": now, "submitted_by": reader.account, "returned_because": ""}
    session.connection().execute(_CHANGE_ASSESSMENT, {"a": assessment.id, "changed_at": now} | done | head)


_NONE = Answer(UNANSWERED)


def _write_answers(session: Session, reader: Reader, chain: Chain, changes: list[Change]) -> None:
    now = datetime.now(UTC)
    new, old, said = [], [], []
    for question, option, note, based_on in changes:
        closed, version = reader.cipher.close(note, answer_place(chain.id, question)), based_on + 1
        said.append({"question": question, "option": option, "version": version})
        if based_on:
            old.append({"a": chain.id, "q": question, "option": option, "note": closed, "version": version})
        else:
            key = {"assessment_id": chain.id, "question": question}
            new.append(key | {"option": option, "note": closed, "version": version})
    if new:
        _ADD_ANSWER.run(session, *new)
    if old:
        _CHANGE_ANSWER.run(session, *old)
    notes = {change.question: change.note for change in changes if change.note}
    head = append(session, reader, chain, "answers", {"answers": said}, notes, now)
    _SAVED.run(session, {"a": chain.id, "changed_at": now} | head)


def _problems(questionnaire: Questionnaire, change: Change) -> list[Problem]:
    if change.option in questionnaire.needs_no_note.get(change.question, ()) and len(change.note) <= NOTE_LIMIT:
        return []
    question, where = questionnaire.question.get(change.question), f"/answers/{change.question}"
    if question is None:
        return [Problem(where, "unknown_question", f"This questionnaire has no question “{change.question}”.")]
    return problems_of(question, Answer(change.option, change.note), where)


def refuse_unless_draft(assessment: OpenAssessment) -> None:
    """Raises WrongState for an assessment that was submitted."""
    if assessment.state != "draft":
        raise WrongState("This assessment was submitted and cannot be changed any more.")


def _about_columns(about: StartedAbout) -> dict[str, Any]:
    fields = about.model_dump()
    return {"about_organisation": fields.pop("organisation"), **fields}
