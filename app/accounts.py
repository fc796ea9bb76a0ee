"""Who reads and writes: accounts, what they may do in an organisation, and the session that a browser holds.

Of a session’s token the database keeps a digest alone, so that whoever reads the database cannot go on as somebody.
Knows no HTTP.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session

from app.keyring import Keyring
from app.keys import Cipher
from app.models import ACCOUNT, LINK, MEMBERSHIP, ORGANISATION, SIGNED_IN
from app.statements import Prepared

Role = Literal["respondent", "manager", "reviewer", "coordinator"]
ROLES: tuple[Role, ...] = get_args(Role)
IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)  # of a session: without a request, and in all
SEEN_EVERY = timedelta(minutes=5)  # how exactly the last request is kept

_SESSION = Prepared(
    select(
        SIGNED_IN.c.created_at,
        SIGNED_IN.c.seen_at,
        ACCOUNT.c.id,
        ACCOUNT.c.name,
        ACCOUNT.c.is_administrator,
        (ACCOUNT.c.second_factor != "").label("has_second_factor"),
        MEMBERSHIP.c.role,
        ORGANISATION.c.id.label("organisation"),
        ORGANISATION.c.name.label("organisation_name"),
        ORGANISATION.c.key_number,
    )
    .join_from(SIGNED_IN, ACCOUNT, SIGNED_IN.c.account_id == ACCOUNT.c.id)
    .join(
        MEMBERSHIP,
        (MEMBERSHIP.c.account_id == ACCOUNT.c.id) & (MEMBERSHIP.c.organisation_id == SIGNED_IN.c.organisation_id),
        isouter=True,
    )
    .join(ORGANISATION, ORGANISATION.c.id == MEMBERSHIP.c.organisation_id, isouter=True)
    .where(SIGNED_IN.c.digest == bindparam("digest"), ACCOUNT.c.closed_at.is_(None))
)


@dataclass(frozen=True)
class Reader:
    """Who makes a request, in which organisation and role, and what closes and opens its written words.

    A program that reads with a key stands here as an account of its own, the key’s id; it never writes.
    """

    account: str
    organisation: str
    organisation_name: str
    role: Role | Literal["program"]
    cipher: Cipher = field(compare=False, repr=False)

    @property
    def may_write(self) -> bool:
        """Whether the role changes answers."""
        return self.role in ("respondent", "manager")

    @property
    def sees_assessments(self) -> bool:
        """Whether the role sees those of its own organisation; a coordinator sees what others show to it instead."""
        return self.role != "coordinator"


@dataclass(frozen=True)
class SignedIn:
    """A session that holds. `reader`: None for whoever works in no organisation; `csrf`: what its forms carry."""

    digest: str
    csrf: str
    account: str
    name: str
    is_administrator: bool
    reader: Reader | None
    is_to_be_seen: bool
    has_second_factor: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """What it may act as."""
        return ("administrator",) if self.is_administrator else (self.reader.role if self.reader else "guest",)


def signed_in(session: Session, keyring: Keyring, token: str) -> SignedIn | None:
    """Whose session a token is of; None where it is of nobody’s, or has ended."""
    if not token:
        return None
    digest = digest_of(token)
    row = _SESSION.one(session, {"digest": digest})
    now = datetime.now(UTC)
    if row is None or now - row.seen_at > IDLE or now - row.created_at > LONGEST:
        return None
    reader = None
    if row.role and not row.is_administrator:
        cipher = keyring.cipher(session.connection(), row.organisation, row.key_number)
        reader = Reader(row.id, row.organisation, row.organisation_name, row.role, cipher)
    csrf = hmac.digest(token.encode(), b"csrf", "sha256").hex()
    is_to_be_seen, has_second = now - row.seen_at > SEEN_EVERY, bool(row.has_second_factor)
    return SignedIn(digest, csrf, row.id, row.name, row.is_administrator, reader, is_to_be_seen, has_second)


def begin_session(session: Session, account: str, organisation: str | None = None) -> str:
    """The token of a new session, in the organisation named or the account’s first; old ones of it are cleared away."""
    connection, now, token = session.connection(), datetime.now(UTC), secrets.token_urlsafe(32)
    connection.execute(
        delete(SIGNED_IN).where(SIGNED_IN.c.account_id == account, SIGNED_IN.c.created_at < now - LONGEST)
    )
    row = {
        "digest": digest_of(token),
        "account_id": account,
        "organisation_id": organisation or next((m.organisation for m in memberships(session, account)), None),
        "created_at": now,
        "seen_at": now,
    }
    connection.execute(insert(SIGNED_IN), row)
    return token


def seen(session: Session, signed: SignedIn) -> None:
    """Note that a session is in use."""
    this = update(SIGNED_IN).where(SIGNED_IN.c.digest == signed.digest)
    session.connection().execute(this.values(seen_at=datetime.now(UTC)))


def end_session(session: Session, digest: str) -> None:
    """Sign out."""
    session.connection().execute(delete(SIGNED_IN).where(SIGNED_IN.c.digest == digest))


def end_sessions(session: Session, account: str, but: str = "") -> None:
    """Sign an account out everywhere, but for one session."""
    mine = SIGNED_IN.c.account_id == account, SIGNED_IN.c.digest != but
    session.connection().execute(delete(SIGNED_IN).where(*mine))


@dataclass(frozen=True)
class Membership:
    """An organisation that an account belongs to, and as what."""

    organisation: str
    organisation_name: str
    role: Role


def memberships(session: Session, account: str) -> list[Membership]:
    """Those of an account, by the organisations’ names."""
    rows = session.connection().execute(
        select(ORGANISATION.c.id, ORGANISATION.c.name, MEMBERSHIP.c.role)
        .join_from(MEMBERSHIP, ORGANISATION)
        .where(MEMBERSHIP.c.account_id == account)
        .order_by(ORGANISATION.c.name)
    )
    return [Membership(*row) for row in rows]


def work_for(session: Session, signed: SignedIn, organisation: str) -> bool:
    """Go on in another organisation of the account; false where it is none."""
    if organisation not in [membership.organisation for membership in memberships(session, signed.account)]:
        return False
    this = update(SIGNED_IN).where(SIGNED_IN.c.digest == signed.digest)
    session.connection().execute(this.values(organisation_id=organisation))
    return True


def make_account(session: Session, email: str, name: str, password: str, is_administrator: bool = False) -> str:
    """A new account; `password` is a hash. Its id says nothing of whose it is."""
    account_id = secrets.token_urlsafe(12)
    row = {
        "id": account_id,
        "email": folded(email),
        "name": name,
        "password": password,
        "is_administrator": is_administrator,
        "created_at": datetime.now(UTC),
    }
    session.connection().execute(insert(ACCOUNT), row)
    return account_id


@dataclass(frozen=True)
class Account:
    """An account as the pages about accounts need it; `password` is a hash, empty where nobody can sign in with it.

    `second_factor`: the secret of its codes, sealed; empty where it has none.
    """

    id: str
    email: str | None
    name: str
    password: str = field(repr=False)
    is_administrator: bool
    closed_at: datetime | None
    second_factor: str = field(default="", repr=False)


_ACCOUNTS = select(*(ACCOUNT.c[name] for name in Account.__dataclass_fields__))


def account_by_email(session: Session, email: str) -> Account | None:
    """The account that signs in with an address, whether or not it is closed."""
    row = session.connection().execute(_ACCOUNTS.where(ACCOUNT.c.email == folded(email))).one_or_none()
    return Account(*row) if row else None


def account_by_id(session: Session, account_id: str) -> Account | None:
    """One account."""
    row = session.connection().execute(_ACCOUNTS.where(ACCOUNT.c.id == account_id)).one_or_none()
    return Account(*row) if row else None


def accounts(session: Session) -> list[Account]:
    """Every account that may sign in or once could, by name."""
    rows = session.connection().execute(_ACCOUNTS.where(ACCOUNT.c.email.is_not(None)).order_by(ACCOUNT.c.name))
    return [Account(*row) for row in rows]


def set_password(session: Session, account_id: str, password: str) -> None:
    """Set it; `password` is a hash. Every session of the account ends, and so does every link to its password."""
    connection = session.connection()
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(password=password))
    connection.execute(delete(LINK).where(LINK.c.account_id == account_id, LINK.c.kind == "reset"))
    end_sessions(session, account_id)


def close_account(session: Session, account_id: str) -> None:
    """Nobody signs in with it any more, by no link either; it stays as the author of what was written."""
    connection, now = session.connection(), datetime.now(UTC)
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(closed_at=now))
    connection.execute(delete(LINK).where(LINK.c.account_id == account_id))
    end_sessions(session, account_id)


def names_of(session: Session, ids: set[str]) -> dict[str, str]:
    """Accounts’ names by id."""
    rows = session.connection().execute(select(ACCOUNT.c.id, ACCOUNT.c.name).where(ACCOUNT.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def has_administrator(session: Session) -> bool:
    """Whether anybody can administer the service."""
    found = select(ACCOUNT.c.id).where(ACCOUNT.c.is_administrator, ACCOUNT.c.closed_at.is_(None)).limit(1)
    return session.connection().execute(found).first() is not None


def digest_of(token: str) -> str:
    """What the database keeps of a token. Tokens are long and random, so that a plain digest does."""
    return hashlib.sha256(token.encode()).hexdigest()


def folded(email: str) -> str:
    """An address as it is kept and looked up."""
    return email.strip().casefold()
