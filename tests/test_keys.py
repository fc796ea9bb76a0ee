"""Keys: what is closed opens with the right key, in its own place, and in no other way; new keys lose nothing."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from app.accounts import Reader
from app.catalogue import Catalogue
from app.database import Database
from app.errors import KeyFailure
from app.keyring import Keyring, encrypt_anew, wrap_anew
from app.keys import (
    Cipher,
    MasterKeys,
    new_master_keys,
    new_organisation_key,
    read_master_keys,
    write_master_keys,
)
from app.migrations import migrate, open_keyring
from app.raised_impacts import raise_impacts, raised_impacts
from app.rotation import new_organisation_keys
from app.settings import Settings
from app.verify_log import verify_log
from scoring.answers import Raised
from tests.test_assessments import ALL, Desk, desk  # noqa: F401  (a fixture)

NOTE = "Draw of 3 May, registry"


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(new_master_keys(), {1: new_organisation_key()})


def test_a_text_opens_in_its_own_place_only(cipher: Cipher) -> None:
    closed = cipher.close(NOTE, "a/answer/q")
    assert NOTE not in closed
    assert cipher.open(closed, "a/answer/q") == NOTE
    with pytest.raises(KeyFailure):
        cipher.open(closed, "a/answer/another")


def test_the_same_text_is_never_closed_alike_and_an_empty_one_stays_empty(cipher: Cipher) -> None:
    assert len({cipher.close(NOTE, "a") for _ in range(20)}) == 20
    assert cipher.close("", "a") == "" and cipher.open("", "a") == ""


@pytest.mark.parametrize("spoiled", ["2.AAAA", "1.AAAA", "1.", "x", "1.%%%"])
def test_what_was_spoiled_does_not_open(cipher: Cipher, spoiled: str) -> None:
    with pytest.raises(KeyFailure):
        cipher.open(spoiled, "a")


def test_another_key_does_not_open_it(cipher: Cipher) -> None:
    other = Cipher(cipher.masters, {1: new_organisation_key()})
    with pytest.raises(KeyFailure):
        other.open(cipher.close(NOTE, "a"), "a")


def test_an_organisations_key_is_bound_to_its_organisation() -> None:
    masters, key = new_master_keys(), new_organisation_key()
    wrapped = masters.wrap(key, "harbour", 1)
    assert masters.unwrap(wrapped, "harbour", 1) == key
    for organisation, number in (("elsewhere", 1), ("harbour", 2)):
        with pytest.raises(KeyFailure):
            masters.unwrap(wrapped, organisation, number)
    with pytest.raises(KeyFailure, match="has no key"):
        new_master_keys().unwrap(wrapped, "harbour", 1)


def test_the_key_file_is_for_its_owner_alone_and_reads_back(tmp_path: Path) -> None:
    path, masters = tmp_path / "deep" / "plumbline.key", new_master_keys().with_new()
    write_master_keys(path, masters)
    write_master_keys(path, masters)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_master_keys(path).lines() == masters.lines()


@pytest.mark.parametrize("content", ["", "abc", "abc AAAA", "a b c", "abc " + "%" * 44])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plumbline.key"
    path.write_text(content)
    with pytest.raises(KeyFailure, match=str(path)):
        read_master_keys(path)


def test_a_database_with_data_and_no_key_file_is_not_served_with_a_new_one(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'plumbline.db'}")
    database = Database(settings.database_url)
    keyring = open_keyring(settings, database)
    migrate(database, keyring)
    with database.transaction(write=True) as session:
        columns = "id, name, is_state, key_number, trail_number, trail_seal, trail_signature"
        made = f"INSERT INTO organisation ({columns}) VALUES ('a', 'A', false, 1, 0, '', '')"
        session.connection().execute(text(made))
        keyring.add_key(session.connection(), "a", 1)
    settings.keys_at.unlink()
    with pytest.raises(KeyFailure, match="put it back"):
        open_keyring(settings, database)
    database.close()


def test_nothing_that_was_written_stands_in_the_database(desk: Desk, database: Database) -> None:  # noqa: F811
    desk.answers_all(desk.begins())
    tables = SQLModel.metadata.tables
    stored = "".join(str(desk.rows(f"SELECT * FROM {name}")) for name in tables)
    if database.is_embedded:
        database.close()
        stored += Path(database.engine.url.database or "").read_bytes().decode("latin-1")
    assert "roster_drawn" in stored
    assert not any(answer.note in stored for answer in ALL.values() if answer.note)


def _filled(desk: Desk) -> str:  # noqa: F811
    name = desk.begins()
    desk.answers_all(name)
    raised = {"trip_sold": Raised(5, "The only gate for a day’s journey")}
    desk.does(lambda session, reader: raise_impacts(session, reader, desk_opened(session, desk, name), raised, 0))
    return name


def desk_opened(session, desk: Desk, name: str):  # noqa: F811
    from app.assessments import opened

    return opened(session, desk.reader, desk.catalogue, name)


def _read(database: Database, keyring: Keyring, reader: Reader, catalogue: Catalogue, name: str):
    """What an assessment holds, by a cipher that is read anew."""
    with database.transaction(write=False) as session:
        number = session.connection().execute(text("SELECT key_number FROM organisation")).scalar_one()
        cipher = Keyring(keyring.masters).cipher(session.connection(), reader.organisation, number)
        again = Desk(database, Reader(reader.account, reader.organisation, "", "manager", cipher), catalogue)
        found = desk_opened(session, again, name)
        return found.answers, raised_impacts(session, again.reader, found)


def test_new_keys_for_organisations_lose_nothing_and_leave_nothing_under_the_old(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    name = _filled(desk)
    before = _read(database, keyring, desk.reader, desk.catalogue, name)
    assert new_organisation_keys(database, Keyring(keyring.masters)) > 0
    assert _read(database, keyring, desk.reader, desk.catalogue, name) == before
    for column in ("SELECT note FROM answer", "SELECT reason FROM raised_impact", "SELECT words FROM trail_entry"):
        assert {row[0].partition(".")[0] for row in desk.rows(column) if row[0]} == {"2"}
    assert verify_log(database, Keyring(keyring.masters)).breaks == []


def test_new_keys_that_were_interrupted_are_finished_later(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = _filled(desk)
    before = _read(database, keyring, desk.reader, desk.catalogue, name)
    monkeypatch.setattr("app.keyring.BATCH", 1)
    calls, close = [], Cipher.close

    def fails_at_third(self: Cipher, plain: str, place: str) -> str:
        calls.append(place)
        if len(calls) == 3:
            raise OSError("The power fails.")
        return close(self, plain, place)

    monkeypatch.setattr(Cipher, "close", fails_at_third)
    with pytest.raises(OSError, match="power"):
        new_organisation_keys(database, Keyring(keyring.masters))
    monkeypatch.setattr(Cipher, "close", close)
    assert _read(database, keyring, desk.reader, desk.catalogue, name) == before
    assert encrypt_anew(database, Keyring(keyring.masters)) > 0
    assert encrypt_anew(database, Keyring(keyring.masters)) == 0
    assert _read(database, keyring, desk.reader, desk.catalogue, name) == before
    assert verify_log(database, Keyring(keyring.masters)).breaks == []


def test_a_new_master_key_opens_everything_and_the_old_one_is_needed_no_more(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    name = _filled(desk)
    before = _read(database, keyring, desk.reader, desk.catalogue, name)
    masters: MasterKeys = keyring.masters.with_new()
    assert wrap_anew(database, masters) > 0
    assert wrap_anew(database, masters) == 0
    alone = Keyring(masters.without_old())
    assert _read(database, alone, desk.reader, desk.catalogue, name) == before
    assert verify_log(database, alone).breaks == []
    with pytest.raises(KeyFailure):
        _read(database, keyring, desk.reader, desk.catalogue, name)
