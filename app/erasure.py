"""Closing an account, and erasing whose a closed one was: its name and address go, its id stays as the author of what
was written.

Knows no HTTP. Trails hold ids alone, so that nobody’s name has to be taken out of them.
"""

from sqlalchemy import delete, update
from sqlmodel import Session

from app import accounts
from app.accounts import account_by_id
from app.errors import NotForThisAccount, NotFound
from app.keyring import Keyring
from app.links import organisations_invited_to
from app.models import ACCOUNT, LINK, OUTSIDE_IDENTITY, RECOVERY_CODE, SIGNED_IN
from app.organisations import acting, end_memberships, note_account, withdraw_invitations


def close(session: Session, keyring: Keyring, account: str, administrator: str) -> None:
    """Close an account, which its organisations see, and end every invitation that it made.

    It may be that of a last manager: an administrator may invite another.
    """
    accounts.close_account(session, account)
    note_account(session, keyring, account, administrator, "account closed")
    _end_invitations(session, keyring, account, administrator)


def erase(session: Session, keyring: Keyring, account_id: str, administrator: str) -> None:
    """Take name, address and every way to sign in from an account, and end its memberships, which their trails say.

    Raises NotFound, and NotForThisAccount for one that is not closed: closing can be taken for a trial, this cannot.
    """
    account = account_by_id(session, account_id)
    if account is None or account.email is None:
        raise NotFound("There is no such account.")
    if account.closed_at is None:
        raise NotForThisAccount("Close the account first. What is erased cannot be brought back.")
    end_memberships(session, keyring, account_id, administrator)
    _end_invitations(session, keyring, account_id, administrator)
    connection = session.connection()
    for table in (SIGNED_IN, RECOVERY_CODE, OUTSIDE_IDENTITY, LINK):
        connection.execute(delete(table).where(table.c.account_id == account_id))
    nothing = {"email": None, "password": "", "second_factor": "", "second_factor_step": 0}
    name = f"Erased account {account_id[:4]}"
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(name=name, **nothing))


def _end_invitations(session: Session, keyring: Keyring, account: str, administrator: str) -> None:
    for organisation in organisations_invited_to(session, account):
        withdraw_invitations(session, acting(session, keyring, organisation, administrator), account)
