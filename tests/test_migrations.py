"""Migrations forwards: what an earlier version of the program wrote is all there, and read as it was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.accounts import LOCAL, Reader
from app.assessments import StartedAbout, listed, opened
from app.catalogue import Catalogue
from app.migrations import HEAD, migrate, revisions
from app.plans import plans
from app.raised_impacts import raised_impacts
from scoring.answers import Answer, Raised
from tests.revisions import ACTIONS, DRAFT, FILLED, NOTE, SUBMITTED, at, contents

READER = Reader(LOCAL, LOCAL, "Border “Service”")
EARLIER = [revision for revision in revisions() if revision != HEAD]


def test_every_revision_says_what_it_is_filled_with() -> None:
    assert list(FILLED) == revisions()
    assert EARLIER


@pytest.mark.parametrize("revision", revisions())
def test_a_filled_database_leaves_no_table_and_no_column_empty(tmp_path: Path, revision: str) -> None:
    database = at(tmp_path / "earlier.db", revision)
    for table, rows in contents(database).items():
        assert rows, f"{table} has no row at {revision}."
        empty = [column for column in rows[0] if all(row[column] is None for row in rows)]
        assert not empty, f"{table} at {revision}: {empty}"
    database.close()


@pytest.mark.parametrize("revision", EARLIER)
def test_every_value_of_an_earlier_version_is_there_after_it(tmp_path: Path, revision: str) -> None:
    database = at(tmp_path / "earlier.db", revision)
    before = contents(database)
    migrate(database)
    after = contents(database)
    for table, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in after[table]]
        assert kept == rows, table
    database.close()


@pytest.mark.parametrize("revision", revisions())
def test_what_an_earlier_version_wrote_is_read_as_it_was(
    tmp_path: Path, small_catalogue: Catalogue, revision: str
) -> None:
    database = at(tmp_path / "earlier.db", revision)
    migrate(database)
    with database.transaction(write=False) as session:
        assert {line.id for line in listed(session, READER)} == {DRAFT, SUBMITTED}
        draft = opened(session, READER, small_catalogue, DRAFT)
        submitted = opened(session, READER, small_catalogue, SUBMITTED)
        their_plans = [plans(session, assessment) for assessment in (draft, submitted)]
        impacts = raised_impacts(session, draft)
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
    assert (draft.state, draft.submitted_at, submitted.state) == ("draft", None, "submitted")
    assert submitted.submitted_at == datetime(2025, 3, 2, 23, 59, 59, 999999, UTC)
    assert draft.created_at == datetime(2025, 2, 27, 8, 0, 0, 1, UTC)
    assert draft.changed_at == datetime(2025, 3, 1, 9, 30, 0, 123456, UTC)
    if revision >= "0002":
        for ours in their_plans:
            assert [(plan.name, "\n".join(plan.actions)) for plan in ours] == [("What we do in May", ACTIONS)]
            assert ours[0].created_at == datetime(2025, 4, 1, 10, 0, 0, 2, UTC)
    if revision >= "0003":
        assert (impacts.raised, impacts.version) == ({"stay_sold": Raised(5, "Reason 2")}, 3)
    if revision >= "0004":
        assert draft.follows == SUBMITTED
