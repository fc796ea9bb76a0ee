"""The second factor on one’s own account: set up, recovery codes, turned off."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import accounts, second_factor, signing_in
from app.accounts import Account
from app.dependencies import Visit
from app.errors import MustWait, NotConfirmed
from app.forms import SHORT, FieldError
from app.pages import go_to, keep_signed_in, page
from app.routes.transaction import TransactionRoute, slow
from app.signing_in import SetUp

router = APIRouter(route_class=TransactionRoute, prefix="/account/second-factor", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """A secret to be set up; where there is a second factor, what can be done with it."""
    return _page(visit)


@router.post("")
@slow
def set_up(visit: Visit) -> Response:
    """Put the secret that was shown in force, and show the recovery codes."""
    sealed, (code, password) = visit.fields.get("offer", ""), _typed(visit)
    return _codes(
        visit, lambda mine: signing_in.set_up(visit.database, visit.keyring, mine, sealed, code, password), is_new=True
    )


@router.post("/codes")
@slow
def new_codes(visit: Visit) -> Response:
    """Other recovery codes."""
    code, password = _typed(visit)
    return _codes(
        visit, lambda mine: signing_in.new_recovery_codes(visit.database, visit.keyring, mine, code, password)
    )


@router.post("/off")
@slow
def turn_off(visit: Visit) -> Response:
    """Take it away."""
    code, password = _typed(visit)
    if missing := _missing(visit):
        return _page(visit, missing, 422)
    try:
        token = signing_in.turn_off(visit.database, visit.keyring, _mine(visit), code, password)
    except (MustWait, NotConfirmed) as error:
        return _refused(visit, error)
    return keep_signed_in(go_to("/account?second_factor=off"), token, visit.settings.https)


def _codes(visit: Visit, change: Callable[[Account], SetUp], is_new: bool = False) -> Response:
    if missing := _missing(visit):
        return _page(visit, missing, 422)
    try:
        done = change(_mine(visit))
    except (MustWait, NotConfirmed) as error:
        return _refused(visit, error)
    with visit.database.transaction(write=False) as session:
        visit.request.state.signed = accounts.signed_in(session, visit.keyring, done.token)
    shown = page(visit.request, "account/recovery_codes.html", codes=done.codes, is_new=is_new)
    return keep_signed_in(shown, done.token, visit.settings.https)


def _missing(visit: Visit) -> list[FieldError]:
    """What was left empty, all of it at once; nothing is tried then."""
    code, password = _typed(visit)
    missing = [] if code.strip() else [FieldError("code", "code", "missing_code")]
    if _mine(visit).password and not password:
        missing.append(FieldError("confirm", "confirm", "missing_present_password"))
    return missing


def _refused(visit: Visit, error: MustWait | NotConfirmed) -> Response:
    if isinstance(error, MustWait):
        return _page(visit, [FieldError("code", "code", "must_wait")], 429)
    code = "wrong_code" if error.field == "code" else "wrong_password"
    return _page(visit, [FieldError(error.field, error.field, code)], 422)


def _page(visit: Visit, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    mine = _mine(visit)
    sealed, offer = ("", None)
    if not mine.second_factor:
        sealed, offer = signing_in.offered(visit.keyring, mine, visit.fields.get("offer", ""))
    return page(
        visit.request,
        "account/second_factor.html",
        status,
        account=mine,
        offer=offer,
        sealed=sealed,
        left=second_factor.recovery_codes_left(visit.session, mine.id),
        is_asked=second_factor.is_owed(visit.signed, visit.settings.second_factor),
        errors=errors,
        back="/account",
    )


def _mine(visit: Visit) -> Account:
    found = accounts.account_by_id(visit.session, visit.account.account)
    assert found is not None
    return found


def _typed(visit: Visit) -> tuple[str, str]:
    return visit.fields.get("code", "")[:SHORT], visit.fields.get("confirm", "")
