"""Deleting: everything that hangs on an assessment is gone, from the file as well, and one entry says that it went."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from app import assessments, organisations, saving
from app.accounts import Reader
from app.catalogue import Catalogue, load_catalogue
from app.database import Database
from app.errors import NotFound, WrongState
from app.keyring import Keyring
from app.markings import mark
from app.plans import save_plan
from app.raised_impacts import raise_impacts
from app.retention import (
    delete_assessment,
    delete_expired,
    deleted_on,
    keep_for,
    months_of,
    over,
    soon_deleted,
    to_delete,
)
from app.saving import Change
from app.trail import entries
from app.verify_log import verify_log
from scoring.answers import Raised
from tests.test_assessments import ABOUT, Desk, desk, other  # noqa: F401  (fixtures)

TODAY = datetime.now(UTC).date()


@dataclass(frozen=True)
class Kept:
    submitted_at: datetime | None
    changed_at: datetime


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, tzinfo=UTC)


@pytest.fixture
def full(desk: Desk) -> str:  # noqa: F811
    """An assessment with something in every table, submitted, and a round after it."""
    name = desk.begins()
    desk.answers_all(name)
    with desk.database.transaction(write=True) as session:
        opened = assessments.opened(session, desk.reader, desk.catalogue, name)
        save_plan(session, desk.reader, opened, "What we do in May", ["draw_rosters"])
        raise_impacts(session, desk.reader, opened, {"trip_sold": Raised(5, "The only gate")}, 0)
    with desk.database.transaction(write=True) as session:
        mark(session, desk.reader, assessments.opened(session, desk.reader, desk.catalogue, name), "Confidential")
        connection = session.connection()
        level = "(assessment_id, question, option, comment, version, answer_version)"
        level += " VALUES (:a, 'papers_kept', 'absent', 'x', 1, 1)"
        connection.execute(text(f"INSERT INTO verified_level {level}"), {"a": name})
        answer = "(assessment_id, recommendation, decision, why, post, money, version)"
        answer += " VALUES (:a, 'draw_rosters', 'accepted', 'x', 'y', 'yes', 1)"
        connection.execute(text(f"INSERT INTO management_answer {answer}"), {"a": name})
    desk.submits(name)
    return name


def deletes(desk: Desk, name: str) -> None:  # noqa: F811
    desk.does(delete_assessment, name)
    assert desk.database.settle()


def hanging(desk: Desk, name: str) -> dict[str, int]:  # noqa: F811
    """How many rows of each table are of an assessment."""
    tables = [table for table in SQLModel.metadata.sorted_tables if "assessment_id" in table.c]
    found = {t.name: desk.rows(f"SELECT count(*) FROM {t.name} WHERE assessment_id = '{name}'") for t in tables}
    found["trail_entry"] = desk.rows(f"SELECT count(*) FROM trail_entry WHERE chain = 'assessment:{name}'")
    found["assessment"] = desk.rows(f"SELECT count(*) FROM assessment WHERE id = '{name}'")
    return {name: rows[0][0] for name, rows in found.items()}


def said(desk: Desk) -> list[tuple[str, str, dict[str, object], object]]:  # noqa: F811
    """The organisation’s trail without its first entries, those of its beginning, and those of assessments’."""
    with desk.database.transaction(write=False) as session:
        found = entries(session, desk.reader.cipher, f"organisation:{desk.reader.organisation}")
    return [(entry.action, entry.account, entry.detail, entry.words) for entry in found[2:] if entry.action != "begun"]


def test_nothing_that_hangs_on_it_is_left(desk: Desk, full: str) -> None:  # noqa: F811
    before = hanging(desk, full)
    assert all(before.values()) and len(before) == 8
    deletes(desk, full)
    assert not any(hanging(desk, full).values())
    with pytest.raises(NotFound):
        desk.opens(full)


def test_one_entry_says_that_something_was_deleted_and_nothing_of_what(desk: Desk, full: str) -> None:  # noqa: F811
    deletes(desk, full)
    assert said(desk) == [("deleted", desk.reader.account, {"because": "asked"}, None)]


def test_every_trail_holds_afterwards(
    desk: Desk,  # noqa: F811
    full: str,
    database: Database,
    keyring: Keyring,
) -> None:
    stays = desk.begins()
    desk.answers_all(stays)
    deletes(desk, full)
    assert verify_log(database, Keyring(keyring.masters)).breaks == []
    assert desk.opens(stays).answers


def test_the_round_after_it_follows_none(desk: Desk, full: str) -> None:  # noqa: F811
    with desk.database.transaction(write=True) as session:
        after = saving.start(session, desk.reader, desk.catalogue, "small", ABOUT, follows=full)
    assert desk.opens(after).follows == full
    deletes(desk, full)
    assert desk.opens(after).follows is None


def test_another_organisations_is_not_there_to_be_deleted(desk: Desk, other: Desk, full: str) -> None:  # noqa: F811
    with pytest.raises(NotFound):
        other.does(delete_assessment, full)
    with pytest.raises(NotFound):
        other.does(to_delete, full)
    assert hanging(desk, full)["assessment"] == 1


def test_one_whose_text_is_gone_can_be_deleted_all_the_same(desk: Desk, full: str) -> None:  # noqa: F811
    without = Desk(desk.database, desk.reader, load_catalogue([]))
    with pytest.raises(WrongState):
        without.opens(full)
    assert without.does(to_delete, full).agency == "small"
    deletes(without, full)
    assert hanging(desk, full)["assessment"] == 0


@pytest.mark.parametrize(
    ("kept", "months", "day"),
    [
        (Kept(moment(2026, 1, 31), moment(2026, 5, 1)), 1, date(2026, 2, 28)),
        (Kept(moment(2023, 11, 30), moment(2026, 5, 1)), 3, date(2024, 2, 29)),
        (Kept(None, moment(2026, 12, 15)), 12, date(2027, 12, 15)),
        (Kept(None, moment(2026, 12, 15)), 600, date(2076, 12, 15)),
        (Kept(None, moment(9999, 12, 15)), 600, date(9999, 12, 15)),
        (Kept(None, moment(2026, 12, 15)), None, None),
    ],
)
def test_the_day_counts_from_submission_or_from_the_last_change(kept: Kept, months: int | None, day: date) -> None:
    assert deleted_on(kept, months) == day


@pytest.fixture
def aged(desk: Desk, full: str) -> dict[str, str]:  # noqa: F811
    """By how it stands: one submitted two years ago, a draft of thirteen months, one that is new."""
    draft, new = desk.begins(), desk.begins()
    for name, column, months in ((full, "submitted_at", 24), (draft, "changed_at", 13)):
        when = datetime.now(UTC) - timedelta(days=31 * months)
        with desk.database.transaction(write=True) as session:
            this = f"UPDATE assessment SET {column} = :when WHERE id = :id"
            session.connection().execute(text(this), {"when": when, "id": name})
    return {"submitted": full, "draft": draft, "new": new}


def test_only_what_is_over_its_time_is_deleted(
    desk: Desk,  # noqa: F811
    aged: dict[str, str],
    database: Database,
    keyring: Keyring,
) -> None:
    assert delete_expired(database, keyring) == 0  # no period is set
    desk.does(keep_for, 18, True)
    assert delete_expired(database, keyring) == 1
    desk.does(keep_for, 12, True)
    assert delete_expired(database, keyring) == 1
    assert delete_expired(database, keyring) == 0
    assert desk.rows("SELECT id FROM assessment") == [(aged["new"],)]
    assert said(desk) == [
        ("retention", desk.reader.account, {"months": 18}, None),
        ("deleted", "", {"because": "retention"}, None),
        ("retention", desk.reader.account, {"months": 12}, None),
        ("deleted", "", {"because": "retention"}, None),
    ]
    assert verify_log(database, Keyring(keyring.masters)).breaks == []


def test_it_is_deleted_on_its_day_and_not_before(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    name = desk.begins()
    desk.does(keep_for, 6)
    day = deleted_on(desk.opens(name), 6)
    assert day is not None
    assert delete_expired(database, keyring, day - timedelta(days=1)) == 0
    assert delete_expired(database, keyring, day) == 1


def test_a_period_of_one_organisation_is_not_that_of_another(
    desk: Desk,  # noqa: F811
    other: Desk,  # noqa: F811
    aged: dict[str, str],
    database: Database,
    keyring: Keyring,
) -> None:
    other.does(keep_for, 1)
    assert delete_expired(database, keyring) == 0
    assert (desk.does(over, 1), other.does(over, 1)) == (2, 0)
    with database.transaction(write=False) as session:
        assert months_of(session, desk.reader.organisation) is None


def test_a_period_that_deletes_at_once_has_to_be_confirmed(desk: Desk, aged: dict[str, str]) -> None:  # noqa: F811
    with pytest.raises(WrongState, match="would be deleted"):
        desk.does(keep_for, 12)
    assert said(desk) == []
    desk.does(keep_for, 12, True)
    desk.does(keep_for, 12)
    desk.does(keep_for, None)
    assert [detail for _, _, detail, _ in said(desk)] == [{"months": 12}, {"months": None}]


def test_lists_warn_before_it(desk: Desk, aged: dict[str, str]) -> None:  # noqa: F811
    def warned(months: int | None) -> set[str]:
        desk.does(keep_for, months, True)
        with desk.database.transaction(write=False) as session:
            return set(soon_deleted(session, desk.reader, assessments.listed(session, desk.reader)))

    assert warned(None) == set()
    assert warned(600) == set()
    assert warned(26) == {aged["submitted"]}
    assert warned(2) == set(aged.values())


def test_notes_of_an_organisations_trail_go_through_one_door(
    database: Database, keyring: Keyring, reader: Reader
) -> None:
    with database.transaction(write=True) as session:
        organisations.note(session, reader, "retention", {"months": None})
    assert verify_log(database, keyring).breaks == []


def test_nothing_goes_missing_of_what_was_not_deleted(
    desk: Desk,  # noqa: F811
    full: str,
    small_catalogue: Catalogue,
) -> None:
    stays = desk.begins()
    desk.answers_all(stays)
    desk.saves(stays, Change("roster_drawn", "operating", "Log of May", 1))
    before = desk.opens(stays)
    deletes(desk, full)
    assert desk.opens(stays) == before
