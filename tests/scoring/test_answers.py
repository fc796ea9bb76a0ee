"""Answers against a questionnaire: what applies, what is asked, what is wrong."""

import pytest

from scoring.answers import NO_ANSWER, NOTE_LIMIT, Answer, problems_of, read_answers
from scoring.errors import InvalidAnswers
from tests.builders import control, exposure, questionnaire, scenario, signal

ASKED = questionnaire(
    [
        scenario("bought_stamp"),
        scenario("cell_visit", stage="trial", only_if={"holds_people": True}),
    ],
    {
        "work": [control("stamps_counted", bought_stamp="3 key"), exposure("handed_alone", bought_stamp=2)],
        "cells": [
            control("visits_logged", cell_visit="3 key", evidence_asked="Which log?"),
            control("visits_seen", not_applicable=True, only_if={"has_cameras": True}, cell_visit=1),
        ],
    },
)


def asked_ids(profile: dict[str, bool]) -> list[str]:
    return [question.id for question in read_answers(ASKED, profile, {}).asked]


def test_a_fact_not_given_leaves_open_whatever_hangs_on_it():
    assert asked_ids({}) == ["stamps_counted", "handed_alone", "visits_logged", "visits_seen"]
    assert read_answers(ASKED, {}, {}).missing_facts == ["has_cameras", "holds_people"]


def test_a_question_all_of_whose_scenarios_are_closed_is_hidden():
    answers = read_answers(ASKED, {"holds_people": False}, {})
    assert [q.id for q in answers.asked] == ["stamps_counted", "handed_alone"]
    assert answers.closed_scenarios == {"cell_visit"}
    assert [s.id for s in answers.open_scenarios] == ["bought_stamp"]
    assert [s.id for s in answers.closed_sections] == ["cells"]


def test_a_question_is_hidden_by_its_own_condition():
    assert asked_ids({"has_cameras": False}) == ["stamps_counted", "handed_alone", "visits_logged"]
    assert asked_ids({"has_cameras": True, "holds_people": True})[-1] == "visits_seen"


def test_a_question_with_one_open_scenario_stays():
    asked = questionnaire(
        [scenario("bought_stamp"), scenario("cell_visit", only_if={"holds_people": True})],
        [control("vetting", bought_stamp=1, cell_visit=2)],
    )
    assert [q.id for q in read_answers(asked, {"holds_people": False}, {}).asked] == ["vetting"]


def test_answers_to_hidden_questions_are_kept_and_named():
    answers = read_answers(ASKED, {"holds_people": False}, {"visits_logged": Answer("on_paper")})
    assert answers.ignored == ["visits_logged"]
    assert answers.answer("visits_logged") == Answer("on_paper")


def test_dont_know_prefer_not_to_say_and_no_answer_count_at_both_ends_and_others_do_not():
    given = {"stamps_counted": Answer("unknown"), "visits_logged": Answer("prefer_not_to_say")}
    given |= {"visits_seen": Answer("not_applicable", "There are none.")}
    answers = read_answers(ASKED, {}, given)
    found = {q.id: answers.is_open_ended(q.id) for q in ASKED.questions}
    assert found == {"stamps_counted": True, "handed_alone": True, "visits_logged": True, "visits_seen": False}
    assert answers.answer("handed_alone") is NO_ANSWER


def test_unanswered_questions_are_those_asked_without_an_answer():
    given = {"stamps_counted": Answer("unknown"), "handed_alone": Answer("unanswered")}
    answers = read_answers(ASKED, {"holds_people": False}, given)
    assert [q.id for q in answers.unanswered] == ["handed_alone"]


def problems(profile: dict[str, bool], given: dict[str, Answer]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as caught:
        read_answers(ASKED, profile, given)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def test_every_problem_is_named_with_a_pointer_in_the_order_in_which_it_was_sent():
    given = {
        "no/such~question": Answer("unknown"),
        "handed_alone": Answer("often"),
        "stamps_counted": Answer("evidenced", "  "),
        "visits_seen": Answer("not_applicable"),
        "visits_logged": Answer("not_applicable", "We have none."),
    }
    assert problems({"has_wings": True}, given) == [
        ("/profile/has_wings", "unknown_fact"),
        ("/answers/no~1such~0question", "unknown_question"),
        ("/answers/handed_alone", "wrong_option"),
        ("/answers/stamps_counted/note", "missing_note"),
        ("/answers/visits_seen/note", "missing_note"),
        ("/answers/visits_logged", "wrong_option"),
    ]


def test_the_error_itself_reads_as_one_line_of_all_problems():
    with pytest.raises(InvalidAnswers, match="/profile/has_wings: This questionnaire has no"):
        read_answers(ASKED, {"has_wings": True}, {})


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("handed_alone", Answer("often"), "has no option “often”; it has option_0, option_1, option_2, unknown"),
        ("visits_logged", Answer("not_applicable"), "cannot be answered “not applicable”"),
        ("visits_logged", Answer("evidenced"), "The top level needs a note. Which log?"),
        ("stamps_counted", Answer("evidenced"), "The top level needs a note. What, when, and where it is kept."),
        ("visits_seen", Answer("not_applicable", "\n"), "needs a note with the reason"),
        ("stamps_counted", Answer("absent", "x" * (NOTE_LIMIT + 1)), "The note has 4001 characters; at most 4000"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong_and_how_to_mend_it(name: str, answer: Answer, words: str):
    (problem,) = problems_of(ASKED.question[name], answer, "/answers/it")
    assert words in problem.message


@pytest.mark.parametrize("option", ["unknown", "prefer_not_to_say", "unanswered", "absent", "on_paper", "operating"])
def test_every_question_can_be_answered_by_its_options_and_the_reserved_ones_without_a_note(option: str):
    assert problems_of(ASKED.question["stamps_counted"], Answer(option), "") == []


def test_a_note_of_exactly_the_limit_and_the_top_option_of_a_signal_without_one_are_fine():
    traced = signal("passages_traced", bought_stamp=1)
    assert problems_of(traced, Answer("option_2"), "") == []
    assert problems_of(ASKED.question["stamps_counted"], Answer("evidenced", "x" * NOTE_LIMIT), "") == []
