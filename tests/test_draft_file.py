"""The file that holds a draft: whatever is given, it is a draft and what was left out of it, or one clear error."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import draft_files
from app.accounts import Reader
from app.assessments import opened
from app.catalogue import load_catalogue
from app.database import Database
from app.draft_file import LARGEST, Draft, Reading, carried, file_text, new_draft, read_draft
from app.draft_parts import MOST_LEFT_OUT
from app.errors import UnreadableDraft
from app.started_about import StartedAbout
from scoring.answers import Answer
from scoring.report import make_report
from tests.serving import small, unfinished

CATALOGUE = load_catalogue([small()], [unfinished()])
ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)
ANSWERS = {
    "passage_alone": Answer("option_2", "Gate “B”\nsecond line"),
    "roster_drawn": Answer("evidenced", "Draw of May"),
    "papers_kept": Answer("not_applicable", "No papers"),
    "house_hidden": Answer("unknown"),
    "names_recur": Answer("unanswered", "to be asked"),
}
DRAFT = replace(new_draft(CATALOGUE, "small"), about=ABOUT, profile={"runs_houses": True}, answers=ANSWERS)


def kept(draft: Draft) -> str:
    return file_text(draft, draft.questionnaire, date(2026, 11, 25), "Keep it.")


@pytest.mark.parametrize("write", [carried, kept])
def test_what_is_written_is_read_as_the_same(write: Any) -> None:
    assert read_draft(CATALOGUE, write(DRAFT)) == Reading(DRAFT, ())
    empty = new_draft(CATALOGUE, "unfinished")
    assert read_draft(CATALOGUE, write(empty)) == Reading(empty, ())


def test_what_is_carried_along_is_on_one_line_and_the_file_on_many() -> None:
    assert "\n" not in carried(DRAFT)
    assert '\n  "passage_alone": {\n   "asked": "passage_alone?",\n   "answered": ' in kept(DRAFT)


def test_the_file_is_the_body_of_a_scoring_call_with_its_wording_added() -> None:
    plain = {
        "questionnaire": "small",
        "version": "1.0.0",
        "profile": {"runs_houses": True},
        "answers": {"house_hidden": "unknown", "roster_drawn": {"option": "evidenced", "note": "Draw of May"}},
    }
    found = read_draft(CATALOGUE, json.dumps(plain))
    assert found.left_out == ()
    assert found.draft.answers == {name: ANSWERS[name] for name in ("roster_drawn", "house_hidden")}
    assert read_draft(CATALOGUE, json.dumps({"questionnaire": "small"})).draft == new_draft(CATALOGUE, "small")


def test_a_mark_that_an_editor_puts_before_the_text_is_passed_over() -> None:
    assert read_draft(CATALOGUE, "\ufeff" + kept(DRAFT)).draft == DRAFT


def test_a_sign_that_stands_for_a_broken_byte_is_told_from_one_that_was_typed() -> None:
    typed = replace(DRAFT, answers={"papers_kept": Answer("absent", "a \ufffd b")})
    for text in (carried(typed), kept(typed)):
        assert "\ufffd" not in text and read_draft(CATALOGUE, text).draft == typed
    with pytest.raises(UnreadableDraft) as refused:
        read_draft(CATALOGUE, carried(DRAFT).replace("“", "\ufffd"))
    assert refused.value.code == "not_utf8"


def test_what_no_page_could_show_is_taken_out_of_words_and_names() -> None:
    answers = '{"papers_kept": {"option": "absent", "note": " a\\u0000\\ud800b "}, "\\ud800x": 1}'
    found = read_draft(CATALOGUE, f'{{"questionnaire": "small", "answers": {answers}}}')
    assert found.draft.answers == {"papers_kept": Answer("absent", "ab")}
    assert found.left_out[0].where == ("answers", "x")


def test_of_very_many_things_that_do_not_fit_some_are_listed_and_the_others_counted() -> None:
    found = read_draft(CATALOGUE, json.dumps({"questionnaire": "small", **{f"x{i}": 1 for i in range(1000)}}))
    assert len(found.left_out) == MOST_LEFT_OUT and found.more == 1000 - MOST_LEFT_OUT


def test_what_only_an_organisation_keeps_of_a_report_is_named() -> None:
    about = {"organisation": "Coast", "scope": "one post", "answered_by": "one person", "date": "2026-11-25"}
    head = {"format": "plumbline-report/1", "questionnaire": {"id": "small", "version": "1.0.0", "hash": small().hash}}
    answers = {"papers_kept": {"option": "absent", "note": ""}}
    parts = {"about": about, "profile": {"runs_houses": True}, "answers": answers, "result": {}}
    kept_there = {"impacts": {"trip_sold": {}}, "review": {"levels": {}}, "management": {"draw_rosters": {}}}
    found = read_draft(CATALOGUE, json.dumps({**head, **parts, **kept_there}))
    codes = {item.where[0]: item.code for item in found.left_out}
    assert codes == {"about": "wrong_about"} | dict.fromkeys(("impacts", "review", "management"), "of_assessment")
    assert found.draft.answers == {"papers_kept": Answer("absent")}


def test_half_of_an_account_of_what_it_is_about_is_asked_anew_and_shown() -> None:
    found = read_draft(
        CATALOGUE, json.dumps({"questionnaire": "small", "about": {"organisation": "Coast", "people": -1}})
    )
    assert found.draft.about is None
    assert [(item.where, item.code) for item in found.left_out] == [(("about",), "wrong_about")]
    assert "Coast" in found.left_out[0].said


def sound(text: str) -> None:
    """Reads a text: what holds can be written, read again alike, scored, and shown; else it is one clear error."""
    try:
        found = read_draft(CATALOGUE, text)
    except UnreadableDraft as refused:
        error = refused
    else:
        return holds(found)
    assert error.status == 422
    assert error.code
    error.name.encode()
    return None


def holds(found: Reading) -> None:
    draft = found.draft
    assert len(found.left_out) <= MOST_LEFT_OUT
    for item in found.left_out:
        "".join((*item.where, item.said, item.remedy)).encode()
    for again in (carried(draft), kept(draft)):
        again.encode()
        assert read_draft(CATALOGUE, again) == Reading(draft, ())
    made = draft_files.report(draft, datetime.now(UTC), NullTranslations())
    assert made.answers.keys() == draft.answers.keys()


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["small", "unfinished", "absent", "evidenced", "option_0", "unanswered", "\ud800", "plumbline-draft/1"]
    ),
)
PARTS = ("format", "questionnaire", "version", "hash", "about", "profile", "answers", "impacts", "runs_houses", "holds")
NAMES = (*PARTS, "option", "note", "asked", *ANSWERS, *StartedAbout.model_fields)
KEYS = st.one_of(st.text(max_size=8), st.sampled_from(NAMES))
ANY = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=5), max_leaves=30
)


@given(ANY)
def test_any_json_is_a_draft_or_a_clear_error(value: object) -> None:
    sound(json.dumps(value))
    sound(json.dumps({"questionnaire": "small", "answers": value}))
    sound(json.dumps({"questionnaire": "small", "about": value, "profile": value}))


@given(st.text())
def test_any_text_is_a_draft_or_a_clear_error(text: str) -> None:
    sound(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sound draft in which one value or key somewhere is another, is gone, or stands twice."""
    said: Any = json.loads(kept(DRAFT))
    holder, path = said, []
    while True:
        key = draw(st.sampled_from(sorted(holder)))
        path.append(key)
        if not isinstance(holder[key], dict) or not holder[key] or draw(st.booleans()):
            break
        holder = holder[key]
    how = draw(st.sampled_from(["value", "key", "gone", "twice"]))
    if how == "value":
        holder[key] = draw(ANY)
    elif how == "twice":
        text = json.dumps(said)
        entry = f"{json.dumps(key)}: {json.dumps(holder[key])}"
        return text.replace(entry, f"{entry}, {json.dumps(key)}: {json.dumps(draw(ANY))}", 1)
    else:
        value = holder.pop(key)
        if how == "key":
            holder[draw(KEYS)] = value
    return json.dumps(said)


