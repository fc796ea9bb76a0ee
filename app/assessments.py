"""Assessments: the list of them, and the one guarded way to one. What writes is in app/saving.py.

Knows no HTTP. Answers are the record; what applies and every score are worked out from them on each request.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from gettext import NullTranslations
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from app.accounts import Reader
from app.catalogue import Catalogue
from app.errors import NotFound, WrongState
from app.models import ANSWER, ASSESSMENT, FACT
from app.places import answer_place, return_place
from app.started_about import StartedAbout
from app.statements import Prepared
from app.trail import Chain
from scoring.answers import Answer, Answers, read_answers
from scoring.engine import Instrument
from scoring.questionnaire import UNANSWERED, Questionnaire
from scoring.report import About, State

_PLAIN = ("id", "agency", "version", "state", "created_at", "changed_at", "submitted_at", "final_at", "follows")
_ABOUT = tuple(name for name in StartedAbout.model_fields if name != "organisation")
_plain, _about = attrgetter(*_PLAIN), attrgetter(*_ABOUT)

_MINE = select(*ASSESSMENT.c).where(
    ASSESSMENT.c.id == bindparam("id"), ASSESSMENT.c.organisation_id == bindparam("org")
)
_ONE, _ONE_TO_WRITE = Prepared(_MINE), Prepared(_MINE.with_for_update())
_LISTED = (
    select(*ASSESSMENT.c)
    .where(ASSESSMENT.c.organisation_id == bindparam("org"))
    .order_by(ASSESSMENT.c.changed_at.desc())
)
_FACTS = Prepared(select(FACT.c.fact, FACT.c.holds).where(FACT.c.assessment_id == bindparam("id")))
_OF_ONE = select(ANSWER.c.question, ANSWER.c.option, ANSWER.c.note, ANSWER.c.version).where(
    ANSWER.c.assessment_id == bindparam("id")
)
_ANSWERS = Prepared(_OF_ONE)


@cache
def _answers_among(count: int) -> Prepared:
    """Those to so many questions, which are named 0, 1 …"""
    return Prepared(_OF_ONE.where(ANSWER.c.question.in_([bindparam(str(place)) for place in range(count)])))


@dataclass(frozen=True)
class Summary:
    """An assessment in a list."""

    id: str
    agency: str
    version: str
    state: State
    about_columns: dict[str, Any] = field(repr=False)
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    final_at: datetime | None
    follows: str | None

    @cached_property
    def started_about(self) -> StartedAbout:
        """What it is about, which only pages and reports need."""
        return StartedAbout.model_construct(**self.about_columns)


@dataclass(frozen=True)
class OpenAssessment(Summary):
    """An assessment as it stands, for a reader who may see it.

    `answers` holds what was answered, also to questions that the profile hides; `versions` has a version for every
    question that was ever saved, that of the others is 0; `profile_version` is that of the profile as a whole, and
    `impacts_version` that of its raised impacts. `returned_because`: why it was given back for correction, empty where
    it was not. `chain` is the end of its trail, and `signature` what that is signed with.
    """

    instrument: Instrument
    profile: dict[str, bool]
    profile_version: int
    answers: dict[str, Answer]
    versions: dict[str, int]
    impacts_version: int
    submitted_by: str | None
    returned_because: str
    marking: str
    chain: Chain
    signature: str

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


def listed(session: Session, reader: Reader) -> list[Summary]:
    """The assessments of the reader’s organisation, the last changed first."""
    rows = session.connection().execute(_LISTED, {"org": reader.organisation})
    return [Summary(**_summary(row)) for row in rows.mappings()]


def opened(
    session: Session, reader: Reader, catalogue: Catalogue, assessment_id: str, section: str | None = None
) -> OpenAssessment:
    """The one way to an assessment, locked against other writers where the transaction writes.

    With a section, the answers to its questions alone: what is saved all day needs no others.
    Raises NotFound for a foreign one as for none, and WrongState where the text it was begun under is gone: a
    release stays for ever, a draft may change. Raises KeyFailure where a note cannot be decrypted.
    """
    find = _ONE_TO_WRITE if session.info.get("write") else _ONE
    row = find.one(session, {"id": assessment_id, "org": reader.organisation})
    if row is None:
        raise NotFound("There is no such assessment.")
    instrument = catalogue.instruments.get(row.agency, {}).get(row.version)
    if instrument is None or instrument.questionnaire.hash != row.hash:
        version = f"{row.agency} {row.version}"
        raise WrongState(f"The questionnaire “{version}” has changed since this assessment was begun. Begin a new one.")
    facts = _FACTS.rows(session, {"id": assessment_id}) if row.profile_version else ()
    answers, versions = {}, {}
    asked = [q.id for s in instrument.questionnaire.sections if s.id == section for q in s.questions]
    among = {str(place): question for place, question in enumerate(asked)}
    rows = (_answers_among(len(asked)) if asked else _ANSWERS).rows(session, {"id": assessment_id} | among)
    for question, option, note, version in rows:
        versions[question] = version
        if option != UNANSWERED or note:
            answers[question] = Answer(option, reader.cipher.open(note, answer_place(assessment_id, question)))
    return OpenAssessment(
        **_summary(row),
        instrument=instrument,
        profile={row.fact: row.holds for row in facts},
        profile_version=row.profile_version,
        answers=answers,
        versions=versions,
        impacts_version=row.impacts_version,
        submitted_by=row.submitted_by,
        returned_because=reader.cipher.open(row.returned_because, return_place(assessment_id)),
        marking=row.marking,
        chain=Chain("assessment", assessment_id, row.trail_number, row.trail_seal),
        signature=row.trail_signature,
    )


def _summary(row: Any) -> dict[str, Any]:
    about = dict(zip(_ABOUT, _about(row), strict=True)) | {"organisation": row.about_organisation}
    return dict(zip(_PLAIN, _plain(row), strict=True)) | {"about_columns": about}
