"""Which organisation shows its results to which, and the one guarded way to what is shown.

Nothing is shown but what a manager has granted, and what a grant is good for is worked out anew at each reading: a body
that refers people to an organisation that is not of the state, licenses or funds it never sees more than the redacted
report. A refusal and a withdrawal leave nothing with the other side. Every grant, change, withdrawal and look is in the
trail of the organisation that shows. Knows no HTTP.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import Session

from app.accounts import Reader
from app.catalogue import Catalogue
from app.errors import BadRequest, NotFound, OnlyRedacted, WrongState
from app.links import make_link, organisation_by_code
from app.models import ANSWER, ASSESSMENT, FACT, ORGANISATION, RAISED_IMPACT, SHARING, VERIFIED_LEVEL
from app.organisations import is_of_the_state, note
from scoring.answers import Answer, Raised
from scoring.engine import Instrument
from scoring.questionnaire import UNANSWERED
from scoring.redacted import Scope
from scoring.report import About, Report, State, make_report
from scoring.review import Verified

Relation = Literal["refers", "licenses", "funds"]
Extent = Literal["results", "redacted"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
EXTENTS: tuple[Extent, ...] = get_args(Extent)
NONE = "none"  # stands in a row where the body is nothing of these
SHOWN: tuple[State, ...] = ("submitted", "under_review", "final")
_WITHHELD = "–"  # stands for a note that is there: the rules ask for one, and it stays in the organisation

_GRANTED = (
    select(SHARING, ORGANISATION.c.name)
    .join_from(SHARING, ORGANISATION, SHARING.c.with_id == ORGANISATION.c.id)
    .where(SHARING.c.organisation_id == bindparam("org"))
    .order_by(ORGANISATION.c.name)
)
_GRANTING = (
    select(ORGANISATION.c.id, ORGANISATION.c.name)
    .join_from(SHARING, ORGANISATION, SHARING.c.organisation_id == ORGANISATION.c.id)
    .where(SHARING.c.with_id == bindparam("org"))
    .order_by(ORGANISATION.c.name)
)
_SHOWN = (
    select(
        *(
            ASSESSMENT.c[name]
            for name in ("id", "agency", "version", "hash", "state", "scope_kind", "submitted_at", "organisation_id")
        ),
        ORGANISATION.c.name,
        ORGANISATION.c.is_state,
        SHARING.c.relation,
        SHARING.c.extent,
    )
    .join_from(ASSESSMENT, SHARING, ASSESSMENT.c.organisation_id == SHARING.c.organisation_id)
    .join(ORGANISATION, ORGANISATION.c.id == SHARING.c.organisation_id)
    .where(SHARING.c.with_id == bindparam("org"), ASSESSMENT.c.state.in_(SHOWN))
    .order_by(ASSESSMENT.c.submitted_at.desc())
)
_ONE_SHOWN = _SHOWN.where(ASSESSMENT.c.id == bindparam("id"))


@dataclass(frozen=True)
class Body:
    """Another organisation, found by the code that its manager handed over."""

    id: str
    name: str


@dataclass(frozen=True)
class Grant:
    """What the reader’s organisation shows to a body; `extent`: what the grant is good for now."""

    body: Body
    relations: frozenset[str]
    extent: Extent
    since: datetime


@dataclass(frozen=True)
class Shared:
    """An assessment in the list of a coordinator."""

    id: str
    agency: str
    submitted_at: datetime


@dataclass(frozen=True)
class SharedAssessment:
    """What a coordinator has opened. The report holds no note, no reason, and of its first lines two alone: whose it is
    and when it was submitted. It still holds answers: what is drawn of it is said by `extent`, either as a redacted
    report (scoring/redacted.py) or as results (app/shared_view.py). `scope`: what kind of thing was assessed."""

    organisation_name: str
    agency: str
    submitted_at: datetime
    extent: Extent
    scope: Scope
    report: Report


def at_most(is_state: bool, relations: Collection[str]) -> Extent:
    """The most that may be shown: a body on which an organisation outside the state depends gets no more."""
    return "results" if is_state or set(relations) <= {NONE} else "redacted"


def make_code(session: Session, reader: Reader) -> str:
    """The code by which others find the reader’s organisation; the one before ends. Nobody learns who uses it."""
    code = make_link(session, "sharing", reader.account, reader.organisation)
    note(session, reader, "sharing code", {})
    return code


def body_by_code(session: Session, reader: Reader, code: str) -> Body | None:
    """Another organisation by its code; None for a code that is none, and for the own one."""
    found = organisation_by_code(session, code)
    if found is None or found == reader.organisation:
        return None
    return _body(session, found)


def grants(session: Session, reader: Reader) -> list[Grant]:
    """What the reader’s organisation shows to whom, by name."""
    is_state = is_of_the_state(session, reader.organisation)
    rows = session.connection().execute(_GRANTED, {"org": reader.organisation})
    return [Grant(Body(row.with_id, row.name), _relations(row), _in_force(is_state, row), row.since) for row in rows]


def grant_to(session: Session, reader: Reader, body_id: str) -> Grant:
    """One of them. Raises NotFound."""
    found = next((grant for grant in grants(session, reader) if grant.body.id == body_id), None)
    if found is None:
        raise NotFound("Nothing is shown to such an organisation.")
    return found


def grant(session: Session, reader: Reader, body: Body, relations: Collection[str], extent: str) -> None:
    """Show results to a body, or change what is shown to it. Whoever calls has the body by its code or by `grant_to`.

    Raises OnlyRedacted where more was asked for than may be shown, and BadRequest for words that are none of ours.
    """
    if not set(relations) <= set(RELATIONS) or extent not in EXTENTS or body.id == reader.organisation:
        raise BadRequest("Say what the other organisation is to yours, and how much it sees.")
    if extent == "results" and at_most(is_of_the_state(session, reader.organisation), relations) == "redacted":
        raise OnlyRedacted("A body that refers people to you, licenses or funds you is shown the redacted report.")
    _remove(session, reader, body.id)
    ordered = [relation for relation in RELATIONS if relation in relations]
    row = {
        "organisation_id": reader.organisation,
        "with_id": body.id,
        "relation": "\n".join(ordered) or NONE,
        "extent": extent,
        "since": datetime.now(UTC),
        "granted_by": reader.account,
    }
    session.connection().execute(insert(SHARING), row)
    said = {"body": body.id, "name": body.name, "relations": ordered, "extent": extent}
    note(session, reader, "shown to", said)


def withdraw(session: Session, reader: Reader, body_id: str) -> None:
    """Show a body nothing any more. Raises NotFound."""
    body = grant_to(session, reader, body_id).body
    _remove(session, reader, body.id)
    note(session, reader, "shown no more", {"body": body.id, "name": body.name})


def shared_with(session: Session, reader: Reader) -> dict[Body, list[Shared]]:
    """The organisations that show their results to the reader’s now, with what they have submitted."""
    connection, mine = session.connection(), {"org": reader.organisation}
    found: dict[Body, list[Shared]] = {Body(*row): [] for row in connection.execute(_GRANTING, mine)}
    for row in connection.execute(_SHOWN, mine):
        mine_of = found.setdefault(Body(row.organisation_id, row.name), [])
        mine_of.append(Shared(row.id, row.agency, row.submitted_at))
    return found


def opened_shared(session: Session, reader: Reader, catalogue: Catalogue, assessment_id: str) -> SharedAssessment:
    """The one way to an assessment of another organisation, in a transaction that writes: the look is in its trail.

    Notes and reasons are not even decrypted. Raises NotFound for one that is not granted now, and for a draft, as for
    none; WrongState where the text that it was answered under is gone.
    """
    row = session.connection().execute(_ONE_SHOWN, {"org": reader.organisation, "id": assessment_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such assessment.")
    instrument = catalogue.instruments.get(row.agency, {}).get(row.version)
    if instrument is None or instrument.questionnaire.hash != row.hash:
        raise WrongState("The questionnaire of this assessment is not there any more.")
    extent = _in_force(row.is_state, row)
    report = _report(session, instrument, row)
    owner = replace(reader, organisation=row.organisation_id)  # no word is written, so its own cipher is not needed
    looked = {"body": reader.organisation, "name": reader.organisation_name, "assessment": row.id, "extent": extent}
    note(session, owner, "looked", looked)
    return SharedAssessment(row.name, row.agency, row.submitted_at, extent, row.scope_kind, report)


def _report(session: Session, instrument: Instrument, row: Any) -> Report:
    about = About(organisation=row.name, date=row.submitted_at.date().isoformat())
    facts, answers = _facts(session, row.id), _answers(session, row.id)
    levels = _levels(session, row.id) if row.state == "final" else None
    report = make_report(instrument, facts, answers, about, row.state, _raised(session, row.id), levels)
    result = report.result.model_copy(update={"consistency": None})  # it speaks of the notes, which are not here
    return report.model_copy(update={"result": result})


def _facts(session: Session, assessment_id: str) -> dict[str, bool]:
    rows = session.connection().execute(select(*FACT.c).where(FACT.c.assessment_id == assessment_id))
    return {row.fact: row.holds for row in rows}


def _answers(session: Session, assessment_id: str) -> dict[str, Answer]:
    rows = session.connection().execute(select(*ANSWER.c).where(ANSWER.c.assessment_id == assessment_id))
    return {
        row.question: Answer(row.option, _WITHHELD if row.note else "")
        for row in rows
        if row.option != UNANSWERED or row.note
    }


def _raised(session: Session, assessment_id: str) -> dict[str, Raised]:
    rows = session.connection().execute(select(*RAISED_IMPACT.c).where(RAISED_IMPACT.c.assessment_id == assessment_id))
    return {row.scenario: Raised(row.value, _WITHHELD) for row in rows}


def _levels(session: Session, assessment_id: str) -> dict[str, Verified]:
    """The levels of a review that is signed off, on answers that were not changed since they were looked at."""
    rows = session.connection().execute(
        select(*VERIFIED_LEVEL.c)
        .join_from(VERIFIED_LEVEL, ANSWER, VERIFIED_LEVEL.c.assessment_id == ANSWER.c.assessment_id)
        .where(
            VERIFIED_LEVEL.c.assessment_id == assessment_id,
            VERIFIED_LEVEL.c.question == ANSWER.c.question,
            VERIFIED_LEVEL.c.answer_version == ANSWER.c.version,
            VERIFIED_LEVEL.c.option != "",
        )
    )
    return {row.question: Verified(option=row.option, comment=_WITHHELD if row.comment else "") for row in rows}


def _in_force(is_state: bool, row: Any) -> Extent:
    """What a row is good for now, whatever it says: the relation or the organisation may have changed since."""
    return "results" if row.extent == "results" == at_most(is_state, _relations(row)) else "redacted"


def _relations(row: Any) -> frozenset[str]:
    return frozenset(str(row.relation).split("\n"))


def _remove(session: Session, reader: Reader, body_id: str) -> None:
    mine = SHARING.c.organisation_id == reader.organisation, SHARING.c.with_id == body_id
    session.connection().execute(delete(SHARING).where(*mine))


def _body(session: Session, organisation: str) -> Body:
    found = select(ORGANISATION.c.id, ORGANISATION.c.name).where(ORGANISATION.c.id == organisation)
    return Body(*session.connection().execute(found).one())
