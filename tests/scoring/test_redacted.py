"""What may be shown outside: coarse enough that no single answer, scenario or action can be worked out from it."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.errors import InvalidReport
from scoring.redacted import FEW, Redacted, redacted
from scoring.report import About, ManagementAnswer, Report, make_report
from scoring.review import Verified
from tests import builders
from tests.builders import control, questionnaire, scenario
from tests.reports.samples import sample_report


def report_of(stages: Mapping[str, int]) -> Report:
    """A report with so many scenarios in each stage and one control for each, which is absent."""
    scenarios = [scenario(f"{stage}_{i}", stage=stage) for stage, count in stages.items() for i in range(count)]
    made = questionnaire(scenarios, [control(f"control_of_{s.id}", **{s.id: 3}) for s in scenarios])
    answers = {q.id: Answer("absent") for q in made.questions}
    return make_report(Instrument(made), {}, answers, About(date="2026-11-21"), "submitted")


def test_a_draft_is_not_shown() -> None:
    with pytest.raises(InvalidReport, match="A draft is not shown outside"):
        redacted(sample_report(state="draft"))


def test_only_what_is_listed_is_in_it() -> None:
    found = redacted(sample_report(), scope="post")
    assert (found.organisation, found.agency, found.scope) == ("Sample Border Service", "Worked example", "post")
    assert (found.date, found.state, found.questionnaire.id) == ("2026-11-21", "submitted", "worked_example")
    # of twelve questions one is not asked; two are not known, one is not said, one is not applicable: 8 of 11 are left
    assert (found.asked, found.tenths) == (11, 7)
    assert redacted(sample_report(), named=False).organisation == ""
    assert redacted(sample_report()).scope is None


@pytest.mark.parametrize("written", ["", "in May", "2026-5-1", "2026-११-21", "night shift, 2026-11-21", "2026-11-21-x"])
def test_what_is_no_date_is_left_out(written: str) -> None:
    assert redacted(sample_report(about={"date": written})).date == ""


def test_a_chain_is_shown_from_three_scenarios_on_and_the_overall_band_always() -> None:
    found = redacted(report_of({"recruitment": 1, "border_crossing": 2, "trial": 2, "shelter": 4}))
    assert [chain.standing is not None for chain in found.chains] == [True, False, True]
    assert found.overall.band == "critical"


def test_bands_are_those_of_the_report() -> None:
    report = sample_report()
    found, overall = redacted(report), report.result.overall
    assert (found.overall.band, found.overall.band_best) == (overall.band, overall.band_best)
    assert (found.overall.band_stressed, found.overall.certain) == (overall.band_stressed, overall.certain)
    assert found.overall.shown_band == overall.as_far_as_shown.band
    shown = report_of({"border_crossing": 4})
    (chain,) = redacted(shown).chains
    assert chain.standing is not None
    assert (chain.standing.band, chain.standing.too_little_known) == (shown.result.chains[0].band, False)


@pytest.mark.parametrize(("share", "is_vague"), [(0.3, False), (0.3 + 1e-12, False), (0.31, True)])
def test_of_a_chain_it_is_said_that_too_little_is_known_and_of_the_overall_band_too(
    share: float, is_vague: bool
) -> None:
    report = report_of({"border_crossing": 4})
    chains = [chain.model_copy(update={"unknown_share": share}) for chain in report.result.chains]
    moved = report.model_copy(update={"result": report.result.model_copy(update={"chains": chains})})
    found = redacted(moved)
    assert found.overall.too_little_known is is_vague
    assert found.chains[0].standing is not None and found.chains[0].standing.too_little_known is is_vague


@pytest.mark.parametrize(
    ("answered", "asked", "tenths"), [(0, 9, 0), (8, 10, 8), (89, 100, 8), (44, 45, 9), (45, 45, 9), (0, 0, 0)]
)
def test_of_the_answered_questions_the_full_tenths_are_said_and_never_that_all_are(
    answered: int, asked: int, tenths: int
) -> None:
    report = report_of({"border_crossing": 4})
    counts = {"questions": asked, "answered": answered, "not_applicable": 0}
    known = report.result.completeness.model_copy(update=counts)
    result = report.result.model_copy(update={"completeness": known})
    assert redacted(report.model_copy(update={"result": result})).tenths == tenths


def test_nothing_is_read_of_which_one_answer_more_or_less_makes_another() -> None:
    """Trials, actions and what hangs on each answer could be left out without a difference."""
    report = sample_report(state="final", levels=LEVELS)
    longer = ("recommendations", "measures", "for_others", "unknowns", "robustness", "consistency")
    bare = report.result.model_copy(update=dict.fromkeys(longer))
    assert all(getattr(report.result, name) is not None for name in longer)
    assert redacted(report.model_copy(update={"result": bare})) == redacted(report)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_small_chain_is_shown(data: st.DataObject) -> None:
    """Every chain that is shown holds at least three scenarios, and what is shown is read back as it was."""
    asked, profile, answers = data.draw(builders.cases())
    report = make_report(Instrument(asked), profile, answers, About(), "submitted")
    found = redacted(report)
    held = {
        chain.id: sum(asked.scenario[s.id].chain == chain.id for s in report.result.scenarios) for chain in found.chains
    }
    assert {chain.id for chain in found.chains if chain.standing} == {name for name in held if held[name] >= FEW}
    assert Redacted.model_validate_json(found.model_dump_json()) == found


LEVELS = {"post_rotation": Verified(option="absent", comment="The roster of May says otherwise")}


def test_the_bands_under_a_review_that_is_signed_off_stand_beside_and_no_others() -> None:
    for state, is_shown in (("under_review", False), ("final", True)):
        report = sample_report(state=state, levels=LEVELS)
        found = redacted(report)
        standings = [found.overall, *(chain.standing for chain in found.chains)]
        assert {bool(standing.verified) for standing in standings if standing} == {is_shown}
        assert found.state == state
    assert report.review is not None and found.overall.verified == report.review.result.overall.band


@pytest.mark.parametrize(
    ("decided", "accepted"),
    [("aaaccrr--", 2), ("aarrr----", 1), ("aaaaaaaa-", 3), ("rrr", 0), ("aar", 2), ("aa-", None)],
)
def test_of_what_the_management_decided_the_quarter_that_it_accepted_is_said(
    decided: str, accepted: int | None
) -> None:
    words = {"a": "accepted", "c": "changed", "r": "refused", "-": ""}
    answers = {f"action_{place}": ManagementAnswer(decision=words[one]) for place, one in enumerate(decided)}
    report = sample_report().model_copy(update={"management": answers})
    assert redacted(report).accepted == accepted
