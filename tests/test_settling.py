"""What is deleted is written over: it is neither in SQLite’s file nor in its write-ahead log any more."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.database import Database
from app.keyring import Keyring
from app.retention import delete_assessment
from tests.serving import small
from tests.test_assessments import Desk, desk  # noqa: F401  (a fixture)
from tests.test_erasure import closes_and_erases, rosa  # noqa: F401  (a fixture)
from tests.test_retention import deletes, full  # noqa: F401  (a fixture)

pytestmark = pytest.mark.embedded("PostgreSQL’s files are its own to clear")


def stored(database: Database) -> bytes:
    """Whatever stands in the files."""
    folder = Path(str(database.engine.url.database)).parent
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_it_is_neither_in_the_file_nor_in_its_log_while_the_server_goes_on(
    desk: Desk,  # noqa: F811
    full: str,  # noqa: F811
    database: Database,
) -> None:
    traces = [full.encode(), b"roster_drawn", b"small harbour", small().hash.encode(), b"trip_sold", b"Confidential"]
    assert [trace for trace in traces if trace not in stored(database)] == []
    deletes(desk, full)
    assert [trace for trace in traces if trace in stored(database)] == []


def test_a_log_that_somebody_reads_is_emptied_later(
    desk: Desk,  # noqa: F811
    full: str,  # noqa: F811
    database: Database,
) -> None:
    with database.transaction(write=False) as session:
        session.connection().execute(text("PRAGMA busy_timeout = 50"))
        session.connection().execute(text("SELECT count(*) FROM answer")).one()
        desk.does(delete_assessment, full)
        assert not database.settle()
    assert database.settle()


def test_neither_name_nor_address_of_an_erased_account_is_in_the_file_any_more(
    database: Database,
    keyring: Keyring,
    rosa: tuple[str, str],  # noqa: F811
) -> None:
    assert b"Zitterbart" in stored(database) and f"rosalinde.{rosa[1]}".casefold().encode() in stored(database)
    closes_and_erases(database, keyring, rosa[0])
    assert b"Zitterbart" not in stored(database) and f"rosalinde.{rosa[1]}".casefold().encode() not in stored(database)
