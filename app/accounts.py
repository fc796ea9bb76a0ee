"""Who reads and writes: every assessment belongs to an organisation and every change has an author.

Until sign-in comes there is one local account in one organisation.
"""

from dataclasses import dataclass

from sqlmodel import Session

from app.models import Account, Organisation

LOCAL = "local"


@dataclass(frozen=True)
class Reader:
    """Who makes a request, and in which organisation."""

    account: str
    organisation: str
    organisation_name: str


def local_reader(session: Session, organisation_name: str) -> Reader:
    """The one reader of a server without sign-in; makes its account and organisation where they are missing."""
    organisation = session.get(Organisation, LOCAL)
    if organisation is None:
        organisation = Organisation(id=LOCAL, name=organisation_name)
        session.add(organisation)
        session.flush()
        session.add(Account(id=LOCAL, organisation_id=LOCAL, name="Local user"))
    organisation.name = organisation_name
    session.flush()
    return Reader(account=LOCAL, organisation=LOCAL, organisation_name=organisation_name)
