"""Other sensible weights: against a plain loop, the same for the same seed, and in words where there is nothing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from scoring import draws as drawing
from scoring.answers import Answer, read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Questionnaire
from scoring.result import Result
from tests.benchmarks.generated import answered, generated
from tests.builders import RISK_MODEL, answers_of, cases, control, exposure, questionnaire, recommendation, scenario
from tests.robust_oracle import draws, expected

FEW = 40


def with_draws(asked: Questionnaire, count: int, seed: int = 1) -> Questionnaire:
    """The same questionnaire with so many draws."""
    tried = asked.risk_model.robustness
    assert tried is not None
    constants = {
        "draws": tried.draws.model_copy(update={"value": float(count)}),
        "seed": tried.seed.model_copy(update={"value": float(seed)}),
    }
    model = asked.risk_model.model_copy(update={"robustness": tried.model_copy(update=constants)})
    return asked.model_copy(update={"risk_model": model})


def result_of(asked: Questionnaire, profile: dict[str, bool], answers: dict[str, Answer]) -> Result:
    return assess(Instrument(asked), read_answers(asked, profile, answers))


def wanted(asked: Questionnaire, profile: dict[str, bool], answers: dict[str, Answer], result: Result) -> Any:
    headline = {"overall": result.overall.band} | {chain.id: chain.band for chain in result.chains}
    return expected(asked, profile, answers, headline, {r.id: r.lane for r in result.recommendations or []})


def close(found: Any, other: Any) -> bool:
    """Numbers to nine decimals, everything else exactly."""
    if isinstance(found, dict):
        return found.keys() == other.keys() and all(close(found[key], other[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(other) and all(map(close, found, other))
    return found == other or (isinstance(found, float) and abs(found - other) <= 1e-9)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_figure_agrees_with_a_plain_loop_over_the_draws(case):
    asked, profile, answers = case
    asked = with_draws(asked, FEW)
    result = result_of(asked, profile, answers)
    found = result.model_dump(mode="json")["robustness"]
    assert close(found, wanted(asked, profile, answers, result)), found


def test_a_whole_questionnaire_agrees_with_a_plain_loop():
    asked = with_draws(generated(), 12)
    given_answers = answered(asked)
    result = result_of(asked, {}, given_answers)
    found = result.model_dump(mode="json")["robustness"]
    assert len(found["recommendations"]) > 5
    assert close(found, wanted(asked, {}, given_answers, result))


def three_controls() -> Questionnaire:
    return questionnaire(
        scenarios=[scenario("s")],
        questions=[exposure("e", s=1), control("strong", s="3 key"), control("weak", s=1), control("kept", s=2)],
        recommendations=[
            recommendation(f"lift_{name}", lifts={name: "evidenced"}, effort=effort)
            for name, effort in (("strong", "S"), ("weak", "S"), ("kept", "M"))
        ],
    )


def test_an_action_that_would_change_nothing_has_no_place():
    given_answers = answers_of({"kept": {"option": "evidenced", "note": "Log"}, "strong": "absent", "weak": "absent"})
    tried = result_of(with_draws(three_controls(), FEW), {}, given_answers).robustness
    assert tried is not None
    assert [standing.id for standing in tried.recommendations] == ["lift_strong", "lift_weak"]


def test_fewer_than_six_actions_have_no_label():
    tried = result_of(with_draws(three_controls(), FEW), {}, {}).robustness
    assert tried is not None
    assert {(s.among_first, s.label) for s in tried.recommendations} == {(None, None)}


def test_the_same_seed_gives_the_same_to_the_last_bit_and_another_seed_something_else():
    asked = generated()
    given_answers = answered(asked)

    def robust(seed: int) -> str:
        drawing.draw.cache_clear()
        tried = result_of(with_draws(asked, 100, seed), {}, given_answers).robustness
        assert tried is not None
        return tried.model_copy(update={"seed": 0}).model_dump_json()

    assert robust(1) == robust(1)
    assert robust(1) != robust(2)


def test_the_draws_do_not_depend_on_the_answers():
    asked = with_draws(generated(), FEW)
    instrument = Instrument(asked)
    before = drawing.draw(instrument)
    assess(instrument, read_answers(asked, {}, answered(asked)))
    assert drawing.draw(instrument) is before


def test_what_is_drawn_stays_within_what_the_model_says():
    asked = with_draws(generated(), 400)
    drawn, tried = drawing.draw(Instrument(asked)), asked.risk_model.robustness
    assert tried is not None
    p, plain = drawn.parameters, Instrument(asked).parameters
    for spread, kept in ((p.exposures, plain.exposures), (p.controls, plain.controls)):
        factors = spread.weight / kept.weight
        assert 0.75 <= factors.min() < 0.76 < 1.24 < factors.max() <= 1.25
    assert set(np.unique(p.keys.weight)) == {0.0, 1.0}
    assert abs(p.keys.weight.mean() - 0.9) < 0.02
    for values in (p.baseline, p.impact):
        assert values.min() >= 1 and values.max() <= 5
    moved = p.baseline != plain.baseline
    assert abs(moved.mean() - 0.2 * 2 / 3) < 0.02  # of the fifth that moves, a third stays
    assert set(np.unique(p.impact - plain.impact)) == {-1.0, 0.0, 1.0}
    assert p.control_reach.min() >= 0.7 and p.control_reach.max() <= 0.9
    assert -2 <= drawn.cuts.min() < -1.9 and 1.9 < drawn.cuts.max() <= 2
    assert all(levels.min() >= 0 and levels.max() <= 1 for levels in drawn.levels)
    for each in (p.capped, p.geometric):
        assert 0.4 < each.mean() < 0.6


def test_signals_raise_nothing_by_their_strength_so_it_is_not_drawn():
    drawn = drawing.draw(Instrument(with_draws(generated(), FEW))).parameters
    assert drawn.signals.weight.shape[-1] == 1


def test_a_risk_model_that_says_nothing_of_robustness_gives_none():
    asked = three_controls()
    older = asked.model_copy(update={"risk_model": RISK_MODEL.model_copy(update={"robustness": None})})
    result = result_of(older, {}, {})
    assert result.robustness is None
    assert "robustness" not in result.model_dump(mode="json")
    with pytest.raises(ValueError, match="says nothing about robustness"):
        drawing.draw(Instrument(older))


def test_the_oracle_draws_what_the_engine_draws():
    asked = with_draws(three_controls(), 3)
    drawn, plain = drawing.draw(Instrument(asked)), draws(asked, 3, 1)
    assert [d["reach"] for d in plain] == pytest.approx(drawn.parameters.control_reach.tolist(), abs=1e-12)
