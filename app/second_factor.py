"""The second factor: six figures that an app makes from a secret and the time (RFC 6238), each good once, and recovery
codes that stand in for them when the app is lost, each good once.

The secret is sealed with a master key; of a recovery code a digest alone is kept. Knows no HTTP.
"""

import hmac
import re
import secrets
import time
from dataclasses import dataclass

import pyotp
import segno
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from app.accounts import Account, SignedIn, digest_of
from app.keyring import Keyring
from app.keys import MasterKeys
from app.models import ACCOUNT, RECOVERY_CODE
from app.places import second_factor_place
from app.settings import SecondFactorOf

STEP, DRIFT = 30, 1  # seconds that a code is shown for; how many steps a clock may be off, either way
CODES, GROUPS = 10, 4  # recovery codes of an account; groups of four signs in each, 80 bits in all
ISSUER = "Plumbline"
POWERFUL = {"manager", "coordinator", "administrator"}  # of whom `managers` asks; a coordinator sees others’ results
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"  # none that are mistaken for each other
_MISTAKEN = str.maketrans("ilo", "110")


@dataclass(frozen=True)
class Offer:
    """A secret to be taken over by an app: as text in groups of four, and as the address that its QR code holds."""

    secret: str
    address: str

    @property
    def text(self) -> str:
        """The secret for whoever types it."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))

    @property
    def picture(self) -> tuple[int, str]:
        """The QR code: how many modules wide, with its margin, and the path of an SVG that draws the dark ones."""
        margin, rows = 4, segno.make(self.address, error="m", micro=False).matrix
        dark = (
            f"M{column + margin} {row + margin}h1v1h-1z"
            for row, modules in enumerate(rows)
            for column, is_dark in enumerate(modules)
            if is_dark
        )
        return len(rows) + 2 * margin, "".join(dark)


def is_owed(signed: SignedIn | None, of: SecondFactorOf) -> bool:
    """Whether somebody has to set one up before anything else can be done."""
    if signed is None or signed.has_second_factor:
        return False
    return of == "all" or (of == "managers" and not POWERFUL.isdisjoint(signed.roles))


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 asks for."""
    return pyotp.random_base32()


def offer(secret: str, email: str) -> Offer:
    """A secret as it is shown to whoever sets it up."""
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


def step_of(secret: str, code: str, moment: float | None = None) -> int | None:
    """The step of time that a code is of; None where it is of none that is near. Spaces in it do not matter."""
    figures, found = re.sub(r"\s", "", code), None
    if not re.fullmatch(r"[0-9]{6}", figures, re.ASCII):
        return None
    now = int((time.time() if moment is None else moment) // STEP)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), figures):
            found = step
    return found


def locked(session: Session, account: str) -> Account:
    """An account as it stands, which nobody else changes until this transaction ends."""
    columns = (ACCOUNT.c[name] for name in Account.__dataclass_fields__)
    return Account(
        *session.connection().execute(select(*columns).where(ACCOUNT.c.id == account).with_for_update()).one()
    )


def keep(session: Session, masters: MasterKeys, account: str, secret: str, step: int) -> list[str]:
    """Give an account a second factor, whose code of this step was used; its recovery codes, to be shown this once."""
    sealed = masters.seal(secret, second_factor_place(account))
    this = update(ACCOUNT).where(ACCOUNT.c.id == account)
    session.connection().execute(this.values(second_factor=sealed, second_factor_step=step))
    return new_recovery_codes(session, account)


def drop(session: Session, account: str) -> None:
    """Take the second factor and its recovery codes away. The step stays: no code of the past is ever good again."""
    connection = session.connection()
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(second_factor=""))
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.account_id == account))


def new_recovery_codes(session: Session, account: str) -> list[str]:
    """Ten new ones, to be shown this once; those of before are good no more."""
    connection, codes = session.connection(), [_new_code() for _ in range(CODES)]
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.account_id == account))
    connection.execute(insert(RECOVERY_CODE), [{"digest": _digest(account, c), "account_id": account} for c in codes])
    return codes


def recovery_codes_left(session: Session, account: str) -> int:
    """How many have not been used."""
    mine = select(RECOVERY_CODE.c.digest).where(RECOVERY_CODE.c.account_id == account)
    return len(session.connection().execute(mine).all())


def use(session: Session, keyring: Keyring, account: Account, code: str) -> bool:
    """Whether what was typed is a code of the account’s app, or a recovery code; with that it is used up.

    Of two posts with one code only one is told yes: each changes a row that the other then finds changed.
    """
    secret = keyring.masters.unseal(account.second_factor, second_factor_place(account.id))
    step = step_of(secret, code) if secret else None
    if step is None:
        mine = delete(RECOVERY_CODE).where(
            RECOVERY_CODE.c.account_id == account.id, RECOVERY_CODE.c.digest == _digest(account.id, code)
        )
        return bool(secret) and session.connection().execute(mine).rowcount == 1
    later = update(ACCOUNT).where(ACCOUNT.c.id == account.id, ACCOUNT.c.second_factor_step < step)
    return session.connection().execute(later.values(second_factor_step=step)).rowcount == 1


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(GROUPS))


def _digest(account: str, code: str) -> str:
    """Of a recovery code, however it is written."""
    bare = re.sub(r"[\s-]", "", code.casefold()).translate(_MISTAKEN)
    return digest_of(f"{account}/{bare}")
