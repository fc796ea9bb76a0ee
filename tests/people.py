"""People who sign in, for tests: an organisation with a member in a role, and a session of theirs."""

from collections.abc import Sequence

from app import sharing
from app.accounts import Reader, Role, account_by_email, begin_session, make_account, signed_in
from app.database import Database
from app.keyring import Keyring
from app.links import find_link, make_link, use_link
from app.organisations import join, make_organisation
from app.program_keys import SCOPES, make_key

COOKIE = "plumbline"


def organisation(database: Database, keyring: Keyring, name: str = "Sample Service") -> str:
    """A new organisation; its id."""
    with database.transaction(write=True) as session:
        return make_organisation(session, keyring, name, "")


def member(database: Database, keyring: Keyring, of: str, role: Role = "manager", name: str = "Maria Sample") -> str:
    """A new member of an organisation; the token of a session."""
    with database.transaction(write=True) as session:
        email = f"{name.split()[0]}.{of}.{role}@example.org"
        account = make_account(session, email, name, "")
        invitation = find_link(session, make_link(session, "invitation", organisation=of, role=role))
        use_link(session, invitation)
        join(session, keyring, invitation, account)
        return begin_session(session, account, of)


def program(database: Database, keyring: Keyring, reader: Reader, scopes: Sequence[str] = SCOPES) -> str:
    """A new key of a manager’s organisation."""
    with database.transaction(write=True) as session:
        return make_key(session, reader, "Case system", scopes, 90)


def grant(database: Database, reader: Reader, body: str, extent: str = "results", *relations: str) -> None:
    """Show the results of a manager’s organisation to a body."""
    with database.transaction(write=True) as session:
        sharing.grant(session, reader, sharing.Body(body, "Ministry"), relations, extent)


def administrator(database: Database) -> str:
    """The token of a session of somebody who administers the service."""
    with database.transaction(write=True) as session:
        known = account_by_email(session, "admin@example.org")
        account = known.id if known else make_account(session, "admin@example.org", "Ada Admin", "", True)
        return begin_session(session, account)


def reader_of(database: Database, keyring: Keyring, token: str) -> Reader:
    """Whoever reads with a session."""
    with database.transaction(write=False) as session:
        signed = signed_in(session, keyring, token)
    assert signed and signed.reader
    return signed.reader


def csrf_of(database: Database, keyring: Keyring, token: str) -> str:
    """What forms of a session carry; nothing where it has ended."""
    with database.transaction(write=False) as session:
        signed = signed_in(session, keyring, token)
    return signed.csrf if signed else ""


def guest(database: Database) -> str:
    """The token of a session of somebody who belongs to no organisation."""
    with database.transaction(write=True) as session:
        return begin_session(session, make_account(session, "guest@example.org", "Gus Guest", ""))
