"""An agency’s page, its questionnaire to read first, and the way into an assessment."""

from fastapi import APIRouter
from starlette.responses import Response

from app import saving
from app.dependencies import Visit
from app.errors import NotFound
from app.examples import example_report, has_example
from app.forms import FieldError, Fields, posted_about
from app.pages import go_to, language_of, page
from app.path import numbers
from app.routes import drawing
from app.routes.transaction import TransactionRoute
from app.started_about import StartedAbout
from scoring.questionnaire import Questionnaire
from scoring.report import Report

router = APIRouter(route_class=TransactionRoute, prefix="/agencies/{agency_id}", include_in_schema=False)


def _questionnaire(visit: Visit, agency_id: str) -> Questionnaire:
    latest = visit.catalogue.instrument(agency_id).questionnaire
    return visit.catalogue.in_language(latest, language_of(visit.request))


@router.get("")
def agency(visit: Visit, agency_id: str) -> Response:
    """What is asked, why, how long it takes, whom and what to have at hand."""
    questionnaire = _questionnaire(visit, agency_id)
    stages = {stage.id: stage.title for chain in questionnaire.chains for stage in chain.stages}
    left_out = [(stages[stage], why) for stage, why in questionnaire.stages_left_out.items() if stage in stages]
    return page(
        visit.request,
        "agencies/agency.html",
        questionnaire=questionnaire,
        left_out=left_out,
        has_example=has_example(visit.catalogue, visit.settings.questionnaires, agency_id),
        back="/",
    )


@router.get("/preview")
def preview(visit: Visit, agency_id: str) -> Response:
    """Every question with its options, why it is asked, and its sources."""
    questionnaire = _questionnaire(visit, agency_id)
    return page(
        visit.request,
        "agencies/preview.html",
        questionnaire=questionnaire,
        numbers=numbers(questionnaire),
        back=f"/agencies/{agency_id}",
    )


@router.get("/form.pdf")
def form(visit: Visit, agency_id: str) -> Response:
    """Every question to print and to mark by hand."""
    return drawing.blank_form(visit, _questionnaire(visit, agency_id))


def _example(visit: Visit, agency_id: str) -> Report:
    return example_report(visit.catalogue, visit.settings.questionnaires, agency_id)


@router.get("/example")
def example(visit: Visit, agency_id: str) -> Response:
    """A report made of answers that are invented."""
    root = f"/agencies/{agency_id}"
    return drawing.report_page(visit, _example(visit, agency_id), f"{root}/example", root, is_example=True)


@router.get("/example.pdf")
def example_pdf(visit: Visit, agency_id: str) -> Response:
    """The same to print."""
    return drawing.report_pdf(visit, _example(visit, agency_id))


@router.get("/example.json")
def example_data(visit: Visit, agency_id: str) -> Response:
    """The same to recompute."""
    return drawing.report_data(_example(visit, agency_id))


@router.get("/start")
def before(visit: Visit, agency_id: str) -> Response:
    """What writing this down means."""
    return page(
        visit.request,
        "agencies/before.html",
        questionnaire=_questionnaire(visit, agency_id),
        adviser=visit.request.query_params.get("adviser") == "asked",
        back=f"/agencies/{agency_id}",
    )


@router.get("/start/about")
def ask_about(visit: Visit, agency_id: str) -> Response:
    """What the assessment is about and how it is answered."""
    fields = {"organisation": visit.reader.organisation_name, **visit.request.query_params}
    return _about_page(visit, agency_id, fields, [])


@router.post("/start/about")
def start(visit: Visit, agency_id: str) -> Response:
    """Begin the assessment."""
    fields = visit.fields
    about, errors = posted_about(fields)
    if errors:
        return _about_page(visit, agency_id, fields, errors)
    started_about, after = StartedAbout.model_validate(about), fields.get("after") or None
    if after and visit.assessment(after).agency != agency_id:
        raise NotFound("The round before it is of another kind of agency.")
    begun = saving.start(visit.session, visit.reader, visit.catalogue, agency_id, started_about, follows=after)
    return go_to(f"/assessments/{begun}")


def _about_page(visit: Visit, agency_id: str, fields: Fields, errors: list[FieldError]) -> Response:
    asked = "?adviser=asked" if fields.get("adviser") == "asked" else ""
    return page(
        visit.request,
        "agencies/about.html",
        status=422 if errors else 200,
        questionnaire=_questionnaire(visit, agency_id),
        fields=fields,
        errors=errors,
        back=f"/agencies/{agency_id}/start{asked}",
    )
