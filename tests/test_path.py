"""What of a questionnaire is asked, how far each section is, and which fact closed what."""

import pytest
from hypothesis import given

from app import path
from app.errors import OffThePath
from scoring.answers import Answer, read_answers
from scoring.questionnaire import Questionnaire
from tests import builders
from tests.serving import small


def test_a_section_that_a_fact_closes_names_the_fact_and_its_answer() -> None:
    checked = read_answers(small(), {"runs_houses": False}, {})
    houses = path.stretches(checked)[1]
    assert houses.state == "closed"
    assert [(closing.fact.id, closing.given) for closing in houses.closed_by] == [("runs_houses", False)]


def test_a_fact_left_open_closes_nothing() -> None:
    assert [s.state for s in path.stretches(read_answers(small(), {}, {}))] == ["not_started", "not_started"]


def test_a_question_hidden_in_a_section_that_is_asked_is_listed_with_its_fact() -> None:
    asked = builders.questionnaire(
        [builders.scenario("sold")],
        [builders.control("always", sold=1), builders.control("at_sea", only_if={"has_boats": True}, sold=1)],
    )
    hidden = path.hidden(read_answers(asked, {"has_boats": False}, {}))
    assert [(h.question.id, [c.fact.id for c in h.closed_by]) for h in hidden] == [("at_sea", ["has_boats"])]


@given(builders.cases())
def test_every_section_is_asked_or_says_why_not(case: tuple[Questionnaire, dict[str, bool], dict[str, Answer]]) -> None:
    checked = read_answers(*case)
    stretches = path.stretches(checked)
    assert [q.id for s in stretches for q in s.asked] == [q.id for q in checked.asked]
    assert all(bool(stretch.asked) != bool(stretch.closed_by) for stretch in stretches)
    assert all(item.closed_by for item in path.hidden(checked))
    assert sum(len(s.asked) - s.answered for s in stretches) == len(checked.unanswered)


def test_the_next_section_is_the_next_one_that_is_asked() -> None:
    checked = read_answers(small(), {"runs_houses": False}, {})
    assert path.after(checked, "work") is None
    following = path.after(read_answers(small(), {}, {}), "work")
    assert following is not None and following.id == "houses"


@pytest.mark.parametrize("section", ["houses", "nothing"])
def test_a_section_off_the_path_is_not_found(section: str) -> None:
    with pytest.raises(OffThePath):
        path.stretch(read_answers(small(), {"runs_houses": False}, {}), section)


def test_answers_that_call_for_action_at_once_are_found_unless_hidden() -> None:
    answers = {"passage_alone": Answer("option_2")}
    assert [alarm.act_now for alarm in path.alarms(read_answers(small(), {}, answers))] == ["Lock the gate today."]


def test_a_question_keeps_its_number_whatever_is_hidden() -> None:
    assert path.numbers(small())["names_recur"] == 5
