"""Taking up a link that somebody handed over."""

import re
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, outside_identity, passwords, taking_up
from app.dependencies import Visit
from app.errors import MustWait, NotConfirmed, NotForThisAccount
from app.forms import SHORT, FieldError, clean
from app.links import Link, find_link, use_link
from app.organisations import acting, join
from app.pages import ask_for_code, go_to, keep_signed_in, leave_for_provider, page
from app.routes.transaction import TransactionRoute, open_form, slow
from app.signing_in import CodeNeeded
from app.taking_up import Newcomer

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@router.get("/links/{token}")
def link(visit: Visit, token: str) -> Response:
    """What a link leads to, with a form to take it up."""
    return _page(visit, token, find_link(visit.session, token))


@router.post("/links/{token}")
@slow
@open_form
def take_up(visit: Visit, token: str) -> Response:
    """Make the account, or give the one that signs in with it its role, or do what the link is for."""
    found = find_link(visit.session, token)
    if found.kind == "invitation" and visit.signed and visit.fields.get("as") == "myself":
        return _join_as_myself(visit, found)
    if found.kind == "second_factor":
        return _without_second_factor(visit, token, found)
    if errors := _problems(visit, found):
        return _page(visit, token, found, errors, 422)
    if found.kind == "reset":
        return _new_password(visit, found)
    try:
        answer = _leave(visit, token, found) if _with_provider(visit, found) else _new_account(visit, found)
    except MustWait as must:
        answer = _page(visit, token, found, [FieldError("email", "email", "must_wait")], 429)
        answer.headers["Retry-After"] = str(must.seconds)
    return answer or _page(visit, token, found, [FieldError("email", "email", "taken_email")], 422)


def _new_password(visit: Visit, found: Link) -> Response:
    begun = taking_up.set_password(visit.database, visit.keyring, found, visit.fields["password"])
    if isinstance(begun, CodeNeeded):
        return ask_for_code(visit.request, begun.ticket)
    return keep_signed_in(go_to("/"), begun.token, visit.settings.https)


def _new_account(visit: Visit, found: Link) -> Response | None:
    """None where the e-mail address is taken."""
    newcomer = Newcomer(_line(visit.fields["name"]), clean(visit.fields["email"]), visit.fields["password"])
    begun = taking_up.make_account(visit.database, visit.keyring, found, newcomer, _network_address(visit))
    if begun is None:
        return None
    return keep_signed_in(go_to("/service" if found.kind == "first" else "/"), begun.token, visit.settings.https)


def _leave(visit: Visit, token: str, found: Link) -> Response | None:
    """On to the provider; None where the e-mail address is taken."""
    asked = {"name": _line(visit.fields["name"]), "email": clean(visit.fields["email"]), "link": token}
    with visit.database.transaction(write=True) as session:
        if taking_up.is_taken(session, found, asked["email"], _network_address(visit)):
            return None
    sealed, _ = outside_identity.leave(visit.database, visit.keyring, purpose="invitation", **asked)
    return leave_for_provider(visit.request, sealed, visit.settings.https)


def _without_second_factor(visit: Visit, token: str, found: Link) -> Response:
    try:
        begun = taking_up.turn_off_by_link(visit.database, visit.keyring, found, visit.fields.get("password", ""))
    except MustWait:
        return _page(visit, token, found, [FieldError("password", "password", "must_wait")], 429)
    except NotConfirmed:
        return _page(visit, token, found, [FieldError("password", "password", "wrong_password")], 422)
    return keep_signed_in(go_to("/account"), begun, visit.settings.https) if begun else go_to("/sign-in")


def _join_as_myself(visit: Visit, found: Link) -> Response:
    if visit.account.is_administrator:
        raise NotForThisAccount("An administrator of the service belongs to no organisation. Use another account.")
    with visit.database.transaction(write=True) as session:
        use_link(session, found)
        join(session, visit.keyring, found, visit.account.account)
        assert found.organisation_id is not None
        accounts.work_for(session, visit.account, found.organisation_id)
    return go_to("/")


def _with_provider(visit: Visit, found: Link) -> bool:
    """Whether an invitation shall be taken up with the provider instead of a password."""
    return found.kind == "invitation" and visit.fields.get("as") == "provider" and bool(visit.settings.oidc_issuer)


def _problems(visit: Visit, found: Link) -> list[FieldError]:
    """What is wrong with the form in itself; whether there is an account with the address is asked last."""
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
    if _with_provider(visit, found):
        return errors
    if problem := passwords.problem_of(fields.get("password", ""), name, email):
        errors.append(FieldError("password", "password", problem))
    return errors


def _page(visit: Visit, token: str, found: Link, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
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
        fields={name: visit.fields.get(name, "") for name in ("name", "email")},
        errors=errors,
        shortest=passwords.SHORTEST,
    )


def _network_address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def _line(text: str) -> str:
    return " ".join(clean(text).split())
