"""The keys of an organisation’s programs, as its managers make and revoke them."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import program_keys
from app.dependencies import Visit
from app.forms import SHORT, FieldError, clean
from app.pages import go_to, page
from app.program_keys import DAYS, MOST_DAYS, SCOPES
from app.routes.transaction import TransactionRoute

router = APIRouter(route_class=TransactionRoute, prefix="/organisation/keys", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Every key there is and was, and the form for another."""
    return _page(visit)


@router.post("")
def make(visit: Visit) -> Response:
    """A new key; it is shown this once."""
    name, days = " ".join(clean(visit.fields.get("name", "")).split()), visit.fields.get("days", "").strip()
    scopes = [scope for scope in SCOPES if visit.fields.get(f"scope.{scope}")]
    errors = []
    if not name or len(name) > SHORT:
        errors.append(FieldError("name", "name", "long_line" if name else "missing_program", count=len(name)))
    if not scopes:
        errors.append(FieldError("scope", f"scope-{SCOPES[0]}", "missing_scope"))
    if not (days.isascii() and days.isdecimal() and len(days) < 4 and 0 < int(days) <= MOST_DAYS):
        errors.append(FieldError("days", "days", "wrong_days"))
    if errors:
        return _page(visit, errors=errors, status=422)
    return _page(visit, program_keys.make_key(visit.session, visit.reader, name, scopes, int(days)))


@router.post("/{key_id}/revoke")
def revoke(visit: Visit, key_id: str) -> Response:
    """End a key for good."""
    program_keys.revoke(visit.session, visit.reader, key_id)
    return go_to("/organisation/keys")


def _page(visit: Visit, token: str = "", errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    return page(
        visit.request,
        "program_keys/program_keys.html",
        status,
        keys=program_keys.keys_of(visit.session, visit.reader.organisation),
        token=token,
        scopes=SCOPES,
        most_days=MOST_DAYS,
        fields=visit.fields if errors else {"days": str(DAYS)},
        errors=errors,
        back="/organisation",
    )
