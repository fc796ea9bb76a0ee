"""An organisation’s own page: who belongs to it, invitations, and its trail."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app import organisations, program_keys
from app.accounts import ROLES, Role, names_of
from app.dependencies import Visit
from app.errors import BadRequest
from app.links import open_invitations
from app.pages import go_to, page, public_address
from app.routes.transaction import TransactionRoute
from app.trail import breaks, entries, exported

router = APIRouter(route_class=TransactionRoute, prefix="/organisation", include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Members and invitations."""
    return _page(visit)


@router.post("/invitations")
def invite(visit: Visit) -> Response:
    """Make a link that somebody can take up; it is shown this once."""
    token = organisations.invite(visit.session, visit.reader, _role(visit))
    return _page(visit, f"{public_address(visit.request, visit.settings)}/links/{token}")


@router.post("/invitations/{digest}/withdraw")
def withdraw(visit: Visit, digest: str) -> Response:
    """Take an invitation back."""
    organisations.withdraw_invitation(visit.session, visit.reader, digest)
    return go_to("/organisation")


@router.post("/members/{account_id}/role")
def change_role(visit: Visit, account_id: str) -> Response:
    """Give a member another role."""
    organisations.change_role(visit.session, visit.reader, account_id, _role(visit))
    return go_to("/organisation")


@router.post("/members/{account_id}/remove")
def remove(visit: Visit, account_id: str) -> Response:
    """End a membership, and the keys for programs that the member made, if that was asked for."""
    organisations.remove_member(visit.session, visit.reader, account_id)
    if visit.fields.get("keys") == "revoke":
        program_keys.revoke_made_by(visit.session, visit.reader, account_id)
    return go_to("/organisation" if account_id != visit.reader.account else "/")


@router.get("/trail")
def trail(visit: Visit) -> Response:
    """Every change of roles and keys, and whether the chain holds."""
    chain, signature = organisations.chain_of(visit.session, visit.reader.organisation)
    found = entries(visit.session, visit.reader.cipher, chain.name)
    people = {entry.account for entry in found} | {str(entry.detail.get("account")) for entry in found}
    return page(
        visit.request,
        "organisation/trail.html",
        entries=found,
        chain=chain,
        breaks=list(breaks(visit.session, visit.reader.cipher, chain, signature)),
        names=names_of(visit.session, people),
        back="/organisation",
    )


@router.get("/trail.json")
def trail_data(visit: Visit) -> Response:
    """The entries as they are sealed, so that anybody can follow the chain."""
    chain, _ = organisations.chain_of(visit.session, visit.reader.organisation)
    data = exported(visit.session, visit.reader.cipher, chain)
    return JSONResponse(
        data, headers={"Content-Disposition": 'attachment; filename="plumbline-organisation-trail.json"'}
    )


def _page(visit: Visit, invitation: str = "") -> Response:
    return page(
        visit.request,
        "organisation/organisation.html",
        members=organisations.members(visit.session, visit.reader.organisation),
        keys=program_keys.good_keys_made_by(visit.session, visit.reader.organisation),
        invitations=open_invitations(visit.session, visit.reader.organisation),
        invitation=invitation,
        roles=ROLES,
        errors=[],
        back="/",
    )


def _role(visit: Visit) -> Role:
    role = visit.fields.get("role", "")
    if role not in ROLES:
        raise BadRequest("Choose a role.")
    return role
