"""A questionnaire that cannot be compiled is refused in a sentence, whatever it is that does not fit."""

from typing import Any

import pytest

from scoring.contradictions import contradictions
from scoring.engine import Instrument
from scoring.errors import InvalidQuestionnaire
from scoring.questionnaire import Questionnaire
from tests.builders import control, exposure, questionnaire, recommendation, scenario, signal

SOUND = questionnaire(
    [scenario("bought_stamp"), scenario("lost_paper", stage="trial")],
    [
        control("stamps_counted", bought_stamp="3 key", lost_paper=1),
        exposure("handed_alone", bought_stamp=2),
        signal("passages_traced", bought_stamp=1),
    ],
    [
        recommendation("count", lifts={"stamps_counted": "operating"}, lowers={"handed_alone": "option_0"}),
        recommendation("look", follows={"passages_traced": "option_1"}),
    ],
)


def changed(*place: str | int, to: Any) -> Questionnaire:
    """The sound questionnaire with one value replaced."""
    content = SOUND.model_dump(mode="json")
    part = content
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = to
    return Questionnaire.model_validate(content, strict=False)


def question(place: int) -> tuple[str | int, ...]:
    return "sections", 0, "questions", place


TWO_OPTIONS = [{"id": "few", "label": "Few", "level": 0.5}, {"id": "none", "label": "None", "level": 0.0}]
TWINS = [{"id": "few", "label": "Few", "level": 0.5}, {"id": "few", "label": "Few", "level": 1.0}]
CONSTANT = {"because": "So.", "source": "Nobody"}
BANDS = [{"id": "low", "title": "low", "at_least": 0.0}, {"id": "high", "title": "high", "at_least": 0.0}]
CASES = [
    ((*question(1), "id"), "stamps_counted", "The question “stamps_counted” is there 2 times."),
    (("recommendations", 1, "id"), "count", "The recommendation “count” is there 2 times."),
    (("scenarios", 1, "id"), "bought_stamp", "The scenario “bought_stamp” is there 2 times."),
    (("scenarios",), [], "There is no scenario."),
    (("scenarios", 0, "stage"), "trial", "The scenario “bought_stamp” is at a stage that its chain does not have"),
    ((*question(0), "options"), TWO_OPTIONS[::-1], "The options of the control “stamps_counted” are not absent,"),
    ((*question(1), "options"), TWO_OPTIONS, "“handed_alone” do not go from the lowest level to the highest"),
    ((*question(1), "options"), TWINS, "“handed_alone” do not go from the lowest level to the highest, each once"),
    ((*question(1), "options"), [], "“handed_alone” do not go from the lowest level to the highest"),
    ((*question(2), "links", 0, "scenario"), "gone", "“passages_traced” bears on a scenario that is not there, “gone”"),
    (("recommendations", 0, "lifts", 0, "question"), "gone", "names an option of a control that is not there, “gone"),
    (("recommendations", 0, "lifts", 0, "to"), "done", "that is not there, “stamps_counted: done”"),
    (("recommendations", 0, "lowers", 0, "question"), "stamps_counted", "“count” names an option of an exposure"),
    (("recommendations", 1, "follows", 0, "from"), "gone", "that is not there, “passages_traced: gone”"),
    (("risk_model", "efforts"), {"XS": 1.0}, "The risk model has no effort “S”."),
    (("risk_model", "efforts", "S"), 0.0, "The efforts of the risk model are not all above 0."),
    (("risk_model", "bands"), BANDS[:1], "The bands of the risk model are not at least two"),
    (("risk_model", "bands"), BANDS, "The bands of the risk model are not at least two, from the lowest up."),
    (("risk_model", "compare_decimals"), CONSTANT | {"value": 1e300}, "not between 0 and 12"),
    (
        ("risk_model", "floor_steps"),
        CONSTANT | {"value": 300.0},
        "The floor of the risk model is not a number of bands",
    ),
    (("risk_model", "cap_parts"), CONSTANT | {"value": 0.0}, "The cap of the risk model has fewer than one part."),
]


def test_a_sound_questionnaire_contradicts_itself_in_nothing():
    assert contradictions(SOUND) == []


@pytest.mark.parametrize(("place", "to", "words"), CASES, ids=[words for *_, words in CASES])
def test_a_questionnaire_that_contradicts_itself_is_not_compiled(place: tuple[str | int, ...], to: Any, words: str):
    bad = changed(*place, to=to)
    assert any(words in sentence for sentence in contradictions(bad))
    with pytest.raises(InvalidQuestionnaire) as caught:
        Instrument(bad)
    assert words in str(caught.value)
