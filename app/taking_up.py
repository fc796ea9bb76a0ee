"""Taking up a link: a new account with its role, a new password, a lost second factor turned off. Knows no HTTP."""

from dataclasses import dataclass

from sqlmodel import Session

from app import accounts, passwords, second_factor, throttle
from app.again import transacted
from app.database import Database
from app.errors import NotForThisAccount, NotFound
from app.keyring import Keyring
from app.links import Link, use_link
from app.organisations import join
from app.signing_in import FREE, FREE_FROM_ADDRESS, Begun, CodeNeeded, begin, changed, check_wait, confirm_password


@dataclass(frozen=True)
class Newcomer:
    """Who makes an account."""

    name: str
    email: str
    password: str


def make_account(
    database: Database, keyring: Keyring, link: Link, newcomer: Newcomer, network_address: str
) -> Begun | None:
    """The account of an invitation, or the first of the service; None where its e-mail address is taken.

    Raises MustWait, LinkUsed and NotFound.
    """
    kept, is_first = passwords.hashed(newcomer.password), link.kind == "first"
    with database.transaction(write=True) as session:
        if is_taken(session, link, newcomer.email, network_address):
            return None
        use_link(session, link)
        if is_first and accounts.has_administrator(session):
            raise NotFound("This service has an administrator already.")
        account = accounts.make_account(session, newcomer.email, newcomer.name, kept, is_first)
        if not is_first:
            join(session, keyring, link, account)
        return Begun(accounts.begin_session(session, account, link.organisation_id))


def is_taken(session: Session, link: Link, email: str, network_address: str) -> bool:
    """Whether there is an account with an e-mail address. That is told as seldom as a wrong password, of each link and
    each address of the network; otherwise whoever has a link could find out who has an account.

    Raises MustWait, whether or not there is one.
    """
    keys = {f"link {link.digest}": FREE, f"address {network_address}": FREE_FROM_ADDRESS}
    check_wait(session, keys)
    if accounts.account_by_email(session, email) is None:
        return False
    for key in keys:
        throttle.failed(session, key)
    return True


def set_password(database: Database, keyring: Keyring, link: Link, password: str) -> Begun | CodeNeeded:
    """The new password; every session ends. A second factor stays, and is asked for now. Raises LinkUsed."""
    assert link.account_id is not None
    kept = passwords.hashed(password)
    with database.transaction(write=True) as session:
        use_link(session, link)
        account = accounts.account_by_id(session, link.account_id)
        if account is None or account.closed_at:
            raise NotForThisAccount("This account is closed.")
        accounts.set_password(session, link.account_id, kept)
        return begin(session, keyring, link.account_id)


def turn_off_by_link(database: Database, keyring: Keyring, link: Link, password: str) -> str | None:
    """Take away a second factor that was lost, by the link that an administrator made and the account’s password.

    Returns the token of a new session; None for an account without a password, which has to sign in its own way.
    Raises NotConfirmed, MustWait, and LinkUsed.
    """
    assert link.account_id is not None
    with database.transaction(write=False) as session:
        account = accounts.account_by_id(session, link.account_id)
    if account is None or account.closed_at:
        raise NotForThisAccount("This account is closed.")
    confirm_password(database, account, password)

    def drop(session: Session) -> str:
        use_link(session, link)
        second_factor.drop(session, account.id)
        token = changed(session, keyring, account.id, "second factor off")
        if not account.password:
            accounts.end_sessions(session, account.id)
        return token

    token = transacted(database, drop)
    return token if account.password else None
