"""Posted fields become answers, facts and what an assessment is about; what is wrong comes back as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import forms
from app.forms import Entry, about_fields, errors_of, posted_about, posted_answers, posted_facts, shown_answers
from scoring.answers import NOTE_LIMIT, Answer
from tests import builders
from tests.serving import small

QUESTIONS = list(small().questions)
NAMES = [question.id for question in QUESTIONS]


def fields_of(entries: list[Entry]) -> dict[str, str]:
    """What a browser would send of a page that shows these entries."""
    sent = {}
    for entry in entries:
        sent |= {f"version.{entry.question.id}": entry.base, f"note.{entry.question.id}": entry.answer.note}
        if entry.answer.option != "unanswered":
            sent[f"answer.{entry.question.id}"] = entry.answer.option
        if entry.conflict:
            sent[f"settle.{entry.question.id}"] = entry.conflict.chosen
    return sent


def posted(**changes: str) -> list[Entry]:
    """A page without answers, with some fields changed; a field's dots are written as two underscores."""
    sent = fields_of(shown_answers(QUESTIONS, {}, {})) | {k.replace("__", "."): v for k, v in changes.items()}
    return posted_answers(QUESTIONS, sent, {})


def entry_of(entries: list[Entry], name: str) -> Entry:
    return next(entry for entry in entries if entry.question.id == name)


@given(st.data())
def test_a_page_sent_back_as_it_was_shown_changes_nothing(data: st.DataObject) -> None:
    answers = data.draw(builders.answer_sets(small()))
    versions = dict.fromkeys(answers, 3)
    shown = shown_answers(QUESTIONS, answers, versions)
    entries = posted_answers(QUESTIONS, fields_of(shown), answers)
    assert [e.answer for e in entries] == [e.answer for e in shown]
    assert not any(e.is_changed for e in entries) and not errors_of(entries)


@given(
    st.dictionaries(
        st.sampled_from([f"{field}.{name}" for field in ("answer", "note", "version", "settle") for name in NAMES]),
        st.text(max_size=30) | st.sampled_from(["saved", "mine", "evidenced", "unknown", "0-000000000000"]),
    )
)
def test_whatever_is_posted_is_read_or_refused_and_never_breaks(sent: dict[str, str]) -> None:
    entries = posted_answers(QUESTIONS, sent, {})
    assert {entry.question.id for entry in entries} == {n for n in NAMES if f"version.{n}" in sent}
    known = {"unknown", "prefer_not_to_say", "not_applicable", "unanswered"}
    for entry in entries:
        valid = entry.answer.option in entry.question.level_of or entry.answer.option in known
        assert valid or entry.errors or (entry.conflict and entry.conflict.chosen == "saved")


def test_a_question_that_was_not_on_the_page_is_left_alone() -> None:
    assert posted_answers(QUESTIONS, {"answer.roster_drawn": "absent"}, {}) == []


def test_a_changed_answer_carries_the_version_it_is_based_on() -> None:
    saved, versions = {"roster_drawn": Answer("absent")}, {"roster_drawn": 4}
    sent = fields_of(shown_answers(QUESTIONS, saved, versions)) | {"answer.roster_drawn": "operating"}
    entry = entry_of(posted_answers(QUESTIONS, sent, saved), "roster_drawn")
    assert entry.is_changed and entry.based_on == 4


def test_a_question_left_as_it_was_is_no_change_even_if_somebody_else_changed_it() -> None:
    sent = fields_of(shown_answers(QUESTIONS, {}, {}))
    entries = posted_answers(QUESTIONS, sent, {"roster_drawn": Answer("on_paper")})
    assert not any(entry.is_changed for entry in entries)


@pytest.mark.parametrize(
    ("fields", "code", "anchor"),
    [
        ({"answer__roster_drawn": "evidenced"}, "missing_note_evidenced", "note-roster_drawn"),
        ({"answer__papers_kept": "not_applicable"}, "missing_note_not_applicable", "note-papers_kept"),
        ({"answer__roster_drawn": "not_applicable"}, "wrong_option", "answer-roster_drawn-1"),
        ({"answer__roster_drawn": "sometimes"}, "wrong_option", "answer-roster_drawn-1"),
        ({"note__roster_drawn": "x" * (NOTE_LIMIT + 1)}, "long_note", "note-roster_drawn"),
    ],
)
def test_each_error_has_a_code_and_leads_to_its_field(fields: dict[str, str], code: str, anchor: str) -> None:
    assert [(error.code, error.anchor) for error in errors_of(posted(**fields))] == [(code, anchor)]


def test_errors_stand_in_the_order_of_the_questions() -> None:
    wrong = {f"answer__{name}": "wrong" for name in reversed(NAMES)}
    assert [error.question.id for error in errors_of(posted(**wrong)) if error.question] == NAMES


def test_a_note_keeps_its_lines_and_loses_what_cannot_be_printed() -> None:
    entry = entry_of(posted(note__papers_kept="  first\r\nsecond\x00\x1b[1m\rthird\ud800 "), "papers_kept")
    assert entry.answer.note == "first\nsecond[1m\nthird"


