"""The OpenAPI document of the scoring API, with an example that is worked out from a questionnaire that is served."""

import json
from typing import Any

from fastapi import FastAPI

from app.api_models import AnswerSet, ProblemDetails, ScoreReply, ScoreRequest, WhatIfRequest
from app.authorisation import matrix
from app.score_body import given_answers
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import LADDER, UNKNOWN, Frozen, Question
from scoring.report import About, Given
from scoring.result import WhatIf
from scoring.what_if import what_if

ADDRESS = "/api/v1/openapi.json"
SCORE = "/api/v1/score"
WHAT_IF = "/api/v1/what-if"
_PROBLEM = "application/problem+json"
_REFERENCE = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
_PREFERRED = "border_guard"
# What is refused before any operation is reached (app/middleware.py).
_BEFOREHAND = {
    "400": "Unknown host, or not JSON in UTF-8",
    "403": "Sent by a browser on behalf of another site",
    "408": "Announced, and not come in time",
    "429": "Too many requests within a minute",
}
_COUNTED = {
    "RateLimit-Limit": "requests that are answered within a minute",
    "RateLimit-Remaining": "of these, those that are left",
    "RateLimit-Reset": "seconds until they are counted anew",
}
_WAIT = {"Retry-After": "seconds to wait"}


def documented(app: FastAPI) -> dict[str, Any]:
    """The document: FastAPI's own, with problem details under their media type, and the example."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path in document["paths"].values():
            for method, operation in path.items():
                _name_problems(method, operation["responses"])
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        _name_scopes(document)
        instruments = app.state.catalogue.latest
        if instruments:
            instrument = instruments.get(_PREFERRED) or next(iter(instruments.values()))
            _add(document, SCORE, *example(instrument))
            _add(document, WHAT_IF, *what_if_example(instrument))
    assert app.openapi_schema is not None
    return app.openapi_schema


def _name_problems(method: str, responses: dict[str, Any]) -> None:
    """Every refusal as problem details, also FastAPI’s own and those of what stands before it; and the numbers that
    every answer carries."""
    if method == "get":
        responses.pop("422", None)  # every path and query can be read: they are texts
    for status, description in _BEFOREHAND.items():
        if status not in ("403", "408") or method != "get":
            responses[status] = {"description": description}
    for status, response in responses.items():
        if not status.startswith("2"):
            response["content"] = {_PROBLEM: {"schema": _REFERENCE}}
        if status not in ("400", "403"):
            response["headers"] = _headers(_COUNTED | (_WAIT if status == "429" else {}))
    for status in sorted(responses):
        responses[status] = responses.pop(status)


def _headers(named: dict[str, str]) -> dict[str, Any]:
    return {name: {"description": words, "schema": {"type": "integer"}} for name, words in named.items()}


def _name_scopes(document: dict[str, Any]) -> None:
    """Which routes take a key, and what it must be good for, as the matrix of authorisation has it."""
    for name, rule in matrix().items():
        method, address = name.lower().split(" ", 1)
        if rule.scope and method in document["paths"].get(address, {}):
            document["paths"][address][method]["security"] = [{"key": [rule.scope]}]
    scheme = {"type": "http", "scheme": "bearer", "description": "A key that a manager of the organisation made."}
    document.setdefault("components", {})["securitySchemes"] = {"key": scheme}


def _add(document: dict[str, Any], path: str, request: AnswerSet, reply: Frozen) -> None:
    operation = document["paths"][path]["post"]
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


def what_if_example(instrument: Instrument) -> tuple[WhatIfRequest, WhatIf]:
    """The same answers with the first action carried out that would move one of them."""
    scored, _ = example(instrument)
    fields = scored.model_dump(include={"questionnaire", "version", "profile", "answers"})
    moving = [r.id for r in instrument.questionnaire.recommendations if r.lifts or r.lowers]
    request = WhatIfRequest(**fields, actions=moving[:1])
    answers = read_answers(instrument.questionnaire, request.profile, given_answers(request))
    return request, what_if(instrument, answers, request.actions)


def _answer(place: int, question: Question) -> str | Given:
    if question.kind != "control":
        return list(question.level_of)[place % len(question.options)]
    return (LADDER[1], Given(option=LADDER[2], note="Weekly log, kept by the shift leader"), UNKNOWN)[place % 3]


def _plain(value: AnswerSet | Frozen) -> Any:
    return json.loads(value.model_dump_json(exclude_unset=isinstance(value, AnswerSet)))
