"""A template as an answer, in the language that the reader’s browser asks for."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.i18n import negotiate
from app.templating import draw


def language_of(request: Request) -> str:
    """The language in which this request is answered."""
    return negotiate(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """A page of templates/; `context` is everything that it receives."""
    language = language_of(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(draw(template, language, **context), status, headers)


def go_to(address: str) -> RedirectResponse:
    """On to another page, to be fetched by GET, so that reloading it sends nothing twice."""
    return RedirectResponse(address, 303)
