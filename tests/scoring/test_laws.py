"""The laws of the scoring model, as properties of random questionnaires, profiles and answers."""

import random
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import engine
from scoring.answers import Answer, Answers, read_answers
from scoring.ends import Ends
from scoring.engine import Bands, Instrument, Parameters, Scores
from scoring.figures import assess
from scoring.questionnaire import NOT_APPLICABLE, PREFER_NOT_TO_SAY, UNANSWERED, UNKNOWN, Questionnaire
from scoring.recommendations import LANES
from scoring.result import USUAL, Result
from scoring.slots import Array, Mask
from tests.benchmarks.generated import generated
from tests.builders import answer_sets, cases, profiles, questionnaires
from tests.oracle import expected
from tests.scoring.agreement import disagreements

CLOSE = 1e-9
NOTE = "Log of May, registry"
OPEN_ENDED = (UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED)


def result_of(asked: Questionnaire, profile: dict[str, bool], answers: dict[str, Answer]) -> Result:
    """Without robustness, which has tests of its own (test_robustness)."""
    return assess(Instrument(asked), read_answers(asked, profile, answers), USUAL)


def residuals(result: Result, end: int) -> dict[str, float]:
    """Every score of a result: of scenarios, stages, chains and all, at the best (0) or worst (1) end."""
    found = {"overall": result.overall.interval[end]}
    found |= {f"chain {chain.id}": chain.interval[end] for chain in result.chains}
    found |= {f"stage {stage.id}": stage.interval[end] for chain in result.chains for stage in chain.stages}
    return found | {s.id: s.residual[end] for s in result.scenarios}


@settings(max_examples=150)
@given(cases())
def test_every_figure_and_word_agrees_with_the_exact_oracle(case):
    asked, profile, answers = case
    assert disagreements(result_of(*case).model_dump(mode="json"), expected(asked, profile, answers)) == []


@given(cases())
def test_scores_are_within_their_range(case):
    result = result_of(*case)
    for end in (0, 1):
        assert all(0 < score <= 100 for score in residuals(result, end).values())
    for scenario in result.scenarios:
        assert all(1 <= likelihood <= 5 for likelihood in scenario.likelihood)
        assert all(0 <= effectiveness <= 1 for effectiveness in scenario.control_effectiveness)
        assert all(12 <= inherent <= 100 for inherent in scenario.inherent)
        assert 0.2 * scenario.inherent[1] - CLOSE <= scenario.residual[1] <= scenario.inherent[1]
    assert all(0 <= chain.unknown_share <= 1 for chain in result.chains)


@given(cases(), st.data())
def test_a_better_answer_never_raises_a_score_and_a_worse_one_never_lowers_it(case, data):
    asked, profile, answers = case
    name = data.draw(st.sampled_from(sorted(asked.question)))
    question = asked.question[name]
    lower, higher = data.draw(st.lists(st.sampled_from(question.options), min_size=2, max_size=2))
    if lower.level > higher.level:
        lower, higher = higher, lower
    better, worse = (higher, lower) if question.kind == "control" else (lower, higher)
    results = [result_of(asked, profile, answers | {name: Answer(o.id, NOTE)}) for o in (better, worse)]
    for end in (0, 1):
        with_better, with_worse = (residuals(result, end) for result in results)
        assert all(with_better[place] <= with_worse[place] + CLOSE for place in with_better)


@given(cases(), st.data())
def test_every_completion_of_the_unknowns_lies_between_the_ends_and_the_headline_is_the_worst(case, data):
    asked, profile, answers = case
    result = result_of(*case)
    best, worst = residuals(result, 0), residuals(result, 1)
    assert result.overall.score == worst["overall"]
    assert all(chain.score == worst[f"chain {chain.id}"] for chain in result.chains)
    completed = dict(answers)
    for question in asked.questions:
        if question.id not in answers or answers[question.id].option in OPEN_ENDED:
            completed[question.id] = Answer(data.draw(st.sampled_from(list(question.level_of))), NOTE)
    known = result_of(asked, profile, completed)
    assert residuals(known, 0) == pytest.approx(residuals(known, 1), abs=CLOSE)
    for place, score in residuals(known, 1).items():
        assert best[place] - CLOSE <= score <= worst[place] + CLOSE


