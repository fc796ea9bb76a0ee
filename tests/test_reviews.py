"""Reviews: by somebody who did not answer, beside the answers, given back with a reason or signed off for good."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app import reviews
from app.assessments import opened
from app.catalogue import Catalogue
from app.database import Database
from app.errors import StaleWrite, WrongState
from app.keyring import Keyring
from app.organisations import change_role
from app.reviews import LevelChange
from app.rotation import new_organisation_keys
from app.saving import Change
from app.verify_log import verify_log
from scoring.errors import InvalidAnswers
from scoring.report import Report, differences, read_report
from tests import people
from tests.test_assessments import ALL, Desk, desk  # noqa: F401  (a fixture)

SEEN = "Three draws of March, seen on 4 May"


@pytest.fixture
def auditor(database: Database, keyring: Keyring, small_catalogue: Catalogue, desk: Desk) -> Desk:  # noqa: F811
    """A reviewer of the same organisation."""
    return _auditor(database, keyring, small_catalogue, desk, "Rita Reviewer")


def _auditor(database: Database, keyring: Keyring, catalogue: Catalogue, desk: Desk, name: str) -> Desk:  # noqa: F811
    token = people.member(database, keyring, desk.reader.organisation, "reviewer", name)
    return Desk(database, people.reader_of(database, keyring, token), catalogue)


def on(desk: Desk, name: str, use: Callable[..., Any], *arguments: Any) -> Any:  # noqa: F811
    """As a route does: what was written before a conflict was met is kept."""
    conflict = None
    with desk.database.transaction(write=True) as session:
        assessment = opened(session, desk.reader, desk.catalogue, name)
        try:
            return use(session, desk.reader, assessment, *arguments)
        except StaleWrite as stale:
            conflict = stale
    raise conflict


def recorded(desk: Desk, name: str) -> dict[str, tuple[str, str, bool]]:  # noqa: F811
    found = on(desk, name, reviews.levels)
    return {q: (level.verified.option, level.verified.comment, level.is_current) for q, level in found.items()}


@pytest.fixture
def submitted(desk: Desk) -> str:  # noqa: F811
    name = desk.begins()
    desk.answers_all(name)
    desk.submits(name)
    return name


@pytest.fixture
def begun(auditor: Desk, submitted: str) -> str:
    on(auditor, submitted, reviews.begin_review)
    return submitted


def test_a_review_goes_from_submitted_to_final_and_nothing_moves_after_it(auditor: Desk, submitted: str) -> None:
    states = [auditor.opens(submitted).state]
    for move in (reviews.begin_review, reviews.sign_off):
        on(auditor, submitted, move)
        states.append(auditor.opens(submitted).state)
    assert states == ["submitted", "under_review", "final"]
    assert auditor.opens(submitted).final_at is not None
    assert auditor.rows("SELECT final_by FROM assessment") == [(auditor.reader.account,)]
    level = [LevelChange("roster_drawn", "absent", SEEN, 0)]
    for use, arguments in (
        (reviews.begin_review, ()),
        (reviews.sign_off, ()),
        (reviews.give_back, ("Again",)),
        (reviews.save_levels, (level,)),
    ):
        with pytest.raises(WrongState, match="moved on"):
            on(auditor, submitted, use, *arguments)
    moves = [entry.detail for entry in auditor.changes(submitted, "state")]
    assert [(move["from"], move["to"]) for move in moves] == [
        ("draft", "submitted"),
        ("submitted", "under_review"),
        ("under_review", "final"),
    ]


def test_a_draft_is_not_reviewed(auditor: Desk, desk: Desk) -> None:  # noqa: F811
    name = desk.begins()
    for move in (reviews.begin_review, reviews.sign_off):
        with pytest.raises(WrongState):
            on(auditor, name, move)
    with pytest.raises(WrongState):
        on(auditor, name, reviews.give_back, "Again")


def test_levels_stand_beside_the_answers_and_the_report_has_both(auditor: Desk, begun: str) -> None:
    before = auditor.reports(begun).result
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 0)])
    assert auditor.opens(begun).answers == ALL
    report: Report = auditor.reports(begun)
    assert report.state == "under_review" and report.review
    assert report.review.levels["roster_drawn"].comment == SEEN
    assert report.result.overall.score == before.overall.score
    assert report.review.result.overall.score > report.result.overall.score
    assert differences(*read_report(report.model_dump_json())) == []


def test_what_is_written_is_encrypted_and_every_change_is_in_the_trail(
    auditor: Desk, begun: str, keyring: Keyring
) -> None:
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 0)])
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "", "", 1)])
    stored = str([auditor.rows(f"SELECT * FROM {table}") for table in ("verified_level", "trail_entry")])
    assert SEEN not in stored
    first, second = auditor.changes(begun, "levels")
    assert first.words == {"roster_drawn": SEEN} and second.words is None
    assert [entry.detail["levels"][0]["option"] for entry in (first, second)] == ["on_paper", ""]
    assert recorded(auditor, begun) == {"roster_drawn": ("", "", True)}
    assert auditor.reports(begun).review.levels == {}  # type: ignore[union-attr]
    assert verify_log(auditor.database, keyring).breaks == []


def test_saving_the_same_again_changes_nothing(auditor: Desk, begun: str) -> None:
    change = LevelChange("roster_drawn", "on_paper", SEEN, 0)
    on(auditor, begun, reviews.save_levels, [change])
    on(auditor, begun, reviews.save_levels, [change, LevelChange("papers_kept", "", "", 0)])
    assert len(auditor.changes(begun, "levels")) == 1


def test_two_reviewers_on_one_answer_lose_nothing(
    auditor: Desk,
    begun: str,
    database: Database,
    keyring: Keyring,
    small_catalogue: Catalogue,
    desk: Desk,  # noqa: F811
) -> None:
    second = _auditor(database, keyring, small_catalogue, desk, "Second Reviewer")
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 0)])
    with pytest.raises(StaleWrite) as stale:
        both = [LevelChange("roster_drawn", "absent", "", 0), LevelChange("house_hidden", "absent", "", 0)]
        on(second, begun, reviews.save_levels, both)
    assert stale.value.names == ("roster_drawn",)
    assert recorded(auditor, begun) == {
        "roster_drawn": ("on_paper", SEEN, True),
        "house_hidden": ("absent", "", True),
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (LevelChange("roster_drawn", "sometimes", "", 0), "wrong_option"),
        (LevelChange("house_hidden", "evidenced", "", 0), "missing_note"),
        (LevelChange("house_hidden", "absent", "x" * 4001, 0), "long_comment"),
        (LevelChange("nothing_asked", "absent", "", 0), "unknown_question"),
    ],
)
def test_a_level_that_does_not_fit_is_refused_and_nothing_is_saved(
    auditor: Desk, begun: str, change: LevelChange, code: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        on(auditor, begun, reviews.save_levels, [LevelChange("passage_alone", "option_0", "", 0), change])
    assert [problem.code for problem in refused.value.problems] == [code]
    assert recorded(auditor, begun) == {}


def test_nobody_reviews_what_they_answered_or_submitted(
    desk: Desk,  # noqa: F811
    submitted: str,
    database: Database,
    keyring: Keyring,
    small_catalogue: Catalogue,
) -> None:
    people.member(database, keyring, desk.reader.organisation, "manager", "Max Manager")
    desk.does(change_role, desk.reader.account, "reviewer")
    for move in (reviews.begin_review, reviews.sign_off):
        with pytest.raises(WrongState):
            on(desk, submitted, move)
    with pytest.raises(WrongState, match="Somebody else has to review it"):
        on(desk, submitted, reviews.begin_review)
    auditor = _auditor(database, keyring, small_catalogue, desk, "Rita Reviewer")
    on(auditor, submitted, reviews.begin_review)
    for use, arguments in ((reviews.save_levels, ([],)), (reviews.sign_off, ())):
        with pytest.raises(WrongState, match="Somebody else has to review it"):
            on(desk, submitted, use, *arguments)


def test_whoever_once_submitted_neither_gives_it_back_nor_reviews_what_another_submits_then(
    auditor: Desk,
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
    small_catalogue: Catalogue,
) -> None:
    name = desk.begins()
    desk.answers_all(name)
    token = people.member(database, keyring, desk.reader.organisation, "manager", "Max Manager")
    once = Desk(database, people.reader_of(database, keyring, token), small_catalogue)
    once.submits(name)
    desk.does(change_role, once.reader.account, "reviewer")
    with pytest.raises(WrongState, match="Somebody else has to review it"):
        on(once, name, reviews.give_back, "Not complete")
    on(auditor, name, reviews.give_back, "Not complete")
    desk.submits(name)
    with pytest.raises(WrongState, match="Somebody else has to review it"):
        on(once, name, reviews.begin_review)
    on(auditor, name, reviews.begin_review)


def test_given_back_it_can_be_corrected_and_says_why_until_it_is_submitted_again(
    auditor: Desk,
    desk: Desk,  # noqa: F811
    begun: str,
    keyring: Keyring,
) -> None:
    both = [LevelChange("roster_drawn", "on_paper", SEEN, 0), LevelChange("house_hidden", "absent", "", 0)]
    on(auditor, begun, reviews.save_levels, both)
    on(auditor, begun, reviews.give_back, "The roster of May is not there")
    opened_again = desk.opens(begun)
    assert (opened_again.state, opened_again.submitted_at) == ("draft", None)
    assert opened_again.returned_because == "The roster of May is not there"
    assert "roster of May" not in str(desk.rows("SELECT * FROM assessment"))
    assert auditor.changes(begun, "state")[-1].words == {"because": "The roster of May is not there"}
    report = desk.reports(begun)
    assert (report.state, report.review, report.management) == ("draft", None, None)

    desk.saves(begun, Change("roster_drawn", "on_paper", "", 1))
    desk.submits(begun)
    assert desk.opens(begun).returned_because == ""
    on(auditor, begun, reviews.begin_review)
    # The level on the answer that was corrected counts no more; the other one does.
    assert recorded(auditor, begun) == {
        "roster_drawn": ("on_paper", SEEN, False),
        "house_hidden": ("absent", "", True),
    }
    review = auditor.reports(begun).review
    assert review and list(review.levels) == ["house_hidden"]
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 1)])
    assert recorded(auditor, begun)["roster_drawn"] == ("on_paper", SEEN, True)
    assert verify_log(desk.database, keyring).breaks == []


@pytest.mark.parametrize("because", ["", "x" * 4001])
def test_nothing_is_given_back_without_a_sound_reason(auditor: Desk, begun: str, because: str) -> None:
    with pytest.raises(InvalidAnswers):
        on(auditor, begun, reviews.give_back, because)
    assert auditor.opens(begun).state == "under_review"


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE verified_level SET option = 'evidenced'",
        "UPDATE verified_level SET comment = ''",
        "DELETE FROM verified_level",
        "UPDATE assessment SET state = 'final'",
        "UPDATE assessment SET state = 'draft'",
    ],
)
def test_an_edit_behind_the_service_shows(auditor: Desk, begun: str, keyring: Keyring, edit: str) -> None:
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 0)])
    assert verify_log(auditor.database, keyring).breaks == []
    with auditor.database.transaction(write=True) as session:
        session.connection().execute(text(edit))
    assert len(verify_log(auditor.database, keyring).breaks) == 1


def test_new_keys_lose_no_comment_and_no_reason(auditor: Desk, begun: str, keyring: Keyring, submitted: str) -> None:
    on(auditor, begun, reviews.save_levels, [LevelChange("roster_drawn", "on_paper", SEEN, 0)])
    on(auditor, begun, reviews.give_back, "Look again")
    new_organisation_keys(auditor.database, keyring)
    closed = auditor.rows("SELECT comment FROM verified_level") + auditor.rows(
        "SELECT returned_because FROM assessment"
    )
    assert all(value.startswith("2.") for (value,) in closed)
    fresh = Keyring(keyring.masters)
    with auditor.database.transaction(write=False) as session:
        cipher = fresh.cipher(session.connection(), auditor.reader.organisation, 2)
    again = Desk(auditor.database, auditor.reader, auditor.catalogue)
    object.__setattr__(again.reader, "cipher", cipher)
    assert recorded(again, begun) == {"roster_drawn": ("on_paper", SEEN, True)}
    assert again.opens(begun).returned_because == "Look again"
