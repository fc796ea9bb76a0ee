"""Passwords: hashed with argon2id, refused where they are short or common. Hashing takes a tenth of a second."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200  # characters
COMMON = Path(__file__).with_name("common_passwords.txt")  # some 19,000 of those found most often in leaks
_HASHER = PasswordHasher()  # the library's defaults: RFC 9106's second choice, 64 MiB


def problem_of(password: str, *own: str) -> str | None:
    """Why a password is refused: short, long, common, own (it holds a name or address of its owner’s); or None."""
    if len(password) < SHORTEST:
        return "short_password"
    if len(password) > LONGEST:
        return "long_password"
    folded = password.casefold()
    if any(len(word) > 3 and word in folded for text in own for word in text.casefold().replace("@", " ").split()):
        return "own_password"
    bare = folded.strip("0123456789!?.,-_ ")
    if folded in _common() or bare in _common() or len(set(folded)) < 5:
        return "common_password"
    return None


def hashed(password: str) -> str:
    """A hash to keep."""
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one. Where none is kept it takes as long as where one is, and is false."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this one")


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text("ascii").split())