@given(mutated())
def test_a_draft_with_a_fault_somewhere_is_a_draft_or_a_clear_error(text: str) -> None:
    sound(text)


@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 60))
def test_a_draft_with_some_bytes_changed_is_a_draft_or_a_clear_error(noise: bytes, place: int, cut: int) -> None:
    data = kept(DRAFT).encode()
    sound((data[:place] + noise + data[place + cut :]).decode(errors="replace"))


def test_a_text_of_more_than_a_megabyte_is_not_looked_at() -> None:
    for text in (" " * LARGEST + "{}", "é" * (LARGEST // 2 + 1)):
        with pytest.raises(UnreadableDraft) as refused:
            read_draft(CATALOGUE, text)
        assert refused.value.code == "too_large"


def test_the_report_of_a_draft_is_made_as_that_of_an_assessment_and_never_submitted() -> None:
    when = datetime(2026, 11, 25, tzinfo=UTC)
    found = draft_files.report(DRAFT, when, NullTranslations())
    assert found.state == "draft" and found.about == ABOUT.lines(when, NullTranslations())
    whole = make_report(DRAFT.instrument, DRAFT.profile, ANSWERS, found.about, "submitted")
    assert found.result == whole.result and found.answers == whole.answers


def test_a_draft_is_stored_with_everything_in_it(database: Database, reader: Reader) -> None:
    with database.transaction(write=True) as session:
        name = draft_files.store(session, reader, CATALOGUE, DRAFT, ABOUT)
    with database.transaction(write=False) as session:
        found = opened(session, reader, CATALOGUE, name)
    assert (found.profile, found.answers, found.started_about) == (DRAFT.profile, DRAFT.answers, ABOUT)
    assert found.state == "draft" and found.chain.number == 3  # started, facts, answers


@pytest.mark.parametrize(
    ("where", "following"),
    [
        ("", "list"),
        ("about", "list"),
        ("profile", "sections/work"),
        ("sections/work", "sections/houses"),
        ("sections/houses", "check"),
        ("sections/nowhere", "list"),
    ],
)
def test_each_page_has_one_that_follows(where: str, following: str) -> None:
    assert draft_files.onwards(DRAFT, where) == following


def test_a_closed_section_is_passed_over() -> None:
    closed = replace(DRAFT, profile={"runs_houses": False})
    assert draft_files.onwards(closed, "sections/work") == "check"
    assert draft_files.typed(closed, "sections/houses", {"version.house_hidden": "0-x"}).draft == closed
