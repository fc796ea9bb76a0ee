"""The worked cases: every YAML file in tests/cases holds a small questionnaire, answers, and what they give by hand.

An expectation may leave out fields. A list of things with an id (`chains`, `scenarios` …) may be written as a map by
id. A fraction in words (“496/9”) must be met to nine decimals, a decimal to half a unit of its last digit.
"""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Questionnaire
from tests.builders import answers_of, control, exposure, questionnaire, recommendation, scenario, signal

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yaml"))
MAKERS = {"control": control, "exposure": exposure, "signal": signal}


def load(case: Path) -> dict[str, Any]:
    return yaml.safe_load(case.read_text(encoding="utf-8"))


def questionnaire_of(content: dict[str, Any]) -> Questionnaire:
    sections = content.get("sections") or {"work": content["questions"]}
    return questionnaire(
        [scenario(name, **more) for name, more in content["scenarios"].items()],
        {
            section: [question_of(name, **more) for name, more in members.items()]
            for section, members in sections.items()
        },
        [recommendation(name, **more) for name, more in content.get("recommendations", {}).items()],
    )


def question_of(name: str, kind: str, links: dict[str, int | str], **more: Any) -> Any:
    return MAKERS[kind](name, **more, **links)


def unmet(found: Any, wanted: Any, where: str = "") -> list[str]:
    """Where a result does not meet an expectation."""
    if isinstance(wanted, dict) and isinstance(found, list):
        found = {item.get("id", item.get("question")): item for item in found}
    if isinstance(wanted, dict) and isinstance(found, dict):
        missing = [f"{where}/{key} is not there" for key in wanted if key not in found]
        return missing + [p for key in wanted if key in found for p in unmet(found[key], wanted[key], f"{where}/{key}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        return [p for i, (a, b) in enumerate(zip(found, wanted, strict=True)) for p in unmet(a, b, f"{where}/{i}")]
    if isinstance(wanted, str) and "/" in wanted and not isinstance(found, str):
        wanted, slack = Fraction(wanted), 1e-9
    elif isinstance(wanted, float):
        slack = float(Fraction(1, 2) * Fraction(10) ** Decimal(repr(wanted)).as_tuple().exponent) + 1e-9
    elif isinstance(wanted, int) and isinstance(found, float):
        slack = 1e-9
    else:
        return [] if found == wanted and type(found) is type(wanted) else [f"{where} is {found!r}, not {wanted!r}"]
    return [] if abs(found - wanted) <= slack else [f"{where} is {found!r}, not {wanted}"]


def test_there_are_worked_cases_and_one_is_the_example_of_the_scoring_model():
    assert "worked_example" in [case.stem for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_worked_case_gives_what_was_computed_by_hand(case: Path):
    content = load(case)
    asked = questionnaire_of(content["questionnaire"])
    answers = read_answers(asked, content.get("profile", {}), answers_of(content["answers"]))
    assert content["expect"]
    assert unmet(assess(Instrument(asked), answers).model_dump(mode="json"), content["expect"]) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_recommendations_of_a_worked_case_come_in_the_order_in_which_they_are_written(case: Path):
    content = load(case)
    asked = questionnaire_of(content["questionnaire"])
    answers = read_answers(asked, content.get("profile", {}), answers_of(content["answers"]))
    wanted = list(content["expect"].get("recommendations", {}))
    found = [item.id for item in assess(Instrument(asked), answers).recommendations or []]
    assert [name for name in found if name in wanted] == wanted


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"score": 55.2}, {"score": 55.1}),
        ({"score": 55.1}, {"score": "496/9"}),
        ({"score": 55.1}, {"band": "high"}),
        ([{"id": "a", "score": 1.0}], {"b": {"score": 1.0}}),
        ([1, 2], [1]),
        ({"rank": 1}, {"rank": True}),
        ({"rank": None}, {"rank": 1}),
        ({"band": "low"}, {"band": "high"}),
    ],
)
def test_an_expectation_that_is_not_met_is_named(found: Any, wanted: Any):
    assert len(unmet(found, wanted)) == 1
