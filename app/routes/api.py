"""The scoring API, version 1: stateless; the field names are the domain's."""

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any, get_type_hints

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from app.answer_schema import answer_schema
from app.answer_sets import checked_answers
from app.api_models import AnswerSet, ProblemDetails, QuestionnaireLine, ScoreReply, ScoreRequest, WhatIfRequest
from app.catalogue import Catalogue
from app.errors import NotFound
from app.failures import failure
from app.score_body import read_body
from scoring.engine import Instrument
from scoring.errors import Problem
from scoring.figures import figures
from scoring.questionnaire import Questionnaire
from scoring.result import USUAL, WhatIf
from scoring.what_if import what_if_fields

_JSON = "application/json"


class RawBodyRoute(APIRoute):
    """Reads the body from its bytes: FastAPI would parse it to Python values first, which is slower and hides faults.

    The endpoint takes the request and its `body`, whose model FastAPI knows from the signature and documents.
    """

    @cached_property
    def shape(self) -> type[AnswerSet]:
        """The model of the body."""
        found: type[AnswerSet] = get_type_hints(self.endpoint)["body"]
        return found

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint without FastAPI's own parsing."""

        async def handle(request: Request) -> Response:
            sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if sent != _JSON:
                raise HTTPException(415)
            response: Response = await self.endpoint(request, read_body(self.shape, await request.body()))
            return response

        return handle


_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ProblemDetails, "description": "Unknown questionnaire"}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": ProblemDetails, "description": "Not JSON in UTF-8"},
    **_NOT_FOUND,
    413: {"model": ProblemDetails, "description": "Too large"},
    415: {"model": ProblemDetails, "description": "Not application/json"},
    422: {"model": ProblemDetails, "description": "Answers that do not fit, each with a pointer"},
}
router = APIRouter(prefix="/api/v1", tags=["scoring"])
scoring_router = APIRouter(prefix="/api/v1", tags=["scoring"], route_class=RawBodyRoute)


@router.get("/questionnaires")
async def questionnaires(request: Request) -> list[QuestionnaireLine]:
    """The latest version of every questionnaire."""
    catalogue: Catalogue = request.app.state.catalogue
    return [_line(instrument) for instrument in catalogue.latest.values()]


@router.get("/questionnaires/{questionnaire_id}", response_model=Questionnaire, responses=_NOT_FOUND)
async def questionnaire(request: Request, questionnaire_id: str, version: str | None = None) -> Response:
    """Everything that is needed to ask and to recompute."""
    found = _instrument(request, questionnaire_id, version).questionnaire
    return Response(found.model_dump_json(), media_type=_JSON)


@router.get("/questionnaires/{questionnaire_id}/schema", responses=_NOT_FOUND)
async def schema(request: Request, questionnaire_id: str, version: str | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scoring call for this questionnaire."""
    return answer_schema(_instrument(request, questionnaire_id, version).questionnaire)


@scoring_router.post("/score", response_model=ScoreReply, responses=_REFUSED)
async def score(request: Request, body: ScoreRequest) -> Response:
    """Score one set of answers. Nothing is stored; unanswered questions widen the interval."""
    try:
        instrument = _instrument(request, body.questionnaire, body.version)
    except NotFound as error:
        return _unknown(request, body, error)
    answers = checked_answers(instrument.questionnaire, body)
    reply = figures(instrument, answers, USUAL if body.include is None else body.include)
    if body.about is not None:
        reply["about"] = body.about
    return Response(to_json(reply), media_type=_JSON)


@scoring_router.post("/what-if", response_model=WhatIf, response_model_exclude_none=True, responses=_REFUSED)
async def what_if(request: Request, body: WhatIfRequest) -> Response:
    """Scores before and after some actions, and with a target the least effort that reaches it. Nothing is stored."""
    try:
        instrument = _instrument(request, body.questionnaire, body.version)
    except NotFound as error:
        return _unknown(request, body, error)
    answers = checked_answers(instrument.questionnaire, body)
    # A search may take a second, so it leaves the loop to others.
    reply = await run_in_threadpool(what_if_fields, instrument, answers, body.actions, body.target)
    return Response(to_json(reply), media_type=_JSON)


def _instrument(request: Request, questionnaire_id: str, version: str | None) -> Instrument:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue.instrument(questionnaire_id, version)


def _unknown(request: Request, body: AnswerSet, error: NotFound) -> Response:
    known = body.questionnaire in request.app.state.catalogue.instruments
    name = "version" if known else "questionnaire"
    problem = Problem(f"/{name}", f"unknown_{name}", str(error))
    return failure(request, 404, f"Unknown {name}", str(error), [problem])


def _line(instrument: Instrument) -> QuestionnaireLine:
    q = instrument.questionnaire
    return QuestionnaireLine(
        id=q.id,
        title=q.title,
        chains=list(instrument.chains),
        version=q.version,
        hash=q.hash,
        draft=q.draft,
        questions=len(instrument.questions),
    )
