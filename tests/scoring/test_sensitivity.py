"""How a questionnaire behaves: what weighs, what is dead, which choices matter; small cases whose answer is plain."""

import pytest

from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire
from scoring.sensitivity import CHOICES, Behaviour, behaviour
from tests.builders import answers_of, control, exposure, questionnaire, recommendation, scenario


def asked(*, key: bool = False) -> Questionnaire:
    """Two safeguards of unlike strength, an exposure, and one action, which lifts the strong safeguard."""
    return questionnaire(
        [scenario("sale", baseline=3)],
        [control("strong", sale=3), control("weak", sale="1 key" if key else 1), exposure("cash", sale=2)],
        [recommendation("separate", lifts={"strong": "evidenced"})],
    )


def behaves(of: Questionnaire) -> Behaviour:
    answers = answers_of({"strong": "operating", "weak": "absent", "cash": "option_1"})
    return behaviour(Instrument(of), read_answers(of, {}, answers))


def test_shares_of_a_chain_add_up_and_follow_the_strengths() -> None:
    weighings = {w.question: w for w in behaves(asked()).weighings}
    assert sum(w.shares[0] for w in weighings.values()) == pytest.approx(1)
    assert weighings["strong"].overall > weighings["weak"].overall > 0
    assert weighings["strong"].left_out > weighings["weak"].left_out > 0
    assert weighings["strong"].correlation < weighings["weak"].correlation < 1


def test_a_question_that_moves_no_recommendation_is_dead() -> None:
    is_dead = {w.question: w.is_dead for w in behaves(asked()).weighings}
    assert is_dead["weak"]
    assert not is_dead["strong"]


def test_each_row_of_bands_adds_up() -> None:
    bands = behaves(asked()).bands
    assert "overall" in bands
    assert all(sum(shares) == pytest.approx(1) for shares in bands.values())


def test_a_choice_that_is_not_in_the_questionnaire_explains_nothing() -> None:
    without, with_key = ({i.choice: i for i in behaves(asked(key=key)).influences} for key in (False, True))
    assert set(without) == set(CHOICES)
    assert without["key marks"].score_total.value == without["cap for missing keys"].score_total.value == 0
    assert with_key["key marks"].score_total.low > 0
    assert with_key["cap for missing keys"].score_total.low > 0


def test_total_indices_are_at_least_what_a_choice_explains_alone() -> None:
    of = behaves(asked())
    assert all(i.score_total.high >= i.score_first.low for i in of.influences)
    assert 0.8 < sum(i.score_total.value for i in of.influences) < 1.5


def test_each_index_lies_in_its_interval() -> None:
    for influence in behaves(asked(key=True)).influences:
        for index in (influence.score_first, influence.score_total, influence.ranks_first, influence.ranks_total):
            assert index.low <= index.value <= index.high
            assert index.high - index.low < 0.2


def test_the_same_questionnaire_behaves_the_same_twice() -> None:
    assert behaves(asked()) == behaves(asked())
