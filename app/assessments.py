"""Assessments: starting one, the one guarded way to it, saving without losing anybody’s answers, submitting.

Knows no HTTP. Answers are the record; what applies and every score are worked out from them on each request.
Whatever writes takes an assessment that was opened in the same transaction, so that its versions cannot be stale.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from gettext import NullTranslations
from typing import Any, Literal, NamedTuple

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlmodel import Session

from app.accounts import Reader
from app.catalogue import Catalogue
from app.errors import NotFound, StaleWrite, WrongState
from app.models import ANSWER, ANSWER_CHANGE, ASSESSMENT, FACT, FACT_CHANGE
from app.other_assessments import country_facts
from app.started_about import ScopeKind as ScopeKind
from app.started_about import StartedAbout as StartedAbout
from scoring.answers import Answer, Answers, Raised, problems_of, read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers, Problem
from scoring.questionnaire import UNANSWERED, Questionnaire
from scoring.report import About, Report, make_report

State = Literal["draft", "submitted"]

_ONE = select(*ASSESSMENT.c).where(ASSESSMENT.c.id == bindparam("id"), ASSESSMENT.c.organisation_id == bindparam("org"))
_ONE_TO_WRITE = _ONE.with_for_update()
_LISTED = (
    select(*ASSESSMENT.c)
    .where(ASSESSMENT.c.organisation_id == bindparam("org"))
    .order_by(ASSESSMENT.c.changed_at.desc())
)
_FACTS = select(FACT.c.fact, FACT.c.holds).where(FACT.c.assessment_id == bindparam("id"))
_ANSWERS = select(ANSWER.c.question, ANSWER.c.option, ANSWER.c.note, ANSWER.c.version).where(
    ANSWER.c.assessment_id == bindparam("id")
)
_CHANGE_ANSWER = update(ANSWER).where(ANSWER.c.assessment_id == bindparam("a"), ANSWER.c.question == bindparam("q"))
_CHANGE_FACT = update(FACT).where(FACT.c.assessment_id == bindparam("a"), FACT.c.fact == bindparam("f"))
_CHANGE_ASSESSMENT = update(ASSESSMENT).where(ASSESSMENT.c.id == bindparam("a"))


class Change(NamedTuple):
    """An answer as somebody set it, and the version that they saw (0: there was none)."""

    question: str
    option: str
    note: str
    based_on: int


@dataclass(frozen=True)
class Summary:
    """An assessment in a list."""

    id: str
    agency: str
    version: str
    state: State
    started_about: StartedAbout
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    follows: str | None


@dataclass(frozen=True)
class OpenAssessment(Summary):
    """An assessment as it stands, for a reader who may see it.

    `answers` holds what was answered, also to questions that the profile hides; `versions` has a version for every
    question that was ever saved, that of the others is 0; `profile_version` is that of the profile as a whole.
    """

    instrument: Instrument
    profile: dict[str, bool]
    profile_version: int
    answers: dict[str, Answer]
    versions: dict[str, int]

    @property
    def questionnaire(self) -> Questionnaire:
        """The text that it is answered under."""
        return self.instrument.questionnaire

    @cached_property
    def checked(self) -> Answers:
        """The profile and the answers against the questionnaire: what is asked, hidden, unanswered."""
        return read_answers(self.questionnaire, self.profile, self.answers)

    def about(self, words: NullTranslations | None = None) -> About:
        """The lines that a report prints; the date is that of the submission, before it that of the last change."""
        return self.started_about.lines(self.submitted_at or self.changed_at, words or NullTranslations())


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
    row = {
        "id": assessment_id,
        "organisation_id": reader.organisation,
        "agency": questionnaire.id,
        "version": questionnaire.version,
        "hash": questionnaire.hash,
        "state": "draft",
        "profile_version": 0,
        "created_at": now,
        "created_by": reader.account,
        "changed_at": now,
        "follows": follows,
    }
    session.connection().execute(insert(ASSESSMENT), row | _about_columns(about))
    if facts := country_facts(session, reader, questionnaire.profile):
        _write_facts(session, reader, assessment_id, {}, facts, 1)
    return assessment_id


def listed(session: Session, reader: Reader) -> list[Summary]:
    """The assessments of the reader’s organisation, the last changed first."""
    rows = session.connection().execute(_LISTED, {"org": reader.organisation})
    return [Summary(**_summary(row)) for row in rows.mappings()]


def opened(session: Session, reader: Reader, catalogue: Catalogue, assessment_id: str) -> OpenAssessment:
    """The one way to an assessment, locked against other writers where the transaction writes.

    Raises NotFound for a foreign one as for none, and WrongState where the text it was begun under is gone: a
    release stays for ever, a draft may change.
    """
    connection = session.connection()
    find = _ONE_TO_WRITE if session.info.get("write") else _ONE
    row = connection.execute(find, {"id": assessment_id, "org": reader.organisation}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such assessment.")
    instrument = catalogue.instruments.get(row["agency"], {}).get(row["version"])
    if instrument is None or instrument.questionnaire.hash != row["hash"]:
        version = f"{row['agency']} {row['version']}"
        raise WrongState(f"The questionnaire “{version}” has changed since this assessment was begun. Begin a new one.")
    facts = connection.execute(_FACTS, {"id": assessment_id}).all() if row["profile_version"] else ()
    answers, versions = {}, {}
    for question, option, note, version in connection.execute(_ANSWERS, {"id": assessment_id}):
        versions[question] = version
        if option != UNANSWERED or note:
            answers[question] = Answer(option, note)
    return OpenAssessment(
        **_summary(row),
        instrument=instrument,
        profile={row.fact: row.holds for row in facts},
        profile_version=row["profile_version"],
        answers=answers,
        versions=versions,
    )


def save_profile(
    session: Session, reader: Reader, assessment: OpenAssessment, facts: Mapping[str, bool], based_on: int
) -> None:
    """Set the facts given, leave the others. Raises StaleWrite if one that differs was changed since `based_on`."""
    _refuse_unless_draft(assessment)
    read_answers(assessment.questionnaire, facts, {})
    changed = {fact: holds for fact, holds in facts.items() if assessment.profile.get(fact) is not holds}
    if not changed:
        return
    if based_on != assessment.profile_version:
        raise StaleWrite("Somebody changed the profile since you opened it.", tuple(changed))
    _write_facts(session, reader, assessment.id, assessment.profile, changed, based_on + 1)


def _write_facts(
    session: Session,
    reader: Reader,
    assessment_id: str,
    before: Mapping[str, bool],
    facts: dict[str, bool],
    version: int,
) -> None:
    connection, now, key = session.connection(), datetime.now(UTC), {"assessment_id": assessment_id}
    new = [key | {"fact": f, "holds": holds} for f, holds in facts.items() if f not in before]
    old = [{"a": assessment_id, "f": f, "holds": holds} for f, holds in facts.items() if f in before]
    stamp = key | {"version": version, "changed_at": now, "changed_by": reader.account}
    if new:
        connection.execute(insert(FACT), new)
    if old:
        connection.execute(_CHANGE_FACT, old)
    connection.execute(insert(FACT_CHANGE), [stamp | {"fact": f, "holds": holds} for f, holds in facts.items()])
    connection.execute(_CHANGE_ASSESSMENT, {"a": assessment_id, "profile_version": version, "changed_at": now})


def save_answers(session: Session, reader: Reader, assessment: OpenAssessment, changes: Iterable[Change]) -> None:
    """Save those of the answers that differ from what is saved, each with its history.

    Raises InvalidAnswers, and then nothing is saved. Raises StaleWrite with the questions that somebody else changed
    since; the others are written by then, and saved if the caller catches the error within the transaction.
    """
    _refuse_unless_draft(assessment)
    changes = list(changes)
    problems = [problem for change in changes for problem in _problems(assessment.questionnaire, change)]
    if problems:
        raise InvalidAnswers(problems)
    changed = [c for c in changes if assessment.answers.get(c.question, _NONE) != (c.option, c.note)]
    stale = tuple(c.question for c in changed if c.based_on != assessment.versions.get(c.question, 0))
    writes = {c.question: c for c in changed if c.question not in stale}
    if writes:
        _write_answers(session, reader, assessment.id, list(writes.values()))
    if stale:
        raise StaleWrite("Somebody changed these answers since you opened them.", stale)


def submit(session: Session, reader: Reader, assessment: OpenAssessment, declaration: bool) -> None:
    """Close the assessment for good. Raises WrongState, and InvalidAnswers with everything that is still missing."""
    _refuse_unless_draft(assessment)
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
    done = {"state": "submitted", "submitted_at": now, "submitted_by": reader.account, "changed_at": now}
    session.connection().execute(_CHANGE_ASSESSMENT, {"a": assessment.id} | done)


def report(
    assessment: OpenAssessment, words: NullTranslations | None = None, impacts: Mapping[str, Raised] | None = None
) -> Report:
    """Everything that page, PDF and JSON draw; `words` are those of the language of its lines about how it was made."""
    submitted = assessment.state == "submitted"
    about, given = assessment.about(words), assessment.answers
    return make_report(assessment.instrument, assessment.profile, given, about, submitted, impacts or {})


_NONE = Answer(UNANSWERED)


def _write_answers(session: Session, reader: Reader, assessment_id: str, changes: list[Change]) -> None:
    connection, now, key = session.connection(), datetime.now(UTC), {"assessment_id": assessment_id}
    new, old, history = [], [], []
    for question, option, note, based_on in changes:
        values = {"option": option, "note": note, "version": based_on + 1}
        history.append({**key, "question": question, **values, "changed_at": now, "changed_by": reader.account})
        if based_on:
            old.append({"a": assessment_id, "q": question, **values})
        else:
            new.append({**key, "question": question, **values})
    if new:
        connection.execute(insert(ANSWER), new)
    if old:
        connection.execute(_CHANGE_ANSWER, old)
    connection.execute(insert(ANSWER_CHANGE), history)
    connection.execute(_CHANGE_ASSESSMENT, {"a": assessment_id, "changed_at": now})


def _problems(questionnaire: Questionnaire, change: Change) -> list[Problem]:
    question, where = questionnaire.question.get(change.question), f"/answers/{change.question}"
    if question is None:
        return [Problem(where, "unknown_question", f"This questionnaire has no question “{change.question}”.")]
    return problems_of(question, Answer(change.option, change.note), where)


def _refuse_unless_draft(assessment: OpenAssessment) -> None:
    if assessment.state != "draft":
        raise WrongState("This assessment was submitted and cannot be changed any more.")


def _about_columns(about: StartedAbout) -> dict[str, Any]:
    fields = about.model_dump()
    return {"about_organisation": fields.pop("organisation"), **fields}


def _summary(row: RowMapping) -> dict[str, Any]:
    about = {name: row[name] for name in StartedAbout.model_fields if name != "organisation"}
    plain = ("id", "agency", "version", "state", "created_at", "changed_at", "submitted_at", "follows")
    started = StartedAbout.model_construct(organisation=row["about_organisation"], **about)
    return {name: row[name] for name in plain} | {"started_about": started}
