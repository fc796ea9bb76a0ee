"""Raising impacts: each scenario with the impact of the questionnaire, and why it may be higher here."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import forms
from app.assessments import OpenAssessment
from app.dependencies import Visit
from app.errors import StaleWrite, WrongState
from app.forms import FieldError, clean
from app.i18n import translations
from app.pages import go_to, language_of, page
from app.raised_impacts import raise_impacts, raised_impacts
from app.routes.transaction import TransactionRoute
from scoring.answers import HIGHEST_IMPACT, NOTE_LIMIT, Raised

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)


@router.get("/impacts")
def show(visit: Visit, assessment_id: str) -> Response:
    """What is raised, and room to raise more."""
    assessment = visit.assessment(assessment_id)
    raised = raised_impacts(visit.session, visit.reader, assessment)
    return _impacts_page(visit, assessment, raised, raised)


@router.post("/impacts")
def save(visit: Visit, assessment_id: str) -> Response:
    """Set the impacts as the page has them; what does not hold comes back as it was typed."""
    assessment = visit.assessment(assessment_id)
    fields, wanted, errors = visit.fields, {}, []
    for scenario in assessment.questionnaire.scenarios:
        value = fields.get(f"value.{scenario.id}", "")
        reason = clean(fields.get(f"reason.{scenario.id}", ""))
        if value in [str(number) for number in range(scenario.impact.largest + 1, HIGHEST_IMPACT + 1)]:
            wanted[scenario.id] = Raised(int(value), reason)
            if not reason or len(reason) > NOTE_LIMIT:
                code = "long_note" if reason else "missing_impact_reason"
                where = f"reason-{scenario.id}"
                errors.append(FieldError(f"reason.{scenario.id}", where, code, count=len(reason)))
    raised = raised_impacts(visit.session, visit.reader, assessment)
    if errors:
        return _impacts_page(visit, assessment, raised, wanted, errors, 422)
    try:
        raise_impacts(visit.session, visit.reader, assessment, wanted, forms.posted_version(fields))
    except StaleWrite:
        stale = FieldError("version", "main", "stale_impacts")
        return _impacts_page(visit, assessment, raised, wanted, [stale], 409)
    except WrongState:
        return _impacts_page(visit, assessment, raised, wanted, [FieldError("", "main", "submitted")], 409)
    return go_to(f"/assessments/{assessment_id}")


def _impacts_page(
    visit: Visit,
    assessment: OpenAssessment,
    raised: Mapping[str, Raised],
    wanted: Mapping[str, Raised],
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> Response:
    language = language_of(visit.request)
    shown = visit.catalogue.in_language(assessment.questionnaire, language)
    return page(
        visit.request,
        "assessments/impacts.html",
        status,
        assessment=assessment,
        questionnaire=shown,
        about=assessment.about(translations(language)),
        scenarios=[s for s in shown.scenarios if s.id not in assessment.checked.closed_scenarios],
        highest=HIGHEST_IMPACT,
        saved=raised,
        version=assessment.impacts_version,
        wanted=wanted,
        errors=errors,
        back=f"/assessments/{assessment.id}",
    )
