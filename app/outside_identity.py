"""Signing in with an outside identity: an account that the provider knows by an issuer and a subject.

Only that pair matches an account. An e-mail address that a provider names never does: whoever can have an address
written into an account there could take over the account here that has it. And nobody gets an account by signing in
alone: an invitation is needed, or an account that links its identity.

What happens between leaving for the provider and coming back stands in a cookie of the browser, sealed with the master
key; its state is good once, for ten minutes. Knows no HTTP.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from app import accounts, throttle
from app.accounts import Account, SignedIn, digest_of
from app.again import transacted
from app.database import Database
from app.errors import KeyFailure, MustWait, NotForThisAccount, OutsideFailed
from app.keyring import Keyring
from app.links import find_link, use_link
from app.metrics import SIGN_IN_FAILURES
from app.models import LINK, OUTSIDE_IDENTITY
from app.organisations import join, note_account
from app.provider import is_same, new_secrets
from app.signing_in import FREE_FROM_ADDRESS, Begun, CodeNeeded, begin

GOOD_FOR = 600  # seconds between leaving and coming back
_PLACE, _KIND = "outside sign-in", "outside"
Journey = Mapping[str, str]


def leave(database: Database, keyring: Keyring, **what: str) -> tuple[str, Journey]:
    """Begin a sign-in with the provider: the sealed cookie, and what it holds.

    `what` it is for: `purpose` is “sign in”, “link” (with the `session` that asks) or “invitation” (with the `link`).
    """
    import secrets

    state, now = secrets.token_urlsafe(24), datetime.now(UTC)
    row = {"digest": digest_of(state), "kind": _KIND, "expires_at": now + timedelta(seconds=GOOD_FOR)}

    def keep(session: Session) -> None:
        connection = session.connection()
        connection.execute(delete(LINK).where(LINK.c.kind == _KIND, LINK.c.expires_at < now))
        connection.execute(insert(LINK), row)

    transacted(database, keep)
    journey = what | new_secrets() | {"state": state, "until": str(int(time.time()) + GOOD_FOR)}
    return keyring.masters.seal(json.dumps(journey), _PLACE), journey


def on_the_way(keyring: Keyring, cookie: str) -> Journey:
    """What a cookie holds. Raises OutsideFailed where it is missing, changed or too old."""
    try:
        journey: dict[str, str] = json.loads(keyring.masters.unseal(cookie, _PLACE) or "{}")
    except KeyFailure:
        journey = {}
    if int(journey.get("until", 0)) < time.time():
        raise _lost()
    return journey


def come_back(database: Database, keyring: Keyring, cookie: str, state: str, address: str) -> Journey:
    """What somebody left for who comes back with a state; that is good once. Raises OutsideFailed and MustWait."""
    key = f"address {address}"
    with database.transaction(write=False) as session:
        if due := throttle.wait(session, key, FREE_FROM_ADDRESS):
            raise MustWait("There were too many failed attempts. Wait, and try again.", due)
    try:
        journey = on_the_way(keyring, cookie)
        if not is_same(journey["state"], state):
            raise _lost()
        with database.transaction(write=True) as session:
            mine = delete(LINK).where(LINK.c.digest == digest_of(state), LINK.c.kind == _KIND)
            if not session.connection().execute(mine).rowcount:
                raise _lost()
    except OutsideFailed:
        failed(database, address)
        raise
    return journey


def failed(database: Database, address: str) -> None:
    """Count a failure against where it came from, as one with a password is."""
    SIGN_IN_FAILURES.labels("wrong").inc()
    with database.transaction(write=True) as session:
        throttle.failed(session, f"address {address}")


def sign_in(session: Session, keyring: Keyring, issuer: str, subject: str) -> Begun | CodeNeeded:
    """Begin a session for the account of an identity. Raises OutsideFailed where there is none."""
    account = holder(session, issuer, subject)
    if account is None or account.closed_at:
        raise OutsideFailed("No account is linked with this identity.", "outside_unknown")
    return begin(session, keyring, account.id)


def link(session: Session, keyring: Keyring, signed: SignedIn | None, journey: Journey, known: tuple[str, str]) -> None:
    """Link an identity with the account that asked for it, in the session that asked. Raises OutsideFailed."""
    if signed is None or not is_same(signed.digest, journey["session"]):
        raise _lost()
    if holder(session, *known) is not None:
        raise OutsideFailed("This identity is linked with an account already.", "outside_taken")
    _add(session, signed.account, known)
    note_account(session, keyring, signed.account, signed.account, "outside identity on")


def take_up(session: Session, keyring: Keyring, journey: Journey, known: tuple[str, str]) -> Begun | CodeNeeded:
    """Take up an invitation with an identity: as the account that it is of, or as a new one without a password.

    Raises LinkUsed, OutsideFailed and NotForThisAccount.
    """
    invitation = find_link(session, journey["link"])
    use_link(session, invitation)
    account = holder(session, *known)
    if account is None:
        if accounts.account_by_email(session, journey["email"]):
            raise OutsideFailed("There is an account with this address.", "outside_email")
        made = accounts.make_account(session, journey["email"], journey["name"], "")
        _add(session, made, known)
    else:
        if account.is_administrator or account.closed_at:
            raise NotForThisAccount("An administrator of the service belongs to no organisation.")
        made = account.id
    join(session, keyring, invitation, made)
    return begin(session, keyring, made, invitation.organisation_id)


def unlink(session: Session, keyring: Keyring, account: Account) -> None:
    """Take every outside identity off an account that has a password. Raises NotForThisAccount for one without."""
    if not account.password:
        raise NotForThisAccount("Without a password nobody could sign in to this account any more.")
    mine = delete(OUTSIDE_IDENTITY).where(OUTSIDE_IDENTITY.c.account_id == account.id)
    if session.connection().execute(mine).rowcount:
        note_account(session, keyring, account.id, account.id, "outside identity off")


def is_linked(session: Session, account: str) -> bool:
    """Whether an account has an outside identity."""
    mine = select(OUTSIDE_IDENTITY.c.subject).where(OUTSIDE_IDENTITY.c.account_id == account).limit(1)
    return session.connection().execute(mine).first() is not None


def holder(session: Session, issuer: str, subject: str) -> Account | None:
    """The account that an identity is of."""
    one = OUTSIDE_IDENTITY.c.issuer == issuer, OUTSIDE_IDENTITY.c.subject == subject
    found = session.connection().execute(select(OUTSIDE_IDENTITY.c.account_id).where(*one)).scalar_one_or_none()
    return accounts.account_by_id(session, found) if found else None


def _add(session: Session, account: str, known: tuple[str, str]) -> None:
    row = {"issuer": known[0], "subject": known[1], "account_id": account, "since": datetime.now(UTC)}
    session.connection().execute(insert(OUTSIDE_IDENTITY), row)


def _lost() -> OutsideFailed:
    return OutsideFailed("This sign-in was begun elsewhere, has ended, or took too long.", "outside_lost")
