"""An organisation’s own assessments for its programs: the routes that a key opens, and nothing else does.

A program shows its key in the header `Authorization: Bearer …`. A session’s cookie is not looked at here, and a key is
not looked at anywhere else. All of them only read.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app import assessments, trail
from app.accounts import Reader
from app.api_models import AssessmentLine, ProblemDetails
from app.assessment_report import report_of
from app.assessments import OpenAssessment, Summary
from app.authorisation import matrix, may
from app.dependencies import Visit
from app.errors import NotFound, SignInNeeded, StillDraft
from app.failures import failure
from app.i18n import translations
from app.pages import language_of
from app.program_keys import Program, count_failure, program_of, used
from app.routes import drawing
from scoring.report import Report

PROGRAM = "program"


@dataclass
class ProgramVisit(Visit):
    """A request with a key that holds; `reader` stands in its organisation and never writes."""

    program: Program | None = None

    @property
    def reader(self) -> Reader:
        """Who reads."""
        if self.program is None:
            raise SignInNeeded("Send a key.")
        return self.program.reader

    def submitted(self, assessment_id: str) -> OpenAssessment:
        """One of the organisation’s assessments. Raises NotFound, and StillDraft."""
        found = self.assessment(assessment_id)
        if found.state == "draft":
            raise StillDraft("This assessment has not been submitted. Programs are given no answers of a draft.")
        return found


class ProgramRoute(APIRoute):
    """A route that takes a key and runs in a transaction that reads."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _with_key(endpoint), **options)


def _with_key(handler: Callable[..., Any]) -> Callable[..., Any]:
    def run(request: Request, arguments: dict[str, Any]) -> Any:
        state, token = request.app.state, _token(request)
        with state.database.transaction(write=False) as session:
            program = program_of(session, state.keyring, token)
            answer = _lacks(request, program) if program else None
            if program and answer is None:
                visit = ProgramVisit(
                    request, state.settings, state.catalogue, state.database, state.keyring, None, session, {}, program
                )
                answer = handler(visit, **arguments)
        if program is None:
            return _unknown(request, token)
        if program.is_to_be_seen:
            with state.database.transaction(write=True) as session:
                used(session, program)
        return answer

    @functools.wraps(handler)
    async def endpoint(request: Request, **arguments: Any) -> Any:
        if request.app.state.database.is_embedded:
            return run(request, arguments)
        return await run_in_threadpool(run, request, arguments)

    signature = inspect.signature(handler)
    taken = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = [parameter for name, parameter in signature.parameters.items() if name != "visit"]
    endpoint.__signature__ = signature.replace(parameters=[taken, *rest])  # type: ignore[attr-defined]
    return endpoint


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unknown(request: Request, token: str) -> Response:
    """The same words and headers for no key, a wrong one, and one that holds no more."""
    if token:
        count_failure(request.app.state.database, request.client.host if request.client else "")
    words = "Send a key that holds: Authorization: Bearer plumbline_…"
    return failure(request, 401, "No key that holds", words, headers={"WWW-Authenticate": 'Bearer realm="Plumbline"'})


def _lacks(request: Request, program: Program) -> Response | None:
    """The answer to a key that is not good for this; None where it is."""
    path = request.scope["route"].path
    rule = matrix().get(f"{request.method} {path}")
    if rule and may(request.method, path, [PROGRAM]) and rule.scope in program.scopes:
        return None
    scope = rule.scope if rule else ""
    challenge = f'Bearer realm="Plumbline", error="insufficient_scope", scope="{scope}"'
    words = f"This key is not good for it; it would need the scope “{scope}”."
    return failure(request, 403, "Not within the key’s scopes", words, headers={"WWW-Authenticate": challenge})


def _problems(described: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemDetails, "description": words} for status, words in described.items()}


_KEY = _problems(
    {401: "No key, or one that does not hold", 403: "Not within its scopes", 429: "Too many requests or wrong keys"}
)
_NONE = _problems({404: "No such assessment, or another organisation’s"})
_DRAFT = _problems({409: "Not submitted yet"})
router = APIRouter(prefix="/api/v1/assessments", tags=["assessments"], route_class=ProgramRoute)


@router.get("", response_model=list[AssessmentLine], responses=_KEY)
def listed(visit: ProgramVisit) -> Response:
    """The organisation’s assessments, the last changed first; of a draft that it is there, and nothing in it."""
    found = assessments.listed(visit.session, visit.reader)
    return JSONResponse([_line(one) for one in found])


@router.get("/{assessment_id}", response_model=AssessmentLine, responses=_KEY | _NONE)
def one(visit: ProgramVisit, assessment_id: str) -> Response:
    """One of them."""
    found = next((a for a in assessments.listed(visit.session, visit.reader) if a.id == assessment_id), None)
    if found is None:
        raise NotFound("There is no such assessment.")
    return JSONResponse(_line(found))


@router.get("/{assessment_id}/report", response_model=Report, responses=_KEY | _NONE | _DRAFT)
def report(visit: ProgramVisit, assessment_id: str) -> Response:
    """The report of an assessment that was submitted, with everything that is needed to recompute it."""
    return drawing.report_data(_report(visit, assessment_id))


_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "The report"}}


@router.get("/{assessment_id}/report.pdf", response_class=Response, responses=_KEY | _NONE | _DRAFT | _PDF)
def report_pdf(visit: ProgramVisit, assessment_id: str) -> Response:
    """The same as a PDF that carries its data."""
    return drawing.report_pdf(visit, _report(visit, assessment_id))


@router.get("/{assessment_id}/trail", response_model=dict[str, Any], responses=_KEY | _NONE | _DRAFT)
def trail_of(visit: ProgramVisit, assessment_id: str) -> Response:
    """Who changed what, sealed so that anybody can follow the chain, with the written words."""
    found = visit.submitted(assessment_id)
    return JSONResponse(trail.exported(visit.session, visit.reader.cipher, found.chain))


def _line(of: Summary) -> dict[str, Any]:
    return AssessmentLine(**{name: getattr(of, name) for name in AssessmentLine.model_fields}).model_dump(mode="json")


def _report(visit: ProgramVisit, assessment_id: str) -> Report:
    words = translations(language_of(visit.request))
    return report_of(visit.session, visit.reader, visit.submitted(assessment_id), words)
