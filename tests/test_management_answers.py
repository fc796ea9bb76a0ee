"""Management’s answers: to each action that the report calls for, encrypted, in the trail, and in the report."""

import pytest
from sqlalchemy import text

from app.accounts import Reader
from app.catalogue import Catalogue
from app.database import Database
from app.errors import NotFound, StaleWrite, WrongState
from app.keyring import Keyring
from app.management_answers import answer_action, asked, decided
from app.rotation import new_organisation_keys
from app.verify_log import verify_log
from scoring.report import ManagementAnswer
from tests.test_assessments import Desk, desk  # noqa: F401  (a fixture)
from tests.test_reviews import on

GIVEN = ManagementAnswer(
    decision="changed", why="Only on the night shift", post="Head of shifts", due="2027-03-31", money="yes"
)


@pytest.fixture
def submitted(desk: Desk) -> str:  # noqa: F811
    name = desk.begins()
    desk.answers_all(name)
    desk.submits(name)
    return name


@pytest.fixture
def action(desk: Desk, submitted: str) -> str:  # noqa: F811
    """The first action of the report."""
    return on(desk, submitted, asked)[0].id


def test_what_is_asked_is_what_the_report_calls_for_under_its_numbers(desk: Desk, submitted: str) -> None:  # noqa: F811
    found = on(desk, submitted, asked)
    assert [one.code for one in found] == [f"A{number}" for number in range(1, len(found) + 1)]
    assert all(one.lane in ("duty", "look_into", "quick_win", "major_project", "find_out") for one in found)


def test_an_answer_is_in_the_report_and_what_is_left_open_stays_open(
    desk: Desk,  # noqa: F811
    submitted: str,
    action: str,
    keyring: Keyring,
) -> None:
    assert desk.reports(submitted).management == {}
    on(desk, submitted, answer_action, action, GIVEN, 0)
    assert desk.reports(submitted).management == {action: GIVEN}
    bare = ManagementAnswer(decision="accepted")
    on(desk, submitted, answer_action, action, bare, 1)
    assert on(desk, submitted, decided)[action].answer == bare
    assert [entry.detail["decision"] for entry in desk.changes(submitted, "management")] == ["changed", "accepted"]
    assert desk.changes(submitted, "management")[0].words == {"why": GIVEN.why, "post": GIVEN.post}
    assert verify_log(desk.database, keyring).breaks == []


def test_the_words_are_encrypted_and_survive_new_keys(
    desk: Desk,  # noqa: F811
    submitted: str,
    action: str,
    database: Database,
    keyring: Keyring,
    small_catalogue: Catalogue,
) -> None:
    on(desk, submitted, answer_action, action, GIVEN, 0)
    assert GIVEN.why not in str(desk.rows("SELECT * FROM management_answer"))
    new_organisation_keys(database, keyring)
    assert all(value.startswith("2.") for row in desk.rows("SELECT why, post FROM management_answer") for value in row)
    fresh = Keyring(keyring.masters)
    with database.transaction(write=False) as session:
        cipher = fresh.cipher(session.connection(), desk.reader.organisation, 2)
    reader = Reader(desk.reader.account, desk.reader.organisation, "", "manager", cipher)
    assert on(Desk(database, reader, small_catalogue), submitted, decided)[action].answer == GIVEN


def test_an_answer_that_somebody_else_changed_is_not_overwritten(desk: Desk, submitted: str, action: str) -> None:  # noqa: F811
    on(desk, submitted, answer_action, action, GIVEN, 0)
    on(desk, submitted, answer_action, action, GIVEN, 0)  # the same again is no change
    with pytest.raises(StaleWrite):
        on(desk, submitted, answer_action, action, ManagementAnswer(decision="refused", why="No"), 0)
    assert on(desk, submitted, decided)[action].answer == GIVEN


def test_a_draft_and_an_action_that_is_not_asked_for_take_no_answer(desk: Desk, submitted: str) -> None:  # noqa: F811
    with pytest.raises(NotFound):
        on(desk, submitted, answer_action, "nothing_known", GIVEN, 0)
    draft = desk.begins()
    with pytest.raises(WrongState):
        on(desk, draft, answer_action, "draw_rosters", GIVEN, 0)


@pytest.mark.parametrize("edit", ["decision = 'accepted'", "due = '2031-01-01'", "why = ''", "money = 'no'"])
def test_an_edit_behind_the_service_shows(
    desk: Desk,  # noqa: F811
    submitted: str,
    action: str,
    keyring: Keyring,
    edit: str,
) -> None:
    on(desk, submitted, answer_action, action, GIVEN, 0)
    with desk.database.transaction(write=True) as session:
        session.connection().execute(text(f"UPDATE management_answer SET {edit}"))
    assert [found.what for found in verify_log(desk.database, keyring).breaks] == [
        f"the answer to {action} is not what the trail says it was last set to"
    ]
