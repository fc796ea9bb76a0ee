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
from typing import Any

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from app.dependencies import Visit

_READS = ("GET", "HEAD")
_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 5000


class TransactionRoute(APIRoute):
    """A route whose handler runs in a transaction; a POST's fields are read before the transaction begins."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_transaction(endpoint), **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")  # Starlette's own routes answer it; the server leaves the body out


def _in_transaction(handler: Callable[..., Any]) -> Callable[..., Any]:
    def run(request: Request, form: FormData, arguments: dict[str, Any]) -> Any:
        state = request.app.state
        with state.database.transaction(write=request.method not in _READS) as session:
            visit = Visit(request, state.settings, state.catalogue, state.database, state.reader, session, form)
            return handler(visit, **arguments)

    @functools.wraps(handler)
    async def endpoint(request: Request, **arguments: Any) -> Any:
        form = FormData() if request.method in _READS else await _form(request)
        if request.app.state.database.is_embedded:
            return run(request, form, arguments)
        return await run_in_threadpool(run, request, form, arguments)

    signature = inspect.signature(handler)
    taken = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = [parameter for name, parameter in signature.parameters.items() if name != "visit"]
    endpoint.__signature__ = signature.replace(parameters=[taken, *rest])  # type: ignore[attr-defined]
    return endpoint


async def _form(request: Request) -> FormData:
    sent = request.headers.get("content-type", _FORM).split(";")[0].strip().lower()
    if sent != _FORM:
        raise HTTPException(415)
    return await request.form(max_fields=_MAX_FIELDS)
