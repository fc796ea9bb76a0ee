"""The review of an assessment: taking it up, a level beside each answer, giving it back, signing off."""

from collections.abc import Callable, Sequence
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app import level_forms, path, reviews
from app.accounts import Reader
from app.assessments import OpenAssessment
from app.dependencies import Visit
from app.errors import StaleWrite, WrongState
from app.forms import Entry, FieldError, clean, errors_of
from app.i18n import translations
from app.pages import go_to, language_of, page
from app.routes.transaction import TransactionRoute
from scoring.answers import NOTE_LIMIT, Answers, read_answers

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}/review", include_in_schema=False)
MOVED_ON = FieldError("", "main", "moved_on")


@router.get("")
def show(visit: Visit, assessment_id: str) -> Response:
    """How far the review is, and what can be done next."""
    assessment = visit.assessment(assessment_id)
    if assessment.state == "draft":
        return go_to(f"/assessments/{assessment_id}")
    return _overview(visit, assessment)


@router.post("/begin")
def begin(visit: Visit, assessment_id: str) -> Response:
    """Take a submitted assessment up."""
    return _moved(visit, assessment_id, reviews.begin_review)


@router.post("/sign-off")
def sign_off(visit: Visit, assessment_id: str) -> Response:
    """Close the review for good, once the reviewer says that it is done."""
    if visit.fields.get("declaration") != "yes":
        assessment = visit.assessment(assessment_id)
        return _overview(visit, assessment, [FieldError("declaration", "declaration", "sign_off")], 422)
    return _moved(visit, assessment_id, reviews.sign_off)


@router.post("/give-back")
def give_back(visit: Visit, assessment_id: str) -> Response:
    """Open the assessment for correction again, with a reason."""
    because = clean(visit.fields.get("because", ""))
    if not because or len(because) > NOTE_LIMIT:
        error = FieldError("because", "because", "long_note" if because else "missing_because", count=len(because))
        return _overview(visit, visit.assessment(assessment_id), [error], 422, because)
    return _moved(visit, assessment_id, partial(reviews.give_back, because=because))


@router.get("/sections/{section_id}")
def section(visit: Visit, assessment_id: str, section_id: str) -> Response:
    """One section’s answers, each with the level recorded beside it."""
    assessment = visit.assessment(assessment_id)
    if assessment.state != "under_review" or reviews.is_own(visit.session, visit.reader, assessment):
        return go_to(f"/assessments/{assessment_id}/review")
    asked = path.stretch(_checked(visit, assessment), section_id)
    recorded = reviews.levels(visit.session, visit.reader, assessment)
    return _section_page(visit, assessment, section_id, level_forms.shown_levels(asked.asked, recorded))


@router.post("/sections/{section_id}")
def save_section(visit: Visit, assessment_id: str, section_id: str) -> Response:
    """Record levels; what does not hold, or was recorded otherwise meanwhile, comes back as it was set."""
    assessment = visit.assessment(assessment_id)
    asked = path.stretch(_checked(visit, assessment), section_id)
    entries = level_forms.posted_levels(asked.asked, visit.fields, assessment.answers)
    if errors_of(entries):
        return _section_page(visit, assessment, section_id, entries, 422)
    try:
        reviews.save_levels(visit.session, visit.reader, assessment, level_forms.changes(entries))
    except StaleWrite as stale:
        recorded = reviews.levels(visit.session, visit.reader, assessment)
        entries = level_forms.contested(entries, stale.names, recorded)
        return _section_page(visit, assessment, section_id, entries, 409)
    except WrongState:
        return _section_page(visit, assessment, section_id, entries, 409, [MOVED_ON])
    following = path.after(assessment.checked, section_id)
    onwards = f"/sections/{following.id}" if following and visit.fields.get("then") != "list" else ""
    return go_to(f"/assessments/{assessment_id}/review{onwards}")


def _moved(visit: Visit, assessment_id: str, move: Callable[[Session, Reader, OpenAssessment], None]) -> Response:
    """The review in its next state, or as it stands where it has moved on."""
    assessment = visit.assessment(assessment_id)
    try:
        move(visit.session, visit.reader, assessment)
    except WrongState:
        is_own = reviews.is_own(visit.session, visit.reader, assessment)
        error = FieldError("", "main", "own_answers") if is_own else MOVED_ON
        return _overview(visit, assessment, [error], 409)
    moved = visit.assessment(assessment_id)
    return go_to(f"/assessments/{assessment_id}" + ("" if moved.state == "draft" else "/review"))


def _overview(
    visit: Visit, assessment: OpenAssessment, errors: Sequence[FieldError] = (), status: int = 200, because: str = ""
) -> Response:
    checked = _checked(visit, assessment)
    recorded = reviews.levels(visit.session, visit.reader, assessment)
    looked_at = {name: level.verified for name, level in recorded.items() if level.is_current and level.verified.option}
    return _page(
        visit,
        assessment,
        "assessments/review.html",
        status,
        stretches=[stretch for stretch in path.stretches(checked) if stretch.asked],
        looked_at=looked_at,
        differing=[q for q, verified in looked_at.items() if verified.option != checked.answer(q).option],
        outdated=[name for name, level in recorded.items() if not level.is_current],
        is_own=reviews.is_own(visit.session, visit.reader, assessment),
        errors=errors,
        because=because,
        back=f"/assessments/{assessment.id}",
    )


def _section_page(
    visit: Visit,
    assessment: OpenAssessment,
    section_id: str,
    entries: Sequence[Entry],
    status: int = 200,
    errors: Sequence[FieldError] = (),
) -> Response:
    sections = [section.id for section in assessment.questionnaire.sections]
    return _page(
        visit,
        assessment,
        "assessments/review_section.html",
        status,
        section=_checked(visit, assessment).questionnaire.sections[sections.index(section_id)],
        place=sections.index(section_id) + 1,
        entries=entries,
        recorded=reviews.levels(visit.session, visit.reader, assessment),
        errors=[*errors, *errors_of(entries)],
        back=f"/assessments/{assessment.id}/review",
    )


def _page(visit: Visit, assessment: OpenAssessment, template: str, status: int, **context: object) -> Response:
    checked = _checked(visit, assessment)
    return page(
        visit.request,
        template,
        status,
        assessment=assessment,
        questionnaire=checked.questionnaire,
        checked=checked,
        numbers=path.numbers(checked.questionnaire),
        about=assessment.about(translations(language_of(visit.request))),
        **context,
    )


def _checked(visit: Visit, assessment: OpenAssessment) -> Answers:
    shown = visit.catalogue.in_language(assessment.questionnaire, language_of(visit.request))
    return read_answers(shown, assessment.profile, assessment.answers)
