"""A template as an answer, in the language that the reader’s browser asks for."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.forms import FieldError
from app.i18n import negotiate
from app.templating import draw


def language_of(request: Request) -> str:
    """The language in which this request is answered."""
    return negotiate(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """A page of templates/; `context` is everything that it receives."""
    language = language_of(request)
    context = {"signed": getattr(request.state, "signed", None), **context}
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(draw(template, language, **context), status, headers)


def ask_for_code(
    request: Request, ticket: str, then: str = "/", kept: Mapping[str, str] | None = None, problem: str = ""
) -> HTMLResponse:
    """The page of the second step, with what was typed before the last session ended."""
    errors = [FieldError("code", "code", problem)] if problem else []
    status = {"": 200, "must_wait": 429}.get(problem, 422)
    return page(request, "account/code.html", status, ticket=ticket, then=then, kept=kept or {}, errors=errors)


def go_to(address: str) -> RedirectResponse:
    """On to another page, to be fetched by GET, so that reloading it sends nothing twice."""
    return RedirectResponse(address, 303)


def cookie_name(https: bool) -> str:
    """Of the cookie that holds a session’s token; by https no other host or path can set it."""
    return "__Host-plumbline" if https else "plumbline"


def keep_signed_in(response: Response, token: str, https: bool) -> Response:
    """Give the browser a session’s token, until it is closed."""
    response.set_cookie(cookie_name(https), token, path="/", secure=https, httponly=True, samesite="lax")
    return response


def forget(response: Response, https: bool) -> Response:
    """Take the token away from the browser."""
    response.delete_cookie(cookie_name(https), path="/", secure=https, httponly=True, samesite="lax")
    return response
