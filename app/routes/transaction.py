"""The route class of every page that reads or writes: who may, in one transaction, committed before the answer.

    router = APIRouter(route_class=TransactionRoute)

    @router.get("/assessments/{assessment_id}")
    def hub(visit: Visit, assessment_id: str) -> Response: ...

Handlers are plain `def` and take a `visit` first. The transaction runs inline on SQLite (threads that fight for its
write lock cost five times as much) and on a thread of the pool on any other database. An error rolls back; where it
was that another request came between, the handler is called again: it changes nothing but what is in the database.

A handler is called only if authorisation.yaml lets whoever is signed in call its route, and a form only if it carries
what this session put into it. What was typed is never lost to that: it comes back in a page that sends it again.
"""

import contextlib
import functools
import hmac
import inspect
from collections.abc import Callable, Container, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import unquote_plus, urlencode

from anyio import to_thread
from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.accounts import SignedIn, seen, signed_in
from app.again import again
from app.authorisation import may, may_without_second_factor
from app.dependencies import Visit
from app.errors import Busy, NotAllowed, SignInNeeded, TooLarge
from app.failures import wants_data
from app.forms import FieldError
from app.multipart import KIND, read_parts
from app.pages import cookie_name, go_to, page
from app.second_factor import is_owed

_READS = ("GET", "HEAD")
_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 5000
_ATTEMPTS = 8  # how often a request is run where others come between
CSRF = "csrf"


_SLOW: set[Callable[..., Any]] = set()
_OUTSIDE: set[Callable[..., Any]] = set()
_OPEN_FORMS: set[Callable[..., Any]] = set()
_READ_ONLY: set[Callable[..., Any]] = set()
_WITH_FILES: set[Callable[..., Any]] = set()
Handler = TypeVar("Handler", bound=Callable[..., Any])


def slow(handler: Handler) -> Handler:
    """Marks a handler that may take long: it runs on a thread, so that others need not wait. Its transaction only
    reads; what it writes it writes in one of its own, by `visit.database`."""
    _SLOW.add(handler)
    return handler


def outside_transaction(handler: Handler) -> Handler:
    """Marks a handler that waits for another server: it runs on a thread once the transaction that looked who calls is
    over. Its `visit.session` is none; it opens transactions of its own by `visit.database`."""
    _OUTSIDE.add(handler)
    return slow(handler)


def open_form(handler: Handler) -> Handler:
    """Marks a handler whose form is sent before anybody is signed in, and so carries nothing of a session."""
    _OPEN_FORMS.add(handler)
    return handler


def with_file(handler: Handler) -> Handler:
    """Marks a handler whose form may hold a file; others take no such form."""
    _WITH_FILES.add(handler)
    return handler


def stores_nothing(handler: Handler) -> Handler:
    """Marks a handler that answers a form and keeps nothing of it: its transaction only reads.

    Its form may hold a file, and needs no token of a session: a page on another site, which is refused anyhow, could
    change nothing with it.
    """
    _READ_ONLY.add(handler)
    return open_form(with_file(handler))


class StraightRoute(APIRoute):
    """A route that calls its handler without a detour where there is nothing to find out first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI’s; where a handler takes nothing but parts of its path and makes its own answer, straight to it,
        since nothing has to be read or solved then."""
        endpoint, names = self.endpoint, _parts_of_path(self.endpoint, self.param_convertors)
        if names is None:
            return super().get_route_handler()

        async def straight(request: Request) -> Response:
            found = request.path_params
            answer: Response = await endpoint(request, **{name: found[name] for name in names})
            return answer

        return straight


