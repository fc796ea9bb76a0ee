"""The OpenAPI document of the scoring API, with an example that is worked out from a questionnaire that is served."""

import json
from typing import Any

from fastapi import FastAPI

from app.api_models import ScoreReply, ScoreRequest
from app.catalogue import Catalogue
from app.score_body import given_answers
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import LADDER, UNKNOWN, Question
from scoring.report import About, Given

ADDRESS = "/api/v1/openapi.json"
SCORE = "/api/v1/score"
_PROBLEM = "application/problem+json"
_PREFERRED = "border_guard"


def documented(app: FastAPI) -> dict[str, Any]:
    """The document: FastAPI's own, with problem details under their media type, and the example."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path in document["paths"].values():
            for operation in path.values():
                _name_problems(operation)
        _add_example(document["paths"][SCORE]["post"], app.state.catalogue)
    assert app.openapi_schema is not None
    return app.openapi_schema


def _name_problems(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            response["content"] = {_PROBLEM: response["content"]["application/json"]}


def _add_example(operation: dict[str, Any], catalogue: Catalogue) -> None:
    instruments = catalogue.latest
    if not instruments:
        return
    instrument = instruments.get(_PREFERRED) or next(iter(instruments.values()))
    request, reply = example(instrument)
    operation["requestBody"]["content"]["application/json"]["example"] = _plain(request)
    operation["responses"]["200"]["content"]["application/json"]["example"] = _plain(reply)


def example(instrument: Instrument) -> tuple[ScoreRequest, ScoreReply]:
    """A call that answers the first section, and its reply with scores alone."""
    questionnaire = instrument.questionnaire
    asked = questionnaire.sections[0].questions
    request = ScoreRequest(
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        about=About(organisation="Sample Border Service", scope="one post", answered_by="two sittings, six people"),
        profile={fact.id: True for fact in questionnaire.profile},
        answers={question.id: _answer(place, question) for place, question in enumerate(asked)},
        include=[],
    )
    answers = read_answers(questionnaire, request.profile, given_answers(request))
    return request, ScoreReply.model_construct(**dict(assess(instrument, answers, [])), about=request.about)


def _answer(place: int, question: Question) -> str | Given:
    if question.kind != "control":
        return list(question.level_of)[place % len(question.options)]
    return (LADDER[1], Given(option=LADDER[2], note="Weekly log, kept by the shift leader"), UNKNOWN)[place % 3]


def _plain(value: ScoreRequest | ScoreReply) -> Any:
    return json.loads(value.model_dump_json(exclude_unset=isinstance(value, ScoreRequest)))
