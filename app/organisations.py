"""Organisations: making one, who belongs to it and as what. Every change is in the organisation’s trail.

Knows no HTTP.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from app.accounts import Reader, Role, end_sessions
from app.errors import LastManager, NotAllowed, NotFound
from app.keyring import Keyring
from app.links import Link, make_link, withdraw, withdraw_from_outside, withdraw_made_by
from app.models import ACCOUNT, ASSESSMENT, MEMBERSHIP, ORGANISATION
from app.trail import START, Chain, append


@dataclass(frozen=True)
class Organisation:
    """An organisation as an administrator sees it: that it is there, and how many belong to it.

    `managers`: those who can sign in; whoever’s account is closed manages nothing.
    """

    id: str
    name: str
    is_state: bool
    members: int
    managers: int
    assessments: int


@dataclass(frozen=True)
class Member:
    """Somebody who belongs to an organisation."""

    account: str
    name: str
    email: str
    role: Role
    since: datetime
    has_second_factor: bool
    is_closed: bool


def make_organisation(session: Session, keyring: Keyring, name: str, account: str, is_state: bool = False) -> str:
    """A new organisation with a key and a trail of its own; its id."""
    connection, organisation = session.connection(), secrets.token_urlsafe(12)
    row = {"id": organisation, "name": name, "is_state": is_state, "key_number": 1}
    connection.execute(insert(ORGANISATION), row | {"trail_number": 0, "trail_seal": START, "trail_signature": ""})
    keyring.add_key(connection, organisation, 1)
    note(session, acting(session, keyring, organisation, account), "organisation", {"name": name, "is_state": is_state})
    return organisation


def acting(session: Session, keyring: Keyring, organisation: str, account: str) -> Reader:
    """Somebody who changes an organisation from outside: an administrator, or who takes up an invitation.

    Raises NotFound.
    """
    found = select(ORGANISATION.c.name, ORGANISATION.c.key_number).where(ORGANISATION.c.id == organisation)
    row = session.connection().execute(found).one_or_none()
    if row is None:
        raise NotFound("There is no such organisation.")
    cipher = keyring.cipher(session.connection(), organisation, row.key_number)
    return Reader(account, organisation, row.name, "respondent", cipher)


def organisations(session: Session) -> list[Organisation]:
    """Every organisation, by name."""
    members = select(func.count()).where(MEMBERSHIP.c.organisation_id == ORGANISATION.c.id)
    is_open = ACCOUNT.c.id == MEMBERSHIP.c.account_id, ACCOUNT.c.closed_at.is_(None)
    managers = members.where(MEMBERSHIP.c.role == "manager", *is_open)
    assessments = select(func.count()).where(ASSESSMENT.c.organisation_id == ORGANISATION.c.id)
    known = ORGANISATION.c.id, ORGANISATION.c.name, ORGANISATION.c.is_state
    columns = (*known, *(q.scalar_subquery() for q in (members, managers, assessments)))
    return [Organisation(*row) for row in session.connection().execute(select(*columns).order_by(ORGANISATION.c.name))]


def is_of_the_state(session: Session, organisation: str) -> bool:
    """Whether an administrator has said so; what nobody has said it of is protected as if it were not."""
    found = select(ORGANISATION.c.is_state).where(ORGANISATION.c.id == organisation)
    return bool(session.connection().execute(found).scalar_one_or_none())


def say_of_the_state(session: Session, reader: Reader, is_state: bool) -> None:
    """Set whether the organisation is of the state. Its own managers may only take it back, which protects it more.

    Raises NotAllowed.
    """
    if is_state and reader.role == "manager":
        raise NotAllowed("Only an administrator of the service says that an organisation is of the state.")
    this = update(ORGANISATION).where(ORGANISATION.c.id == reader.organisation)
    session.connection().execute(this.values(is_state=is_state))
    note(session, reader, "of the state", {"is_state": is_state})


def members(session: Session, organisation: str) -> list[Member]:
    """Who belongs to an organisation, by name."""
    rows = session.connection().execute(
        select(
            *(ACCOUNT.c.id, ACCOUNT.c.name, ACCOUNT.c.email, MEMBERSHIP.c.role, MEMBERSHIP.c.since),
            *(ACCOUNT.c.second_factor != "", ACCOUNT.c.closed_at.is_not(None)),
        )
        .join_from(MEMBERSHIP, ACCOUNT)
        .where(MEMBERSHIP.c.organisation_id == organisation)
        .order_by(ACCOUNT.c.name)
    )
    return [Member(*row) for row in rows]


def invite(session: Session, reader: Reader, role: Role) -> str:
    """The token of an invitation. There is one at a time from outside: of whoever is no member an earlier one ends."""
    if not _is_member(session, reader):
        _note_withdrawn(session, reader, withdraw_from_outside(session, reader.organisation))
    token = make_link(session, "invitation", reader.account, reader.organisation, role)
    note(session, reader, "invitation", {"role": role})
    return token


def withdraw_invitation(session: Session, reader: Reader, digest: str) -> None:
    """Take an invitation back. Raises NotFound."""
    withdraw(session, reader.organisation, digest)
    note(session, reader, "invitation withdrawn", {})


def join(session: Session, keyring: Keyring, link: Link, account: str) -> None:
    """Give an account the role of an invitation; a role that it had there gives way.

    Once there is a manager, nobody from outside invites: such invitations end. Raises NotFound, and LastManager where
    no manager would be left.
    """
    assert link.organisation_id is not None
    assert link.role is not None
    reader = acting(session, keyring, link.organisation_id, account)
    connection, mine = session.connection(), _membership(link.organisation_id, account)
    if link.role != "manager":
        _refuse_last_manager(session, reader, account)
    connection.execute(delete(MEMBERSHIP).where(*mine))
    row = {"account_id": account, "organisation_id": link.organisation_id, "role": link.role}
    connection.execute(insert(MEMBERSHIP), row | {"since": datetime.now(UTC)})
    note(session, reader, "role", {"account": account, "role": link.role, "invited_by": link.created_by})
    if link.role == "manager":
        _note_withdrawn(session, reader, withdraw_from_outside(session, reader.organisation))
    else:
        withdraw_invitations(session, reader, account)


def change_role(session: Session, reader: Reader, account: str, role: Role) -> None:
    """Give a member another role; invitations by somebody who is no manager any more end.

    Raises NotFound, and LastManager where no manager would be left.
    """
    if role != "manager":
        _refuse_last_manager(session, reader, account)
    this = update(MEMBERSHIP).where(*_membership(reader.organisation, account))
    if not session.connection().execute(this.values(role=role)).rowcount:
        raise NotFound("There is no such member.")
    note(session, reader, "role", {"account": account, "role": role})
    if role != "manager":
        withdraw_invitations(session, reader, account)


def remove_member(session: Session, reader: Reader, account: str) -> None:
    """End a membership, its sessions, and the invitations that it made: by one of them it could come back.

    Raises NotFound, and LastManager where no manager would be left.
    """
    _refuse_last_manager(session, reader, account)
    one = delete(MEMBERSHIP).where(*_membership(reader.organisation, account))
    if not session.connection().execute(one).rowcount:
        raise NotFound("There is no such member.")
    end_sessions(session, account)
    note(session, reader, "role", {"account": account, "role": None})
    withdraw_invitations(session, reader, account)


def withdraw_invitations(session: Session, reader: Reader, account: str) -> None:
    """Take back what an account invited to, in the reader’s organisation."""
    _note_withdrawn(session, reader, withdraw_made_by(session, reader.organisation, account))


def note_reset(session: Session, keyring: Keyring, account: str, administrator: str) -> None:
    """Let every organisation of an account know that somebody was given a link to its password."""
    note_account(session, keyring, account, administrator, "password link")


def note_account(session: Session, keyring: Keyring, account: str, by: str, action: str) -> None:
    """Let every organisation of an account know what was done to how it signs in, and by whom."""
    mine = select(MEMBERSHIP.c.organisation_id).where(MEMBERSHIP.c.account_id == account)
    for organisation in sorted(session.connection().execute(mine).scalars().all()):  # so that no two lock crosswise
        note(session, acting(session, keyring, organisation, by), action, {"account": account})


def end_memberships(session: Session, keyring: Keyring, account: str, administrator: str) -> None:
    """End every membership of a closed account, also of a last manager: an administrator may invite another."""
    mine = MEMBERSHIP.c.account_id == account
    found = session.connection().execute(select(MEMBERSHIP.c.organisation_id).where(mine)).scalars().all()
    session.connection().execute(delete(MEMBERSHIP).where(mine))
    for organisation in found:
        note(session, acting(session, keyring, organisation, administrator), "role", {"account": account, "role": None})


def _refuse_last_manager(session: Session, reader: Reader, account: str) -> None:
    managers = [m.account for m in members(session, reader.organisation) if m.role == "manager" and not m.is_closed]
    if managers == [account]:
        raise LastManager("An organisation needs a manager. Make somebody else one first.")


def _is_member(session: Session, reader: Reader) -> bool:
    mine = select(MEMBERSHIP.c.role).where(*_membership(reader.organisation, reader.account))
    return session.connection().execute(mine).first() is not None


def _note_withdrawn(session: Session, reader: Reader, number: int) -> None:
    for _ in range(number):
        note(session, reader, "invitation withdrawn", {})


def _membership(organisation: str, account: str) -> tuple[Any, Any]:
    return MEMBERSHIP.c.organisation_id == organisation, MEMBERSHIP.c.account_id == account


def chain_of(session: Session, organisation: str) -> tuple[Chain, str]:
    """The trail of an organisation as it ends, and the signature of its end."""
    this = ORGANISATION.c.id == organisation
    end = select(ORGANISATION.c.trail_number, ORGANISATION.c.trail_seal, ORGANISATION.c.trail_signature).where(this)
    number, seal, signature = session.connection().execute(end).one()
    return Chain("organisation", organisation, number, seal), signature


def note(session: Session, reader: Reader, action: str, detail: Mapping[str, Any]) -> None:
    """Add an entry to the trail of the reader’s organisation."""
    connection, this = session.connection(), ORGANISATION.c.id == reader.organisation
    end = select(ORGANISATION.c.trail_number, ORGANISATION.c.trail_seal).where(this).with_for_update()
    chain = Chain("organisation", reader.organisation, *connection.execute(end).one())
    connection.execute(update(ORGANISATION).where(this).values(append(session, reader, chain, action, detail)))
