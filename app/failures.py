"""What an error becomes: a page for a reader in a browser, problem details (RFC 9457) for a program under /api.

The handlers are `async def` so that no error costs a thread.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.api_models import ProblemDetails, ProblemItem
from app.errors import BadRequest, Busy, MustWait, PlumblineError
from app.pages import language_of
from app.templating import draw
from scoring.errors import InvalidAnswers, Problem

API = "/api/"
INVALID = "What was sent does not hold"
_WORDS = {
    400: ("The request cannot be read", "Go back, check what you sent, and try again."),
    403: ("Not accepted", "This cannot be done from here."),
    404: ("Page not found", "Check the address, or begin at the first page."),
    405: ("This is not possible here", "This address does not take that kind of request."),
    415: ("This kind of content is not taken", "Send the content type that this address takes."),
    422: (INVALID, "Check the address, or begin at the first page."),
    500: ("Something went wrong", "What was saved before is kept. Try again in a moment."),
}


def wants_data(request: Request) -> bool:
    """Whether a program asks, or a page’s script, and not a reader."""
    return request.url.path.startswith(API) or request.headers.get("accept", "").startswith("application/json")


class ProblemResponse(Response):
    """Problem details as RFC 9457 has them."""

    media_type = "application/problem+json"


def failure(
    request: Request,
    status: int,
    title: str,
    message: str,
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    code: str = "",
) -> Response:
    """An answer that says what went wrong, in the form that whoever asked can read; `code`: of its words in a page."""
    request_id = request.scope.get("request_id", "")
    if wants_data(request):
        items = tuple(ProblemItem(pointer=p.pointer, code=p.code, detail=p.message) for p in problems)
        details = ProblemDetails(title=title, status=status, detail=message, errors=items, request_id=request_id)
        return ProblemResponse(details.model_dump_json(), status, headers)
    known = {"signed": request.state.signed} if hasattr(request.state, "signed") else {}  # else nobody has looked yet
    text = draw("errors/error.html", language_of(request), status=status, code=code, request_id=request_id, **known)
    return HTMLResponse(text, status, headers)


async def domain_failure(request: Request, error: Exception) -> Response:
    """Of one of the service’s own errors. What the reader can do nothing about is for the log."""
    assert isinstance(error, PlumblineError)
    if error.status >= 500:
        request.scope["failed"] = error
    problems = error.problems if isinstance(error, BadRequest) else ()
    message = str(error) if error.status < 500 else _WORDS[500][1]
    seconds = error.seconds if isinstance(error, MustWait) else 1 if isinstance(error, Busy) else None
    headers = {"Retry-After": str(seconds)} if seconds else None
    return failure(request, error.status, error.title, message, problems, headers, error.code)


async def invalid_answers(request: Request, error: Exception) -> Response:
    """Of answers that do not fit, with every problem."""
    assert isinstance(error, InvalidAnswers)
    return failure(request, 422, INVALID, "Every problem is listed with the place where it stands.", error.problems)


async def http_failure(request: Request, error: Exception) -> Response:
    """Of an error of the framework: no such page, no such method."""
    assert isinstance(error, HTTPException)
    standard = HTTPStatus(error.status_code).phrase, error.detail
    title, message = _WORDS.get(error.status_code, standard)
    return failure(request, error.status_code, title, message, headers=error.headers)


async def invalid_request(request: Request, error: Exception) -> Response:
    """Of a path or query that the framework refused; what was sent is not repeated."""
    return failure(request, 422, *_WORDS[422])


async def gone(request: Request, error: Exception) -> Response:
    """Of somebody who hung up before all of the request had come: nobody reads it, and it is no defect."""
    return Response(status_code=400)


async def unexpected(request: Request, error: Exception) -> Response:
    """Of a defect. The reader learns nothing of it; the log has where it happened."""
    return failure(request, 500, *_WORDS[500])
