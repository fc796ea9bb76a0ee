"""The audit trail: every change of answers, states, roles and keys, appended to a chain and never altered.

There is a chain for each assessment and one for each organisation. An entry’s seal is the SHA-256 of the seal before it
and of all that it says, so that an entry which was edited, dropped or put in between breaks the chain. What the chain
ends with is kept beside its owner with a signature by the master key, so that cutting its end off, or sealing it anew,
shows as well. Written words are encrypted: of them the seal holds a salted digest alone, and it stays good when they
are encrypted anew or deleted. Knows no HTTP.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session

from app.accounts import Reader
from app.errors import KeyFailure
from app.keys import Cipher, MasterKeys
from app.models import TRAIL
from app.places import words_place
from app.statements import Prepared

Owner = Literal["assessment", "organisation"]
START = "0" * 64  # stands where the first entry names the seal before it

SEALED = (
    "The seal is the SHA-256, in hexadecimal, of the JSON list (compact separators, UTF-8) of: the seal before it (of "
    "the first: 64 zeros), chain, number, at, account, action, detail, words_digest; the last is the SHA-256 of words."
)

_APPEND = Prepared(insert(TRAIL))
_ENTRIES = select(*TRAIL.c).where(TRAIL.c.chain == bindparam("chain")).order_by(TRAIL.c.number)


@dataclass
class Chain:
    """The end of a chain: how many entries it has, and the seal of the last. It moves on as entries are appended."""

    owner: Owner
    id: str
    number: int = 0
    seal: str = START

    @property
    def name(self) -> str:
        """What its entries are kept under."""
        return f"{self.owner}:{self.id}"

    def head(self, masters: MasterKeys) -> dict[str, Any]:
        """The columns that its owner keeps."""
        signature = masters.sign(f"{self.name} {self.number} {self.seal}")
        return {"trail_number": self.number, "trail_seal": self.seal, "trail_signature": signature}


@dataclass(frozen=True)
class Entry:
    """One entry as it is shown; `words`: by what they belong to, None where they were deleted since."""

    number: int
    at: datetime
    account: str
    action: str
    detail: dict[str, Any]
    words: dict[str, str] | None


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the number of the entry (0: the chain as a whole), and what is wrong."""

    chain: str
    number: int
    what: str


def append(
    session: Session,
    reader: Reader,
    chain: Chain,
    action: str,
    detail: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """Add an entry and return the columns that the chain’s owner has to keep. The owner’s row must be locked."""
    row = entry_row(reader.cipher, chain, at or datetime.now(UTC), reader.account, action, detail, words)
    _APPEND.run(session, row)
    return chain.head(reader.cipher.masters)


def entry_row(
    cipher: Cipher,
    chain: Chain,
    at: datetime,
    account: str,
    action: str,
    detail: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The row of the next entry; moves the chain on."""
    number, text, closed, digest = chain.number + 1, _json(detail), "", ""
    if words:
        plain = _json({"salt": secrets.token_hex(16), "words": words})
        closed, digest = (
            cipher.close(plain, words_place(chain.name, number)),
            hashlib.sha256(plain.encode()).hexdigest(),
        )
    seal = _seal(chain.seal, chain.name, number, at, account, action, text, digest)
    chain.number, chain.seal = number, seal
    return {
        "chain": chain.name,
        "number": number,
        "at": at,
        "account": account,
        "action": action,
        "detail": text,
        "words": closed,
        "words_digest": digest,
        "seal": seal,
    }


def entries(session: Session, cipher: Cipher, chain: str) -> list[Entry]:
    """A chain’s entries, the first first. Raises KeyFailure for words that do not open."""
    found = []
    for row in session.connection().execute(_ENTRIES, {"chain": chain}):
        words = json.loads(cipher.open(row.words, words_place(chain, row.number)))["words"] if row.words else None
        found.append(Entry(row.number, row.at, row.account, row.action, json.loads(row.detail), words))
    return found


def exported(session: Session, cipher: Cipher, chain: Chain) -> dict[str, Any]:
    """A chain to be followed elsewhere: each entry as it was sealed, and its words with the salt of their digest."""
    found = []
    for row in session.connection().execute(_ENTRIES, {"chain": chain.name}):
        said = {name: getattr(row, name) for name in ("number", "account", "action", "detail", "words_digest", "seal")}
        words = cipher.open(row.words, words_place(chain.name, row.number))
        found.append(said | {"at": row.at.astimezone(UTC).isoformat(), "words": words})
    return {"chain": chain.name, "sealed": SEALED, "ends_with": chain.seal, "entries": found}


def breaks(session: Session, cipher: Cipher, chain: Chain, signature: str) -> Iterator[Break]:
    """Where a chain does not hold, held against the end that its owner keeps."""
    number, seal = 0, START
    for row in session.connection().execute(_ENTRIES, {"chain": chain.name}):
        if row.number != number + 1:
            yield Break(chain.name, row.number, f"entries are missing before it: {number + 1} to {row.number - 1}")
        elif row.seal != _seal(
            seal, row.chain, row.number, row.at, row.account, row.action, row.detail, row.words_digest
        ):
            yield Break(chain.name, row.number, "it was changed after it had been written")
        if row.words_digest and not row.words:
            yield Break(chain.name, row.number, "its written words were taken out")
        elif row.words and not _words_hold(cipher, row.words, row.words_digest, words_place(chain.name, row.number)):
            yield Break(chain.name, row.number, "its written words were changed")
        number, seal = row.number, row.seal
    if (number, seal) != (chain.number, chain.seal):
        yield Break(chain.name, 0, f"it ends with entry {number}; its owner names entry {chain.number}")
    elif not _is_signed(cipher, signature, f"{chain.name} {chain.number} {chain.seal}"):
        yield Break(chain.name, 0, "its end was not signed with a key of this service’s key file")


def _is_signed(cipher: Cipher, signature: str, end: str) -> bool:
    try:
        return cipher.masters.is_signed(signature, end)
    except KeyFailure:
        return False


def _words_hold(cipher: Cipher, closed: str, digest: str, place: str) -> bool:
    try:
        return _digest(cipher.open(closed, place)) == digest
    except KeyFailure:
        return False


def _seal(before: str, *said: Any) -> str:
    text = _json([before, *(part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part for part in said)])
    return _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
