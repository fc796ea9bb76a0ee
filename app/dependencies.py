"""What a request stands on: the catalogue, who makes it, the session, and the one guarded way to an assessment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from sqlmodel import Session

from app import assessments
from app.accounts import Reader, SignedIn
from app.assessments import OpenAssessment
from app.catalogue import Catalogue
from app.database import Database
from app.errors import SignInNeeded
from app.keyring import Keyring
from app.settings import Settings


@dataclass
class Visit:
    """One request to a page: given by the route class (app/routes/transaction.py) to every handler that asks for it.

    `session` is open for the length of the handler and committed before the answer; a GET only reads. `fields` holds
    what was posted. An assessment is reached by `assessment(id)` and in no other way.
    """

    request: Request
    settings: Settings
    catalogue: Catalogue
    database: Database
    keyring: Keyring
    signed: SignedIn | None
    session: Session
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        """Who reads and writes in an organisation. Raises SignInNeeded where nobody does."""
        if self.signed is None or self.signed.reader is None:
            raise SignInNeeded("Sign in with an account that belongs to an organisation.")
        return self.signed.reader

    @property
    def account(self) -> SignedIn:
        """Whoever is signed in. Raises SignInNeeded."""
        if self.signed is None:
            raise SignInNeeded("Sign in first.")
        return self.signed

    def assessment(self, assessment_id: str, section: str | None = None) -> OpenAssessment:
        """One of the reader’s assessments, with the answers of one section where that is enough.

        Raises NotFound, the same for a foreign one as for none.
        """
        return assessments.opened(self.session, self.reader, self.catalogue, assessment_id, section)
