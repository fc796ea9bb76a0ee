"""One’s own account: organisations, password, other browsers."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, passwords, signing_in
from app.dependencies import Visit
from app.errors import MustWait, NotFound
from app.forms import FieldError
from app.pages import go_to, keep_signed_in, page
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
    fields, mine = visit.fields, accounts.account_by_id(visit.session, visit.account.account)
    assert mine is not None
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


def _account_page(visit: Visit, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    mine: Any = accounts.account_by_id(visit.session, visit.account.account)
    query = visit.request.query_params
    return page(
        visit.request,
        "account/account.html",
        status,
        account=mine,
        memberships=accounts.memberships(visit.session, mine.id),
        changed=query.get("changed") == "yes",
        ended=query.get("ended") == "yes",
        turned_off=query.get("second_factor") == "off",
        errors=errors,
        shortest=passwords.SHORTEST,
        back="/",
    )
