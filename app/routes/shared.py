"""What other organisations show to the reader’s: the list, and one assessment in it."""

from fastapi import APIRouter
from starlette.responses import Response

from app.dependencies import Visit
from app.pages import language_of, page
from app.routes import drawing
from app.routes.transaction import TransactionRoute, slow
from app.shared_view import shared_view
from app.sharing import opened_shared, shared_with
from scoring.redacted import redacted

router = APIRouter(route_class=TransactionRoute, prefix="/shared", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """The organisations that show something now; of any other nothing is said, not even a number."""
    language = language_of(visit.request)
    latest = visit.catalogue.latest.values()
    titles = {i.questionnaire.id: visit.catalogue.in_language(i.questionnaire, language).title for i in latest}
    found = shared_with(visit.session, visit.reader)
    return page(visit.request, "shared/list.html", found=found, titles=titles, back="/")


@router.get("/{assessment_id}")
@slow
def one(visit: Visit, assessment_id: str) -> Response:
    """One assessment, as far as it is shown; that it was looked at is written before it is."""
    with visit.database.transaction(write=True) as session:
        shared = opened_shared(session, visit.reader, visit.catalogue, assessment_id)
    if shared.extent == "redacted":
        return drawing.redacted_page(visit, redacted(shared.report, scope=shared.scope), "", "/shared")
    words = visit.catalogue.in_language(shared.report.questionnaire, language_of(visit.request))
    view = shared_view(shared.report, words)
    return page(visit.request, "shared/shared.html", shared=shared, title=words.title, view=view, back="/shared")
