"""The first page, and the page on method and sources."""

from fastapi import APIRouter
from starlette.responses import Response

from app.agencies import by_chain
from app.assessments import listed
from app.content.documents import documents
from app.dependencies import Visit
from app.pages import language_of, page
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)


@router.get("/")
def home(visit: Visit) -> Response:
    """What this is, the agencies by chain, and the assessments to resume."""
    chains = by_chain(visit.catalogue, language_of(visit.request))
    return page(
        visit.request,
        "home/home.html",
        chains=chains,
        assessments=listed(visit.session, visit.reader),
        titles={q.id: q.title for group in chains for q in (*group.chief, *group.others)},
    )


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
