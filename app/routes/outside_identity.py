"""Signing in with a provider (OpenID Connect): leaving for it, and coming back.

A form leads to a page of ours with a link rather than straight on to the provider, since the policy that keeps forms on
this site would stop a browser on the way.
"""

import structlog
from fastapi import APIRouter
from starlette.responses import Response

from app import outside_identity
from app.dependencies import Visit
from app.errors import OutsideFailed, ProviderUnsound
from app.outside_identity import Journey
from app.pages import ask_for_code, go_to, keep_signed_in, outside_cookie, own, public_address, travelling
from app.provider import Provider
from app.routes.transaction import TransactionRoute, outside_transaction
from app.signing_in import CodeNeeded

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)
BACK = "/sign-in/provider/back"


@router.get("/sign-in/provider")
@outside_transaction
def leave(visit: Visit, then: str = "/") -> Response:
    """On to the provider, to sign in."""
    if _provider(visit) is None:
        return go_to("/sign-in")
    cookie, journey = outside_identity.leave(visit.database, visit.keyring, purpose="sign in", then=own(then))
    return travelling(go_to(_address(visit, journey)), cookie, visit.settings.https)


@router.get("/sign-in/provider/go")
@outside_transaction
def go(visit: Visit) -> Response:
    """On to the provider, for what a form before asked for."""
    if _provider(visit) is None:
        return go_to("/sign-in")
    journey = outside_identity.on_the_way(visit.keyring, _cookie(visit))
    return go_to(_address(visit, journey))


@router.get(BACK)
@outside_transaction
def come_back(visit: Visit) -> Response:
    """Back from the provider."""
    provider, query = _provider(visit), visit.request.query_params
    if provider is None:
        return go_to("/sign-in")
    address = visit.request.client.host if visit.request.client else ""
    journey = outside_identity.come_back(visit.database, visit.keyring, _cookie(visit), query.get("state", ""), address)
    if query.get("error") or not query.get("code"):
        raise OutsideFailed("The provider did not sign you in.", "outside_denied")
    try:
        subject = provider.subject(_back(visit), query["code"], journey["verifier"], journey["nonce"], query.get("iss"))
    except ProviderUnsound as error:
        outside_identity.failed(visit.database, address)
        structlog.get_logger().warning("a sign-in with the provider failed", reason=str(error))
        raise
    return travelling(_arrived(visit, journey, (provider.issuer, subject)), "", visit.settings.https)


def _arrived(visit: Visit, journey: Journey, known: tuple[str, str]) -> Response:
    with visit.database.transaction(write=True) as session:
        if journey["purpose"] == "link":
            outside_identity.link(session, visit.keyring, visit.signed, journey, known)
            return go_to("/account?outside=on")
        if journey["purpose"] == "invitation":
            begun = outside_identity.take_up(session, visit.keyring, journey, known)
        else:
            begun = outside_identity.sign_in(session, visit.keyring, *known)
    then = journey.get("then", "/")
    if isinstance(begun, CodeNeeded):
        return ask_for_code(visit.request, begun.ticket, then)
    return keep_signed_in(go_to(then), begun.token, visit.settings.https)


def _address(visit: Visit, journey: Journey) -> str:
    provider = _provider(visit)
    assert provider is not None
    return provider.address(_back(visit), journey["state"], journey["nonce"], journey["verifier"])


def _back(visit: Visit) -> str:
    return f"{public_address(visit.request, visit.settings)}{BACK}"


def _provider(visit: Visit) -> Provider | None:
    found: Provider | None = visit.request.app.state.provider
    return found


def _cookie(visit: Visit) -> str:
    return visit.request.cookies.get(outside_cookie(visit.settings.https), "")
