"""Keys by which an organisation’s own programs read its assessments: made, shown, revoked, and whose one is.

A key is long and random, so the database keeps its SHA-256 alone and no guess can hit it. What it may read is said by
its scopes; it never writes. Every making and revoking is in the organisation’s trail. Knows no HTTP.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from app import throttle
from app.accounts import Reader, digest_of
from app.database import Database
from app.errors import BadRequest, MustWait, NotFound
from app.keyring import Keyring
from app.models import ACCOUNT, API_KEY, ORGANISATION
from app.organisations import note

Scope = Literal["assessments", "reports", "trail"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "plumbline_"  # so that whoever finds one in a file or a log knows what it is
DAYS, MOST_DAYS = 90, 365  # until a key expires: unless said otherwise, and at most
USED_EVERY = timedelta(minutes=1)  # how exactly the last use is kept
FREE = 25  # failures in a row from one address before it has to wait

_ONE = (
    select(API_KEY, ORGANISATION.c.name.label("organisation_name"), ORGANISATION.c.key_number)
    .join_from(API_KEY, ORGANISATION)
    .where(API_KEY.c.digest == bindparam("digest"))
)


@dataclass(frozen=True)
class ProgramKey:
    """A key as its organisation’s managers see it."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= datetime.now(UTC)


@dataclass(frozen=True)
class Program:
    """Whoever shows a key that holds: in which organisation it reads, and what."""

    key: str
    reader: Reader
    scopes: frozenset[str]
    is_to_be_seen: bool


def make_key(session: Session, reader: Reader, name: str, scopes: Collection[str], days: int) -> str:
    """A new key, shown this once. Raises BadRequest for a scope that there is not, for none, and for too long."""
    if not scopes or not set(scopes) <= set(SCOPES) or not 0 < days <= MOST_DAYS:
        raise BadRequest(f"A key has a scope, and expires within {MOST_DAYS} days.")
    token, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    ordered = [scope for scope in SCOPES if scope in scopes]
    row = {
        "id": secrets.token_urlsafe(12),
        "digest": digest_of(token),
        "organisation_id": reader.organisation,
        "name": name,
        "scopes": "\n".join(ordered),
        "created_by": reader.account,
        "created_at": now,
        "expires_at": now + timedelta(days=days),
    }
    session.connection().execute(insert(API_KEY), row)
    said = {"key": row["id"], "name": name, "scopes": ordered, "days": days}
    note(session, reader, "program key", said)
    return token


def keys_of(session: Session, organisation: str) -> list[ProgramKey]:
    """Those of an organisation, the newest first; also those that are good no more."""
    names = ("id", "name", "scopes", "created_at", "expires_at", "revoked_at", "used_at")
    rows = session.connection().execute(
        select(*(API_KEY.c[name] for name in names), ACCOUNT.c.name.label("made_by"))
        .join_from(API_KEY, ACCOUNT)
        .where(API_KEY.c.organisation_id == organisation)
        .order_by(API_KEY.c.created_at.desc())
    )
    return [ProgramKey(**{**row, "scopes": tuple(row["scopes"].split("\n"))}) for row in rows.mappings()]


def revoke(session: Session, reader: Reader, key_id: str) -> None:
    """End a key for good. Raises NotFound for a foreign one and for one that was revoked, as for none."""
    mine = API_KEY.c.id == key_id, API_KEY.c.organisation_id == reader.organisation, API_KEY.c.revoked_at.is_(None)
    connection = session.connection()
    name = connection.execute(select(API_KEY.c.name).where(*mine).with_for_update()).scalar_one_or_none()
    if name is None:
        raise NotFound("There is no such key.")
    connection.execute(update(API_KEY).where(*mine).values(revoked_at=datetime.now(UTC)))
    note(session, reader, "program key revoked", {"key": key_id, "name": name})


def good_keys_made_by(session: Session, organisation: str) -> dict[str, list[str]]:
    """The ids of an organisation’s keys that are still good, by the account that made them."""
    good = API_KEY.c.revoked_at.is_(None), API_KEY.c.expires_at > datetime.now(UTC)
    found: dict[str, list[str]] = {}
    rows = select(API_KEY.c.id, API_KEY.c.created_by).where(API_KEY.c.organisation_id == organisation, *good)
    for row in session.connection().execute(rows.order_by(API_KEY.c.created_at)):
        found.setdefault(row.created_by, []).append(row.id)
    return found


def revoke_made_by(session: Session, reader: Reader, account: str) -> None:
    """End every key that an account made and that is still good."""
    for key in good_keys_made_by(session, reader.organisation).get(account, []):
        revoke(session, reader, key)


def program_of(session: Session, keyring: Keyring, token: str) -> Program | None:
    """Whose key this is; None for one that was revoked or has expired, as for none."""
    connection, now = session.connection(), datetime.now(UTC)
    row = connection.execute(_ONE, {"digest": digest_of(token)}).one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    cipher = keyring.cipher(connection, row.organisation_id, row.key_number)
    reader = Reader(row.id, row.organisation_id, row.organisation_name, "program", cipher)
    is_to_be_seen = row.used_at is None or now - row.used_at >= USED_EVERY
    return Program(row.id, reader, frozenset(row.scopes.split("\n")), is_to_be_seen)


def used(session: Session, program: Program) -> None:
    """Note that a key is in use."""
    this = update(API_KEY).where(API_KEY.c.id == program.key)
    session.connection().execute(this.values(used_at=datetime.now(UTC)))


def count_failure(database: Database, address: str) -> None:
    """Somebody at an address showed a key that does not hold. Raises MustWait after too many, and counts no further.

    It slows nobody down who has a good key: no number of guesses finds one, and an expired key in a program shall not
    lock out the others behind the same address.
    """
    key = f"program at {address}"
    with database.transaction(write=False) as session:
        due = throttle.wait(session, key, FREE)
    if due:
        raise MustWait("There were too many keys that do not hold. Wait, and try again.", due)
    with database.transaction(write=True) as session:
        throttle.failed(session, key)
