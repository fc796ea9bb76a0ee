"""How an assessment’s reports are to be handled: a page on which a manager chooses it."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import markings
from app.dependencies import Visit
from app.forms import FieldError, clean
from app.i18n import translations
from app.pages import go_to, language_of, page
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)
OWN = "own"  # the choice of words that are not offered


@router.get("/marking")
def ask(visit: Visit, assessment_id: str) -> Response:
    """The markings to choose from, with the present one chosen."""
    present, offered = visit.assessment(assessment_id).marking, _offered(visit)
    is_own = bool(present) and present not in offered
    return _page(visit, assessment_id, OWN if is_own else present, present if is_own else "")


@router.post("/marking")
def choose(visit: Visit, assessment_id: str) -> Response:
    """Set the marking."""
    chosen, own = visit.fields.get("marking", ""), " ".join(clean(visit.fields.get("own", "")).split())
    errors = _problems(chosen, own, _offered(visit))
    if errors:
        return _page(visit, assessment_id, chosen, own, errors)
    marking = own if chosen == OWN else chosen
    markings.mark(visit.session, visit.reader, visit.assessment(assessment_id), marking)
    return go_to(f"/assessments/{assessment_id}")


def _problems(chosen: str, own: str, offered: Sequence[str]) -> list[FieldError]:
    if chosen == OWN and not own:
        return [FieldError("own", "own", "missing_marking")]
    if chosen == OWN and len(own) > markings.LONGEST:
        return [FieldError("own", "own", "long_marking", count=len(own))]
    return [] if chosen in (OWN, "", *offered) else [FieldError("marking", "marking-0", "wrong_option")]


def _offered(visit: Visit) -> tuple[str, ...]:
    return markings.markings(translations(language_of(visit.request)))


def _page(visit: Visit, assessment_id: str, chosen: str, own: str, errors: Sequence[FieldError] = ()) -> Response:
    assessment = visit.assessment(assessment_id)
    return page(
        visit.request,
        "assessments/marking.html",
        422 if errors else 200,
        assessment=assessment,
        about=assessment.about(translations(language_of(visit.request))),
        title=visit.catalogue.in_language(assessment.questionnaire, language_of(visit.request)).title,
        offered=_offered(visit),
        chosen=chosen,
        own=own,
        errors=errors,
        back=f"/assessments/{assessment_id}",
    )
