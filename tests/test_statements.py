"""Statements that are compiled once do what SQLAlchemy does with them, on either database; so do their errors."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.database import Database
from app.errors import Busy
from app.models import ACCOUNT, MEMBERSHIP
from app.statements import Prepared

ADD = Prepared(insert(ACCOUNT))
ALL = Prepared(select(*ACCOUNT.c).order_by(ACCOUNT.c.id))
ONE = Prepared(select(ACCOUNT.c.name, ACCOUNT.c.created_at).where(ACCOUNT.c.id == bindparam("who")))
RENAME = Prepared(update(ACCOUNT).where(ACCOUNT.c.id == bindparam("who")), columns=["name", "closed_at"])
NOON = datetime(2026, 11, 25, 12, tzinfo=timezone(timedelta(hours=2)))


def account(name: str) -> dict[str, object]:
    plain = {"password": "", "is_administrator": False, "second_factor": "", "second_factor_step": 0}
    return plain | {"id": name, "email": None, "name": f"Größe 100 % {name}", "created_at": NOON, "closed_at": None}


def test_rows_are_written_and_read_as_sqlalchemy_does_it(database: Database) -> None:
    with database.transaction(write=True) as session:
        ADD.run(session, account("a"), account("b"))
        ADD.run(session, account("c"))
        RENAME.run(session, {"who": "b", "name": "Bo", "closed_at": NOON})
    with database.transaction(write=False) as session:
        found = ALL.rows(session, {})
        assert [tuple(row) for row in found] == session.connection().execute(select(*ACCOUNT.c).order_by("id")).all()
        assert [row.name for row in found] == ["Größe 100 % a", "Bo", "Größe 100 % c"]
        assert found[1].closed_at == NOON and found[1].closed_at.tzinfo is UTC
        assert found[0].is_administrator is False
        one = ONE.one(session, {"who": "a"})
        assert one is not None and (one.name, one.created_at) == ("Größe 100 % a", NOON)
        assert ONE.one(session, {"who": "nobody"}) is None


def test_what_a_statement_compares_with_by_itself_stays(database: Database) -> None:
    closed = Prepared(
        select(ACCOUNT.c.id, (ACCOUNT.c.second_factor != "").label("has")).where(ACCOUNT.c.closed_at == NOON)
    )
    with database.transaction(write=True) as session:
        ADD.run(session, account("a"), account("b") | {"closed_at": NOON})
        assert [tuple(row) for row in closed.rows(session, {})] == [("b", False)]


def test_an_error_does_not_repeat_what_was_being_written(database: Database) -> None:
    add = Prepared(insert(MEMBERSHIP))
    row = {"account_id": "a", "organisation_id": "nobody", "role": "what somebody wrote", "since": NOON}
    with pytest.raises(IntegrityError) as caught, database.transaction(write=True) as session:
        add.run(session, row)
    assert "what somebody wrote" not in str(caught.value) and "nobody" not in str(caught.value)


def test_of_two_who_make_the_same_one_is_told_to_do_it_again(database: Database) -> None:
    row = account("a")
    for way in (
        lambda session: ADD.run(session, row),
        lambda session: session.connection().execute(insert(ACCOUNT), row),
    ):
        with database.transaction(write=True) as session:
            session.connection().execute(text("DELETE FROM account"))
            ADD.run(session, account("a"))
        with pytest.raises(Busy) as caught, database.transaction(write=True) as session:
            way(session)
        assert caught.value.again
        assert "Größe" not in str(caught.value.__cause__)
        with database.transaction(write=False) as session:
            assert len(ALL.rows(session, {})) == 1
