"""An assessment’s report as page, PDF and data: one value, drawn three ways."""

from fastapi import APIRouter
from starlette.responses import Response

from app import assessments
from app.dependencies import Visit
from app.i18n import translations
from app.pages import language_of, page
from app.reports import draw_pdf, report_context, report_json
from app.routes.drawing import DrawnResponse
from app.routes.transaction import TransactionRoute
from scoring.report import Report

router = APIRouter(route_class=TransactionRoute, prefix="/assessments/{assessment_id}", include_in_schema=False)


def _report(visit: Visit, assessment_id: str) -> Report:
    return assessments.report(visit.assessment(assessment_id), translations(language_of(visit.request)))


@router.get("/report")
def report(visit: Visit, assessment_id: str) -> Response:
    """The report in the browser."""
    language, root = language_of(visit.request), f"/assessments/{assessment_id}"
    value = _report(visit, assessment_id)
    return page(
        visit.request,
        "report/page.html",
        document=report_context(value, translations(language), language),
        questionnaire=value.questionnaire,
        downloads={"pdf": f"{root}/report.pdf", "json": f"{root}/report.json"},
        back=root,
    )


@router.get("/report.pdf")
def report_pdf(visit: Visit, assessment_id: str) -> Response:
    """The report to be filed; drawn once the transaction is over."""
    language = language_of(visit.request)
    value = _report(visit, assessment_id)
    return DrawnResponse(
        lambda: draw_pdf(value, translations(language), language), "application/pdf", _filename(value, "pdf")
    )


@router.get("/report.json")
def report_data(visit: Visit, assessment_id: str) -> Response:
    """Everything that is needed to recompute the report."""
    value = _report(visit, assessment_id)
    return DrawnResponse(lambda: report_json(value), "application/json", _filename(value, "json"))


def _filename(value: Report, ending: str) -> str:
    draft = "-draft" if value.state == "draft" or value.questionnaire.draft else ""
    return f"plumbline-{value.questionnaire.id}-{value.about.date}{draft}.{ending}"
