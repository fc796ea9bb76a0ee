"""A template as an answer, in the language that the reader’s browser asks for."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.forms import FieldError
from app.i18n import negotiate
from app.settings import Settings
from app.templating import draw


def language_of(request: Request) -> str:
    """The language in which this request is answered."""
    return negotiate(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """A page of templates/; `context` is everything that it receives."""
    language = language_of(request)
    settings: Settings = request.app.state.settings
    ways = {"provider": settings.provider_name, "has_mail": settings.has_mail}
    context = {"signed": getattr(request.state, "signed", None), **ways, **context}
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


def own(address: str) -> str:
    """An address of this site; the first page for any other, so that no link leads elsewhere through us."""
    return address if re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", address) and "\\" not in address else "/"


def outside_cookie(https: bool) -> str:
    """Of the cookie that a browser holds while somebody signs in with the provider."""
    return "__Host-plumbline-outside" if https else "plumbline-outside"


def travelling(response: Response, sealed: str, https: bool) -> Response:
    """Give the browser what it needs to come back from the provider, for ten minutes; or take it away where empty."""
    how: dict[str, Any] = {"path": "/", "secure": https, "httponly": True}
    if sealed:
        response.set_cookie(outside_cookie(https), sealed, max_age=600, samesite="lax", **how)
    else:
        response.delete_cookie(outside_cookie(https), samesite="lax", **how)
    return response


def leave_for_provider(request: Request, sealed: str, https: bool) -> Response:
    """A page that leads on to the provider, after a form that asked for it."""
    return travelling(page(request, "account/outside.html"), sealed, https)


def public_address(request: Request, settings: Settings) -> str:
    """By which address browsers reach this server, without a slash at its end."""
    scheme = "https" if settings.https else request.url.scheme
    return settings.public_address or f"{scheme}://{request.headers['host']}"


def forget(response: Response, https: bool) -> Response:
    """Take the token away from the browser."""
    response.delete_cookie(cookie_name(https), path="/", secure=https, httponly=True, samesite="lax")
    return response
