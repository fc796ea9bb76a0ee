"""Each request observed once, from outside everything else: an id to quote, a line in the log, and the counts.

Of the request itself only the method and the template of its route are told. Its path may hold a link’s token, its
query and body are answers.
"""

import asyncio
import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import metrics
from app.logs import tell_once

HEADER = b"x-request-id"
NO_ROUTE, FILES = "none", "/static/{path}"
_WATCHED = ("/health/live", "/health/ready", "/metrics")  # asked every few seconds: told where they fail


class Observed:
    """Gives a request its id, and tells log and metrics how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 0
        scope["request_id"] = request_id = secrets.token_hex(8)

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((HEADER, request_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except asyncio.CancelledError as error:
            tell_once(error)  # it is the server that ended it, and the line says so by its status
            raise
        except Exception as error:
            status, scope["failed"] = status or 500, error
            tell_once(error)
            raise
        finally:
            _tell(scope, status, time.perf_counter() - began)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """`status` 0: nothing was sent, since whoever asked had gone or the server stopped."""
    route: str = getattr(scope.get("route"), "path", FILES if scope["path"].startswith("/static/") else NO_ROUTE)
    method = metrics.method_of(scope["method"])
    metrics.answered(route, method, status, seconds)
    failed = scope.get("failed")
    if route in _WATCHED and status < 400:
        return
    line = {"route": route, "method": method, "status": status, "ms": round(1000 * seconds, 1)}
    log = structlog.get_logger()
    if failed is None:
        log.info("request", **line, request_id=scope["request_id"])
    else:
        log.error("request failed", **line, request_id=scope["request_id"], exc_info=failed)
