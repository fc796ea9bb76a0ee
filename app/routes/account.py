"""One’s own account: organisations, password, other browsers."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, outside_identity, passwords, signing_in
from app.dependencies import Visit
from app.errors import MustWait, NotConfirmed, NotFound
from app.forms import FieldError
from app.pages import go_to, keep_signed_in, leave_for_provider, page
from app.routes.transaction import TransactionRoute, slow

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)


@router.get("/account")
def account(visit: Visit) -> Response:
    """One’s name, organisations and password."""
    return _account_page(visit)


@router.post("/account/password")
@slow
def change_password(visit: Visit) -> Response:
    """Set another password; every other session ends."""
    fields, mine = visit.fields, _mine(visit)
    new = fields.get("password", "")
    if problem := passwords.problem_of(new, mine.name, mine.email or ""):
        return _account_page(visit, [FieldError("password", "password", problem)], 422)
    try:
        token = signing_in.change_password(visit.database, mine, fields.get("old", ""), new)
    except MustWait:
        return _account_page(visit, [FieldError("old", "old", "must_wait")], 429)
    if token is None:
        return _account_page(visit, [FieldError("old", "old", "wrong_password")], 422)
    return keep_signed_in(go_to("/account?changed=yes"), token, visit.settings.https)


@router.post("/account/organisation")
def work_for(visit: Visit) -> Response:
    """Go on in another organisation."""
    if not accounts.work_for(visit.session, visit.account, visit.fields.get("organisation", "")):
        raise NotFound("You do not belong to such an organisation.")
    return go_to("/")


@router.post("/account/elsewhere")
def end_elsewhere(visit: Visit) -> Response:
    """Sign out in every other browser."""
    accounts.end_sessions(visit.session, visit.account.account, but=visit.account.digest)
    return go_to("/account?ended=yes")


@router.post("/account/outside-identity")
@slow
def link(visit: Visit) -> Response:
    """Link the account with an identity at the provider, once the password was given."""
    if visit.request.app.state.provider is None:
        return go_to("/account")
    try:
        signing_in.confirm_password(visit.database, _mine(visit), visit.fields.get("linking", ""))
    except MustWait:
        return _account_page(visit, [FieldError("linking", "linking", "must_wait")], 429)
    except NotConfirmed:
        return _account_page(visit, [FieldError("linking", "linking", "wrong_password")], 422)
    session = visit.account.digest
    sealed, _ = outside_identity.leave(visit.database, visit.keyring, purpose="link", session=session)
    return leave_for_provider(visit.request, sealed, visit.settings.https)


@router.post("/account/outside-identity/unlink")
def unlink(visit: Visit) -> Response:
    """Take the identity off the account, while a password stays."""
    outside_identity.unlink(visit.session, visit.keyring, _mine(visit))
    return go_to("/account?outside=off")


def _mine(visit: Visit) -> accounts.Account:
    found = accounts.account_by_id(visit.session, visit.account.account)
    assert found is not None
    return found


def _account_page(visit: Visit, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    mine = _mine(visit)
    query = visit.request.query_params
    return page(
        visit.request,
        "account/account.html",
        status,
        account=mine,
        memberships=accounts.memberships(visit.session, mine.id),
        changed=query.get("changed") == "yes",
        ended=query.get("ended") == "yes",
        outside=query.get("outside", ""),
        is_linked=outside_identity.is_linked(visit.session, mine.id),
        turned_off=query.get("second_factor") == "off",
        errors=errors,
        shortest=passwords.SHORTEST,
        back="/",
    )
