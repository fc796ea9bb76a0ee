"""Links that are good once: to the first account of the service, to a role in an organisation, to a new password, to a
sign-in without a second factor that was lost.

Whoever makes one hands it over by a way of their own, or has it sent where mail is set (app/mail.py). A sharing code is
kept beside them: by it another organisation finds the one that it wants to show its results to. It leads to no page,
and is good for as many as hand it in, since one that is used up would tell who did. Knows no HTTP.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, insert, select
from sqlmodel import Session

from app import throttle
from app.accounts import Role, digest_of
from app.database import Database
from app.errors import LinkUsed, MustWait, NotFound
from app.models import LINK, MEMBERSHIP

MAILS = 30  # links that one account sends before it has to wait
Kind = Literal["first", "invitation", "reset", "second_factor", "sharing"]
GOOD_FOR: dict[Kind, timedelta] = {
    "first": timedelta(days=1),
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=24),
    "second_factor": timedelta(hours=24),
    "sharing": timedelta(days=30),
}


@dataclass(frozen=True)
class Link:
    """What a link leads to."""

    digest: str
    kind: Kind
    organisation_id: str | None
    role: Role | None
    account_id: str | None
    created_by: str | None
    expires_at: datetime


def make_link(
    session: Session,
    kind: Kind,
    created_by: str | None = None,
    organisation: str | None = None,
    role: Role | None = None,
    account: str | None = None,
) -> str:
    """The token of a new link. An earlier one of the same kind ends, unless it is an invitation: that to the first
    account, to the same account’s password, to the same organisation’s name."""
    connection, token, now = session.connection(), secrets.token_urlsafe(24), datetime.now(UTC)
    if kind != "invitation":
        of = LINK.c.account_id.is_not_distinct_from(account), LINK.c.organisation_id.is_not_distinct_from(organisation)
        connection.execute(delete(LINK).where(LINK.c.kind == kind, *of))
    connection.execute(delete(LINK).where(LINK.c.expires_at < now))
    row = {
        "digest": digest_of(token),
        "kind": kind,
        "organisation_id": organisation,
        "role": role,
        "account_id": account,
        "created_by": created_by,
        "expires_at": now + GOOD_FOR[kind],
    }
    connection.execute(insert(LINK), row)
    return token


def find_link(session: Session, token: str) -> Link:
    """The link of a token. Raises NotFound for one that was used, has expired or never was."""
    found = _found(session, token)
    if found is None or found.kind == "sharing":
        raise LinkUsed("This link was used already, or has expired. Ask whoever gave it to you for a new one.")
    return found


def organisation_by_code(session: Session, code: str) -> str | None:
    """The organisation whose sharing code this is; None where it is none, or none any more."""
    found = _found(session, code)
    return found.organisation_id if found and found.kind == "sharing" else None


def _found(session: Session, token: str) -> Link | None:
    this = LINK.c.digest == digest_of(token), LINK.c.kind.in_(GOOD_FOR), LINK.c.expires_at >= datetime.now(UTC)
    row = session.connection().execute(select(*LINK.c).where(*this)).one_or_none()
    return Link(*row) if row else None


def use_link(session: Session, link: Link) -> None:
    """End a link. Raises NotFound where somebody was faster."""
    # Of links to the first account there may be two, where two servers were started at once: they end together.
    ends = LINK.c.kind == "first" if link.kind == "first" else LINK.c.digest == link.digest
    if not session.connection().execute(delete(LINK).where(ends)).rowcount:
        raise LinkUsed("This link was used already.")


def count_mail(database: Database, account: str) -> None:
    """Count a link that somebody sends by mail, so that nobody sends without end. Raises MustWait."""
    key = f"mail of {account}"
    with database.transaction(write=True) as session:
        if due := throttle.wait(session, key, MAILS):
            raise MustWait("Too many links were sent. Wait, and try again.", due)
        throttle.failed(session, key)


def open_invitations(session: Session, organisation: str) -> list[Link]:
    """Invitations to an organisation that nobody has taken up yet, the last first."""
    mine = _invitation(organisation), LINK.c.expires_at > datetime.now(UTC)
    rows = session.connection().execute(select(*LINK.c).where(*mine).order_by(LINK.c.expires_at.desc()))
    return [Link(*row) for row in rows]


def withdraw(session: Session, organisation: str, digest: str) -> None:
    """Take an invitation back. Raises NotFound for one that is not of this organisation."""
    one = delete(LINK).where(LINK.c.digest == digest, _invitation(organisation))
    if not session.connection().execute(one).rowcount:
        raise NotFound("There is no such invitation.")


def withdraw_made_by(session: Session, organisation: str, account: str) -> int:
    """Take back every open invitation that an account made; how many there were."""
    return _withdrawn(session, organisation, LINK.c.created_by == account)


def withdraw_from_outside(session: Session, organisation: str) -> int:
    """Take back every open invitation that nobody of the organisation made; how many there were."""
    theirs = MEMBERSHIP.c.account_id == LINK.c.created_by, MEMBERSHIP.c.organisation_id == organisation
    return _withdrawn(session, organisation, ~exists().where(*theirs))


def organisations_invited_to(session: Session, account: str) -> list[str]:
    """Where an account has made invitations that nobody has taken up."""
    mine = LINK.c.kind == "invitation", LINK.c.created_by == account, LINK.c.expires_at > datetime.now(UTC)
    found = session.connection().execute(select(LINK.c.organisation_id).where(*mine).distinct()).scalars()
    return sorted(found.all())


def _withdrawn(session: Session, organisation: str, which: ColumnElement[bool]) -> int:
    these = _invitation(organisation), LINK.c.expires_at > datetime.now(UTC), which
    return session.connection().execute(delete(LINK).where(*these)).rowcount


def _invitation(organisation: str) -> ColumnElement[bool]:
    return (LINK.c.organisation_id == organisation) & (LINK.c.kind == "invitation")
