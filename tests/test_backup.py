"""Backups: everything acknowledged is in them, what does not hold is refused, and a restore loses nothing."""

import os
import random
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app import backup, saving
from app.accounts import Reader
from app.assessments import opened
from app.backup import Restored, back_up, restore
from app.catalogue import Catalogue
from app.cli import main
from app.database import Database
from app.database_file import verify
from app.errors import KeyFailure, NotFound, UnsoundFile, WrongState
from app.keyring import Keyring
from app.keys import new_master_keys, write_master_keys
from app.migrations import HEAD, revisions
from app.saving import Change
from app.started_about import StartedAbout
from app.verify_log import verify_log
from scoring.answers import Answer
from tests.revisions import DRAFT, MASTERS, NOTE, at, contents, keyring, reader_of

SAVERS = 8

pytestmark = pytest.mark.embedded("a backup is a copy of SQLite’s file; PostgreSQL has its own tool")


def put_back(source: Path, database: Path) -> Restored:
    """A restore with the keys that all the databases here are made with."""
    return restore(source, database, lambda _: keyring())


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A database with something in every table, and nobody at it."""
    at(tmp_path / "live.db", HEAD).close()
    return tmp_path / "live.db"


@pytest.fixture
def saved(live: Path) -> Path:
    """A backup of it."""
    back_up(live, live.with_name("saved.db"))
    return live.with_name("saved.db")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another database in a folder of its own, which is to stay as it is."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    at(folder / "other.db", "0001").close()
    return folder / "other.db"


def state(path: Path) -> dict[str, bytes]:
    """Every file in a database’s folder."""
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}


def rows(path: Path) -> dict[str, list[dict[str, object]]]:
    database = Database(f"sqlite:///{path}")
    found = contents(database)
    database.close()
    return found


class Saver(threading.Thread):
    """Saves one answer after the other in an assessment of its own, and notes each that was acknowledged."""

    def __init__(
        self, database: Database, reader: Reader, catalogue: Catalogue, number: int, stop: threading.Event
    ) -> None:
        super().__init__()
        self.database, self.reader, self.catalogue = database, reader, catalogue
        self.stop, self.chance = stop, random.Random(number)
        with database.transaction(write=True) as session:
            about = StartedAbout(organisation=f"Office {number}", scope_kind="post")
            self.assessment = saving.start(session, reader, catalogue, "small", about)
        self.acknowledged: dict[str, tuple[int, Answer]] = {}

    def run(self) -> None:
        while not self.stop.is_set():
            question = self.chance.choice(["roster_drawn", "papers_kept", "house_hidden"])
            version = self.acknowledged.get(question, (0, Answer("")))[0]
            answer = Answer(self.chance.choice(["absent", "on_paper", "evidenced"]), f"Log {version + 1}")
            with self.database.transaction(write=True) as session:
                found = opened(session, self.reader, self.catalogue, self.assessment)
                saving.save_answers(session, self.reader, found, [Change(question, *answer, version)])
            self.acknowledged[question] = version + 1, answer


def test_a_backup_under_load_holds_every_answer_acknowledged_before_it_began(
    database: Database, reader: Reader, tmp_path: Path, small_catalogue: Catalogue
) -> None:
    file, stop = Path(database.engine.url.database or ""), threading.Event()
    savers = [Saver(database, reader, small_catalogue, number, stop) for number in range(SAVERS)]
    for saver in savers:
        saver.start()
    taken = []
    try:
        while min(len(saver.acknowledged) for saver in savers) < 3:
            assert all(saver.is_alive() for saver in savers)
            stop.wait(0.01)
        for number in range(5):
            before = [dict(saver.acknowledged) for saver in savers]
            back_up(file, tmp_path / f"backup-{number}.db")
            taken.append((tmp_path / f"backup-{number}.db", before))
        assert [dict(saver.acknowledged) for saver in savers] != before, "nobody was held up"
    finally:
        stop.set()
        for saver in savers:
            saver.join()
    for path, before in taken:
        assert verify(path).rows["assessment"] == SAVERS
        copy = Database(f"sqlite:///{path}")
        for saver, acknowledged in zip(savers, before, strict=True):
            with copy.transaction(write=False) as session:
                found = opened(session, reader, small_catalogue, saver.assessment)
            for question, (version, answer) in acknowledged.items():
                assert found.versions[question] >= version
                assert found.versions[question] > version or found.answers[question] == answer
        copy.close()


def test_a_backup_is_one_file_that_its_owner_alone_can_read_and_holds_everything(live: Path, saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert sorted(file.name for file in live.parent.iterdir()) == ["live.db", "saved.db"]
    assert saved.read_bytes()[18:20] == b"\x01\x01", "no write-ahead log is expected beside it"
    assert rows(saved) == rows(live)


def test_what_is_printed_counts_the_rows_of_each_table(live: Path, saved: Path) -> None:
    said = str(verify(saved))
    assert said.startswith(f"Tables of revision {HEAD}. account: 3, answer: 7, ")
    assert verify(saved).rows == {table: len(found) for table, found in rows(live).items()}


def test_what_is_still_in_the_log_of_a_server_that_was_killed_is_backed_up(live: Path) -> None:
    writing = sqlite3.connect(live, isolation_level=None)
    writing.execute("PRAGMA wal_autocheckpoint = 0")
    columns = "id, name, is_state, key_number, trail_number, trail_seal, trail_signature"
    writing.execute(f"INSERT INTO organisation ({columns}) VALUES ('last', 'Last', 0, 1, 0, '', '')")
    crashed = live.parent / "crashed"
    crashed.mkdir()
    for file in (live, live.with_name("live.db-wal")):
        (crashed / file.name).write_bytes(file.read_bytes())
    writing.close()
    back_up(crashed / "live.db", crashed / "saved.db")
    assert {row["id"] for row in rows(crashed / "saved.db")["organisation"]} >= {"last"}


def test_a_file_that_exists_is_not_written_over_unless_that_is_said(live: Path, saved: Path) -> None:
    saved.write_text("something else", encoding="utf-8")
    with pytest.raises(WrongState, match="exists already"):
        back_up(live, saved)
    assert saved.read_text(encoding="utf-8") == "something else"
    back_up(live, saved, replace=True)
    assert rows(saved) == rows(live)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_file_that_came_while_the_backup_was_made_is_not_written_over(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, sync = live.with_name("saved.db"), backup._sync

    def slow_sync(path: Path) -> None:
        sync(path)
        target.write_text("something else", encoding="utf-8")

    monkeypatch.setattr(backup, "_sync", slow_sync)
    with pytest.raises(WrongState, match="exists already"):
        back_up(live, target)
    assert state(live).keys() == {"live.db", "saved.db"}
    assert target.read_text(encoding="utf-8") == "something else"


@pytest.mark.parametrize("replace", [True, False])
def test_the_database_itself_is_no_place_for_a_backup(live: Path, replace: bool) -> None:
    with pytest.raises(WrongState, match="is the database itself"):
        back_up(live, live, replace)
    with pytest.raises(WrongState, match="is the database itself"):
        put_back(live, live)


def test_without_a_database_there_is_no_backup_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no database"):
        back_up(tmp_path / "none.db", tmp_path / "saved.db")
    assert not list(tmp_path.iterdir())


def test_of_a_damaged_database_no_backup_is_made_and_an_earlier_one_stays(live: Path, saved: Path) -> None:
    _lose_page(live, 3)
    before = saved.read_bytes()
    with pytest.raises(UnsoundFile, match="live.db"):
        back_up(live, saved, replace=True)
    assert saved.read_bytes() == before
    assert state(live).keys() == {"live.db", "saved.db"}


def _page_size(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[16:18], "big")


def _lose_page(path: Path, number: int) -> None:
    size = _page_size(path)
    with path.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(bytes(size))


def _cut(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))


def _sql(*statements: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return spoil


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "does not say which revision"),
    "not a database": (lambda path: path.write_text("Dear Sir or Madam, " * 500, encoding="utf-8"), "not a database"),
    "cut in the middle": (lambda path: _cut(path, 0.5), "malformed"),
    "cut within the last page": (lambda path: os.truncate(path, path.stat().st_size - 100), "cut"),
    "with something added": (lambda path: path.write_bytes(path.read_bytes() + b"more"), "something added"),
    "without its first page": (lambda path: _lose_page(path, 1), "not a database"),
    "without another page": (lambda path: _lose_page(path, 3), "."),
    "of another program": (_sql("DROP TABLE alembic_version"), "not a database of Plumbline"),
    "of a later version": (_sql("UPDATE alembic_version SET version_num = '9999'"), "9999; this program knows"),
    "of two versions": (_sql("INSERT INTO alembic_version VALUES ('0001')"), "which revision"),
    "without a table": (_sql("DROP TABLE plan"), "lacks a part of revision .*: plan"),
    "without a column": (_sql("ALTER TABLE plan DROP COLUMN name"), r"lacks a part of revision .*: plan \(name\)"),
    "with rows that refer to none": (_sql("DELETE FROM organisation"), "rows refer to none, "),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_does_not_hold_is_refused_and_the_database_untouched(saved: Path, elsewhere: Path, name: str) -> None:
    damage, words = DAMAGE[name]
    damage(saved)
    before = state(elsewhere)
    with pytest.raises(UnsoundFile, match=f"saved.db .*{words}"):
        put_back(saved, elsewhere)
    assert state(elsewhere) == before


def test_a_schema_that_is_no_text_is_refused(saved: Path, elsewhere: Path) -> None:
    before = state(elsewhere)
    spoiled = saved.read_bytes().replace(b"PRIMARY KEY", b"PRIMARY KEY\xe4", 1).replace(b"(32)", b"(3)", 1)
    saved.write_bytes(spoiled.replace(b"alembic_version", b"alembic_versi\xe4n"))
    with pytest.raises(UnsoundFile, match=r"saved\.db"):
        put_back(saved, elsewhere)
    assert state(elsewhere) == before


def test_an_old_row_that_is_no_text_is_refused_and_not_repeated(tmp_path: Path, elsewhere: Path) -> None:
    at(tmp_path / "old.db", "0003").close()
    before, old = state(elsewhere), (tmp_path / "old.db").read_bytes()
    assert NOTE.encode() in old
    (tmp_path / "old.db").write_bytes(old.replace(NOTE.encode(), NOTE.encode()[:-1] + b"\xe4"))
    with pytest.raises(UnsoundFile, match="what stands in its rows cannot be read") as refusal:
        put_back(tmp_path / "old.db", elsewhere)
    assert "registry" not in str(refusal.value) and refusal.value.__cause__ is None
    assert state(elsewhere) == before


def test_whichever_page_is_lost_shows(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    pages = len(whole) // _page_size(saved)
    assert pages > 10
    for number in range(1, pages + 1):
        saved.write_bytes(whole)
        _lose_page(saved, number)
        try:
            verify(saved)
        except UnsoundFile:
            continue
        # A page in the middle of one long note is nothing to SQLite; that the note does not open shows it.
        database = Database(f"sqlite:///{saved}")
        assert verify_log(database, keyring()).breaks, f"page {number}"
        database.close()


def test_a_missing_file_is_refused(tmp_path: Path, live: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        put_back(tmp_path / "none.db", live)


def test_a_restored_database_holds_what_was_backed_up_and_what_stood_there_is_kept(
    saved: Path, elsewhere: Path
) -> None:
    wanted, replaced = rows(saved), rows(elsewhere)
    elsewhere.chmod(0o644)
    restored = put_back(saved, elsewhere)
    assert rows(elsewhere) == wanted
    assert restored.contents == verify(saved)
    assert restored.kept is not None
    assert restored.kept.name.startswith("other.replaced-20")
    assert rows(restored.kept) == replaced
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert state(elsewhere).keys() == {"other.db", restored.kept.name}


def test_on_a_new_machine_the_folder_is_made(saved: Path, tmp_path: Path) -> None:
    assert put_back(saved, tmp_path / "var" / "plumbline.db").kept is None
    assert rows(tmp_path / "var" / "plumbline.db") == rows(saved)


@pytest.mark.parametrize("revision", revisions())
def test_a_backup_of_an_earlier_version_is_migrated_and_the_file_left_as_it_was(
    tmp_path: Path, small_catalogue: Catalogue, revision: str
) -> None:
    at(tmp_path / "earlier.db", revision).close()
    back_up(tmp_path / "earlier.db", tmp_path / "saved.db")
    before = (tmp_path / "saved.db").read_bytes()
    assert put_back(tmp_path / "saved.db", tmp_path / "live.db").contents.revision == HEAD
    assert (tmp_path / "saved.db").read_bytes() == before
    database = Database(f"sqlite:///{tmp_path / 'live.db'}")
    with database.transaction(write=False) as session:
        assert opened(session, reader_of(session), small_catalogue, DRAFT).answers == {
            "roster_drawn": Answer("evidenced", NOTE)
        }
    database.close()


def test_while_a_server_has_the_database_open_it_is_not_replaced(
    database: Database, reader: Reader, saved: Path, database_url: str
) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    before = rows(file)
    with pytest.raises(WrongState, match="Stop it first"):
        put_back(saved, file)
    assert not list(file.parent.glob("*replaced*"))
    assert rows(file) == before
    database.close()
    put_back(saved, file)
    assert rows(file) == rows(saved)


@pytest.mark.parametrize("damage", ["not a database", "cut in the middle", "without its first page", "empty"])
def test_a_database_that_is_damaged_can_be_replaced_and_is_kept_as_it_is(
    saved: Path, elsewhere: Path, damage: str
) -> None:
    DAMAGE[damage][0](elsewhere)
    broken = elsewhere.read_bytes()
    elsewhere.with_name("other.db-wal").write_bytes(b"a log that nobody can read")
    kept = put_back(saved, elsewhere).kept
    assert kept is not None
    assert kept.read_bytes()[100:] == broken[100:]
    assert rows(elsewhere) == rows(saved)


def test_the_log_of_a_database_that_is_gone_is_not_read_into_the_restored_one(saved: Path, elsewhere: Path) -> None:
    log = elsewhere.with_name("other.db-wal")
    log.write_bytes(b"a log of what is gone")
    elsewhere.unlink()
    assert put_back(saved, elsewhere).kept is None
    assert not log.exists()
    assert rows(elsewhere) == rows(saved)


def test_where_files_have_one_name_only_the_database_is_kept_all_the_same(
    saved: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    replaced = rows(elsewhere)
    monkeypatch.setattr(Path, "hardlink_to", refused)
    kept = put_back(saved, elsewhere).kept
    assert kept is not None
    assert (rows(kept), rows(elsewhere)) == (replaced, rows(saved))


def test_the_commands_say_what_they_did(
    live: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", f"sqlite:///{live}")
    write_master_keys(live.with_suffix(".key"), MASTERS)
    saved = live.with_name("saved.db")
    assert main(["backup", str(saved)]) == 0
    assert f"Written to {saved} and verified. Tables of revision {HEAD}. account: 3" in capsys.readouterr().out
    assert main(["backup", str(saved)]) == 1
    assert capsys.readouterr().err.startswith("plumbline: ")
    assert main(["backup", str(saved), "--replace"]) == 0
    assert main(["restore", str(saved)]) == 0
    said = capsys.readouterr().out
    assert f"Restored to {live} and verified." in said
    assert f"What stood there is kept as {live.with_name('live.replaced-20')}" in said
    saved.write_text("no database", encoding="utf-8")
    assert main(["restore", str(saved)]) == 1
    assert "not a database" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_for_postgresql_its_own_tools_are_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    tool: str,
) -> None:
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", "postgresql+psycopg://somebody:secret@127.0.0.1/plumbline")
    assert main([command, str(tmp_path / "saved.db")]) == 2
    said = capsys.readouterr().err
    assert tool in said
    assert "secret" not in said
    assert not list(tmp_path.iterdir())


def test_a_backup_that_the_keys_do_not_open_is_refused_and_the_database_untouched(saved: Path, elsewhere: Path) -> None:
    before = state(elsewhere)
    with pytest.raises(KeyFailure, match="Put the right file back"):
        restore(saved, elsewhere, lambda _: Keyring(new_master_keys()))
    assert state(elsewhere) == before
