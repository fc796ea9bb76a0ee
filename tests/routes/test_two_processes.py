"""Two processes before one PostgreSQL, each request at the next of them: nothing is kept in a process.

Servers are started, keys changed and the same done twice at the same moment as well.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import text

from app import accounts, signing_in
from app.catalogue import Catalogue
from app.database import Database
from app.keyring import Keyring
from app.keys import make_master_keys, new_master_keys, read_master_keys
from app.links import make_link
from app.migrations import HEAD, migrate, upgrade
from app.passwords import hashed
from app.rotation import new_organisation_keys
from app.settings import Settings
from app.verify_log import verify_log
from scoring.answers import Answer
from tests import people
from tests.fillers import Filler
from tests.processes import in_processes

PASSWORD = "four quiet lamps at noon"


class House(NamedTuple):
    """Two servers behind one address, and what is behind them."""

    address: str
    database: Database
    keyring: Keyring


@pytest.fixture
def house(new_postgres_database: str, tmp_path: Path, small_catalogue: Catalogue) -> Iterator[House]:
    settings = Settings(database_url=new_postgres_database, key_file=tmp_path / "plumbline.key", rate_limit=0)
    with in_processes(small_catalogue, settings, 2) as (address, state):
        yield House(address, state.database, state.keyring)


@pytest.fixture
def manager(house: House) -> str:
    """The token of a session of somebody with a password."""
    token = people.member(house.database, house.keyring, people.organisation(house.database, house.keyring))
    with house.database.transaction(write=True) as session:
        change = text("UPDATE account SET password = :p, email = 'mia@example.org'")
        session.connection().execute(change, {"p": hashed(PASSWORD)})
    return token


def at_once(number: int, do: Callable[[int], object]) -> list[object]:
    gate = threading.Barrier(number)

    def one(place: int) -> object:
        gate.wait(30)
        return do(place)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_requests_reach_both_in_turn(house: House) -> None:
    with house.database.transaction(write=False) as session:
        find = text("SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = current_database()")
        before = session.connection().execute(find).scalar_one()
    for _ in range(2):
        assert httpx.get(f"{house.address}/health/ready").status_code == 200
    with house.database.transaction(write=False) as session:
        assert session.connection().execute(find).scalar_one() >= 3 >= before


def test_who_signed_in_at_one_saves_at_the_other_and_is_signed_out_at_both(house: House, manager: str) -> None:
    filler = Filler(house.address, manager)
    filler.client.cookies.clear()
    fields = {"email": "mia@example.org", "password": PASSWORD, "then": "/"}
    assert filler.client.post("/sign-in", data=fields).status_code == 303
    section = filler.sections(filler.begin("small"))[0]
    for number in range(6):
        sheet = filler.open(section)
        given = Answer("operating", f"Log {number}")
        assert filler.post(sheet, {"roster_drawn": given}).status_code == 303
        assert filler.open(section).answers["roster_drawn"] == given
    with house.database.transaction(write=True) as session:
        accounts.end_sessions(session, people.reader_of(house.database, house.keyring, manager).account)
    assert [filler.client.get("/account").status_code for _ in range(4)] == [303] * 4


def test_failures_to_sign_in_count_for_both_together(house: House, manager: str) -> None:
    fields = {"email": "mia@example.org", "password": "wrong wrong wrong", "then": "/"}
    codes = [httpx.post(f"{house.address}/sign-in", data=fields).status_code for _ in range(signing_in.FREE + 1)]
    assert codes == [422] * signing_in.FREE + [429]


def test_failures_at_the_same_moment_are_all_counted(house: House, manager: str) -> None:
    fields = {"email": "mia@example.org", "password": "wrong wrong wrong", "then": "/"}
    codes = at_once(4, lambda _: httpx.post(f"{house.address}/sign-in", data=fields, timeout=60).status_code)
    assert codes == [422] * 4
    with house.database.transaction(write=False) as session:
        assert set(session.connection().execute(text("SELECT failures FROM attempt")).scalars()) == {4}


def test_many_who_sign_in_at_once_do_not_wait_for_each_others_connections(house: House, manager: str) -> None:
    with house.database.transaction(write=True) as session:
        kept = hashed(PASSWORD)
        for number in range(40):
            accounts.make_account(session, f"rosa{number}@example.org", "Rosa Respondent", kept)

    def sign_in(number: int) -> int:
        fields = {"email": f"rosa{number}@example.org", "password": PASSWORD, "then": "/"}
        return httpx.post(f"{house.address}/sign-in", data=fields, timeout=60).status_code

    assert at_once(40, sign_in) == [303] * 40
    with house.database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT count(*) FROM attempt")).scalar_one() == 0


def test_of_many_wrong_passwords_at_once_both_together_check_as_many_as_are_free(house: House, manager: str) -> None:
    fields = {"email": "mia@example.org", "password": "wrong wrong wrong", "then": "/"}
    codes = at_once(20, lambda _: httpx.post(f"{house.address}/sign-in", data=fields, timeout=60).status_code)
    assert sorted(map(str, codes)) == ["422"] * signing_in.FREE + ["429"] * (20 - signing_in.FREE)


def test_keys_are_changed_while_both_serve_and_people_save(house: House, manager: str) -> None:
    fillers = [Filler(house.address, manager) for _ in range(2)]
    sections = [filler.sections(filler.begin("small"))[0] for filler in fillers]
    is_over, saved = threading.Event(), [0, 0]

    def save(place: int) -> None:
        filler, section = fillers[place], sections[place]
        while not is_over.is_set() or saved[place] < 5:
            sheet = filler.open(section)
            given = Answer("operating", f"Log {saved[place]}")
            assert filler.post(sheet, {"roster_drawn": given}).status_code == 303
            saved[place] += 1
            assert filler.open(section).answers["roster_drawn"] == given

    def change(_: int) -> None:
        try:
            for _ in range(5):
                new_organisation_keys(house.database, Keyring(house.keyring.masters))
        finally:
            is_over.set()

    at_once(3, lambda place: save(place) if place < 2 else change(place))
    assert verify_log(house.database, house.keyring).breaks == []
    with house.database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT key_number FROM organisation")).scalar_one() == 6


def test_of_two_links_to_the_first_account_one_is_good(house: House) -> None:
    with ExitStack() as stack:
        both = [stack.enter_context(house.database.transaction(write=True)) for _ in range(2)]
        links = [f"/links/{make_link(session, 'first')}" for session in both]

    def take_up(place: int) -> int:
        fields = {"name": "Ada Admin", "email": f"ada{place}@example.org", "password": PASSWORD}
        return httpx.post(house.address + links[place], data=fields, timeout=60).status_code

    assert sorted(map(str, at_once(2, take_up))) == ["303", "404"]
    with house.database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT count(*) FROM account")).scalar_one() == 1
        assert session.connection().execute(text("SELECT count(*) FROM link")).scalar_one() == 0


def test_two_who_take_the_same_address_at_once_are_told_as_if_one_had_come_later(house: House) -> None:
    organisation = people.organisation(house.database, house.keyring)
    with house.database.transaction(write=True) as session:
        links = [make_link(session, "invitation", organisation=organisation, role="reviewer") for _ in range(2)]

    def take_up(place: int) -> int:
        fields = {"name": "Mia Manager", "email": "mia@example.org", "password": PASSWORD}
        return httpx.post(f"{house.address}/links/{links[place]}", data=fields, timeout=60).status_code

    assert sorted(map(str, at_once(2, take_up))) == ["303", "422"]


def test_a_database_that_hung_up_is_called_again(house: House, manager: str) -> None:
    filler = Filler(house.address, manager)
    section = filler.sections(filler.begin("small"))[0]
    hang_up = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for number in range(4):
        sheet = filler.open(section)
        with house.database.transaction(write=False) as session:
            session.connection().execute(hang_up)
        assert filler.post(sheet, {"roster_drawn": Answer("operating", f"Log {number}")}).status_code == 303
    assert filler.open(section).answers["roster_drawn"].note == "Log 3"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("at", [None, "0005"], ids=["new", "of an earlier version"])
def test_tables_are_made_once_however_many_start_at_once(
    kind: str, at: str | None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}" if kind == "sqlite" else request.getfixturevalue("new_postgres_database")
    keyring, databases = Keyring(new_master_keys()), [Database(url) for _ in range(4)]
    if at:
        upgrade(databases[0], keyring, at)
    at_once(4, lambda place: migrate(databases[place], keyring))
    with databases[0].transaction(write=False) as session:
        assert session.connection().execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    people.organisation(databases[0], keyring)
    for database in databases:
        database.close()


def test_key_files_are_made_once_however_many_start_at_once(tmp_path: Path) -> None:
    path = tmp_path / "var" / "plumbline.key"
    lines = at_once(8, lambda _: (make_master_keys(path), read_master_keys(path).lines())[1])
    assert set(lines) == {path.read_text()}
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600
