"""Keys: master keys in a file outside the database, and for each organisation a key that is kept wrapped by them.

Notes and other written evidence are encrypted with an organisation’s key (AES-256-GCM), each bound to its place, so
that none can be moved elsewhere. Whoever has the database alone, or the file alone, reads none. Knows no tables.
"""

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import KeyFailure

_BYTES, _NONCE = 32, 12


class MasterKeys:
    """The keys of a file, by name, the one in use first; the others still open what they closed."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self.current = next(iter(self._keys))

    def __contains__(self, name: str) -> bool:
        return name in self._keys

    def wrap(self, key: bytes, organisation: str, number: int) -> str:
        """An organisation’s key, closed with the key in use and bound to where it belongs."""
        return f"{self.current}.{_close(self._keys[self.current], key, f'{organisation}/{number}')}"

    def unwrap(self, wrapped: str, organisation: str, number: int) -> bytes:
        """What `wrap` closed. Raises KeyFailure where the file has not its key, or somebody changed it."""
        name, _, closed = wrapped.partition(".")
        return _open(self._named(name), closed, f"{organisation}/{number}")

    def seal(self, text: str, place: str) -> str:
        """A text that belongs to no organisation, encrypted for one place alone; an empty one stays empty."""
        return f"{self.current}.{_close(_sealing(self._keys[self.current]), text.encode(), place)}" if text else ""

    def unseal(self, sealed: str, place: str) -> str:
        """What `seal` closed. Raises KeyFailure where the file has not its key, it is for another place, or changed."""
        if not sealed:
            return ""
        name, _, closed = sealed.partition(".")
        return _open(_sealing(self._named(name)), closed, place).decode()

    def sign(self, text: str) -> str:
        """A seal on a text that only a holder of the file can make."""
        return f"{self.current}.{_signature(self._keys[self.current], text)}"

    def is_signed(self, signature: str, text: str) -> bool:
        """Whether a key of the file made this seal. Raises KeyFailure where it is of a key that the file has not."""
        name, _, rest = signature.partition(".")
        return hmac.compare_digest(rest, _signature(self._named(name), text))

    def lines(self) -> str:
        """The file’s text."""
        return "".join(f"{name} {base64.urlsafe_b64encode(key).decode()}\n" for name, key in self._keys.items())

    def with_new(self) -> "MasterKeys":
        """These keys behind a new one."""
        return MasterKeys(_new() | self._keys)

    def without_old(self) -> "MasterKeys":
        """The key in use alone."""
        return MasterKeys({self.current: self._keys[self.current]})

    def _named(self, name: str) -> bytes:
        if name not in self._keys:
            raise KeyFailure(f"The key file has no key “{name}”, which this database needs. Put the right file back.")
        return self._keys[name]


def read_master_keys(path: Path) -> MasterKeys:
    """The keys of a file. Raises KeyFailure where it is missing, or holds something else."""
    try:
        lines = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
        keys = {name: base64.urlsafe_b64decode(key) for name, key in lines}
    except FileNotFoundError:
        raise KeyFailure(f"The key file {path} is missing. Without it no note can be read; put it back.") from None
    except (OSError, ValueError):
        raise KeyFailure(f"The key file {path} cannot be read.") from None
    if not keys or any(len(key) != _BYTES for key in keys.values()):
        raise KeyFailure(f"The key file {path} is damaged. Put back a good copy.")
    return MasterKeys(keys)


def write_master_keys(path: Path, keys: MasterKeys) -> None:
    """Write the file, for its owner alone, and wait until it is on the disk; one that stands there is replaced in one
    step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("w", encoding="ascii") as file:
        file.write(keys.lines())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_names(path.parent)


def _sync_names(folder: Path) -> None:
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)


def make_master_keys(path: Path) -> None:
    """Write a new key file, unless there is one by then: of servers that are started at once the first makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    write_master_keys(own, new_master_keys())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    _sync_names(path.parent)


def new_master_keys() -> MasterKeys:
    """One new key."""
    return MasterKeys(_new())


def new_organisation_key() -> bytes:
    """A key for an organisation, to be wrapped."""
    return secrets.token_bytes(_BYTES)


class Cipher:
    """What closes and opens an organisation’s texts: its keys by number, the last in use; `masters` sign for it."""

    def __init__(self, masters: MasterKeys, keys: Mapping[int, bytes]) -> None:
        self.masters = masters
        self.number = max(keys)
        self._keys = {str(number): key for number, key in keys.items()}
        self._in_use = keys[self.number]

    def close(self, text: str, place: str) -> str:
        """A text, encrypted for one place alone; an empty one stays empty."""
        return f"{self.number}.{_close(self._in_use, text.encode(), place)}" if text else ""

    def open(self, closed: str, place: str) -> str:
        """What `close` closed. Raises KeyFailure where it was closed by another key, for another place, or changed."""
        if not closed:
            return ""
        number, _, rest = closed.partition(".")
        key = self._keys.get(number)
        if key is None:
            raise KeyFailure("A note was encrypted with a key that is not there.")
        return _open(key, rest, place).decode()


def _new() -> dict[str, bytes]:
    return {secrets.token_hex(4): secrets.token_bytes(_BYTES)}


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(_signing(key), text.encode(), "sha256").hex()


@cache
def _signing(key: bytes) -> bytes:
    return hmac.digest(key, b"trail", "sha256")


@cache
def _sealing(key: bytes) -> bytes:
    """Another key than the one that wraps, so that no text can be taken for an organisation’s key."""
    return hmac.digest(key, b"seal", "sha256")


@cache
def _gcm(key: bytes) -> AESGCM:
    return AESGCM(key)


def _close(key: bytes, plain: bytes, place: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return binascii.b2a_base64(nonce + _gcm(key).encrypt(nonce, plain, place.encode()), newline=False).decode()


def _open(key: bytes, closed: str, place: str) -> bytes:
    try:
        whole = binascii.a2b_base64(closed)
        return _gcm(key).decrypt(whole[:_NONCE], whole[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise KeyFailure("A note cannot be decrypted: it was changed, or stands in a wrong place.") from None