@given(cases(), st.data())
def test_answers_to_hidden_questions_change_nothing(case, data):
    asked, profile, answers = case
    hidden = read_answers(asked, profile, answers).hidden
    other = data.draw(answer_sets(asked))
    changed = {name: a for name, a in answers.items() if name not in hidden}
    changed |= {name: a for name, a in other.items() if name in hidden}
    before, after = (result_of(asked, profile, given_answers) for given_answers in (answers, changed))
    assert before.model_dump(exclude={"ignored"}) == after.model_dump(exclude={"ignored"})


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_facts_changes_nothing(case, chance):
    asked, profile, answers = case
    shuffled = dict(chance.sample(list(answers.items()), len(answers)))
    turned = dict(reversed(profile.items()))
    assert result_of(asked, turned, shuffled).model_dump_json() == result_of(*case).model_dump_json()


@given(cases())
def test_the_same_input_gives_the_same_output(case):
    asked, profile, answers = case
    again = Questionnaire.model_validate_json(asked.model_dump_json())
    assert result_of(again, profile, answers).model_dump_json() == result_of(*case).model_dump_json()


@given(cases())
def test_every_trace_adds_up(case):
    result = result_of(*case)
    for scenario in result.scenarios:
        assert sum(line.points for line in scenario.because) == pytest.approx(scenario.residual[1], abs=CLOSE)
    for chain in result.chains:
        assert sum(line.points for line in chain.because) == pytest.approx(chain.score, abs=CLOSE)


@given(cases())
def test_greedy_credits_nothing_twice(case):
    asked, profile, answers = case
    checked = read_answers(asked, profile, answers)
    instrument = Instrument(asked)
    ranked = assess(instrument, checked).recommendations
    picked = [item for item in ranked if item.rank is not None]
    assert [item.rank for item in picked] == list(range(1, len(picked) + 1))
    assert ranked[: len(picked)] == picked
    assert all(item.benefit > 0 for item in picked)
    for end in ("worst", "best"):
        before = after = getattr(instrument.ends(checked), end)
        for item in picked:
            after = done(instrument, checked, after, item.id)
        gain = overall(instrument, checked, before) - overall(instrument, checked, after)
        credited = sum(item.benefit if end == "worst" else item.benefit_best_end for item in picked)
        assert credited == pytest.approx(gain, abs=CLOSE)


@given(cases())
def test_nothing_is_left_to_gain_once_all_picks_are_made(case):
    asked, profile, answers = case
    checked = read_answers(asked, profile, answers)
    instrument = Instrument(asked)
    ranked = assess(instrument, checked).recommendations
    levels = instrument.ends(checked).worst
    for item in ranked:
        levels = done(instrument, checked, levels, item.id) if item.rank else levels
    reached = overall(instrument, checked, levels)
    for item in ranked:
        assert overall(instrument, checked, done(instrument, checked, levels, item.id)) == pytest.approx(
            reached, abs=CLOSE
        )


def done(instrument: Instrument, answers: Answers, levels: Array, name: str) -> Array:
    """Levels after a recommendation, by its words alone."""
    after, recommendation = levels.copy(), instrument.questionnaire.recommendation[name]
    for better, moves in ((max, recommendation.lifts), (min, recommendation.lowers)):
        for move in moves:
            place = instrument.question_index[move.question]
            if instrument.ends(answers).applies[place]:
                after[place] = better(after[place], instrument.questions[place].level_of[move.to])
    return after


def overall(instrument: Instrument, answers: Answers, levels: Array) -> float:
    ends = instrument.ends(answers)
    return float(instrument.score(levels[:, None], ends.applies[:, None], ends.open[:, None]).overall[0])


@given(cases())
def test_a_benefit_alone_is_what_the_agency_would_gain_by_answering_so(case):
    asked, profile, answers = case
    result = result_of(*case)
    for item in (*result.recommendations, *result.for_others):
        moved = {move["question"]: Answer(move["to"], NOTE) for move in (*item.lifts, *item.lowers)}
        gain = result.overall.score - result_of(asked, profile, answers | moved).overall.score
        assert (item.benefit_alone or 0.0) == pytest.approx(gain, abs=CLOSE)


