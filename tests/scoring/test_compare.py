"""What moved between two assessments: the parts add up, and each is its mean over all orders."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import compare as comparing
from scoring.answers import Answer, Answers, read_answers
from scoring.compare import Comparison, Part, compare
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Questionnaire
from tests.benchmarks.generated import answered, generated
from tests.builders import answer_sets, control, exposure, profiles, questionnaire, questionnaires, scenario

CLOSE = 1e-9


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Questionnaire, Answers, Answers]:
    """A questionnaire and two assessments by it."""
    asked = draw(questionnaires())
    pair = [read_answers(asked, draw(profiles(asked)), draw(answer_sets(asked))) for _ in range(2)]
    return asked, pair[0], pair[1]


def sums(found: Comparison) -> Part:
    """Before, with everything that is said to have moved it."""
    parts = [found.before, found.profile, *(moved.part for moved in found.moved)]
    chains = np.nansum([part.chains for part in parts], axis=0)
    return Part(sum(part.overall for part in parts), tuple(chains.tolist()))


@given(rounds())
def test_the_parts_add_up_to_the_difference(case):
    asked, before, after = case
    found = compare(Instrument(asked), before, after)
    total = sums(found)
    assert abs(total.overall - found.after.overall) < CLOSE
    for part, whole in zip(total.chains, found.after.chains, strict=True):
        assert np.isnan(whole) or abs(part - whole) < CLOSE


@given(rounds())
def test_before_and_after_are_the_scores_of_the_two_assessments(case):
    asked, before, after = case
    instrument = Instrument(asked)
    found = compare(instrument, before, after)
    for part, answers in ((found.before, before), (found.after, after)):
        assert abs(part.overall - assess(instrument, answers, []).overall.score) < CLOSE


@settings(max_examples=60, deadline=None)
@given(rounds())
def test_each_part_is_the_mean_over_all_orders(case):
    asked, before, after = case
    after = read_answers(asked, before.profile, after.given)
    instrument = Instrument(asked)
    found = compare(instrument, before, after)
    names = [moved.question for moved in found.moved]
    if not 0 < len(names) <= 4:
        return
    shares = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        mixed, score = dict(before.given), found.before.overall
        for name in order:
            mixed.pop(name, None)
            if name in after.given:
                mixed[name] = after.given[name]
            now = assess(instrument, read_answers(asked, before.profile, mixed), []).overall.score
            shares[name] += (now - score) / len(orders)
            score = now
    for moved in found.moved:
        assert abs(moved.part.overall - shares[moved.question]) < 1e-8


@given(questionnaires().flatmap(lambda asked: answer_sets(asked).map(lambda given_answers: (asked, given_answers))))
def test_the_same_answers_move_nothing(case):
    asked, given_answers = case
    answers = read_answers(asked, {}, given_answers)
    found = compare(Instrument(asked), answers, answers)
    assert found.moved == ()
    assert found.before == found.after
    assert found.profile.overall == 0


def test_opening_and_closing_is_a_part_of_its_own() -> None:
    asked = questionnaire(
        scenarios=[scenario("lane"), scenario("bed", stage="shelter", impact=3, only_if={"has_beds": True})],
        questions=[
            exposure("alone", lane=1),
            control("pairs", lane="3 key"),
            control("list", bed="3 key", only_if={"has_beds": True}),
        ],
    )
    given_answers = {"pairs": Answer("absent"), "list": Answer("on_paper")}
    instrument = Instrument(asked)
    with_beds, without = (read_answers(asked, {"has_beds": has}, given_answers) for has in (True, False))
    for before, after in ((with_beds, without), (without, with_beds)):
        found = compare(instrument, before, after)
        assert found.moved == ()
        assert found.profile.overall == pytest.approx(found.after.overall - found.before.overall)
        assert found.profile.overall != 0


def test_more_changed_answers_than_can_be_gone_through_are_taken_together_and_still_add_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "MOST", 2)
    asked = generated()
    instrument = Instrument(asked)
    before, after = (read_answers(asked, {}, answered(asked, seed)) for seed in (1, 2))
    found = compare(instrument, before, after)
    assert abs(sums(found).overall - found.after.overall) < CLOSE
    assert [abs(moved.part.overall) for moved in found.moved] == sorted(
        (abs(moved.part.overall) for moved in found.moved), reverse=True
    )
