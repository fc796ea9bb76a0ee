"""A report says how sure it is: what the unknowns leave open, and what other weights would change."""

import pytest

from app.reports import report_context
from app.reports.blocks import Document, Heading, Table, Text
from app.reports.reading import translator
from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.report import Report, make_report
from scoring.result import RobustScore
from tests.builders import RISK_MODEL
from tests.reports.samples import ABOUT, ANSWERS, PROFILE, sample_questionnaire, sample_report
from tests.reports.test_document import drawn, section, words


@pytest.fixture(scope="module")
def document() -> Document:
    return drawn(sample_report())


def lead(document: Document, anchor: str) -> str:
    """The first sentence of a section."""
    return next(block.text for block in section(document, anchor) if isinstance(block, Text) and block.tone == "lead")


def with_share(share: float) -> Report:
    """The sample with another share of trials in the headline’s band."""
    report = sample_report()
    tried = report.result.robustness
    assert tried is not None
    overall = RobustScore(interval=(1.0, 2.0), in_band=share, interval_at_worst=(1.0, 2.0), in_band_at_worst=share)
    robustness = tried.model_copy(update={"overall": overall})
    return report.model_copy(update={"result": report.result.model_copy(update={"robustness": robustness})})


def all_known() -> Report:
    known = {"unknown": "operating", "prefer_not_to_say": "operating"}
    answers = {
        name: Answer("option_1" if name == "cash_taken" else known.get(answer.option, answer.option), answer.note)
        for name, answer in ANSWERS.items()
    }
    return make_report(Instrument(sample_questionnaire()), PROFILE, answers, ABOUT, state="submitted")


def test_what_is_not_known_is_said_in_words_before_the_figures(document: Document) -> None:
    low, high = (f"{end:.1f}" for end in sample_report().result.overall.interval)
    said = lead(document, "how-sure")
    assert said.startswith("3 of the ")
    assert f"would be {low}; if all turned out badly, {high}" in said


def test_where_nothing_is_unknown_the_report_says_so() -> None:
    document = drawn(all_known())
    assert lead(document, "how-sure") == "Nothing that counts is unknown: each score is one number, and not a range."
    assert "Nothing that counts is unknown." in words(section(document, "unknowns"))


def test_each_chain_is_certain_or_the_reason_why_not_is_given(document: Document) -> None:
    (table,) = [b for b in section(document, "how-sure") if isinstance(b, Table) and b.caption.startswith("Between")]
    result = sample_report().result
    reasons = [row.cells[-1].text for row in table.rows]
    assert len(reasons) == 1 + len(result.chains)
    for scored, reason in zip([result.overall, *result.chains], reasons, strict=True):
        assert reason.startswith("Certain") == scored.certain
        assert reason


def test_an_unknown_comes_with_what_to_ask_and_whom(document: Document) -> None:
    (table,) = [b for b in section(document, "unknowns") if isinstance(b, Table)]
    assert [column.title for column in table.columns][:2] == ["Question", "What to ask, and whom"]
    assert all(row.cells[1].text for row in table.rows)


@pytest.mark.parametrize(
    ("share", "begins"), [(0.97, "Hardly. In 97 of 100"), (0.7, "Probably not. In 70"), (0.31, "It might. Only in 31")]
)
def test_whether_other_weights_change_the_band_is_said_in_words_first(share: float, begins: str) -> None:
    assert lead(drawn(with_share(share)), "other-weights").startswith(begins)


def test_ranges_shares_seed_and_every_action_that_moves_something_are_listed(document: Document) -> None:
    tried = sample_report().result.robustness
    assert tried is not None
    said = words(section(document, "other-weights"))
    assert "with seed 1, 1,000 for each thing" in said
    assert f"{tried.overall.interval[0]:.1f} to {tried.overall.interval[1]:.1f}" in said
    (table,) = [b for b in section(document, "order-robust") if isinstance(b, Table)]
    assert [row.cells[2].text for row in table.rows] == [str(place) for place in range(1, len(table.rows) + 1)]
    assert len(table.rows) == len(tried.recommendations)


def test_a_report_of_an_older_risk_model_says_that_this_was_not_tried_yet() -> None:
    model = RISK_MODEL.model_copy(update={"robustness": None})
    older = sample_questionnaire().model_copy(update={"risk_model": model}).sealed()
    document = report_context(make_report(Instrument(older), PROFILE, ANSWERS, ABOUT, "submitted"), translator("en"))
    assert "made before this was tried" in words(section(document, "other-weights"))
    assert not [b for b in document.blocks if isinstance(b, Heading) and b.anchor == "order-robust"]


def test_answers_that_want_a_second_look_are_listed_with_urgency_reason_and_link() -> None:
    answers = {"post_rotation": Answer("operating", "Ask anna@example.org")}
    found = section(drawn(sample_report(answers=answers)), "second-look")
    (table,) = [block for block in found if isinstance(block, Table)]
    first = table.rows[0].cells
    assert first[0].text == "Take out"
    assert "seems to hold an e-mail address" in first[1].text
    assert first[2].href == "#question-post_rotation"


def test_where_nothing_stands_out_the_report_says_so() -> None:
    calm = {"recurring_officer": Answer("option_0", "Log of May")}
    assert "None stood out" in words(section(drawn(sample_report(answers=calm)), "second-look"))
