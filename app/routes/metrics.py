"""The figures for whoever operates the service: there only where a token is set, and only for whoever sends it."""

import hmac

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import PlainTextResponse, Response

from app.metrics import CONTENT_TYPE, exposed

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Every count, in Prometheus’ text format."""
    token = request.app.state.settings.metrics_token
    if token is None:
        raise HTTPException(404)
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    is_known = hmac.compare_digest(sent.strip().encode(), token.get_secret_value().encode())
    if scheme.lower() != "bearer" or not is_known:
        return PlainTextResponse("Send the token of the metrics.", 401, {"WWW-Authenticate": "Bearer"})
    return Response(exposed(), media_type=CONTENT_TYPE)
