"""Assessments: guarded, never losing an answer, every change with who and when, submitted once and for good."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session

from app import assessments, saving
from app.accounts import Reader
from app.assessment_report import report_of
from app.assessments import OpenAssessment
from app.catalogue import Catalogue, load_catalogue
from app.database import Database
from app.errors import Busy, NotFound, StaleWrite, WrongState
from app.keyring import Keyring
from app.keys import new_master_keys
from app.migrations import migrate
from app.saving import Change
from app.started_about import StartedAbout
from app.trail import Entry, entries
from scoring.answers import Answer
from scoring.errors import InvalidAnswers
from scoring.report import Report, differences, read_report
from tests import people
from tests.serving import small, unfinished

ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)
ALL = {
    "passage_alone": Answer("option_0"),
    "roster_drawn": Answer("evidenced", "Draw of 3 May, registry"),
    "papers_kept": Answer("not_applicable", "No papers are kept here"),
    "house_hidden": Answer("unknown"),
    "names_recur": Answer("prefer_not_to_say"),
}


class Desk:
    """One person who opens and saves, each time in a transaction of its own."""

    def __init__(self, database: Database, reader: Reader, catalogue: Catalogue) -> None:
        self.database, self.reader, self.catalogue = database, reader, catalogue

    def does(self, use: Callable[..., Any], *arguments: Any) -> Any:
        with self.database.transaction(write=True) as session:
            return use(session, self.reader, *arguments)

    def begins(self, agency: str = "small") -> str:
        name: str = self.does(saving.start, self.catalogue, agency, ABOUT)
        return name

    def opens(self, name: str) -> OpenAssessment:
        with self.database.transaction(write=False) as session:
            return assessments.opened(session, self.reader, self.catalogue, name)

    def reports(self, name: str) -> Report:
        with self.database.transaction(write=False) as session:
            return report_of(session, self.reader, assessments.opened(session, self.reader, self.catalogue, name))

    def saves(self, name: str, *changes: Change) -> None:
        self._on(name, lambda session, it: saving.save_answers(session, self.reader, it, changes))

    def tells(self, name: str, based_on: int = 0, **facts: bool) -> None:
        self._on(name, lambda session, it: saving.save_profile(session, self.reader, it, facts, based_on))

    def submits(self, name: str, declaration: bool = True) -> None:
        self._on(name, lambda session, it: saving.submit(session, self.reader, it, declaration))

    def answers_all(self, name: str) -> None:
        self.tells(name, runs_houses=True)
        self.saves(name, *(Change(question, *answer, 0) for question, answer in ALL.items()))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.transaction(write=False) as session:
            return [tuple(row) for row in session.connection().execute(text(statement))]

    def changes(self, name: str, action: str = "answers") -> list[Entry]:
        """What the trail has of one kind of change."""
        with self.database.transaction(write=False) as session:
            found = entries(session, self.reader.cipher, f"assessment:{name}")
        return [entry for entry in found if entry.action == action]

    def _on(self, name: str, use: Callable[[Session, OpenAssessment], None]) -> None:
        """As a route does: what was written before a conflict was met is kept."""
        conflict = None
        with self.database.transaction(write=True) as session:
            try:
                use(session, assessments.opened(session, self.reader, self.catalogue, name))
            except StaleWrite as stale:
                conflict = stale
        if conflict:
            raise conflict


@pytest.fixture
def desk(database: Database, reader: Reader, small_catalogue: Catalogue) -> Desk:
    return Desk(database, reader, small_catalogue)


@pytest.fixture
def other(database: Database, keyring: Keyring, small_catalogue: Catalogue, reader: Reader) -> Desk:
    """Somebody of another organisation."""
    token = people.member(database, keyring, people.organisation(database, keyring, "Elsewhere"), name="Sam Stranger")
    return Desk(database, people.reader_of(database, keyring, token), small_catalogue)


def test_an_assessment_keeps_the_exact_text_that_it_is_answered_under(desk: Desk) -> None:
    opened = desk.opens(desk.begins())
    questionnaire = small()
    assert (opened.agency, opened.version, opened.state) == ("small", "1.0.0", "draft")
    assert desk.rows("SELECT hash FROM assessment") == [(questionnaire.hash,)]
    assert opened.questionnaire == questionnaire
    assert opened.started_about == ABOUT
    assert (opened.profile, opened.answers, opened.versions, opened.profile_version) == ({}, {}, {}, 0)


def test_ids_are_long_and_never_the_same(desk: Desk) -> None:
    ids = {desk.begins() for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 22


def test_moments_are_in_utc_and_now(desk: Desk) -> None:
    opened = desk.opens(desk.begins())
    assert opened.created_at.tzinfo == UTC
    assert timedelta(0) <= datetime.now(UTC) - opened.created_at < timedelta(minutes=1)


def test_an_unknown_agency_or_version_cannot_be_begun(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.begins("nowhere")
    with pytest.raises(NotFound):
        desk.does(saving.start, desk.catalogue, "small", ABOUT, "9.9.9")


def test_a_foreign_assessment_is_not_there_in_the_same_words_as_none(desk: Desk, other: Desk) -> None:
    name = desk.begins()
    with pytest.raises(NotFound) as foreign:
        other.opens(name)
    with pytest.raises(NotFound) as unknown:
        other.opens("nothing")
    assert str(foreign.value) == str(unknown.value)


def test_the_list_holds_the_organisation_s_own_with_the_last_changed_first(desk: Desk, other: Desk) -> None:
    first, second = desk.begins(), desk.begins()
    foreign = other.begins()
    desk.saves(first, Change("passage_alone", "option_1", "", 0))
    with desk.database.transaction(write=False) as session:
        assert [line.id for line in assessments.listed(session, desk.reader)] == [first, second]
        assert [line.id for line in assessments.listed(session, other.reader)] == [foreign]


def test_a_draft_whose_text_changed_is_not_opened_and_a_release_is_for_ever(desk: Desk) -> None:
    draft, release = desk.begins("unfinished"), desk.begins()
    changed = unfinished().model_copy(update={"title": "Another title"}).sealed()
    newer = small().model_copy(update={"version": "2.0.0", "title": "Newer"}).sealed()
    desk.catalogue = load_catalogue([small(), newer], [changed])
    with pytest.raises(WrongState, match="has changed since"):
        desk.opens(draft)
    assert desk.opens(release).version == "1.0.0"
    assert desk.opens(desk.begins()).version == "2.0.0"


def test_answers_come_back_as_they_were_given_with_a_version_each(desk: Desk) -> None:
    name = desk.begins()
    desk.answers_all(name)
    opened = desk.opens(name)
    assert opened.answers == ALL
    assert opened.versions == dict.fromkeys(ALL, 1)
    assert opened.checked.unanswered == []


def test_every_change_is_kept_with_who_and_when(desk: Desk) -> None:
    name = desk.begins()
    began = datetime.now(UTC)
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    desk.saves(name, Change("roster_drawn", "operating", "Log", 1))
    desk.tells(name, runs_houses=True)
    first, second = desk.changes(name)
    assert first.detail["answers"] == [{"question": "roster_drawn", "option": "on_paper", "version": 1}]
    assert second.detail["answers"] == [{"question": "roster_drawn", "option": "operating", "version": 2}]
    assert (first.words, second.words) == (None, {"roster_drawn": "Log"})
    (facts,) = desk.changes(name, "facts")
    assert facts.detail == {"version": 1, "facts": {"runs_houses": True}}
    assert {entry.account for entry in (first, second, facts)} == {desk.reader.account}
    assert all(began <= entry.at <= datetime.now(UTC) for entry in (first, second, facts))


def test_an_unchanged_answer_is_not_a_write(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    before = desk.opens(name)
    desk.saves(name, Change("roster_drawn", "on_paper", "", 1), Change("papers_kept", "unanswered", "", 0))
    after = desk.opens(name)
    assert (after.versions, after.changed_at) == ({"roster_drawn": 1}, before.changed_at)
    assert len(desk.changes(name)) == 1


def test_an_answer_that_is_taken_back_is_no_answer_and_its_history_stays(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    desk.saves(name, Change("roster_drawn", "unanswered", "", 1))
    opened = desk.opens(name)
    assert (opened.answers, opened.versions) == ({}, {"roster_drawn": 2})
    assert len(desk.changes(name)) == 2
    desk.saves(name, Change("roster_drawn", "absent", "", 2))
    assert desk.opens(name).answers == {"roster_drawn": Answer("absent")}


def test_a_question_that_comes_twice_in_one_save_takes_the_last(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0), Change("roster_drawn", "operating", "", 0))
    assert desk.opens(name).answers["roster_drawn"] == Answer("operating")


def test_two_who_answer_different_questions_lose_nothing(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    desk.saves(name, Change("papers_kept", "absent", "", 0))
    assert desk.opens(name).answers == {"roster_drawn": Answer("on_paper"), "papers_kept": Answer("absent")}


def test_a_write_on_an_older_version_is_refused_and_the_others_are_saved(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    with pytest.raises(StaleWrite) as stale:
        desk.saves(name, Change("roster_drawn", "operating", "", 0), Change("papers_kept", "absent", "", 0))
    assert stale.value.names == ("roster_drawn",)
    assert desk.opens(name).answers == {"roster_drawn": Answer("on_paper"), "papers_kept": Answer("absent")}


def test_a_conflict_that_nobody_catches_saves_nothing(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    changes = [Change("roster_drawn", "operating", "", 0), Change("papers_kept", "absent", "", 0)]
    with pytest.raises(StaleWrite), desk.database.transaction(write=True) as session:
        opened = assessments.opened(session, desk.reader, desk.catalogue, name)
        saving.save_answers(session, desk.reader, opened, changes)
    assert desk.opens(name).answers == {"roster_drawn": Answer("on_paper")}


def test_two_who_give_the_same_answer_are_not_in_conflict(desk: Desk) -> None:
    name = desk.begins()
    for _ in range(2):
        desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    assert desk.opens(name).versions == {"roster_drawn": 1}


def test_an_assessment_that_was_opened_before_somebody_else_saved_cannot_overwrite(desk: Desk) -> None:
    name = desk.begins()
    early = desk.opens(name)
    desk.saves(name, Change("roster_drawn", "on_paper", "", 0))
    with pytest.raises(Busy), desk.database.transaction(write=True) as session:
        saving.save_answers(session, desk.reader, early, [Change("roster_drawn", "operating", "", 0)])
    assert desk.opens(name).answers["roster_drawn"] == Answer("on_paper")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["passage_alone", "names_recur"]),
            st.sampled_from(["option_0", "option_1"]),
            st.integers(0, 4),
        ),
        max_size=12,
    )
)
def test_whatever_the_order_of_saves_an_accepted_answer_is_lost_to_none_but_who_saw_it(writes) -> None:
    database, keyring = Database("sqlite://"), Keyring(new_master_keys())
    migrate(database, keyring)
    manager = people.member(database, keyring, people.organisation(database, keyring))
    desk = Desk(database, people.reader_of(database, keyring, manager), load_catalogue([small()]))
    name = desk.begins()
    expected: dict[str, tuple[str, int]] = {}
    for question, option, based_on in writes:
        now, version = expected.get(question, ("unanswered", 0))
        if option == now:
            desk.saves(name, Change(question, option, "", based_on))
        elif based_on == version:
            desk.saves(name, Change(question, option, "", based_on))
            expected[question] = option, version + 1
        else:
            with pytest.raises(StaleWrite):
                desk.saves(name, Change(question, option, "", based_on))
    opened = desk.opens(name)
    assert {q: (a.option, opened.versions[q]) for q, a in opened.answers.items()} == expected
    assert len(desk.changes(name)) == sum(version for _, version in expected.values())
    database.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change("roster_drawn", "evidenced", " ", 0), "missing_note"),
        (Change("papers_kept", "not_applicable", "", 0), "missing_note"),
        (Change("roster_drawn", "not_applicable", "A reason", 0), "wrong_option"),
        (Change("roster_drawn", "sometimes", "", 0), "wrong_option"),
        (Change("roster_drawn", "absent", "x" * 4001, 0), "long_note"),
        (Change("nothing_asked", "absent", "", 0), "unknown_question"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_pointer_and_nothing_is_saved(
    desk: Desk, change: Change, code: str
) -> None:
    name = desk.begins()
    with pytest.raises(InvalidAnswers) as refused:
        desk.saves(name, Change("passage_alone", "option_0", "", 0), change)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert refused.value.problems[0].pointer.startswith(f"/answers/{change.question}")
    assert desk.opens(name).answers == {}


def test_facts_are_set_one_by_one_and_can_be_changed(desk: Desk) -> None:
    name = desk.begins()
    desk.tells(name, runs_houses=True)
    desk.tells(name, based_on=1, runs_houses=False)
    opened = desk.opens(name)
    assert (opened.profile, opened.profile_version) == ({"runs_houses": False}, 2)
    desk.tells(name, based_on=0, runs_houses=False)
    assert desk.opens(name).profile_version == 2


def test_facts_that_somebody_else_changed_are_not_overwritten(desk: Desk) -> None:
    name = desk.begins()
    desk.tells(name, runs_houses=True)
    with pytest.raises(StaleWrite) as stale:
        desk.tells(name, runs_houses=False)
    assert stale.value.names == ("runs_houses",)
    assert desk.opens(name).profile == {"runs_houses": True}


def test_an_unknown_fact_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidAnswers):
        desk.tells(desk.begins(), has_boats=True)


def test_answers_that_the_profile_hides_stay_and_leave_the_score(desk: Desk) -> None:
    name = desk.begins()
    desk.answers_all(name)
    desk.tells(name, based_on=1, runs_houses=False)
    opened = desk.opens(name)
    assert opened.checked.ignored == ["house_hidden", "names_recur"]
    assert opened.answers == ALL
    assert [scenario.id for scenario in desk.reports(name).result.scenarios] == ["trip_sold"]


def test_submitting_closes_an_assessment_for_good(desk: Desk) -> None:
    name = desk.begins()
    desk.answers_all(name)
    desk.submits(name)
    opened = desk.opens(name)
    assert opened.state == "submitted"
    assert opened.submitted_at is not None
    assert desk.rows("SELECT submitted_by FROM assessment") == [(desk.reader.account,)]
    for attempt in (
        lambda: desk.saves(name, Change("roster_drawn", "absent", "", 1)),
        lambda: desk.tells(name, based_on=1, runs_houses=False),
        lambda: desk.submits(name),
    ):
        with pytest.raises(WrongState, match="was submitted"):
            attempt()
    assert desk.opens(name).answers == ALL


def test_nothing_is_submitted_while_something_is_missing_and_all_of_it_is_named(desk: Desk) -> None:
    name = desk.begins()
    desk.saves(name, Change("roster_drawn", "absent", "", 0))
    with pytest.raises(InvalidAnswers) as refused:
        desk.submits(name, declaration=False)
    assert [(problem.code, problem.pointer) for problem in refused.value.problems] == [
        ("missing_fact", "/profile/runs_houses"),
        ("missing_answer", "/answers/passage_alone"),
        ("missing_answer", "/answers/papers_kept"),
        ("missing_answer", "/answers/house_hidden"),
        ("missing_answer", "/answers/names_recur"),
        ("missing_declaration", "/declaration"),
    ]
    assert desk.opens(name).state == "draft"


def test_what_the_profile_hides_need_not_be_answered(desk: Desk) -> None:
    name = desk.begins()
    desk.tells(name, runs_houses=False)
    desk.saves(
        name, *(Change(question, "unknown", "", 0) for question in ("passage_alone", "roster_drawn", "papers_kept"))
    )
    desk.submits(name)
    assert desk.opens(name).state == "submitted"


def test_an_assessment_under_a_draft_is_scored_and_not_submitted(desk: Desk) -> None:
    name = desk.begins("unfinished")
    desk.answers_all(name)
    with pytest.raises(WrongState, match="is a draft"):
        desk.submits(name)
    assert desk.reports(name).result.questionnaire.draft


def test_the_report_is_that_of_the_answers_and_holds(desk: Desk) -> None:
    name = desk.begins()
    desk.answers_all(name)
    draft = desk.reports(name)
    assert (draft.state, draft.about.organisation, draft.about.scope) == (
        "draft",
        "Harbour Office",
        "one post: small harbour",
    )
    assert {q: (g.option, g.note) for q, g in draft.answers.items()} == {q: tuple(a) for q, a in ALL.items()}
    desk.submits(name)
    submitted = desk.reports(name)
    assert submitted.state == "submitted"
    assert differences(*read_report(submitted.model_dump_json())) == []
    assert desk.reports(name) == submitted


@pytest.mark.parametrize(
    ("fields", "scope", "answered_by"),
    [
        (
            {
                "scope_kind": "service",
                "scope_words": "night crossing",
                "sittings": 2,
                "people": 6,
                "outside_moderator": True,
            },
            "whole service, answered for its weakest post: night crossing",
            "2 sittings, 6 people, outside moderator, no legal adviser was asked",
        ),
        (
            {"scope_kind": "region", "levels": "booth, shift leaders", "people": 1, "legal_adviser_asked": True},
            "one region",
            "1 sitting, 1 person (booth, shift leaders), no outside moderator, a legal adviser was asked",
        ),
        (
            {"scope_kind": "service", "alone": True},
            "whole service",
            "1 sitting, one person at a desk, no legal adviser was asked",
        ),
    ],
)
def test_how_it_was_answered_is_said_in_a_line(fields: dict[str, Any], scope: str, answered_by: str) -> None:
    lines = StartedAbout(organisation="Office", **fields).lines(
        datetime(2026, 11, 21, 23, tzinfo=UTC), NullTranslations()
    )
    assert (lines.scope, lines.answered_by, lines.date) == (scope, answered_by, "2026-11-21")


def test_the_longest_words_at_the_start_still_fit_a_report() -> None:
    longest = {"organisation": "o" * 200, "scope_words": "s" * 200, "levels": "l" * 200, "sittings": 99, "people": 999}
    started = StartedAbout(scope_kind="service", legal_adviser_asked=True, **longest)
    assert started.lines(datetime.now(UTC), NullTranslations()).scope.endswith("s" * 200)


def test_what_was_written_at_the_start_is_not_repeated_in_an_error() -> None:
    with pytest.raises(ValidationError) as refused:
        StartedAbout(organisation="Somebody’s name" * 20, scope_kind="post")
    assert "Somebody’s name" not in str(refused.value)
