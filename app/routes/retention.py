"""How long an organisation keeps its assessments, and the page on which one is deleted."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import Response

from app import retention
from app.dependencies import Visit
from app.errors import WrongState
from app.forms import FieldError, clean
from app.i18n import translations
from app.pages import go_to, language_of, page
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)


@router.get("/organisation/retention")
def ask_how_long(visit: Visit) -> Response:
    """The period, and a form to change it."""
    months = retention.months_of(visit.session, visit.reader.organisation)
    return _period_page(visit, "" if months is None else str(months))


@router.post("/organisation/retention")
def keep_for(visit: Visit) -> Response:
    """Set the period; one that would delete something at once wants to be confirmed."""
    typed = clean(visit.fields.get("months", "")).strip()
    if typed and not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= retention.LONGEST):
        return _period_page(visit, typed, [FieldError("months", "months", "wrong_months")])
    months = int(typed) if typed else None
    try:
        retention.keep_for(visit.session, visit.reader, months, visit.fields.get("confirmed") == "yes")
    except WrongState:
        count = retention.over(visit.session, visit.reader, months)
        return _period_page(visit, typed, [FieldError("confirmed", "confirmed", "deletes_at_once", count=count)])
    return go_to("/organisation/retention?saved=yes")


@router.get("/assessments/{assessment_id}/delete")
def ask_to_delete(visit: Visit, assessment_id: str) -> Response:
    """What goes, and what stays."""
    return _delete_page(visit, assessment_id)


@router.post("/assessments/{assessment_id}/delete")
def delete(visit: Visit, assessment_id: str) -> Response:
    """Delete it, and show the one entry that says so."""
    if visit.fields.get("understood") != "yes":
        return _delete_page(visit, assessment_id, [FieldError("understood", "understood", "not_understood")])
    retention.delete_assessment(visit.session, visit.reader, assessment_id)
    answer = go_to("/organisation/trail")
    answer.background = BackgroundTask(visit.database.settle)  # once it is committed
    return answer


def _period_page(visit: Visit, typed: str, errors: Sequence[FieldError] = ()) -> Response:
    return page(
        visit.request,
        "organisation/retention.html",
        422 if errors else 200,
        months=typed,
        is_saved=visit.request.query_params.get("saved") == "yes",
        wants_confirmation=any(error.field == "confirmed" for error in errors),
        errors=errors,
        back="/organisation",
    )


def _delete_page(visit: Visit, assessment_id: str, errors: Sequence[FieldError] = ()) -> Response:
    assessment, language = retention.to_delete(visit.session, visit.reader, assessment_id), language_of(visit.request)
    when = assessment.submitted_at or assessment.changed_at
    latest = visit.catalogue.latest.get(assessment.agency)
    return page(
        visit.request,
        "assessments/delete.html",
        422 if errors else 200,
        assessment=assessment,
        about=assessment.started_about.lines(when, translations(language)),
        title=visit.catalogue.in_language(latest.questionnaire, language).title if latest else assessment.agency,
        when=when,
        errors=errors,
        back=f"/assessments/{assessment_id}",
    )
