"""Whether this process lives, and whether it can serve: for whoever starts, watches and replaces processes."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@router.get("/ready")
async def ready(request: Request) -> Response:
    """The database answers as well, and the process is not about to stop; else 503."""
    if request.app.state.is_stopping:
        return PlainTextResponse("The server is about to stop.", 503)
    if await run_in_threadpool(request.app.state.database.answers):
        return PlainTextResponse("ok")
    return PlainTextResponse("The database does not answer.", 503)
