"""An assessment’s trail: who changed what, and when."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.accounts import names_of
from app.dependencies import Visit
from app.i18n import translations
from app.pages import language_of, page
from app.path import numbers
from app.routes.transaction import TransactionRoute
from app.trail import breaks, entries, exported

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)


@router.get("/trail")
def trail(visit: Visit, assessment_id: str) -> Response:
    """Every entry, the last first, and whether the chain holds."""
    assessment = visit.assessment(assessment_id)
    found = entries(visit.session, visit.reader.cipher, assessment.chain.name)
    language = language_of(visit.request)
    shown = visit.catalogue.in_language(assessment.questionnaire, language)
    return page(
        visit.request,
        "assessments/trail.html",
        assessment=assessment,
        questionnaire=shown,
        numbers=numbers(shown),
        facts={fact.id: fact for fact in shown.profile},
        recommendations=shown.recommendation,
        scenarios={scenario.id: scenario for scenario in shown.scenarios},
        about=assessment.about(translations(language)),
        entries=found[::-1],
        breaks=list(breaks(visit.session, visit.reader.cipher, assessment.chain, assessment.signature)),
        names=names_of(visit.session, {entry.account for entry in found}),
        back=f"/assessments/{assessment.id}",
    )


@router.get("/trail.json")
def trail_data(visit: Visit, assessment_id: str) -> Response:
    """The entries as they are sealed, so that anybody can follow the chain, with the written words."""
    assessment = visit.assessment(assessment_id)
    data = exported(visit.session, visit.reader.cipher, assessment.chain)
    name = f"plumbline-{assessment.agency}-trail.json"
    return JSONResponse(data, headers={"Content-Disposition": f'attachment; filename="{name}"'})