class TransactionRoute(StraightRoute):
    """A route whose handler runs in a transaction; a POST's fields are read before the transaction begins."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_transaction(endpoint), **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")  # Starlette's own routes answer it; the server leaves the body out


def _in_transaction(handler: Callable[..., Any]) -> Callable[..., Any]:
    def run(request: Request, fields: dict[str, str], arguments: dict[str, Any]) -> Any:
        state = request.app.state
        write = request.method not in _READS and handler not in _SLOW and handler not in _READ_ONLY
        token = request.cookies.get(cookie_name(state.settings.https), "")
        with state.database.transaction(write=write) as session:
            signed = signed_in(session, state.keyring, token)
            if signed and (rate := getattr(request.state, "rate", None)):
                rate.count(f"account {signed.account}")
            request.state.signed = signed
            refused = _refused(request, handler, signed, fields) or _led_to_second_factor(request, signed, fields)
            if refused is not None:
                return refused
            if signed and signed.is_to_be_seen and write:
                seen(session, signed)
            visit = Visit(
                request, state.settings, state.catalogue, state.database, state.keyring, signed, session, fields
            )
            answer = None if handler in _OUTSIDE else handler(visit, **arguments)
        if handler in _OUTSIDE:
            answer = handler(visit, **arguments)
        if signed and signed.is_to_be_seen and not write:
            # Where another request of the session does the same at this moment, that one is enough.
            with contextlib.suppress(Busy), state.database.transaction(write=True) as session:
                seen(session, signed)
        return answer

    def again_where_busy(request: Request, fields: dict[str, str], arguments: dict[str, Any]) -> Any:
        return again(request.app.state.database, partial(run, request, fields, arguments), _ATTEMPTS)

    @functools.wraps(handler)
    async def endpoint(request: Request, **arguments: Any) -> Any:
        fields = {} if request.method in _READS else await posted_fields(request, handler in _WITH_FILES)
        if request.app.state.database.is_embedded and handler not in _SLOW:
            return again_where_busy(request, fields, arguments)
        if handler in _OUTSIDE:  # may wait for long, and holds no connection meanwhile; what it asked is asked once
            return await to_thread.run_sync(run, request, fields, arguments)
        return await to_thread.run_sync(again_where_busy, request, fields, arguments, limiter=request.app.state.threads)

    signature = inspect.signature(handler)
    taken = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = [parameter for name, parameter in signature.parameters.items() if name != "visit"]
    endpoint.__signature__ = signature.replace(parameters=[taken, *rest])  # type: ignore[attr-defined]
    return endpoint


def _parts_of_path(endpoint: Callable[..., Any], path: Container[str]) -> tuple[str, ...] | None:
    """The names that an endpoint takes beside the request, all of them plain parts of its path; None where it takes
    anything else, or leaves its answer to be made of what it returns."""
    signature = inspect.signature(endpoint)
    taken = [parameter for name, parameter in signature.parameters.items() if name != "request"]
    is_plain = all(one.annotation is str and one.name in path for one in taken)
    return tuple(one.name for one in taken) if is_plain and signature.return_annotation is Response else None


def _refused(
    request: Request, handler: Callable[..., Any], signed: SignedIn | None, fields: Mapping[str, str]
) -> Response | None:
    """The answer to whoever may not; None where the handler may be called. Raises SignInNeeded and NotAllowed."""
    roles = signed.roles if signed else ()
    is_form = request.method not in _READS
    if not may(request.method, request.scope["route"].path, roles):
        if signed:
            raise NotAllowed("Your role does not allow this. Ask a manager of your organisation.")
        if wants_data(request):
            raise SignInNeeded("You are not signed in, or not any more.")
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return kept(request, address, fields) if is_form else go_to(f"/sign-in?{urlencode({'then': address})}")
    if not is_form or signed is None or handler in _OPEN_FORMS:
        return None
    if hmac.compare_digest(fields.get(CSRF, "").encode(), signed.csrf.encode()):
        return None
    if wants_data(request):
        raise NotAllowed("This page is of an earlier session. Open it anew.")
    return kept(request, request.url.path, fields, status=403)


def _led_to_second_factor(request: Request, signed: SignedIn | None, fields: Mapping[str, str]) -> Response | None:
    """The way to set one up for whoever must have one and has none; None for everybody else. Raises NotAllowed."""
    if not is_owed(signed, request.app.state.settings.second_factor):
        return None
    if may_without_second_factor(request.method, request.scope["route"].path):
        return None
    if wants_data(request):
        raise NotAllowed("Set up a second factor for your account first.")
    if request.method in _READS:
        return go_to("/account/second-factor")
    return kept(request, request.url.path, fields, status=403)


def kept(
    request: Request, address: str, fields: Mapping[str, str], status: int = 401, problem: str = "", email: str = ""
) -> Response:
    """What was typed, to be sent again once somebody is signed in, with a second factor if one is asked for; it is kept
    in this page and nowhere else."""
    words = {name: value for name, value in fields.items() if name != CSRF}
    errors = [FieldError("email", "email", problem)] if problem else []
    signed: SignedIn | None = getattr(request.state, "signed", None)
    lacks = is_owed(signed, request.app.state.settings.second_factor)
    return page(
        request, "account/kept.html", status, address=address, kept=words, email=email, errors=errors, lacks=lacks
    )


async def posted_fields(request: Request, with_file: bool = False) -> dict[str, str]:
    """The posted fields; of two with one name the last, which is what a marked radio sends."""
    kind = request.headers.get("content-type", _FORM)
    sent = kind.split(";")[0].strip().lower()
    if with_file and sent == KIND:
        return read_parts(kind, await request.body(), _MAX_FIELDS)
    if sent != _FORM:
        raise HTTPException(415)
    parts = (await request.body()).decode("latin-1").split("&")  # what is not ASCII comes as %XX, in UTF-8
    if len(parts) > _MAX_FIELDS:
        raise TooLarge(f"At most {_MAX_FIELDS} fields are taken in one form.")
    pairs = (part.partition("=") for part in parts if part)
    return {_plain(name): _plain(value) for name, _, value in pairs}


def _plain(part: str) -> str:
    return unquote_plus(part) if "%" in part or "+" in part else part
