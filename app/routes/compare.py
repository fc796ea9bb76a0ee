"""Comparing an assessment with an earlier one of the same kind of agency."""

from fastapi import APIRouter
from starlette.responses import Response

from app.assessments import listed
from app.comparison import compared
from app.dependencies import Visit
from app.i18n import translations
from app.pages import language_of, page
from app.routes.transaction import TransactionRoute, slow

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)


@router.get("/compare")
@slow
def show(visit: Visit, assessment_id: str) -> Response:
    """The other assessments of this kind of agency, and what moved since the one that was chosen."""
    later, language = visit.assessment(assessment_id), language_of(visit.request)
    words = translations(language)
    others = [
        (other, other.started_about.lines(other.submitted_at or other.changed_at, words))
        for other in listed(visit.session, visit.reader)
        if other.agency == later.agency and other.id != later.id
    ]
    chosen = visit.request.query_params.get("with", "")
    earlier = visit.assessment(chosen) if chosen else None
    return page(
        visit.request,
        "assessments/compare.html",
        assessment=later,
        questionnaire=visit.catalogue.in_language(later.questionnaire, language),
        about=later.about(words),
        others=others,
        earlier=earlier,
        about_earlier=earlier.about(words) if earlier else None,
        round=compared(visit.session, visit.reader, earlier, later) if earlier else None,
        chains=later.instrument.chains,
        back=f"/assessments/{assessment_id}",
    )
