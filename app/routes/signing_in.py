"""Signing in, with a password and then a code where the account has a second factor, and out again."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, signing_in
from app.dependencies import Visit
from app.errors import MustWait, SignInNeeded
from app.forms import SHORT, FieldError, clean
from app.pages import ask_for_code, forget, go_to, keep_signed_in, own, page
from app.routes.transaction import TransactionRoute, kept, open_form, slow
from app.signing_in import CodeNeeded

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)
KEPT = "kept."  # of a field that was typed before the session ended, before its name


@router.get("/sign-in")
def ask(visit: Visit, then: str = "/") -> Response:
    """The form to sign in with; `then` leads on afterwards."""
    return _sign_in_page(visit, own(then))


@router.post("/sign-in")
@slow
@open_form
def sign_in(visit: Visit) -> Response:
    """Begin a session, or ask for a code. What was typed before the last one ended is shown again, to be sent."""
    email = clean(visit.fields.get("email", ""))[:SHORT]
    password, address = visit.fields.get("password", ""), _address(visit)
    try:
        found = signing_in.sign_in(visit.database, visit.keyring, email, password, address)
    except MustWait as must:
        return _waiting(_again(visit, "must_wait", 429, email), must)
    if found is None:
        return _again(visit, "wrong_sign_in", 422, email)
    return _code_page(visit, found.ticket) if isinstance(found, CodeNeeded) else _go_on(visit, found.token)


@router.post("/sign-in/code")
@slow
@open_form
def give_code(visit: Visit) -> Response:
    """The second step: a code of the app, or a recovery code."""
    ticket, code = visit.fields.get("ticket", ""), visit.fields.get("code", "")[:SHORT]
    try:
        found = signing_in.give_code(visit.database, visit.keyring, ticket, code, _address(visit))
    except MustWait as must:
        return _waiting(_code_page(visit, ticket, "must_wait"), must)
    except SignInNeeded:
        return _again(visit, "sign_in_over", 422)
    return _go_on(visit, found.token) if found else _code_page(visit, ticket, "wrong_code")


@router.post("/sign-out")
def sign_out(visit: Visit) -> Response:
    """End this session."""
    accounts.end_session(visit.session, visit.account.digest)
    return forget(go_to("/"), visit.settings.https)


def _go_on(visit: Visit, token: str) -> Response:
    address, typed, https = own(visit.fields.get("then", "/")), _typed(visit.fields), visit.settings.https
    if not typed:
        return keep_signed_in(go_to(address), token, https)
    with visit.database.transaction(write=False) as session:
        visit.request.state.signed = accounts.signed_in(session, visit.keyring, token)
    return keep_signed_in(page(visit.request, "account/resend.html", address=address, kept=typed), token, https)


def _again(visit: Visit, problem: str, status: int, email: str = "") -> Response:
    """The first step once more, with what was typed before the last session ended."""
    address, typed = own(visit.fields.get("then", "/")), _typed(visit.fields)
    if typed:
        return kept(visit.request, address, typed, status, problem, email)
    return _sign_in_page(visit, address, email, [FieldError("email", "email", problem)], status)


def _sign_in_page(
    visit: Visit, then: str, email: str = "", errors: Sequence[FieldError] = (), status: int = 200
) -> Response:
    return page(visit.request, "account/sign_in.html", status, then=then, email=email, errors=errors)


def _code_page(visit: Visit, ticket: str, problem: str = "") -> Response:
    then, typed = own(visit.fields.get("then", "/")), _typed(visit.fields)
    return ask_for_code(visit.request, ticket, then, typed, problem)


def _waiting(response: Response, must: MustWait) -> Response:
    response.headers["Retry-After"] = str(must.seconds)
    return response


def _typed(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(KEPT): value for name, value in fields.items() if name.startswith(KEPT)}


def _address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""
