"""The route class of every page that reads or writes: one request, one transaction, committed before the answer.

    router = APIRouter(route_class=TransactionRoute)

    @router.get("/assessments/{assessment_id}")
    def hub(visit: Visit, assessment_id: str) -> Response: ...

Handlers are plain `def` and take a `visit` first. The transaction runs inline on SQLite (threads that fight for its
write lock cost five times as much) and on a thread of the pool on any other database. An error rolls back.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from app.dependencies import Visit
from app.errors import TooLarge

_READS = ("GET", "HEAD")
_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 5000


_SLOW: set[Callable[..., Any]] = set()
Handler = TypeVar("Handler", bound=Callable[..., Any])


def slow(handler: Handler) -> Handler:
    """Marks a handler that may take long and only reads: it runs on a thread, so that others need not wait."""
    _SLOW.add(handler)
    return handler


class TransactionRoute(APIRoute):
    """A route whose handler runs in a transaction; a POST's fields are read before the transaction begins."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_transaction(endpoint), **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")  # Starlette's own routes answer it; the server leaves the body out


def _in_transaction(handler: Callable[..., Any]) -> Callable[..., Any]:
    def run(request: Request, fields: dict[str, str], arguments: dict[str, Any]) -> Any:
        state = request.app.state
        with state.database.transaction(write=request.method not in _READS) as session:
            visit = Visit(request, state.settings, state.catalogue, state.database, state.reader, session, fields)
            return handler(visit, **arguments)

    @functools.wraps(handler)
    async def endpoint(request: Request, **arguments: Any) -> Any:
        fields = {} if request.method in _READS else await _fields(request)
        if request.app.state.database.is_embedded and handler not in _SLOW:
            return run(request, fields, arguments)
        return await run_in_threadpool(run, request, fields, arguments)

    signature = inspect.signature(handler)
    taken = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = [parameter for name, parameter in signature.parameters.items() if name != "visit"]
    endpoint.__signature__ = signature.replace(parameters=[taken, *rest])  # type: ignore[attr-defined]
    return endpoint


async def _fields(request: Request) -> dict[str, str]:
    """The posted fields; of two with one name the last, which is what a marked radio sends."""
    sent = request.headers.get("content-type", _FORM).split(";")[0].strip().lower()
    if sent != _FORM:
        raise HTTPException(415)
    body = (await request.body()).decode("latin-1")  # what is not ASCII comes as %XX, in UTF-8
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise TooLarge(f"At most {_MAX_FIELDS} fields are taken in one form.") from None
