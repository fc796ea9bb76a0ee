"""The service as its administrator sees it: organisations and accounts, never an answer."""

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import Response

from app import accounts, erasure, organisations
from app.dependencies import Visit
from app.errors import NotForThisAccount, NotFound
from app.forms import SHORT, FieldError, clean
from app.links import make_link
from app.pages import go_to, page, public_address
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, prefix="/service", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Organisations and accounts."""
    return _page(visit)


@router.post("/organisations")
def make_organisation(visit: Visit) -> Response:
    """A new organisation, with an invitation for its first manager; the link is shown this once."""
    name = " ".join(clean(visit.fields.get("name", "")).split())
    if not name or len(name) > SHORT:
        code = "long_line" if name else "missing_organisation"
        return _page(visit, errors=[FieldError("name", "name", code, count=len(name))], status=422)
    is_state = visit.fields.get("is_state") == "yes"
    made = organisations.make_organisation(visit.session, visit.keyring, name, visit.account.account, is_state)
    return _invite_manager(visit, made)


@router.post("/organisations/{organisation_id}/invitations")
def invite_manager(visit: Visit, organisation_id: str) -> Response:
    """An invitation for the manager of an organisation that has none."""
    known = {organisation.id: organisation for organisation in organisations.organisations(visit.session)}
    if organisation_id not in known:
        raise NotFound("There is no such organisation.")
    if known[organisation_id].managers:
        raise NotForThisAccount("This organisation has a manager, who invites others.")
    return _invite_manager(visit, organisation_id)


@router.post("/organisations/{organisation_id}/state")
def say_of_the_state(visit: Visit, organisation_id: str) -> Response:
    """Say that an organisation is of the state, or that it is not; its managers see it in their trail."""
    acting = organisations.acting(visit.session, visit.keyring, organisation_id, visit.account.account)
    organisations.say_of_the_state(visit.session, acting, visit.fields.get("is_state") == "yes")
    return go_to("/service")


@router.post("/accounts/{account_id}/reset")
def reset(visit: Visit, account_id: str) -> Response:
    """A link to a new password, to be handed over; the account’s organisations see in their trail that it was made."""
    account = _other(visit, account_id)
    token = make_link(visit.session, "reset", visit.account.account, account=account.id)
    organisations.note_reset(visit.session, visit.keyring, account.id, visit.account.account)
    return _page(visit, link=f"{public_address(visit.request, visit.settings)}/links/{token}", link_for=account.name)


@router.post("/accounts/{account_id}/second-factor")
def without_second_factor(visit: Visit, account_id: str) -> Response:
    """A link by which the holder of an account turns off a second factor that was lost; a link to a password does not.

    The account’s organisations see in their trail that it was made, and that it was used.
    """
    account = _other(visit, account_id)
    if not account.second_factor or account.closed_at:
        raise NotForThisAccount("This account has no second factor.")
    token = make_link(visit.session, "second_factor", visit.account.account, account=account.id)
    organisations.note_account(visit.session, visit.keyring, account.id, visit.account.account, "second factor link")
    return _page(visit, link=f"{public_address(visit.request, visit.settings)}/links/{token}", link_for=account.name)


@router.post("/accounts/{account_id}/close")
def close(visit: Visit, account_id: str) -> Response:
    """Nobody signs in with it any more; the account’s organisations see it in their trail."""
    closed = _other(visit, account_id)
    if closed.closed_at is None:
        erasure.close(visit.session, visit.keyring, closed.id, visit.account.account)
    return _page(visit)


@router.post("/accounts/{account_id}/erase")
def erase(visit: Visit, account_id: str) -> Response:
    """Its name and address go; its id stays as the author of what was written."""
    erasure.erase(visit.session, visit.keyring, _other(visit, account_id).id, visit.account.account)
    answer = _page(visit)
    answer.background = BackgroundTask(visit.database.settle)  # once it is committed
    return answer


def _other(visit: Visit, account_id: str) -> accounts.Account:
    account = accounts.account_by_id(visit.session, account_id)
    if account is None or account.email is None:
        raise NotFound("There is no such account.")
    if account.id == visit.account.account:
        raise NotForThisAccount("You cannot do this to your own account.")
    return account


def _invite_manager(visit: Visit, organisation: str) -> Response:
    acting = organisations.acting(visit.session, visit.keyring, organisation, visit.account.account)
    token = organisations.invite(visit.session, acting, "manager")
    return _page(
        visit, link=f"{public_address(visit.request, visit.settings)}/links/{token}", link_for=acting.organisation_name
    )


def _page(
    visit: Visit, link: str = "", link_for: str = "", errors: list[FieldError] | None = None, status: int = 200
) -> Response:
    return page(
        visit.request,
        "administration/service.html",
        status,
        organisations=organisations.organisations(visit.session),
        accounts=accounts.accounts(visit.session),
        link=link,
        link_for=link_for,
        errors=errors or [],
        back="/",
    )
