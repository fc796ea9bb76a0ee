"""Erasing a closed account: no name and no address of it is left, and what it wrote has an author still."""

import pytest
from sqlalchemy import text

from app.accounts import account_by_id, accounts, begin_session, close_account, memberships, names_of, signed_in
from app.database import Database
from app.erasure import erase
from app.errors import NotForThisAccount, NotFound
from app.keyring import Keyring
from app.links import make_link
from app.organisations import acting, members
from app.trail import entries
from app.verify_log import verify_log
from tests import people


@pytest.fixture
def rosa(database: Database, keyring: Keyring) -> tuple[str, str]:
    """Her account, and her organisation."""
    reader = people.reader_of(
        database,
        keyring,
        people.member(database, keyring, people.organisation(database, keyring), "manager", "Rosalinde Zitterbart"),
    )
    return reader.account, reader.organisation


def closes_and_erases(database: Database, keyring: Keyring, account: str) -> None:
    with database.transaction(write=True) as session:
        close_account(session, account)
    with database.transaction(write=True) as session:
        erase(session, keyring, account, "admin")
    assert database.settle()


def test_an_account_that_is_open_is_not_erased(database: Database, keyring: Keyring, rosa: tuple[str, str]) -> None:
    with pytest.raises(NotForThisAccount, match="Close the account first"), database.transaction(write=True) as session:
        erase(session, keyring, rosa[0], "admin")
    with database.transaction(write=False) as session:
        assert names_of(session, {rosa[0]}) == {rosa[0]: "Rosalinde Zitterbart"}


def test_name_address_and_ways_to_sign_in_are_gone_and_the_id_stays(
    database: Database, keyring: Keyring, rosa: tuple[str, str]
) -> None:
    account, organisation = rosa
    with database.transaction(write=True) as session:
        token = begin_session(session, account, organisation)
        make_link(session, "reset", account=account)
        connection = session.connection()
        connection.execute(text("UPDATE account SET second_factor = 'secret', second_factor_step = 7"))
        connection.execute(text("INSERT INTO recovery_code VALUES ('e', :id)"), {"id": account})
        known = "INSERT INTO outside_identity VALUES ('https://login.example.org', 'f', :id, :now)"
        connection.execute(text(known), {"id": account, "now": "2026-01-01 00:00:00"})
    closes_and_erases(database, keyring, account)
    with database.transaction(write=False) as session:
        found = account_by_id(session, account)
        assert found is not None
        assert (found.email, found.password, found.name) == (None, "", f"Erased account {account[:4]}")
        assert found.closed_at is not None
        assert signed_in(session, keyring, token) is None
        assert memberships(session, account) == [] and members(session, organisation) == []
        assert account not in [one.id for one in accounts(session)]
        for table in ("signed_in", "link", "recovery_code", "outside_identity"):
            rows = session.connection().execute(text(f"SELECT * FROM {table} WHERE account_id = :id"), {"id": account})
            assert rows.all() == [], table
        row = session.connection().execute(text("SELECT second_factor, second_factor_step FROM account")).one()
        assert tuple(row) == ("", 0)


def test_its_organisations_see_that_it_left_and_their_trails_hold(
    database: Database, keyring: Keyring, rosa: tuple[str, str]
) -> None:
    account, organisation = rosa
    closes_and_erases(database, keyring, account)
    with database.transaction(write=False) as session:
        cipher = acting(session, keyring, organisation, "").cipher
        last = entries(session, cipher, f"organisation:{organisation}")[-1]
    assert (last.action, last.account, last.detail) == ("role", "admin", {"account": account, "role": None})
    assert verify_log(database, keyring).breaks == []


def test_nobody_is_erased_twice_or_unknown(database: Database, keyring: Keyring, rosa: tuple[str, str]) -> None:
    closes_and_erases(database, keyring, rosa[0])
    for account in (rosa[0], "nobody"):
        with pytest.raises(NotFound), database.transaction(write=True) as session:
            erase(session, keyring, account, "admin")
