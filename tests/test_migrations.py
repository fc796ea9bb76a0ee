"""Migrations forwards: what an earlier version of the program wrote is all there, and read as it was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.assessments import listed, opened
from app.catalogue import Catalogue
from app.migrations import HEAD, migrate, revisions
from app.plans import plans
from app.raised_impacts import raised_impacts
from app.started_about import StartedAbout
from app.trail import entries
from app.verify_log import verify_log
from scoring.answers import Answer, Raised
from tests.revisions import ACTIONS, DRAFT, FILLED, NOTE, SUBMITTED, at, contents, keyring, reader_of

MOVED = {"answer_change", "profile_fact_change", "impact_change", ("account", "organisation_id")}
MOVED |= {("organisation", f"trail_{part}") for part in ("number", "seal", "signature")}  # an entry was added
ENCRYPTED = {("answer", "note"), ("plan", "name")}
EARLIER = [revision for revision in revisions() if revision != HEAD]
BEFORE_TRAILS = [revision for revision in revisions() if revision < "0005"]


def test_every_revision_says_what_it_is_filled_with() -> None:
    assert list(FILLED) == revisions()
    assert EARLIER


@pytest.mark.parametrize("revision", revisions())
def test_a_filled_database_leaves_no_table_and_no_column_empty(database_url: str, revision: str) -> None:
    database = at(database_url, revision)
    for table, rows in contents(database).items():
        assert rows, f"{table} has no row at {revision}."
        empty = [column for column in rows[0] if all(row[column] is None for row in rows)]
        assert not empty, f"{table} at {revision}: {empty}"
    database.close()


@pytest.mark.parametrize("revision", EARLIER)
def test_every_value_of_an_earlier_version_is_there_after_it(database_url: str, revision: str) -> None:
    database = at(database_url, revision)
    before = contents(database)
    migrate(database, keyring())
    after = contents(database)
    for table, rows in before.items():
        if table in MOVED:
            continue
        columns = [column for column in rows[0] if (table, column) not in MOVED | ENCRYPTED]
        kept = [{column: row[column] for column in columns} for row in after[table]]
        written = [{column: row[column] for column in columns} for row in rows]
        if table == "trail_entry":
            kept = [row for row in kept if row in written]
        assert sorted(kept, key=str) == sorted(written, key=str), table
    database.close()


@pytest.mark.parametrize("revision", [revision for revision in EARLIER if revision not in BEFORE_TRAILS])
def test_assessments_that_were_there_are_counted_and_one_that_is_taken_out_shows(
    database_url: str, revision: str
) -> None:
    database = at(database_url, revision)
    migrate(database, keyring())
    assert verify_log(database, keyring()).breaks == []
    with database.transaction(write=True) as session:
        for gone in ("plan WHERE assessment_id = :id", "trail_entry WHERE chain = :chain", "assessment WHERE id = :id"):
            values = {"id": DRAFT, "chain": f"assessment:{DRAFT}"}
            session.connection().execute(text(f"DELETE FROM {gone}"), values)
    assert any("number of assessments" in fault.what for fault in verify_log(database, keyring()).breaks)
    database.close()


@pytest.mark.parametrize("revision", BEFORE_TRAILS)
def test_every_change_that_an_earlier_version_kept_is_in_the_trail(database_url: str, revision: str) -> None:
    database = at(database_url, revision)
    before = contents(database)
    migrate(database, keyring())
    with database.transaction(write=False) as session:
        cipher = reader_of(session).cipher
        found = {name: entries(session, cipher, f"assessment:{name}") for name in (DRAFT, SUBMITTED)}
    assert verify_log(database, keyring()).breaks == []
    database.close()
    answers = {
        (name, answer["question"], answer["version"]): (
            answer["option"],
            (entry.words or {}).get(answer["question"], ""),
            entry.at.strftime("%Y-%m-%d %H:%M:%S.%f"),
            entry.account,
        )
        for name, those in found.items()
        for entry in those
        if entry.action == "answers"
        for answer in entry.detail["answers"]
    }
    assert answers == {
        (row["assessment_id"], row["question"], row["version"]): (
            row["option"],
            row["note"],
            str(row["changed_at"]).removesuffix("+00:00"),
            row["changed_by"],
        )
        for row in before["answer_change"]
    }
    facts = [entry.detail["facts"] for entry in found[DRAFT] if entry.action == "facts"]
    assert facts[-1] == {"runs_houses": False}
    assert found[SUBMITTED][0].action == "started"
    assert found[SUBMITTED][-1].action == "state" and found[SUBMITTED][-1].account == "second"


@pytest.mark.parametrize("revision", revisions())
def test_what_an_earlier_version_wrote_is_read_as_it_was(
    database_url: str, small_catalogue: Catalogue, revision: str
) -> None:
    database = at(database_url, revision)
    migrate(database, keyring())
    with database.transaction(write=False) as session:
        reader = reader_of(session)
        assert {line.id for line in listed(session, reader)} == {DRAFT, SUBMITTED}
        draft = opened(session, reader, small_catalogue, DRAFT)
        submitted = opened(session, reader, small_catalogue, SUBMITTED)
        their_plans = [plans(session, reader, assessment) for assessment in (draft, submitted)]
        impacts = raised_impacts(session, reader, draft)
    database.close()

    words = {"organisation": "Harbour Office", "scope_words": "small harbour", "levels": "shift and command"}
    about = StartedAbout(**words, scope_kind="post", sittings=3, people=7, outside_moderator=True)
    assert draft.started_about == about.model_copy(update={"legal_adviser_asked": True})
    assert submitted.started_about == about.model_copy(
        update={"scope_kind": "region", "alone": True, "outside_moderator": False}
    )
    assert (draft.profile, draft.profile_version) == ({"runs_houses": False}, 2)
    assert (draft.answers, draft.versions) == (
        {"roster_drawn": Answer("evidenced", NOTE)},
        {"roster_drawn": 2, "papers_kept": 2},
    )
    assert (submitted.profile, submitted.profile_version) == ({"runs_houses": True}, 1)
    assert submitted.answers == {
        "passage_alone": Answer("option_0"),
        "roster_drawn": Answer("evidenced", NOTE),
        "papers_kept": Answer("absent", "x" * 4000),
        "house_hidden": Answer("unknown"),
        "names_recur": Answer("prefer_not_to_say"),
    }
    assert (draft.state, draft.submitted_at) == ("draft", None)
    assert submitted.state == ("submitted" if revision < "0006" else "final")
    assert submitted.submitted_at == datetime(2025, 3, 2, 23, 59, 59, 999999, UTC)
    assert draft.created_at == datetime(2025, 2, 27, 8, 0, 0, 1, UTC)
    assert draft.changed_at == datetime(2025, 3, 1, 9, 30, 0, 123456, UTC)
    if revision >= "0002":
        for ours in their_plans:
            assert [(plan.name, "\n".join(plan.actions)) for plan in ours] == [("What we do in May", ACTIONS)]
            assert ours[0].created_at == datetime(2025, 4, 1, 10, 0, 0, 2, UTC)
    if revision >= "0003":
        assert (impacts, draft.impacts_version) == ({"stay_sold": Raised(5, "Reason 2")}, 3)
    if revision >= "0004":
        assert draft.follows == SUBMITTED


@pytest.mark.embedded("PostgreSQL’s files are its own to clear")
def test_no_note_of_an_earlier_version_is_left_in_the_file_in_the_clear(tmp_path: Path) -> None:
    database = at(tmp_path / "earlier.db", "0004")
    database.close()
    assert NOTE.splitlines()[0].encode() in (tmp_path / "earlier.db").read_bytes()
    migrate(database, keyring())
    database.close()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert NOTE.splitlines()[0].encode() not in left
    assert b"Reason 2" not in left
