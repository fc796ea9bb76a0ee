"""Which passwords are taken: long ones of any signs, whole; not short, common or own ones. No rule asks for more."""

import pytest
from sqlalchemy import text

from app import accounts, signing_in
from app.database import Database
from app.keyring import Keyring
from app.passwords import LONGEST, SHORTEST, hashed, matches, problem_of


@pytest.mark.parametrize(
    "password",
    [
        "only small letters here",
        "correct horse battery staple",
        "κωδικός με κενά και τόνους",
        "密码由许多不同的汉字组成的长句子啊",
        "🦊🐻🦁🐯🐮🐷🐸🐵🐔🐧🐦🦆",
        "a b c d e f g h i j k l " * 4,
        "7" + "abcdefghijklmnopqrstuvwxyz" * 3,
        " begins and ends with a space ",
    ],
)
def test_any_signs_make_a_password_and_no_mixture_is_asked_for(password: str) -> None:
    assert problem_of(password, "Rosaline", "rosa@example.org") is None
    kept = hashed(password)
    assert matches(kept, password)
    assert not matches(kept, password.strip() if password != password.strip() else password.upper() + " ")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("a1!B2?c3#D4", "short_password"),
        ("x" * 5 + "yz" * LONGEST, "long_password"),
        ("password1234", "common_password"),
        ("PASSWORD1234!!", "common_password"),
        ("aaaaaaaabbbb", "common_password"),
        ("I am Rosaline here", "own_password"),
        ("my address is example.org", "own_password"),
    ],
)
def test_what_is_short_endless_common_or_ones_own_is_refused(password: str, problem: str) -> None:
    assert problem_of(password, "Rosaline", "rosa@example.org") == problem


def test_a_password_is_never_cut() -> None:
    long = "a long sentence of many words, " * 6
    assert SHORTEST <= 12 and 64 <= len(long) <= LONGEST
    assert problem_of(long) is None
    kept = hashed(long)
    assert matches(kept, long)
    assert not any(matches(kept, long[:length]) for length in (72, 128, len(long) - 1))


def test_a_hash_is_argon2id_with_a_salt_of_its_own_and_names_its_settings() -> None:
    one, other = hashed("the same password"), hashed("the same password")
    assert one != other
    kind, version, settings, salt = one.split("$")[1:5]
    assert (kind, version, settings) == ("argon2id", "v=19", "m=65536,t=3,p=4")
    assert len(salt) == 22  # 16 bytes in base64


def test_a_password_does_not_grow_old(database: Database, keyring: Keyring) -> None:
    with database.transaction(write=True) as session:
        accounts.make_account(session, "rosa@example.org", "Rosa", hashed("four quiet lamps at noon"))
        session.connection().execute(text("UPDATE account SET created_at = '2001-01-01 00:00:00.000000'"))
    begun = signing_in.sign_in(database, keyring, "rosa@example.org", "four quiet lamps at noon", "address")
    assert isinstance(begun, signing_in.Begun)
