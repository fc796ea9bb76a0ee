"""Failures in a row: how long one waits after them, and what is taken back of an attempt that did not fail."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from app import accounts, passwords, signing_in, throttle
from app.database import Database
from app.errors import MustWait, NotConfirmed
from app.keyring import Keyring
from app.throttle import Counted

FREE, KEY, GOOD = 5, "account rosa@example.org", "four quiet lamps at noon"


def fails(database: Database) -> Counted:
    with database.transaction(write=True) as session:
        return throttle.failed(session, KEY)


def does(database: Database, take_back: Callable[..., None], counted: Counted) -> None:
    with database.transaction(write=True) as session:
        take_back(session, counted)


def stands(database: Database) -> list[Any]:
    with database.transaction(write=False) as session:
        return list(session.connection().execute(text("SELECT failures FROM attempt")).scalars())


def waits(database: Database) -> timedelta:
    with database.transaction(write=False) as session:
        return throttle.wait(session, KEY, FREE)


def test_the_wait_doubles_after_those_that_are_free(database: Database) -> None:
    for number, seconds in enumerate((0, 0, 0, 0, 15, 30, 60), start=1):
        assert fails(database).number == number
        assert timedelta(seconds=seconds - 10) < max(waits(database), timedelta(0)) <= timedelta(seconds=seconds)


def test_one_that_is_taken_back_leaves_the_others_and_their_wait(database: Database, monkeypatch: Any) -> None:
    for _ in range(FREE):
        fails(database)
    before = waits(database)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=16)

    with monkeypatch.context() as patched:
        patched.setattr(throttle, "datetime", Later)
        assert waits(database) == timedelta(0)
        does(database, throttle.take_back, fails(database))
    assert stands(database) == [FREE]
    assert before - timedelta(seconds=10) < waits(database) <= before


def test_what_was_counted_since_outlives_a_success(database: Database) -> None:
    for _ in range(2):
        fails(database)
    mine, _theirs = fails(database), fails(database)
    does(database, throttle.take_back_all, mine)
    assert stands(database) == [1]


def test_a_success_alone_leaves_nothing(database: Database) -> None:
    fails(database)
    does(database, throttle.take_back_all, fails(database))
    assert stands(database) == []
    does(database, throttle.take_back, fails(database))
    assert stands(database) == []


@pytest.fixture
def account(database: Database) -> accounts.Account:
    with database.transaction(write=True) as session:
        made = accounts.make_account(session, "rosa@example.org", "Rosa Respondent", passwords.hashed(GOOD))
        found = accounts.account_by_id(session, made)
    assert found
    return found


@pytest.mark.parametrize("way", ["signing in", "confirming"])
def test_of_many_passwords_at_once_no_more_are_checked_than_are_free(
    database: Database, keyring: Keyring, account: accounts.Account, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, checked = Barrier(20), []

    def wrong(*_: str) -> bool:
        checked.append(1)
        return False

    monkeypatch.setattr(signing_in.passwords, "matches", wrong)

    def guess(number: int) -> str:
        gate.wait(30)
        try:
            if way == "signing in":
                return str(signing_in.sign_in(database, keyring, "rosa@example.org", f"guess {number}", "192.0.2.1"))
            signing_in.confirm_password(database, account, f"guess {number}")
        except MustWait:
            return "waits"
        except NotConfirmed:
            return "None"
        return "in"

    with ThreadPoolExecutor(20) as pool:
        said = sorted(pool.map(guess, range(20)))
    assert len(checked) == signing_in.FREE
    assert said == ["None"] * signing_in.FREE + ["waits"] * (20 - signing_in.FREE)


def test_a_password_that_fits_counts_for_nothing(
    database: Database, keyring: Keyring, account: accounts.Account
) -> None:
    for _ in range(signing_in.FREE - 1):
        assert signing_in.sign_in(database, keyring, "rosa@example.org", "wrong wrong", "192.0.2.1") is None
    for _ in range(signing_in.FREE + 1):
        signing_in.confirm_password(database, account, GOOD)
    assert sorted(stands(database)) == [signing_in.FREE - 1] * 2
    assert signing_in.sign_in(database, keyring, "rosa@example.org", GOOD, "192.0.2.1")
    assert stands(database) == [signing_in.FREE - 1]  # the address’s, of which one success says nothing
