"""The laws of the scoring model, as properties of random questionnaires and answers."""

from hypothesis import given

from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.result import assess
from tests.builders import cases
from tests.oracle import expected
from tests.scoring.agreement import disagreements


@given(cases())
def test_every_figure_and_word_agrees_with_the_exact_oracle(case):
    questionnaire, profile, answers = case
    result = assess(Instrument(questionnaire), read_answers(questionnaire, profile, answers))
    assert disagreements(result.model_dump(mode="json"), expected(questionnaire, profile, answers)) == []