@given(cases())
def test_each_recommendation_is_in_the_report_once_and_has_exactly_one_lane(case):
    asked, _, _ = case
    result = result_of(*case)
    everywhere = (*result.recommendations, *result.measures, *result.for_others)
    assert sorted(item.id for item in everywhere) == sorted(r.id for r in asked.recommendations)
    assert all(item.lane in LANES for item in result.recommendations)


@given(cases())
def test_nothing_is_to_be_looked_into_done_or_found_out_without_an_answer_that_called_for_it(case):
    for item in result_of(*case).recommendations:
        if item.lane in ("look_into", "quick_win", "major_project", "find_out"):
            assert item.because


@given(questionnaires(), st.data())
def test_nobody_reaches_low_by_dont_know_or_not_applicable_alone(asked, data):
    profile = data.draw(profiles(asked))
    answers = {}
    for question in asked.questions:
        option = data.draw(st.sampled_from([*OPEN_ENDED] + [NOT_APPLICABLE] * 3 * question.not_applicable))
        answers[question.id] = Answer(option, NOTE)
    result = result_of(asked, profile, answers)
    assert "low" not in {result.overall.band, *(c.band for c in result.chains), *(s.band for s in result.scenarios)}


@given(cases(), st.data())
def test_an_answer_taken_back_lowers_no_headline_and_not_applicable_lowers_no_stress_test(case, data):
    asked, profile, answers = case
    name = data.draw(st.sampled_from(sorted(asked.question)))
    result = result_of(*case)
    if answers.get(name, Answer(UNKNOWN)).option != NOT_APPLICABLE:
        unknown = result_of(asked, profile, answers | {name: Answer(data.draw(st.sampled_from(OPEN_ENDED)))})
        before, after = residuals(result, 1), residuals(unknown, 1)
        assert all(after[place] >= before[place] - CLOSE for place in before)
    if asked.question[name].not_applicable:
        left_out = result_of(asked, profile, answers | {name: Answer(NOT_APPLICABLE, NOTE)})
        assert left_out.overall.stressed >= result.overall.stressed - CLOSE


@given(cases())
def test_what_is_shown_never_scores_lower_than_what_is_said(case):
    result = result_of(*case)
    for part in (result.overall, *result.chains):
        assert part.as_far_as_shown.score >= part.score - CLOSE
        assert part.as_far_as_shown.unshown > 0 or part.as_far_as_shown.score == part.score


@given(cases())
def test_leaving_out_the_longer_parts_changes_no_other_figure(case):
    asked, profile, answers = case
    whole = result_of(*case).model_dump()
    bare = assess(Instrument(asked), read_answers(asked, profile, answers), []).model_dump()
    for part in ("recommendations", "measures", "for_others", "unknowns"):
        del whole[part]
    for part in (*whole["chains"], *whole["scenarios"]):
        del part["because"]
    assert bare == whole


def varied(instrument: Instrument, rows: int, seed: int) -> Parameters:
    """Parameters that differ from row to row in everything."""
    chance = np.random.default_rng(seed)
    own = instrument.parameters

    def spread(array: Array, low: float, high: float) -> Array:
        return array * chance.uniform(low, high, (*array.shape[:-1], rows))

    slots = {
        name: replace(getattr(own, name), weight=spread(getattr(own, name).weight, 0.75, 1.25))
        for name in ("exposures", "controls", "keys", "signals")
    }
    return Parameters(
        **slots,
        baseline=np.clip(own.baseline + chance.integers(-1, 2, (len(own.baseline), rows)), 1, 5),
        impact=np.clip(own.impact + chance.integers(-1, 2, (len(own.impact), rows)), 1, 5),
        weight=spread(own.weight, 0.75, 1.25),
        control_reach=chance.uniform(0.7, 0.9, rows),
        capped=chance.random(rows) < 0.5,
        geometric=chance.random(rows) < 0.5,
    )


