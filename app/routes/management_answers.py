"""Management’s answers: the actions of the report, and a page for the answer to each."""

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from app import management_answers
from app.assessments import OpenAssessment
from app.dependencies import Visit
from app.errors import NotFound, StaleWrite, WrongState
from app.forms import SHORT, FieldError, Fields, clean, posted_version
from app.i18n import translations
from app.lanes import lanes
from app.management_answers import Decided
from app.pages import go_to, language_of, page
from app.routes.transaction import TransactionRoute
from scoring.answers import NOTE_LIMIT
from scoring.report import ManagementAnswer

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}/actions", include_in_schema=False)


@router.get("")
def show(visit: Visit, assessment_id: str) -> Response:
    """Every action that asks for an answer, and what was answered."""
    assessment = visit.assessment(assessment_id)
    if assessment.state == "draft":
        return go_to(f"/assessments/{assessment_id}")
    return _page(visit, assessment, "assessments/actions.html", back=f"/assessments/{assessment_id}")


@router.get("/{recommendation_id}")
def action(visit: Visit, assessment_id: str, recommendation_id: str) -> Response:
    """One action and its answer."""
    assessment = visit.assessment(assessment_id)
    if assessment.state == "draft":
        return go_to(f"/assessments/{assessment_id}")
    stands = management_answers.decided(visit.session, visit.reader, assessment).get(recommendation_id, Decided())
    return _action_page(visit, assessment, recommendation_id, stands.answer)


@router.post("/{recommendation_id}")
def answer(visit: Visit, assessment_id: str, recommendation_id: str) -> Response:
    """Save the answer to one action; what does not hold comes back as it was typed."""
    assessment, fields = visit.assessment(assessment_id), visit.fields
    given, errors = _posted(fields)
    if errors:
        return _action_page(visit, assessment, recommendation_id, given, errors, 422)
    based_on = posted_version(fields)
    try:
        management_answers.answer_action(visit.session, visit.reader, assessment, recommendation_id, given, based_on)
    except StaleWrite:
        stale = FieldError("", "main", "stale_decision")
        return _action_page(visit, assessment, recommendation_id, given, [stale], 409)
    except WrongState:
        gone = FieldError("", "main", "not_submitted")
        return _action_page(visit, assessment, recommendation_id, given, [gone], 409)
    following = _after(visit, assessment, recommendation_id) if fields.get("then") != "list" else ""
    return go_to(f"/assessments/{assessment_id}/actions" + following)


def _posted(fields: Fields) -> tuple[ManagementAnswer, list[FieldError]]:
    """The answer as it was typed, and what is wrong with it. A date that is none stays as it was typed."""
    decision, money = fields.get("decision", ""), fields.get("money", "")
    typed: dict[str, str] = {name: clean(fields.get(name, "")) for name in ("why", "post", "due")}
    errors = []
    if decision in ("changed", "refused") and not typed["why"]:
        errors.append(FieldError("why", "why", "missing_decision_reason"))
    if len(typed["why"]) > NOTE_LIMIT:
        errors.append(FieldError("why", "why", "long_note", count=len(typed["why"])))
    if len(typed["post"]) > SHORT:
        errors.append(FieldError("post", "post", "long_line", count=len(typed["post"])))
    if typed["due"] and not _is_date(typed["due"]):
        errors.append(FieldError("due", "due", "wrong_date"))
    chosen = {
        "decision": decision if decision in ("accepted", "changed", "refused") else "",
        "money": money if money in ("yes", "no") else "",
    }
    return ManagementAnswer.model_validate(chosen | typed), errors


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _after(visit: Visit, assessment: OpenAssessment, recommendation_id: str) -> str:
    """The action that follows in the report, as the end of an address; nothing after the last."""
    asked = [one.id for one in management_answers.asked(visit.session, visit.reader, assessment)]
    following = asked[asked.index(recommendation_id) + 1 :]
    return f"/{following[0]}" if following else ""


def _action_page(
    visit: Visit,
    assessment: OpenAssessment,
    recommendation_id: str,
    given: ManagementAnswer,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> Response:
    asked = management_answers.asked(visit.session, visit.reader, assessment)
    one = next((one for one in asked if one.id == recommendation_id), None)
    if one is None:
        raise NotFound("The report has no such action.")
    back = f"/assessments/{assessment.id}/actions"
    return _page(visit, assessment, "assessments/action.html", status, one=one, given=given, errors=errors, back=back)


def _page(visit: Visit, assessment: OpenAssessment, template: str, status: int = 200, **context: object) -> Response:
    language = language_of(visit.request)
    words = translations(language)
    return page(
        visit.request,
        template,
        status,
        assessment=assessment,
        questionnaire=visit.catalogue.in_language(assessment.questionnaire, language),
        about=assessment.about(words),
        lanes=lanes(words),
        asked=management_answers.asked(visit.session, visit.reader, assessment),
        decided=management_answers.decided(visit.session, visit.reader, assessment),
        **context,
    )
