"""To whom an organisation shows its results, as its managers decide it."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app import sharing
from app.dependencies import Visit
from app.errors import OnlyRedacted
from app.forms import FieldError
from app.organisations import is_of_the_state, say_of_the_state
from app.pages import go_to, page
from app.routes.transaction import TransactionRoute
from app.sharing import EXTENTS, NONE, RELATIONS, Body

router = APIRouter(route_class=TransactionRoute, prefix="/organisation/sharing", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Who is shown what, the form that finds another body, and the own code."""
    return _page(visit)


@router.post("/code")
def make_code(visit: Visit) -> Response:
    """The code by which others find this organisation; it is shown this once."""
    return _page(visit, code=sharing.make_code(visit.session, visit.reader))


@router.post("/body")
def find(visit: Visit) -> Response:
    """The body whose code was given, by name, and what is to be said of it; nothing is shown to it yet."""
    body = _by_code(visit)
    return _form(visit, body, {}) if body else _no_such_code(visit)


@router.post("")
def grant(visit: Visit) -> Response:
    """Show results to the body whose code was given."""
    body = _by_code(visit)
    return _granted(visit, body) if body else _no_such_code(visit)


@router.post("/not-of-the-state")
def take_back(visit: Visit) -> Response:
    """Say that the organisation is not of the state, which protects it more."""
    say_of_the_state(visit.session, visit.reader, False)
    return go_to("/organisation/sharing")


@router.get("/{body_id}")
def one(visit: Visit, body_id: str) -> Response:
    """What one body is shown, to be changed."""
    found = sharing.grant_to(visit.session, visit.reader, body_id)
    ticked = {f"relation.{relation}": "yes" for relation in found.relations}
    return _form(visit, found.body, {"extent": found.extent} | ticked)


@router.post("/{body_id}")
def change(visit: Visit, body_id: str) -> Response:
    """Change what one body is shown."""
    return _granted(visit, sharing.grant_to(visit.session, visit.reader, body_id).body)


@router.post("/{body_id}/withdraw")
def withdraw(visit: Visit, body_id: str) -> Response:
    """Show a body nothing any more."""
    sharing.withdraw(visit.session, visit.reader, body_id)
    return go_to("/organisation/sharing")


def _by_code(visit: Visit) -> Body | None:
    return sharing.body_by_code(visit.session, visit.reader, visit.fields.get("code", "").strip())


def _granted(visit: Visit, body: Body) -> Response:
    ticked = {relation for relation in (*RELATIONS, NONE) if visit.fields.get(f"relation.{relation}")}
    extent, errors = visit.fields.get("extent", ""), []
    if not ticked or (NONE in ticked and len(ticked) > 1):
        errors.append(FieldError("relation", "relation-none", "missing_relation"))
    if extent not in EXTENTS:
        errors.append(FieldError("extent", "extent-results", "missing_extent"))
    if not errors:
        try:
            sharing.grant(visit.session, visit.reader, body, ticked - {NONE}, extent)
            return go_to("/organisation/sharing")
        except OnlyRedacted:
            errors.append(FieldError("extent", "extent-redacted", "only_redacted"))
    return _form(visit, body, visit.fields, errors, 422)


def _no_such_code(visit: Visit) -> Response:
    return _page(visit, errors=[FieldError("code", "code", "wrong_sharing_code")], status=422)


def _page(visit: Visit, code: str = "", errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    return page(
        visit.request,
        "sharing/sharing.html",
        status,
        grants=sharing.grants(visit.session, visit.reader),
        is_state=is_of_the_state(visit.session, visit.reader.organisation),
        code=code,
        fields=visit.fields,
        errors=errors,
        back="/organisation",
    )


def _form(visit: Visit, body: Body, fields: object, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    return page(
        visit.request,
        "sharing/grant.html",
        status,
        body=body,
        is_state=is_of_the_state(visit.session, visit.reader.organisation),
        fields=fields,
        code=visit.fields.get("code", ""),
        errors=errors,
        back="/organisation/sharing",
    )