def single(parameters: Parameters, row: int) -> Parameters:
    """One row of parameters, cut out field by field."""
    part = slice(row, row + 1)
    cut = {}
    for field in fields(Parameters):
        value = getattr(parameters, field.name)
        if hasattr(value, "weight"):
            cut[field.name] = replace(value, weight=value.weight[:, part])
        else:
            cut[field.name] = value[..., part]
    return Parameters(**cut)


def rows_of(instrument: Instrument, rows: int, seed: int) -> tuple[Array, Mask, Mask]:
    """Random levels, gaps and closed scenarios, a row each; the first scenario stays open."""
    chance = np.random.default_rng(seed)
    levels = chance.random((len(instrument.questions), rows))
    applies = chance.random(levels.shape) < 0.8
    opened = chance.random((len(instrument.scenarios), rows)) < 0.7
    opened[0] = True
    return levels, applies, opened


def same_bits(one: Scores | Bands, other: Scores | Bands) -> bool:
    names = [field.name for field in fields(Bands if isinstance(one, Bands) else Scores)]
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names)


def some_rows(batch: Scores | Bands, part: slice) -> Scores | Bands:
    kind = Bands if isinstance(batch, Bands) else Scores
    return kind(**{field.name: getattr(batch, field.name)[..., part] for field in fields(kind)})


@settings(max_examples=40)
@given(questionnaires(), st.integers(0, 40), st.integers(1, 15), st.booleans())
def test_a_batch_equals_its_rows_one_by_one_to_the_last_bit(asked, rows, chunk, vary):
    instrument = Instrument(asked)
    levels, applies, opened = rows_of(instrument, rows, seed=rows)
    parameters = varied(instrument, rows, seed=rows) if vary else instrument.parameters
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "CHUNK", chunk)
        batch = instrument.score(levels, applies, opened, parameters)
        whole = instrument.bands(batch, opened)
    assert same_bits(batch, instrument.score(levels, applies, opened, parameters))
    for row in range(rows):
        part = slice(row, row + 1)
        own = single(parameters, row) if vary else None
        alone = instrument.score(levels[:, part], applies[:, part], opened[:, part], own)
        assert same_bits(alone, some_rows(batch, part))
        assert same_bits(instrument.bands(alone, opened[:, part]), some_rows(whole, part))


@settings(max_examples=40)
@given(questionnaires(), st.integers(2, 12))
def test_one_row_of_levels_or_of_parameters_counts_for_all_rows(asked, rows):
    instrument = Instrument(asked)
    levels, applies, opened = rows_of(instrument, 1, seed=rows)
    parameters = varied(instrument, rows, seed=rows)
    spread = [np.repeat(array, rows, axis=1) for array in (levels, applies, opened)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "CHUNK", 5)
        assert same_bits(instrument.score(levels, applies, opened, parameters), instrument.score(*spread, parameters))


@given(cases())
def test_levels_at_both_ends_are_the_same_exactly_where_the_answer_is_known(case):
    asked, profile, answers = case
    checked = read_answers(asked, profile, answers)
    instrument = Instrument(asked)
    ends: Ends = instrument.ends(checked)
    for place, question in enumerate(instrument.questions):
        if ends.applies[place]:
            assert bool(ends.worst[place] == ends.best[place]) is not bool(ends.unknown[place])
            assert bool(ends.unknown[place]) is checked.is_open_ended(question.id)


def test_a_batch_across_the_real_chunk_equals_its_rows_to_the_last_bit():
    chance = random.Random(1)
    instrument = Instrument(generated())
    levels, applies, opened = rows_of(instrument, engine.CHUNK * 2 + 7, seed=1)
    batch = instrument.score(levels, applies, opened)
    bands = instrument.bands(batch, opened)
    for row in [0, engine.CHUNK - 1, engine.CHUNK, 2 * engine.CHUNK + 6, *chance.sample(range(engine.CHUNK * 2), 20)]:
        part = slice(row, row + 1)
        alone = instrument.score(levels[:, part], applies[:, part], opened[:, part])
        assert same_bits(alone, some_rows(batch, part))
        assert same_bits(instrument.bands(alone, opened[:, part]), some_rows(bands, part))
