"""Figures and bands are printed so that nobody is misled, and the same words stand in every drawing."""

import re
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given

from app.reports import report_context
from app.reports.figures import figure, points, signed
from app.reports.reading import Reading, translator
from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire
from scoring.report import About, Report, make_report
from tests.builders import RISK_MODEL, cases, control, questionnaire, scenario
from tests.reports.samples import sample_report


def reading(report: Report) -> Reading:
    return Reading(report, translator("en"))


def one_control(*answers: tuple[str, str], impact: int = 5, not_applicable: bool = False) -> Report:
    """A report of one scenario with as many controls as there are answers, each of strength 1."""
    controls = [control(f"control_{i}", not_applicable=not_applicable, only=1) for i, _ in enumerate(answers)]
    made = questionnaire([scenario("only", impact=impact)], controls)
    given = {f"control_{i}": Answer(option, note) for i, (option, note) in enumerate(answers)}
    return make_report(Instrument(made), {}, given, About(), state="submitted")


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (55.1234, "55.1"),
        (0.0, "0.0"),
        (100.0, "100.0"),
        (40.0, "40.00"),
        (39.96, "39.96"),
        (40.05, "40.05"),
        (40.06, "40.1"),
        (39.996, "39.996"),
        (59.99999, "59.99999"),
        (39.9999999999, "40.00"),
    ],
)
def test_a_figure_never_seems_to_stand_on_the_other_side_of_a_cut(value: float, printed: str) -> None:
    assert figure(value, RISK_MODEL) == printed
    assert RISK_MODEL.band(float(printed)) == RISK_MODEL.band(value)


@pytest.mark.parametrize(
    ("value", "printed"), [(0.0, "0.0"), (4.26, "4.3"), (0.04, "0.04"), (0.004, "0.004"), (-1.25, "−1.2")]
)
def test_points_that_are_not_nothing_are_not_printed_as_nothing(value: float, printed: str) -> None:
    assert points(value) == printed


def test_terms_of_a_sum_carry_their_sign() -> None:
    assert [signed(value) for value in (80.0, -10.666, 0.0, -0.0)] == ["+80.00", "−10.67", "0.00", "0.00"]


def test_a_certain_band_stands_alone() -> None:
    report = one_control(("on_paper", ""))
    assert report.result.overall.certain
    assert reading(report).band_words(report.result.overall) == report.result.overall.band


def test_a_band_that_is_not_certain_is_printed_with_both_ends() -> None:
    report = one_control(("unknown", ""), *[("operating", "Register")] * 3)
    assert not report.result.overall.certain
    r = reading(report)
    assert not r.too_little_known(report.result.chains[0])
    assert r.band_words(report.result.overall) == "moderate to high"
    assert r.band_words(report.result.chains[0]) == "moderate to high"


def test_too_little_known_says_up_to_which_band_it_may_reach() -> None:
    report = one_control(("unknown", ""), ("operating", "Register"))
    assert reading(report).band_words(report.result.overall) == "up to high: too little known"


def test_another_band_in_the_stress_test_is_said() -> None:
    report = one_control(*[("operating", "Register")] * 2, ("not_applicable", "No such post"), not_applicable=True)
    overall = report.result.overall
    assert (overall.band, overall.band_stressed, overall.certain) == ("moderate", "high", False)
    assert reading(report).band_words(overall) == "moderate (stress test: high)"


def test_the_same_question_has_the_same_number_in_every_report_of_a_version() -> None:
    codes = reading(sample_report()).question_code
    assert list(codes.values()) == [f"Q{i}" for i in range(1, 13)]
    assert codes == reading(sample_report(answers={"post_rotation": Answer("unknown")})).question_code


@pytest.mark.parametrize("written", ["", "soon", "2026-13-01", "21.11.2026"])
def test_a_date_that_is_not_written_as_one_is_no_date(written: str) -> None:
    assert reading(sample_report(about={"date": written})).day() is None


class Marking:
    """A catalogue that marks each message it was asked for."""

    def gettext(self, message: str, /) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        return f"⟦{singular if number == 1 else plural}⟧"


def texts(value: object, but: tuple[str, ...] = ()) -> list[str]:
    """Every text inside a value, without those of the fields named."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        value = {part.name: getattr(value, part.name) for part in fields(value)}
    if isinstance(value, dict):
        return [text for name, part in value.items() if name not in but for text in texts(part, but)]
    return [text for part in value for text in texts(part, but)] if isinstance(value, tuple | list | set) else []


def test_every_word_of_the_reports_own_goes_through_gettext() -> None:
    report = sample_report(state="draft")
    document = report_context(report, Marking())
    own = ("svg", "swatch", "anchor", "href", "align", "tone", "kind", "language")
    data = sorted({*texts(report.model_dump(mode="json"))}, key=len, reverse=True)
    for text in texts(document, own):
        left = text
        while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", left)) != left:
            left = less
        left = re.sub(
            r"\b([QSA]\d+|E|X|L|IR|CE|K|RR|C|sha256:[0-9a-f]{64}|plumbline verify report\.(pdf|json))\b", "", left
        )
        for given_text in data:
            left = left.replace(given_text, "")
        assert not re.search(r"[^\W\d_]", left), text


@given(cases())
def test_every_report_can_be_read(case: tuple[Questionnaire, dict[str, bool], dict[str, Answer]]) -> None:
    asked, profile, answers = case
    report = make_report(Instrument(asked), profile, answers, About(), state="draft")
    document = report_context(report, translator("en"))
    anchors = [text for block in document.blocks if (text := getattr(block, "anchor", ""))]
    assert len(anchors) == len(set(anchors))
    assert all("%(" not in text for text in texts(document))
