"""Calls as schemathesis draws them from the API’s own document, each answer held against what the document says.

The document lets any text be the id of a questionnaire or of an option, so most of those calls find nothing of that
name. They are drawn once more with the JSON Schema of one questionnaire in the place of the body’s: then whatever the
schema lets through must be scored, and whatever it does not must be refused.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.answer_schema import answer_schema
from scoring.questionnaire import Questionnaire
from tests.fuzzing.caller import Tally

BASE = "http://127.0.0.1:8000"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def call_as_described(app: FastAPI, tally: Tally, examples: int, asked: Questionnaire) -> None:
    """So many calls of each operation for each kind of data, right and wrong. Raises what schemathesis finds."""
    document = app.openapi()
    with asgi.get_client(app) as session:
        for operation in _operations(app, document):
            checks = CHECKS if "{" not in operation.path else CHECKS[:-1]  # any text may be part of a path
            _drawn(operation, session, checks, tally, examples)
            if "{" in operation.path:
                _drawn(operation, session, checks, tally, examples, {"questionnaire_id": asked.id})
        for operation in _operations(app, _with_the_schema_of(asked, document)):
            if operation.method == "post":
                _drawn(operation, session, [*CHECKS, positive_data_acceptance], tally, examples)


def _operations(app: FastAPI, document: dict[str, Any]) -> Iterator[APIOperation]:
    described = from_dict(document)
    described.app = app
    for found in described.get_all_operations():
        yield found.ok()


def _with_the_schema_of(asked: Questionnaire, document: dict[str, Any]) -> dict[str, Any]:
    changed, schema = deepcopy(document), answer_schema(asked)
    body = changed["paths"]["/api/v1/score"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {name: part for name, part in schema.items() if name not in ("$schema", "$defs")}
    return {**changed, "$defs": schema["$defs"], "paths": {"/api/v1/score": changed["paths"]["/api/v1/score"]}}


def _drawn(
    operation: APIOperation,
    session: Any,
    checks: list[Any],
    tally: Tally,
    examples: int,
    parameters: dict[str, Any] | None = None,
) -> None:
    takes_anything = operation.method == "post" or "{" in operation.path
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if takes_anything else [GenerationMode.POSITIVE]
    for mode in modes:
        cases = operation.as_strategy(generation_mode=mode, path_parameters=parameters)

        @seed(6)
        @settings(
            max_examples=examples,
            database=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def call(case: Case) -> None:
            reply = case.call(base_url=BASE, session=session)
            tally.routes[f"{operation.label} (as described)", reply.status_code] += 1
            case.validate_response(reply, checks)

        call()
