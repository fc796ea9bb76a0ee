"""An assessment’s report as page, PDF, data and list of actions: one value, drawn four ways."""

from fastapi import APIRouter
from starlette.responses import Response

from app.assessment_report import report_of
from app.dependencies import Visit
from app.errors import StillDraft
from app.i18n import translations
from app.pages import language_of
from app.routes import drawing
from app.routes.transaction import TransactionRoute
from scoring.redacted import Redacted, redacted
from scoring.report import Report

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)


def _report(visit: Visit, assessment_id: str) -> Report:
    words = translations(language_of(visit.request))
    return report_of(visit.session, visit.reader, visit.assessment(assessment_id), words)


@router.get("/report")
def report(visit: Visit, assessment_id: str) -> Response:
    """The report in the browser."""
    root = f"/assessments/{assessment_id}"
    return drawing.report_page(
        visit, _report(visit, assessment_id), f"{root}/report", root, actions=f"{root}/actions.csv"
    )


@router.get("/report.pdf")
def report_pdf(visit: Visit, assessment_id: str) -> Response:
    """The report to be filed; drawn once the transaction is over."""
    return drawing.report_pdf(visit, _report(visit, assessment_id))


@router.get("/report.json")
def report_data(visit: Visit, assessment_id: str) -> Response:
    """Everything that is needed to recompute the report."""
    return drawing.report_data(_report(visit, assessment_id))


@router.get("/redacted")
def redacted_report(visit: Visit, assessment_id: str) -> Response:
    """What of the report may be shown outside, in the browser."""
    root = f"/assessments/{assessment_id}"
    return drawing.redacted_page(visit, _redacted(visit, assessment_id), f"{root}/redacted", root)


@router.get("/redacted.pdf")
def redacted_pdf(visit: Visit, assessment_id: str) -> Response:
    """The same to be handed on."""
    return drawing.redacted_pdf(visit, _redacted(visit, assessment_id))


def _redacted(visit: Visit, assessment_id: str) -> Redacted:
    """With the organisation’s name, unless the address says `name=no`. Raises StillDraft."""
    assessment = visit.assessment(assessment_id)
    if assessment.state == "draft":
        raise StillDraft("A draft is not shown outside. Submit the assessment first.")
    named = visit.request.query_params.get("name") != "no"
    return redacted(_report(visit, assessment_id), scope=assessment.started_about.scope_kind, named=named)


@router.get("/actions.csv")
def actions(visit: Visit, assessment_id: str) -> Response:
    """The action plan for a spreadsheet."""
    return drawing.report_actions(visit, _report(visit, assessment_id))
