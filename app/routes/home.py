"""The first page with its search, the finder, and the page on method and sources."""

from fastapi import APIRouter
from starlette.responses import Response

from app.agencies import by_chain, doing, searched
from app.assessments import listed
from app.content.documents import activities, documents
from app.dependencies import Visit
from app.forms import SHORT, clean
from app.pages import language_of, page
from app.retention import soon_deleted
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)


@router.get("/")
def home(visit: Visit, q: str = "", chain: str = "") -> Response:
    """What this is, the agencies by chain or as they were searched for, and the assessments to resume."""
    language = language_of(visit.request)
    chains, words = by_chain(visit.catalogue, language), " ".join(clean(q)[:SHORT].split())
    reader = visit.signed.reader if visit.signed else None
    assessments = listed(visit.session, reader) if reader and reader.sees_assessments else []
    return page(
        visit.request,
        "home/home.html",
        chains=chains,
        words=words,
        chain=chain,
        found=searched(visit.catalogue, language, words, chain) if words or chain else None,
        assessments=assessments,
        soon_deleted=soon_deleted(visit.session, reader, assessments) if reader else {},
        titles={q.id: q.title for group in chains for q in (*group.chief, *group.others)},
    )


@router.get("/find")
def find(visit: Visit) -> Response:
    """“What do you do?”: a dozen ticks, and the questionnaires that fit."""
    language = language_of(visit.request)
    lines = [visit.catalogue.line_in_language(line, language) for line in activities(visit.settings.questionnaires)]
    ticked = set(visit.request.query_params.getlist("does"))
    found = doing(visit.catalogue, language, lines, ticked)
    return page(visit.request, "home/find.html", lines=lines, ticked=ticked, found=found, back="/")


@router.get("/method")
def method(visit: Visit) -> Response:
    """How scores are made, from the newest risk model, and what they rest on."""
    models = {i.questionnaire.risk_model.version: i.questionnaire.risk_model for i in visit.catalogue.latest.values()}
    newest = max(models, key=lambda version: [int(part) for part in version.split(".")])
    model = models[newest]
    return page(
        visit.request,
        "home/method.html",
        model=model,
        efforts=", ".join(f"{effort} {points:g}" for effort, points in model.efforts.items()),
        documents=documents(visit.settings.questionnaires),
    )


@router.get("/privacy")
def privacy(visit: Visit) -> Response:
    """What is kept of whom."""
    return page(visit.request, "home/privacy.html")


@router.get("/accessibility")
def accessibility(visit: Visit) -> Response:
    """What was checked, and by whom it was not."""
    return page(visit.request, "home/accessibility.html")


@router.get("/help")
def help_(visit: Visit) -> Response:
    """Whom to call, and where a case belongs."""
    return page(visit.request, "home/help.html")