def test_after_a_refused_save_the_contested_question_shows_both_and_the_others_what_is_saved() -> None:
    entries = posted(answer__roster_drawn="operating", answer__papers_kept="absent")
    now = {"roster_drawn": Answer("on_paper", "June"), "papers_kept": Answer("absent")}
    shown = forms.contested(entries, ["roster_drawn"], now, {"roster_drawn": 1, "papers_kept": 1})
    mine = entry_of(shown, "roster_drawn")
    assert mine.conflict and mine.conflict.saved == now["roster_drawn"] and mine.answer.option == "operating"
    assert mine.based_on == 1 and [error.code for error in mine.errors] == ["stale"]
    assert not entry_of(shown, "papers_kept").errors and entry_of(shown, "papers_kept").based_on == 1


@pytest.mark.parametrize(
    ("chosen", "changed", "codes"), [("saved", False, []), ("mine", True, []), ("", False, ["unsettled"])]
)
def test_a_contested_question_is_changed_only_by_choosing_one_s_own(
    chosen: str, changed: bool, codes: list[str]
) -> None:
    now, versions = {"roster_drawn": Answer("on_paper")}, {"roster_drawn": 1}
    shown = forms.contested(posted(answer__roster_drawn="operating"), ["roster_drawn"], now, versions)
    sent = fields_of(shown) | {"settle.roster_drawn": chosen}
    entry = entry_of(posted_answers(QUESTIONS, sent, now), "roster_drawn")
    assert entry.is_changed is changed and [error.code for error in entry.errors] == codes


def test_what_is_wrong_with_one_s_own_answer_does_not_matter_when_the_other_is_kept() -> None:
    sent = {"version.roster_drawn": "0-", "answer.roster_drawn": "evidenced", "settle.roster_drawn": "saved"}
    assert not errors_of(posted_answers(QUESTIONS, sent, {}))


@pytest.mark.parametrize(
    ("version", "confirmed", "wanted"),
    [
        ("0-" + forms.fingerprint(Answer("unanswered")), {}, None),
        ("0-" + forms.fingerprint(Answer("unanswered")), {"confirmed.roster_drawn": "yes"}, Answer("operating", "Log")),
        ("1-" + forms.fingerprint(Answer("operating", "Log")), {"confirmed.roster_drawn": "yes"}, None),
        ("1-" + forms.fingerprint(Answer("operating", "Log")), {}, Answer("unanswered")),
    ],
    ids=["not confirmed", "confirmed", "confirmed and saved", "saved and taken back"],
)
def test_an_offered_answer_is_wanted_only_while_it_is_confirmed(
    version: str, confirmed: dict[str, str], wanted: Answer | None
) -> None:
    offered = Answer("operating", "Log")
    sent = {"version.roster_drawn": version, "answer.roster_drawn": offered.option, "note.roster_drawn": offered.note}
    sent["offered.roster_drawn"] = forms.fingerprint(offered)
    (entry,) = posted_answers(QUESTIONS, sent | confirmed, {})
    assert (entry.answer if entry.is_changed else None) == wanted


def test_facts_are_yes_no_or_left_open() -> None:
    facts = small().profile
    assert posted_facts(facts, {"fact.runs_houses": "yes"}) == {"runs_houses": True}
    assert posted_facts(facts, {"fact.runs_houses": "no"}) == {"runs_houses": False}
    assert posted_facts(facts, {"fact.runs_houses": "perhaps", "fact.other": "yes"}) == {}


ALONE = {"organisation": "Harbour Office", "scope_kind": "post", "scope_words": "small harbour", "way": "alone"}
GROUP = ALONE | {"way": "group", "sittings": "2", "people": "6", "levels": "officers"}


def test_one_person_at_a_desk_is_one_sitting_of_one() -> None:
    about, errors = posted_about(ALONE | {"people": "9"})
    assert not errors
    assert (about["alone"], about["sittings"], about["people"]) == (True, 1, 1)


def test_a_whole_service_is_answered_for_its_weakest_post() -> None:
    about, errors = posted_about(ALONE | {"scope_kind": "service", "weakest_post": " night \n harbour "})
    assert not errors and about["scope_words"] == "night harbour"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("organisation", "", "missing_organisation"),
        ("organisation", "x" * 201, "long_line"),
        ("scope_kind", "planet", "missing_scope_kind"),
        ("scope_words", " ", "missing_scope_words"),
        ("way", "", "missing_way"),
        ("sittings", "0", "wrong_sittings"),
        ("sittings", "1.5", "wrong_sittings"),
        ("people", "1", "wrong_people"),
        ("people", "٦", "wrong_people"),
        ("levels", "", "missing_levels"),
    ],
)
def test_each_line_of_what_it_is_about_has_its_own_error(field: str, value: str, code: str) -> None:
    _, errors = posted_about(GROUP | {field: value})
    assert [error.code for error in errors] == [code]


def test_nothing_at_all_is_refused_in_the_order_of_the_page() -> None:
    _, errors = posted_about({})
    assert [error.field for error in errors] == ["organisation", "scope_kind", "way"]


@pytest.mark.parametrize(
    "about",
    [
        {"scope_kind": "service", "scope_words": "harbour at night", "alone": True, "sittings": 1, "people": 1},
        {"scope_kind": "post", "scope_words": "small crossing", "alone": False, "sittings": 2, "people": 7},
    ],
)
def test_the_fields_of_a_next_round_give_what_the_last_was_about(about: dict[str, str | int | bool]) -> None:
    whole = {"organisation": "Sample", "levels": "" if about["alone"] else "three levels", "outside_moderator": False}
    whole |= about
    posted, errors = posted_about(about_fields(whole))
    assert not errors
    assert posted.items() <= (whole | {"legal_adviser_asked": False, "levels": whole["levels"]}).items()
