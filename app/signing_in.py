"""Signing in with a password: slowed after failures, and as slow for an address that nobody has. Knows no HTTP."""

from datetime import timedelta

from app import accounts, passwords, throttle
from app.database import Database
from app.errors import MustWait
from app.metrics import SIGN_IN_FAILURES

FREE, FREE_FROM_ADDRESS = 5, 25  # failures in a row before one has to wait: of an account, from an address


def sign_in(database: Database, email: str, password: str, address: str) -> str | None:
    """The token of a new session; None where address and password do not fit. Raises MustWait.

    The password is checked outside any transaction, since that takes a tenth of a second.
    """
    keys = {f"account {accounts.folded(email)}": FREE, f"address {address}": FREE_FROM_ADDRESS}
    with database.transaction(write=False) as session:
        due = max((throttle.wait(session, key, free) for key, free in keys.items()), default=timedelta(0))
        account = accounts.account_by_email(session, email)
    if due:
        SIGN_IN_FAILURES.labels("must_wait").inc()
        raise MustWait("There were too many failed attempts. Wait, and try again.", due)
    is_open = account is not None and account.closed_at is None
    fits = passwords.matches(account.password if account and is_open else "", password)
    if not fits:
        SIGN_IN_FAILURES.labels("wrong").inc()
    with database.transaction(write=True) as session:
        for key in keys if not fits else list(keys)[:1]:
            (throttle.succeeded if fits else throttle.failed)(session, key)
        return accounts.begin_session(session, account.id) if fits and account else None


def change_password(database: Database, account: accounts.Account, old: str, new: str) -> str | None:
    """Change it, sign out everywhere, and return the token of a new session; None where the old one is wrong.

    Raises MustWait.
    """
    key = f"account {account.email}"
    with database.transaction(write=False) as session:
        due = throttle.wait(session, key, FREE)
    if due:
        raise MustWait("There were too many failed attempts. Wait, and try again.", due)
    fits = passwords.matches(account.password, old)
    kept = passwords.hashed(new) if fits else ""
    with database.transaction(write=True) as session:
        if not fits:
            throttle.failed(session, key)
            return None
        accounts.set_password(session, account.id, kept)
        return accounts.begin_session(session, account.id)
