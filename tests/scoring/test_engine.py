"""The compiled formulas: shapes, ends, parameters, bands, trace."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.answers import Answer, Answers, read_answers
from scoring.ends import SHOWN, STRESSED
from scoring.engine import Instrument, Workings
from scoring.questionnaire import Questionnaire
from scoring.slots import Array, Slots
from scoring.trace import TraceLine, trace
from tests.builders import RISK_MODEL, answers_of, control, exposure, questionnaire, scenario, signal

ASKED = questionnaire(
    [
        scenario("bought_stamp", baseline=4, impact=5),
        scenario("cell_visit", stage="trial", baseline=3, impact=3, weight=2, only_if={"holds_people": True}),
        scenario("lost_paper", stage="recruitment", baseline=3, impact=4, weight=3),
    ],
    [
        exposure("handed_alone", bought_stamp=2),
        control("stamps_counted", bought_stamp="3 key", lost_paper=1),
        control("ink_traced", not_applicable=True, bought_stamp=3, lost_paper=1),
        control("visits_logged", cell_visit="3 key"),
        signal("passages_traced", bought_stamp=1),
        signal("complaints", bought_stamp=2),
    ],
)
INSTRUMENT = Instrument(ASKED)


def answered(profile: dict[str, bool] | None = None, **options: str) -> Answers:
    return read_answers(ASKED, profile or {}, answers_of(options))


def worked_out(answers: Answers, instrument: Instrument = INSTRUMENT) -> Workings:
    """Worst and best end."""
    ends = instrument.ends(answers)
    return instrument.work_out(np.column_stack([ends.worst, ends.best]), ends.applies[:, None], ends.open[:, None])


def test_unknown_answers_stand_at_the_questions_own_worst_and_best_level():
    ends = INSTRUMENT.ends(answered(handed_alone="option_1", stamps_counted="unknown"))
    assert ends.worst.tolist() == [0.5, 0, 0, 0, 1, 1]
    assert ends.best.tolist() == [0.5, 1, 1, 1, 0, 0]
    assert ends.unknown.tolist() == [False, True, True, True, True, True]


def test_a_questions_own_levels_need_not_reach_zero_or_one():
    asked = questionnaire(
        [scenario("bought_stamp")], [exposure("post", options={"a": 0.25, "b": 0.75}, bought_stamp=1)]
    )
    ends = Instrument(asked).ends(read_answers(asked, {}, {}))
    assert (ends.worst.tolist(), ends.best.tolist()) == ([0.75], [0.25])


def test_hidden_and_not_applicable_questions_do_not_apply_and_only_the_latter_come_back_under_stress():
    given = {"ink_traced": Answer("not_applicable", "No ink."), "visits_logged": Answer("operating")}
    ends = INSTRUMENT.ends(read_answers(ASKED, {"holds_people": False}, given))
    assert ends.applies.tolist() == [True, True, False, False, True, True]
    assert ends.open.tolist() == [True, False, True]
    assert ends.applying[:, STRESSED].tolist() == [True, True, True, False, True, True]
    assert ends.levels[2, STRESSED] == 0
    assert ends.count("not_applicable") == 1


def test_a_batch_of_no_rows_has_no_scores():
    ends = INSTRUMENT.ends(answered())
    scores = INSTRUMENT.score(np.zeros((6, 0)), ends.applies[:, None], ends.open[:, None])
    assert scores.residual.shape == (3, 0)
    assert scores.overall.shape == (0,)


def test_rows_that_do_not_fit_together_are_refused():
    ends = INSTRUMENT.ends(answered())
    with pytest.raises(ValueError, match=r"different numbers of rows: \[2, 3\]"):
        INSTRUMENT.score(np.zeros((6, 2)), np.ones((6, 3), dtype=bool), ends.open[:, None])


def test_chains_and_stages_without_an_open_scenario_are_absent_and_leave_the_mean():
    answers = answered({"holds_people": False}, stamps_counted="operating")
    scores, ends = worked_out(answers), INSTRUMENT.ends(answers)
    assert INSTRUMENT.chains == ("trafficking", "criminal_justice")
    assert INSTRUMENT.stages == ("recruitment", "border_crossing", "trial")
    assert np.isnan(scores.chains[1]).all()
    assert np.isnan(scores.stages[2]).all()
    assert scores.overall.tolist() == scores.chains[0].tolist()
    bands = INSTRUMENT.bands(scores, ends.open[:, None])
    assert bands.chains[1].tolist() == [-1, -1]
    assert bands.scenarios[1].tolist() == [-1, -1]
    assert bands.overall.tolist() == bands.chains[0].tolist()
    assert np.isnan(INSTRUMENT.unknown_share(ends)[1])


def test_where_every_scenario_is_closed_there_is_no_score_and_no_band():
    ends = INSTRUMENT.ends(answered())
    closed = np.zeros((3, 1), dtype=bool)
    scores = INSTRUMENT.score(ends.worst[:, None], ends.applies[:, None], closed)
    assert np.isnan(scores.overall).all()
    assert INSTRUMENT.bands(scores, closed).overall.tolist() == [-1]


@pytest.mark.parametrize(
    ("score", "band"), [(0, 0), (19.99999, 0), (20 - 1e-10, 1), (20, 1), (40, 2), (59.9, 2), (60, 3)]
)
def test_bands_begin_at_their_cut_as_compared_to_nine_decimals(score: float, band: int):
    assert RISK_MODEL.band(score) == band
    assert INSTRUMENT._cut(np.array([score])).tolist() == [band]


def known_row(**levels: float) -> Array:
    row = np.zeros((6, 1))
    for name, level in levels.items():
        row[INSTRUMENT.question_index[name]] = level
    return row


ALL = np.ones((6, 1), dtype=bool)
OPEN = np.ones((3, 1), dtype=bool)


def test_parameters_that_differ_from_row_to_row_change_only_their_row():
    # bought_stamp at an exposure of 1/2, no signal: IR = 4·4·5 = 80; mean (3·0 + 3·1)/6 = 1/2, cap (1 + 0)/3 = 1/3.
    row = known_row(handed_alone=0.5, ink_traced=1)
    own = INSTRUMENT.parameters
    parameters = replace(
        own,
        control_reach=np.array([0.8, 0.9, 0.8]),
        capped=np.array([True, True, False]),
        geometric=np.array([False] * 3),
    )
    found = INSTRUMENT.score(row, ALL, OPEN, parameters).residual[0]
    assert found == pytest.approx([80 * (1 - 0.8 / 3), 80 * (1 - 0.9 / 3), 80 * (1 - 0.8 / 2)])


def test_a_chain_can_be_a_geometric_mean():
    # bought_stamp: CE 1/3 (cap), RR 176/3, weight 1; lost_paper: IR 4·3·4 = 48, CE 1/2, RR 28.8, weight 3.
    row = known_row(handed_alone=0.5, ink_traced=1)
    parameters = replace(INSTRUMENT.parameters, geometric=np.array([False, True]))
    trafficking = INSTRUMENT.score(row, ALL, OPEN, parameters).chains[0]
    assert trafficking == pytest.approx([(176 / 3 + 3 * 28.8) / 4, (176 / 3 * 28.8**3) ** 0.25])


def test_a_link_strength_of_one_row_counts_in_that_row():
    # CE without the cap: (3·0 + u·1)/(3 + u) for u = 3 and 1.
    controls = INSTRUMENT.parameters.controls
    place = INSTRUMENT.question_index["ink_traced"]
    stronger = np.repeat(controls.weight, 2, axis=1)
    stronger[controls.member == place, 1] = 1
    parameters = replace(INSTRUMENT.parameters, controls=replace(controls, weight=stronger), capped=np.array([False]))
    found = INSTRUMENT.work_out(known_row(ink_traced=1), ALL, OPEN, parameters).effectiveness[0]
    assert found == pytest.approx([1 / 2, 1 / 4])


def test_slots_keep_each_targets_members_in_their_order():
    slots = Slots.of([[(4, 1.0)], [], [(0, 2.0), (3, 1.0), (1, 3.0)], [(2, 1.0), (0, 1.0)]])
    assert [slots.members(target) for target in range(4)] == [
        [(4, 1.0)],
        [],
        [(0, 2.0), (3, 1.0), (1, 3.0)],
        [(2, 1.0), (0, 1.0)],
    ]
    values = np.array([[1.0], [10.0], [100.0], [1000.0], [10000.0]])
    assert slots.sum(values)[:, 0].tolist() == [10000, 0, 1032, 101]
    assert slots.largest(values)[:, 0].tolist() == [10000, 0, 1000, 100]


def traced(answers: Answers, asked: Questionnaire = ASKED) -> list[TraceLine]:
    instrument = Instrument(asked)
    ends = instrument.ends(answers)
    scores = instrument.work_out(ends.worst[:, None], ends.applies[:, None], ends.open[:, None])
    return trace(instrument, scores, 0, ends.worst, ends.applies, 0)


def test_a_signal_in_the_trace_is_the_largest_and_on_a_tie_the_first_by_id():
    known = {"handed_alone": "option_1", "stamps_counted": "absent", "ink_traced": "absent"}
    for first, second, name in (("option_1", "option_2", "complaints"), ("option_2", "option_1", "passages_traced")):
        lines = traced(answered(**known, passages_traced=first, complaints=second))
        assert [line.question for line in lines if line.line == "signal"] == [name]
    lines = traced(answered(**known, passages_traced="option_1", complaints="option_1"))
    assert [line.question for line in lines if line.line == "signal"] == ["complaints"]


def test_clamp_signal_and_cap_are_left_out_of_the_trace_where_they_are_nothing():
    known = {"handed_alone": "option_1", "stamps_counted": "operating", "ink_traced": "absent"}
    lines = traced(answered(**known, passages_traced="option_0", complaints="option_0"))
    assert [line.line for line in lines] == ["baseline", "exposure", "control", "control"]


def test_a_likelihood_is_held_within_one_and_five_and_the_trace_says_by_how_much():
    # A wider swing than the shipped one: 4 + 4·(1 − 1/2) = 6, held at 5: 4·5·(5 − 6) = −20 points.
    swing = RISK_MODEL.exposure_swing.model_copy(update={"value": 4.0})
    asked = questionnaire(
        [scenario("bought_stamp")],
        [exposure("handed_alone", bought_stamp=1)],
        risk_model=RISK_MODEL.model_copy(update={"exposure_swing": swing}),
    )
    lines = traced(read_answers(asked, {}, {"handed_alone": Answer("option_2")}), asked)
    assert [(line.line, line.points) for line in lines] == [("baseline", 80), ("exposure", 40), ("clamp", -20)]


def test_what_is_only_said_counts_one_step_lower_as_far_as_shown():
    note = "Log of May, registry"
    given = {
        "stamps_counted": Answer("evidenced", note),
        "ink_traced": Answer("operating"),
        "visits_logged": Answer("operating", note),
        "passages_traced": Answer("option_0"),
        "complaints": Answer("option_0", note),
    }
    answers = read_answers(ASKED, {}, given)
    ends = INSTRUMENT.ends(answers)
    assert [INSTRUMENT.questions[index].id for index in ends.unshown] == [
        "stamps_counted",
        "ink_traced",
        "passages_traced",
    ]
    assert ends.levels[:, SHOWN].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 2 / 3, 1, 0])


def test_a_scenario_without_applicable_links_adds_nothing_to_the_unknown_share_but_keeps_its_weight():
    asked = questionnaire(
        [scenario("bought_stamp", weight=1), scenario("lost_paper", weight=3)],
        [control("stamps_counted", bought_stamp=2), control("paper_kept", not_applicable=True, lost_paper=1)],
    )
    instrument = Instrument(asked)
    answers = read_answers(asked, {}, {"paper_kept": Answer("not_applicable", "None.")})
    assert instrument.unknown_share(instrument.ends(answers)).tolist() == [1 / 4]
