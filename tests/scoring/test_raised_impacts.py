"""An impact may be raised with a reason and never lowered; raised, it counts as if the questionnaire had it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.answers import Raised, read_answers
from scoring.engine import Instrument
from scoring.errors import InvalidAnswers
from scoring.figures import assess
from scoring.questionnaire import Impact, Questionnaire
from scoring.report import About, differences, make_report, read_report
from scoring.what_if import what_if
from tests.builders import cases, control, exposure, questionnaire, recommendation, scenario

WHY = "One port, so each load reaches the whole country."


def lane() -> Questionnaire:
    return questionnaire(
        scenarios=[scenario("lane", impact=3), scenario("bed", stage="shelter", impact=5)],
        questions=[exposure("alone", lane=1), control("pairs", lane="3 key"), control("list", bed="3 key")],
        recommendations=[recommendation("pair", lifts={"pairs": "evidenced"})],
    )


def with_impact(asked: Questionnaire, name: str, value: int) -> Questionnaire:
    """The questionnaire as it would be with that impact."""
    scenarios = tuple(
        s.model_copy(update={"impact": Impact(**s.impact.model_dump() | {"victims": value})}) if s.id == name else s
        for s in asked.scenarios
    )
    return asked.model_copy(update={"scenarios": scenarios})


@given(cases(), st.data())
def test_a_raised_impact_counts_as_if_the_questionnaire_had_it(case, data):
    asked, profile, answers = case
    low = [s for s in asked.scenarios if s.impact.largest < 5]
    if not low:
        return
    chosen = data.draw(st.sampled_from(low))
    value = data.draw(st.integers(chosen.impact.largest + 1, 5))
    raised = assess(Instrument(asked), read_answers(asked, profile, answers, {chosen.id: Raised(value, WHY)}))
    other = with_impact(asked, chosen.id, value)
    wanted = assess(Instrument(other), read_answers(other, profile, answers))
    assert raised == wanted


@given(cases())
def test_raising_never_lowers_a_score(case):
    asked, profile, answers = case
    impacts = {s.id: Raised(5, WHY) for s in asked.scenarios if s.impact.largest < 5}
    before = assess(Instrument(asked), read_answers(asked, profile, answers), [])
    after = assess(Instrument(asked), read_answers(asked, profile, answers, impacts), [])
    assert after.overall.score >= before.overall.score - 1e-9


def test_an_instrument_is_not_changed_by_what_one_organisation_raises() -> None:
    instrument = Instrument(lane())
    plain = assess(instrument, read_answers(lane(), {}, {}), [])
    assess(instrument, read_answers(lane(), {}, {}, {"lane": Raised(5, WHY)}), [])
    assert assess(instrument, read_answers(lane(), {}, {}), []) == plain
    assert instrument.with_impacts({}) is instrument


@pytest.mark.parametrize(
    ("impacts", "problems"),
    [
        ({"lane": Raised(3, WHY)}, [("/impacts/lane/value", "not_raised")]),
        ({"lane": Raised(2, WHY)}, [("/impacts/lane/value", "not_raised")]),
        ({"lane": Raised(6, WHY)}, [("/impacts/lane/value", "not_raised")]),
        ({"bed": Raised(5, WHY)}, [("/impacts/bed/value", "not_raised")]),
        ({"lane": Raised(4, " ")}, [("/impacts/lane/reason", "missing_reason")]),
        ({"lane": Raised(4, "x" * 4001)}, [("/impacts/lane/reason", "long_reason")]),
        ({"road": Raised(4, WHY)}, [("/impacts/road", "unknown_scenario")]),
    ],
)
def test_what_does_not_raise_or_has_no_reason_is_refused(
    impacts: dict[str, Raised], problems: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        read_answers(lane(), {}, {}, impacts)
    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == problems


def test_what_if_and_a_reports_verification_rest_on_it() -> None:
    asked = lane()
    impacts = {"lane": Raised(5, WHY)}
    instrument = Instrument(asked)
    checked = read_answers(asked, {}, {}, impacts)
    assert what_if(instrument, checked, ["pair"]).before.overall == assess(instrument, checked, []).overall
    report = make_report(instrument, {}, {}, About(), "draft", impacts)
    again, stated = read_report(report.model_dump_json())
    assert again.impacts["lane"].reason == WHY
    assert differences(again, stated) == []
    forged = again.model_copy(update={"impacts": {}})
    assert differences(forged, stated)


def test_a_closed_scenario_is_listed_with_its_raised_impact() -> None:
    asked = questionnaire(
        scenarios=[scenario("lane"), scenario("bed", stage="shelter", impact=3, only_if={"has_beds": True})],
        questions=[exposure("alone", lane=1), control("pairs", lane="3 key"), control("list", bed="3 key")],
    )
    checked = read_answers(asked, {"has_beds": False}, {}, {"bed": Raised(4, WHY)})
    (closed,) = assess(Instrument(asked), checked, []).closed.scenarios
    assert closed.baseline_risk == 4 * 4 * 4
