"""What can go wrong in the service. Each error carries the HTTP status that it becomes and words for the reader.

Those of a status from 500 on are not for the reader; the log has them, so they hold nothing that people wrote.

PlumblineError
├── ContentError        the data in questionnaires/ do not hold; lists every fault with file, line, key and remedy
├── NotFound            nothing of that name, or not for this reader: the answer is the same
│   ├── LinkUsed        a link that is good no more
│   └── OffThePath      a page that is not on the path of this assessment
├── StaleWrite          somebody changed the answer since it was read
├── WrongState          not open to this (already submitted, not complete, a draft questionnaire)
│   ├── LastManager     the organisation would have none
│   ├── NotForThisAccount
│   ├── StillDraft      only what was submitted is shown outside
│   └── OnlyRedacted    more of a report would be shown to a body than it may ever see
├── SignInNeeded        nobody is signed in
├── OutsideFailed       signing in with the provider did not come to an end
├── ProviderDown        the provider of sign-in cannot be reached
├── ProviderUnsound     what the provider of sign-in answered does not hold
├── MailFailed          a mail could not be handed to the mail server
├── WrongSettings       the service cannot be started like this
├── NotConfirmed        a password or code that has to confirm this does not fit
├── NotAllowed          whoever is signed in may not do this
├── MustWait            too much was tried
├── Busy                the database could not do it now: others came between, or it does not answer
├── BadRequest          a request that cannot be read (broken UTF-8, not JSON)
├── UnreadableDraft     a file of which nothing can be taken as a draft: why, and on which line
├── UnsoundFile         a file that is not, or not wholly, a database of this program
├── TooLarge            a body over the limit
├── TooSlow             a body that does not come
├── DrawingFailed       a report could not be drawn
└── KeyFailure          a key is missing, or what it closed was changed
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scoring.errors import Problem


def printable(line: str) -> str:
    """A line for a terminal without what a terminal would obey, nor another line: errors and findings repeat keys and
    words of files, and those may have been put there by anybody."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)


class PlumblineError(Exception):
    """The root of the service's errors."""

    status = 500
    title = "Something went wrong"
    code = ""  # of the words in templates/errors/error.html, where those of the status do not fit


@dataclass(frozen=True)
class Fault:
    """One thing in the data that does not hold: where, what, and how to mend it."""

    file: Path
    line: int
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        key = f" {self.key}:" if self.key else ""
        return f"{self.file}:{self.line}:{key} {self.what} {self.remedy}"


class ContentError(PlumblineError):
    """Data that do not hold."""

    title = "The questionnaires’ data do not hold"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class NotFound(PlumblineError):
    """Nothing of that name for this reader."""

    status = 404
    title = "Page not found"


class LinkUsed(NotFound):
    """A link that was used, has expired or never was."""

    code = "link_used"


class OffThePath(NotFound):
    """A page that the assessment’s profile does not open."""


class StaleWrite(PlumblineError):
    """A write that was based on an older version; names the questions or facts that it did not write."""

    status = 409
    title = "Somebody changed this since you opened it"

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.names = names


class WrongState(PlumblineError):
    """The assessment is not in the state that this needs."""

    status = 409
    title = "This is not possible now"


class SignInNeeded(PlumblineError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    title = "Sign in first"


class OutsideFailed(PlumblineError):
    """Signing in with the provider did not come to an end; `code` says why."""

    status = 403
    title = "You are not signed in"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class ProviderDown(PlumblineError):
    """The provider of sign-in cannot be reached."""

    status = 503
    title = "The provider of sign-in cannot be reached"
    code = "provider_down"


class ProviderUnsound(PlumblineError):
    """What the provider of sign-in answered does not hold."""

    status = 502
    title = "What the provider of sign-in answered does not hold"
    code = "provider_unsound"


class MailFailed(PlumblineError):
    """A mail that could not be handed to the mail server."""

    status = 502
    title = "The mail could not be sent"


class WrongSettings(PlumblineError):
    """Settings with which the service is not started."""

    title = "The settings do not hold"


class NotConfirmed(PlumblineError):
    """What has to confirm a step does not fit: `field` says whether that is the password or the code."""

    status = 422
    title = "This is not confirmed"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(PlumblineError):
    """Somebody is signed in whose role does not allow it."""

    status = 403
    title = "This is not for your role"
    code = "not_allowed"


class MustWait(PlumblineError):
    """Too much was tried, or asked for, within a time."""

    status = 429
    title = "Too many attempts"

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.seconds = max(1, math.ceil(wait.total_seconds()))


class Busy(PlumblineError):
    """The database could not do it now, and did nothing. `again`: the same may be done again at once."""

    status = 503
    title = "Too much at once"
    code = "busy"

    def __init__(self, message: str, again: bool) -> None:
        super().__init__(message)
        self.again = again


class LastManager(WrongState):
    """The organisation would be left without a manager."""

    code = "last_manager"


class NotForThisAccount(WrongState):
    """An account that this cannot be done to, or with."""

    code = "not_for_this_account"


class StillDraft(WrongState):
    """Nothing of a draft is shown outside."""

    code = "still_draft"


class OnlyRedacted(WrongState):
    """A body that refers people to an organisation outside the state, licenses or funds it sees no more than that."""


class BadRequest(PlumblineError):
    """A request that cannot be read."""

    status = 400
    title = "The request cannot be read"

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


class UnreadableDraft(PlumblineError):
    """A file of which nothing can be taken as a draft; its words are in templates/draft_files/open.html."""

    status = 422
    title = "The file cannot be read as a draft"

    def __init__(self, code: str, line: int = 0, name: str = "") -> None:
        super().__init__(f"The file cannot be read as a draft: {code}.")
        self.code = code
        self.line = line
        self.name = name


class UnsoundFile(PlumblineError):
    """A database’s file that does not hold."""

    title = "The file does not hold"


class TooLarge(PlumblineError):
    """More than is taken."""

    status = 413
    title = "The request is too large"


class TooSlow(PlumblineError):
    """A body that was announced and has not come within the time."""

    status = 408
    title = "The request came too slowly"


class DrawingFailed(PlumblineError):
    """A report that could not be drawn."""

    title = "The report could not be drawn"


class KeyFailure(PlumblineError):
    """A key that is missing, or an encrypted text that does not open."""

    title = "Something that is kept encrypted cannot be read"
