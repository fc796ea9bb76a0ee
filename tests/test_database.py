"""The database: durable, one writer at a time, nothing commits but the transaction; and its tables."""

import sqlite3
import stat
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from app.database import Database
from app.errors import Busy
from app.keyring import Keyring
from app.keys import new_master_keys
from app.migrations import HEAD, migrate, revisions, upgrade
from app.models import Link, Membership, Organisation


def an_organisation() -> Organisation:
    return Organisation(id="a", name="A", key_number=1, trail_number=0, trail_seal="", trail_signature="")


def a_membership(role: str) -> Membership:
    return Membership(account_id="a", organisation_id="nobody", role=role, since=datetime.now(UTC))


def organisations(database: Database) -> int:
    with database.transaction(write=False) as session:
        return session.connection().execute(text("SELECT count(*) FROM organisation")).scalar_one()


@pytest.mark.embedded("SQLite’s own settings")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000), ("secure_delete", 1)],
)
def test_sqlite_is_set_to_keep_what_was_acknowledged(database: Database, pragma: str, value: object) -> None:
    with database.transaction(write=False) as session:
        assert session.connection().execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_a_transaction_commits_at_its_end(database: Database, database_url: str) -> None:
    with database.transaction(write=True) as session:
        session.add(an_organisation())
    database.close()
    assert organisations(Database(database_url)) == 1


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction(write=True) as session:
        session.add(an_organisation())
        session.flush()
        _ = 1 / 0
    assert organisations(database) == 0


@pytest.mark.parametrize("way", ["commit", "rollback"])
def test_nothing_else_ends_a_transaction(database: Database, way: str) -> None:
    with pytest.raises(RuntimeError, match="Only the request’s transaction"), database.transaction(True) as session:
        session.add(an_organisation())
        getattr(session, way)()
    assert organisations(database) == 0


@pytest.mark.embedded("PostgreSQL locks rows, when they are read to be written")
def test_a_transaction_that_will_write_takes_the_lock_at_its_start(database: Database) -> None:
    other = sqlite3.connect(database.engine.url.database or "", timeout=0, isolation_level=None)
    with database.transaction(write=True), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_reader_is_not_held_up_by_a_writer_and_sees_what_was_there(database: Database) -> None:
    with database.transaction(write=True) as session:
        session.add(an_organisation())
        session.flush()
        assert organisations(database) == 0
    assert organisations(database) == 1


def test_a_reader_sees_one_state_however_often_it_looks(database: Database) -> None:
    count = text("SELECT count(*) FROM organisation")
    with database.transaction(write=False) as session:
        before = session.connection().execute(count).scalar_one()
        with database.transaction(write=True) as writing:
            writing.add(an_organisation())
        assert session.connection().execute(count).scalar_one() == before
    assert organisations(database) == before + 1


def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction(write=True) as session:
        session.add(a_membership("manager"))


def test_an_error_of_the_database_does_not_repeat_what_was_being_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.transaction(write=True) as session:
        session.add(
            Membership(account_id="a", organisation_id="nobody", role="what somebody wrote", since=datetime.now(UTC))
        )
    assert "what somebody wrote" not in str(caught.value)


@pytest.mark.embedded("names of indexes are read from SQLite’s own table")
@pytest.mark.parametrize("make", [migrate, upgrade], ids=["made at once", "migrated from nothing"])
def test_both_ways_make_exactly_the_tables_of_the_models(
    tmp_path: Path, make: Callable[[Database, Keyring], None]
) -> None:
    made = Database(f"sqlite:///{tmp_path / 'new.db'}")
    make(made, Keyring(new_master_keys()))
    with made.transaction(write=False) as session:
        connection = session.connection()
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
        indexes = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        assert sorted(indexes.scalars()) == sorted(i.name for t in SQLModel.metadata.tables.values() for i in t.indexes)
    made.close()


def test_what_another_wrote_since_is_not_written_over(new_postgres_database: str, keyring: Keyring) -> None:
    made = Database(new_postgres_database)
    migrate(made, keyring)
    with made.transaction(write=True) as session:
        session.add(an_organisation())
    change = text("UPDATE organisation SET name = name || :letter")
    with pytest.raises(Busy) as caught, made.transaction(write=True) as early:
        early.connection().execute(text("SELECT 1 FROM organisation"))
        with made.transaction(write=True) as session:
            session.connection().execute(change, {"letter": "b"})
        early.connection().execute(change, {"letter": "c"})
    assert caught.value.again
    with made.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT name FROM organisation")).scalar_one() == "Ab"
    made.close()


def test_writers_of_a_process_wait_for_each_other_no_longer_than_the_work_takes(database: Database) -> None:
    waited: list[float] = []

    def write(_: int) -> None:
        for _ in range(40):
            began = time.monotonic()
            with database.transaction(write=True) as session:
                waited.append(time.monotonic() - began)
                session.connection().execute(text("DELETE FROM link"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert len(waited) == 240
    assert max(waited) < 4, "SQLite gives up after five seconds; who takes turns waits for some milliseconds"


def test_a_database_that_is_not_there_is_busy_and_no_defect() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert not nowhere.answers()
    with pytest.raises(Busy) as caught, nowhere.transaction(write=False):
        pass
    assert not caught.value.again


def test_the_newest_migration_is_the_one_that_start_up_looks_for() -> None:
    assert revisions()[-1] == HEAD


@pytest.mark.embedded("only SQLite changes a table by making another")
def test_a_table_made_anew_takes_nothing_along_that_hangs_on_it(database: Database) -> None:
    with database.transaction(write=True) as session:
        session.add(an_organisation())
        session.flush()
        session.add(Link(digest="a", kind="invitation", organisation_id="a", expires_at=datetime.now(UTC)))
    with database.alteration() as session:
        session.connection().execute(text("CREATE TABLE anew (id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL)"))
        session.connection().execute(text("INSERT INTO anew SELECT id, name FROM organisation"))
        session.connection().execute(text("DROP TABLE organisation"))
        session.connection().execute(text("ALTER TABLE anew RENAME TO organisation"))
    with database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT count(*) FROM link")).scalar_one() == 1
        assert session.connection().execute(text("PRAGMA foreign_keys")).scalar_one() == 1


@pytest.mark.embedded("only SQLite looks for lost references afterwards")
def test_an_alteration_that_leaves_a_row_without_what_it_refers_to_changes_nothing(database: Database) -> None:
    with database.transaction(write=True) as session:
        session.add(an_organisation())
        session.flush()
        session.add(Link(digest="a", kind="invitation", organisation_id="a", expires_at=datetime.now(UTC)))
    refused = pytest.raises(sqlite3.IntegrityError, match="Rows refer to none: link to organisation")
    with refused, database.alteration() as session:
        session.connection().execute(text("DELETE FROM organisation"))
    assert organisations(database) == 1
    with database.transaction(write=False) as session:
        assert session.connection().execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_database_at_the_newest_version_is_left_alone(
    database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alembic", None)
    migrate(database, keyring)


def test_sqlite_s_files_are_for_their_owner_alone_also_those_that_were_not(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    for _ in range(2):
        database = Database(f"sqlite:///{file}")
        with database.transaction(write=True) as session:
            session.connection().execute(text("CREATE TABLE IF NOT EXISTS kept (word TEXT)"))
        assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == dict.fromkeys(
            ("kept.db", "kept.db-wal", "kept.db-shm"), 0o600
        )
        for each in tmp_path.iterdir():
            each.chmod(0o644)
        again = Database(f"sqlite:///{file}")
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
        again.close()
        database.close()
        file.chmod(0o644)
