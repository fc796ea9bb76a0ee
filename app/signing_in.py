"""Signing in: with a password, and then a code where the account has a second factor; changing either.

Slowed after failures, and as slow for an address that nobody has. Between password and code there is no session: the
page carries a ticket, sealed with the master key, that is good for five minutes and for the account as it stood. A code
has failures of its own, so that whoever knows the password cannot clear them by giving it again.

A password counts as wrong before it is checked, which takes a tenth of a second, and is taken back if it fits: of many
that are sent at once no more are checked than are free. Knows no HTTP.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app import accounts, passwords, second_factor, throttle
from app.accounts import Account
from app.again import transacted
from app.database import Database
from app.errors import KeyFailure, MustWait, NotConfirmed, NotForThisAccount, SignInNeeded
from app.keyring import Keyring
from app.metrics import SIGN_IN_FAILURES
from app.organisations import note_account
from app.throttle import Counted

FREE, FREE_FROM_ADDRESS = 5, 25  # failures in a row before one has to wait: of an account, from an address
TICKET_FOR = 300  # seconds
_TICKET, _OFFER = "ticket", "second factor offered to "
_LATER = "There were too many failed attempts. Wait, and try again."


@dataclass(frozen=True)
class Begun:
    """A session has begun: its token."""

    token: str


@dataclass(frozen=True)
class CodeNeeded:
    """The password fits, and a code is needed as well: the ticket that the page of the code carries."""

    ticket: str


def sign_in(database: Database, keyring: Keyring, email: str, password: str, address: str) -> Begun | CodeNeeded | None:
    """Begin a session, or ask for a code; None where address and password do not fit. Raises MustWait.

    The password is checked outside any transaction, since that takes a tenth of a second.
    """
    keys = {f"account {accounts.folded(email)}": FREE, f"address {address}": FREE_FROM_ADDRESS}
    of_account, of_address = _counted(database, keys, SIGN_IN_FAILURES.labels("must_wait").inc)
    with database.transaction(write=False) as session:
        account = accounts.account_by_email(session, email)
    is_open = account is not None and account.closed_at is None
    if not passwords.matches(account.password if account and is_open else "", password) or account is None:
        SIGN_IN_FAILURES.labels("wrong").inc()
        return None
    holder = account.id

    def fits(session: Session) -> Begun | CodeNeeded:
        throttle.take_back_all(session, of_account)
        throttle.take_back(session, of_address)
        return begin(session, keyring, holder)

    return transacted(database, fits)


def begin(session: Session, keyring: Keyring, account_id: str, organisation: str | None = None) -> Begun | CodeNeeded:
    """Go on for somebody who has shown to be the holder of an account, but for its second factor."""
    account = accounts.account_by_id(session, account_id)
    assert account is not None
    if not account.second_factor:
        return Begun(accounts.begin_session(session, account.id, organisation))
    until = int(time.time()) + TICKET_FOR
    ticket = json.dumps({"account": account.id, "until": until, "of": _state_of(account), "in": organisation})
    return CodeNeeded(keyring.masters.seal(ticket, _TICKET))


def give_code(database: Database, keyring: Keyring, ticket: str, code: str, address: str) -> Begun | None:
    """Begin the session that a ticket waits for; None where the code does not fit.

    Raises MustWait, and SignInNeeded where the ticket is good no more.
    """
    said = _opened(keyring, ticket)
    keys = {f"code {said['account']}": FREE, f"address {address}": FREE_FROM_ADDRESS}
    with database.transaction(write=True) as session:
        account = second_factor.locked(session, said["account"])
        check_wait(session, keys, SIGN_IN_FAILURES.labels("must_wait").inc)
        if account.closed_at or said["of"] != _state_of(account):
            raise SignInNeeded("The account was changed meanwhile.")
        if not second_factor.use(session, keyring, account, code):
            SIGN_IN_FAILURES.labels("wrong").inc()
            for key in keys:
                throttle.failed(session, key)
            return None
        throttle.succeeded(session, next(iter(keys)))
        return Begun(accounts.begin_session(session, account.id, said["in"]))


def change_password(database: Database, account: Account, old: str, new: str) -> str | None:
    """Change it, sign out everywhere, and return the token of a new session; None where the old one is wrong.

    Raises MustWait.
    """
    try:
        confirm_password(database, account, old)
    except NotConfirmed:
        return None
    kept = passwords.hashed(new)

    def change(session: Session) -> str:
        accounts.set_password(session, account.id, kept)
        return accounts.begin_session(session, account.id)

    return transacted(database, change)


def confirm_password(database: Database, account: Account, password: str) -> None:
    """Raises NotConfirmed where it is not the account’s, and MustWait. An account without one has none to give."""
    if not account.password:
        return
    (counted,) = _counted(database, {f"account {account.email}": FREE})
    if not passwords.matches(account.password, password):
        raise NotConfirmed("This is not the present password.", "confirm")
    transacted(database, lambda session: throttle.take_back(session, counted))


def check_wait(session: Session, keys: Mapping[str, int], refused: Callable[[], None] | None = None) -> None:
    """Raises MustWait where any of these has failed too often, and calls `refused` then."""
    if due := max(throttle.wait(session, key, free) for key, free in keys.items()):
        if refused:
            refused()
        raise MustWait(_LATER, due)


@dataclass(frozen=True)
class SetUp:
    """A second factor is in force: its recovery codes, to be shown this once, and the token of a new session."""

    codes: list[str]
    token: str


def offered(keyring: Keyring, account: Account, sealed: str = "") -> tuple[str, second_factor.Offer]:
    """A secret to be set up, and the same sealed for the form that comes back; the one of a form that came back."""
    place = f"{_OFFER}{account.id}"
    try:
        secret = keyring.masters.unseal(sealed, place)
    except KeyFailure:
        secret = ""
    secret = secret or second_factor.new_secret()
    return keyring.masters.seal(secret, place), second_factor.offer(secret, account.email or account.name)


def set_up(database: Database, keyring: Keyring, account: Account, sealed: str, code: str, password: str) -> SetUp:
    """Put the second factor in force that was offered, and sign out everywhere else.

    Raises NotConfirmed, MustWait, and NotForThisAccount where it has one already.
    """
    secret = offered(keyring, account, sealed)[1].secret
    confirm_password(database, account, password)
    step = second_factor.step_of(secret, code)
    if step is None:
        raise NotConfirmed("The code does not fit.", "code")

    def keep(session: Session) -> SetUp:
        if second_factor.locked(session, account.id).second_factor:
            raise NotForThisAccount("This account has a second factor already.")
        codes = second_factor.keep(session, keyring.masters, account.id, secret, step)
        return SetUp(codes, changed(session, keyring, account.id, "second factor on"))

    return transacted(database, keep)


def turn_off(database: Database, keyring: Keyring, account: Account, code: str, password: str) -> str:
    """Take the second factor away, and sign out everywhere; the token of a new session. Raises as `set_up` does."""
    confirm_password(database, account, password)
    _confirm_code(database, keyring, account, code)

    def drop(session: Session) -> str:
        second_factor.drop(session, account.id)
        return changed(session, keyring, account.id, "second factor off")

    return transacted(database, drop)


def new_recovery_codes(database: Database, keyring: Keyring, account: Account, code: str, password: str) -> SetUp:
    """Other recovery codes; those of before are good no more. Raises as `set_up` does."""
    confirm_password(database, account, password)
    _confirm_code(database, keyring, account, code)

    def renew(session: Session) -> SetUp:
        codes = second_factor.new_recovery_codes(session, account.id)
        return SetUp(codes, changed(session, keyring, account.id, "recovery codes"))

    return transacted(database, renew)


def changed(session: Session, keyring: Keyring, account: str, action: str) -> str:
    """Sign out everywhere and write it into the trail of every organisation; the token of a new session."""
    accounts.end_sessions(session, account)
    note_account(session, keyring, account, account, action)
    return accounts.begin_session(session, account)


def _confirm_code(database: Database, keyring: Keyring, account: Account, code: str) -> None:
    key = f"code {account.id}"

    def use(session: Session) -> bool:
        now = second_factor.locked(session, account.id)
        check_wait(session, {key: FREE})
        fits = second_factor.use(session, keyring, now, code)
        if fits:
            throttle.succeeded(session, key)
        else:
            throttle.failed(session, key)
        return fits

    if not transacted(database, use):
        raise NotConfirmed("The code does not fit.", "code")


def _counted(database: Database, keys: Mapping[str, int], refused: Callable[[], None] | None = None) -> list[Counted]:
    """Count an attempt as failed before it is tried, in the transaction that checks the wait. Raises MustWait."""

    def count(session: Session) -> list[Counted]:
        check_wait(session, keys, refused)
        return [throttle.failed(session, key) for key in keys]

    return transacted(database, count)


def _state_of(account: Account) -> str:
    return accounts.digest_of(f"{account.password} {account.second_factor}")


def _opened(keyring: Keyring, ticket: str) -> dict[str, str]:
    """What a ticket says. Raises SignInNeeded where it is good no more."""
    try:
        said: dict[str, str] = json.loads(keyring.masters.unseal(ticket, _TICKET) or "{}")
    except KeyFailure:
        said = {}
    if int(said.get("until", 0)) < time.time():
        raise SignInNeeded("Sign in again: more than five minutes have passed.")
    return said
