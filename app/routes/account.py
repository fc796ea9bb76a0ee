"""Signing in and out, taking up a link, and one’s own account."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, passwords, signing_in
from app.dependencies import Visit
from app.errors import MustWait, NotForThisAccount, NotFound
from app.forms import SHORT, FieldError, Fields, clean
from app.links import Link, find_link, use_link
from app.organisations import acting, join
from app.pages import forget, go_to, keep_signed_in, page
from app.routes.transaction import TransactionRoute, kept, open_form, slow

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)
KEPT = "kept."  # of a field that was typed before the session ended, before its name
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@router.get("/sign-in")
def ask(visit: Visit, then: str = "/") -> Response:
    """The form to sign in with; `then` leads on afterwards."""
    return _sign_in_page(visit, _own(then))


@router.post("/sign-in")
@slow
@open_form
def sign_in(visit: Visit) -> Response:
    """Begin a session. What was typed before the last one ended is shown again, to be sent."""
    fields, address = visit.fields, _own(visit.fields.get("then", "/"))
    email, client = clean(fields.get("email", ""))[:SHORT], visit.request.client
    typed = {name.removeprefix(KEPT): value for name, value in fields.items() if name.startswith(KEPT)}
    problem, status, headers = "wrong_sign_in", 422, {}
    try:
        token = signing_in.sign_in(visit.database, email, fields.get("password", ""), client.host if client else "")
    except MustWait as must:
        token, problem, status, headers = None, "must_wait", 429, {"Retry-After": str(must.seconds)}
    if token is None:
        refused = (
            kept(visit.request, address, typed, status, problem, email)
            if typed
            else _sign_in_page(visit, address, email, [FieldError("email", "email", problem)], status)
        )
        refused.headers.update(headers)
        return refused
    https = visit.settings.https
    if not typed:
        return keep_signed_in(go_to(address), token, https)
    with visit.database.transaction(write=False) as session:
        visit.request.state.signed = accounts.signed_in(session, visit.keyring, token)
    return keep_signed_in(page(visit.request, "account/resend.html", address=address, kept=typed), token, https)


@router.post("/sign-out")
def sign_out(visit: Visit) -> Response:
    """End this session."""
    accounts.end_session(visit.session, visit.account.digest)
    return forget(go_to("/"), visit.settings.https)


@router.get("/links/{token}")
def link(visit: Visit, token: str) -> Response:
    """What a link leads to, with a form to take it up."""
    return _link_page(visit, token, find_link(visit.session, token))


@router.post("/links/{token}")
@slow
@open_form
def take_up(visit: Visit, token: str) -> Response:
    """Make the account, or give the one that signs in with it its role, or set the new password."""
    found, fields = find_link(visit.session, token), visit.fields
    if found.kind == "invitation" and visit.signed and fields.get("as") == "myself":
        return _join_as_myself(visit, found)
    errors, name = _problems(visit, found), _line(fields.get("name", ""))
    if errors:
        return _link_page(visit, token, found, errors, 422)
    kept_password = passwords.hashed(fields["password"])
    with visit.database.transaction(write=True) as session:
        use_link(session, found)
        if found.kind == "reset":
            assert found.account_id is not None
            account = found.account_id
            accounts.set_password(session, account, kept_password)
        else:
            if found.kind == "first" and accounts.has_administrator(session):
                raise NotFound("This service has an administrator already.")
            is_first = found.kind == "first"
            account = accounts.make_account(session, fields["email"], name, kept_password, is_first)
            if not is_first:
                join(session, visit.keyring, found, account)
        begun = accounts.begin_session(session, account, found.organisation_id)
    return keep_signed_in(go_to("/service" if found.kind == "first" else "/"), begun, visit.settings.https)


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


def _join_as_myself(visit: Visit, found: Link) -> Response:
    if visit.account.is_administrator:
        raise NotForThisAccount("An administrator of the service belongs to no organisation. Use another account.")
    with visit.database.transaction(write=True) as session:
        use_link(session, found)
        join(session, visit.keyring, found, visit.account.account)
        assert found.organisation_id is not None
        accounts.work_for(session, visit.account, found.organisation_id)
    return go_to("/")


def _problems(visit: Visit, found: Link) -> list[FieldError]:
    fields, errors = visit.fields, []
    name, email = _line(fields.get("name", "")), clean(fields.get("email", ""))
    if found.kind == "reset":
        of = accounts.account_by_id(visit.session, found.account_id or "")
        name, email = (of.name, of.email or "") if of else ("", "")
    else:
        if not name or len(name) > SHORT:
            errors.append(FieldError("name", "name", "long_line" if name else "missing_name", count=len(name)))
        if not _EMAIL.fullmatch(email):
            errors.append(FieldError("email", "email", "wrong_email"))
        elif accounts.account_by_email(visit.session, email):
            errors.append(FieldError("email", "email", "taken_email"))
    if problem := passwords.problem_of(fields.get("password", ""), name, email):
        errors.append(FieldError("password", "password", problem))
    return errors


def _sign_in_page(
    visit: Visit, then: str, email: str = "", errors: Sequence[FieldError] = (), status: int = 200
) -> Response:
    return page(visit.request, "account/sign_in.html", status, then=then, email=email, errors=errors)


def _link_page(visit: Visit, token: str, found: Link, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    of = accounts.account_by_id(visit.session, found.account_id or "")
    organisation = found.organisation_id and acting(visit.session, visit.keyring, found.organisation_id, "")
    return page(
        visit.request,
        "account/link.html",
        status,
        link=found,
        action=f"/links/{token}",
        of=of,
        organisation=organisation,
        fields=_without_passwords(visit.fields),
        errors=errors,
        shortest=passwords.SHORTEST,
    )


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
        errors=errors,
        shortest=passwords.SHORTEST,
        back="/",
    )


def _without_passwords(fields: Fields) -> dict[str, str]:
    return {name: fields.get(name, "") for name in ("name", "email")}


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _own(address: str) -> str:
    """An address of this site; the first page for any other, so that no link leads elsewhere through us."""
    return address if re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", address) and "\\" not in address else "/"
