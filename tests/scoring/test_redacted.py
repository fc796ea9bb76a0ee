"""What may be shown outside: coarse enough that no single answer, scenario or action can be worked out from it."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.errors import InvalidReport
from scoring.redacted import FEW, Redacted, ShownCounts, redacted
from scoring.report import About, ManagementAnswer, Report, make_report
from scoring.review import Verified
from tests import builders
from tests.builders import RISK_MODEL, control, exposure, questionnaire, recommendation, scenario
from tests.reports.samples import sample_report


def report_of(
    stages: Mapping[str, int], levels: Mapping[str, str] | None = None, about: About | None = None, **more: int
) -> Report:
    """A report with so many scenarios in each stage, one control for each, and a recommendation for each control.

    `duties` of the recommendations are duties, `large` of them are of large effort. Levels are those of the controls.
    """
    scenarios = [scenario(f"{stage}_{i}", stage=stage) for stage, count in stages.items() for i in range(count)]
    controls = [control(f"control_of_{s.id}", **{s.id: 3}) for s in scenarios]
    advice = [
        recommendation(
            f"advice_on_{s.id}",
            lifts={f"control_of_{s.id}": "operating"},
            effort="L" if place < more.get("large", 0) else "S",
            duty="law" if place >= len(scenarios) - more.get("duties", 0) else None,
        )
        for place, s in enumerate(scenarios)
    ]
    made = questionnaire(scenarios, controls, advice)
    answers = {q.id: Answer((levels or {}).get(q.id.removeprefix("control_of_"), "absent")) for q in made.questions}
    return make_report(Instrument(made), {}, answers, about or About(date="2026-11-21"), "submitted")


def test_a_draft_is_not_shown() -> None:
    with pytest.raises(InvalidReport, match="A draft is not shown outside"):
        redacted(sample_report(state="draft"))


def test_only_what_is_listed_is_in_it() -> None:
    found = redacted(sample_report(), scope="post")
    assert (found.organisation, found.agency, found.scope) == ("Sample Border Service", "Worked example", "post")
    assert (found.date, found.state, found.questionnaire.id) == ("2026-11-21", "submitted", "worked_example")
    # of twelve questions one is not asked; two are not known, one is not said, one is not applicable
    assert (found.asked, found.answered, found.not_known) == (11, 8, 3)
    assert redacted(sample_report(), named=False).organisation == ""
    assert redacted(sample_report()).scope is None


@pytest.mark.parametrize("written", ["", "in May", "2026-5-1", "2026-११-21", "night shift, 2026-11-21", "2026-11-21-x"])
def test_what_is_no_date_is_left_out(written: str) -> None:
    assert redacted(sample_report(about={"date": written})).date == ""


def test_a_chain_is_shown_from_three_scenarios_on() -> None:
    found = redacted(report_of({"recruitment": 1, "border_crossing": 2, "trial": 3, "shelter": 4}))
    assert [chain.standing is not None for chain in found.chains] == [True, True, True]
    assert found.overall is not None


def test_where_one_chain_is_too_small_the_overall_score_goes_with_it() -> None:
    found = redacted(report_of({"border_crossing": 2, "trial": 3, "shelter": 4}))
    assert [chain.standing is not None for chain in found.chains] == [False, True, True]
    assert found.overall is None
    assert found.chains[0].stages == ()


def test_two_small_chains_that_hold_three_together_do_not_take_the_overall_score_along() -> None:
    found = redacted(report_of({"border_crossing": 2, "trial": 1, "shelter": 4}))
    assert [chain.standing is not None for chain in found.chains] == [False, False, True]
    assert found.overall is not None


def test_two_chains_with_one_scenario_each_do() -> None:
    assert redacted(report_of({"border_crossing": 1, "trial": 1, "shelter": 4})).overall is None


def test_a_stage_is_shown_by_its_band_where_neither_it_nor_the_rest_is_small() -> None:
    def stages(held: Mapping[str, int]) -> list[str]:
        (chain,) = redacted(report_of(held)).chains
        return [stage.id for stage in chain.stages]

    assert stages({"recruitment": 3, "border_crossing": 3}) == ["recruitment", "border_crossing"]
    assert stages({"recruitment": 3}) == ["recruitment"]
    assert stages({"recruitment": 3, "border_crossing": 2}) == []
    assert stages({"recruitment": 2, "border_crossing": 2}) == []


def test_the_smallest_stages_are_dropped_first_until_the_rest_is_not_small() -> None:
    """Of three stages with 5, 4 and 1 scenarios the second goes, so that the rest holds five."""
    made = builders.STAGES["trafficking"]
    builders.STAGES["trafficking"], builders.CHAIN_OF["transport"] = (*made, "transport"), "trafficking"
    try:
        (chain,) = redacted(report_of({"recruitment": 4, "border_crossing": 5, "transport": 1})).chains
    finally:
        builders.STAGES["trafficking"] = made
        del builders.CHAIN_OF["transport"]
    assert [stage.id for stage in chain.stages] == ["border_crossing"]


@pytest.mark.parametrize(
    ("operating", "quarter"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3), (8, 3)]
)
def test_of_safeguards_only_the_quarter_is_said(operating: int, quarter: int) -> None:
    levels = {f"border_crossing_{i}": "operating" for i in range(operating)}
    assert redacted(report_of({"border_crossing": 8}, levels)).quarter == quarter


def test_where_no_safeguard_applies_no_quarter_is_said() -> None:
    made = questionnaire([scenario("a")], [exposure("alone", a=3)])
    report = make_report(Instrument(made), {}, {"alone": Answer("option_1")}, About(), "submitted")
    assert redacted(report).quarter is None


@pytest.mark.parametrize(
    ("in_place", "counts"),
    [
        # ten actions; those whose safeguard is in place are not called for
        (range(4, 8), ShownCounts(all=10, called_for=6, small=None, larger=None, duties=None, accepted=None)),
        (range(0), ShownCounts(all=10, called_for=None, small=None, larger=None, duties=None, accepted=None)),
        (range(2), ShownCounts(all=10, called_for=None, small=None, larger=None, duties=None, accepted=None)),
        (range(8), ShownCounts(all=10, called_for=None, small=None, larger=None, duties=None, accepted=None)),
        (range(3), ShownCounts(all=10, called_for=7, small=None, larger=None, duties=None, accepted=None)),
    ],
)
def test_a_count_is_told_only_away_from_none_and_from_all(in_place: range, counts: ShownCounts) -> None:
    levels = {f"border_crossing_{i}": "operating" for i in in_place}
    assert redacted(report_of({"border_crossing": 10}, levels, large=4)).actions == counts


def test_efforts_and_duties_are_told_where_each_count_can_be() -> None:
    levels = {f"border_crossing_{i}": "operating" for i in (0, 1, 2, 7, 8, 9)}
    found = redacted(report_of({"border_crossing": 14}, levels, large=7, duties=7)).actions
    assert found == ShownCounts(all=14, called_for=8, small=4, larger=4, duties=4, accepted=None)


def test_a_report_without_recommendations_or_trials_is_redacted_too() -> None:
    report = report_of({"border_crossing": 4})
    bare = report.model_copy(
        update={"result": report.result.model_copy(update={"recommendations": None, "robustness": None})}
    )
    found = redacted(bare)
    assert found.actions == ShownCounts(all=0, called_for=None, small=None, larger=None, duties=None, accepted=None)
    assert found.overall is not None and found.overall.in_band is None
    assert found.chains[0].standing is not None and found.chains[0].standing.in_band is None


def test_scores_near_a_cut_stay_on_their_side_of_it() -> None:
    """At 59.6 a report is high; 60 would be critical, so 59 is shown; 40.4 is high, and 40 as well."""
    report = report_of({"border_crossing": 4})
    overall = report.result.overall
    for score, interval, band, shown in (
        (59.6, (39.6, 59.6), "high", (59, (39, 59))),
        (60.4, (40.4, 60.4), "critical", (60, (40, 60))),
        (59.9999999999, (0.2, 59.9999999999), "critical", (60, (0, 60))),
    ):
        moved = overall.model_copy(update={"score": score, "interval": interval, "band": band})
        result = report.result.model_copy(update={"overall": moved})
        found = redacted(report.model_copy(update={"result": result})).overall
        assert found is not None and (found.score, found.interval) == shown
        assert [RISK_MODEL.bands[RISK_MODEL.band(found.score)].id] == [band]


def test_a_score_just_above_a_cut_that_is_no_whole_number_is_raised_to_its_side() -> None:
    bands = [band.model_copy(update={"at_least": 40.3}) if band.id == "high" else band for band in RISK_MODEL.bands]
    model = RISK_MODEL.model_copy(update={"bands": tuple(bands)})
    report = report_of({"border_crossing": 4})
    asked = report.questionnaire.model_copy(update={"risk_model": model})
    overall = report.result.overall.model_copy(update={"score": 40.4, "interval": (40.2, 40.4)})
    result = report.result.model_copy(update={"overall": overall})
    found = redacted(report.model_copy(update={"questionnaire": asked, "result": result})).overall
    assert found is not None and (found.score, found.interval) == (41, (40, 41))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_small_group_can_be_worked_out(data: st.DataObject) -> None:
    """Whatever is shown and whatever is left out beside it holds no scenario, or at least three."""
    asked, profile, answers = data.draw(builders.cases())
    report = make_report(Instrument(asked), profile, answers, About(), "submitted")
    found = redacted(report)
    held = {
        chain.id: sum(asked.scenario[s.id].chain == chain.id for s in report.result.scenarios) for chain in found.chains
    }
    hidden = sum(held[chain.id] for chain in found.chains if chain.standing is None)
    assert all(held[chain.id] >= FEW for chain in found.chains if chain.standing)
    assert found.overall is None or hidden == 0 or hidden >= FEW
    assert Redacted.model_validate_json(found.model_dump_json()) == found


LEVELS = {"post_rotation": Verified(option="absent", comment="The roster of May says otherwise")}


def test_the_levels_of_a_review_that_is_signed_off_are_scored_beside_and_no_others() -> None:
    for state, is_shown in (("under_review", False), ("final", True)):
        report = sample_report(state=state, levels=LEVELS)
        found = redacted(report)
        standings = [found.overall, *(chain.standing for chain in found.chains)]
        assert {bool(standing.verified) for standing in standings if standing} == {is_shown}
        assert found.state == state
    assert report.review is not None and found.overall is not None and found.overall.verified is not None
    assert abs(found.overall.verified[0] - report.review.result.overall.score) < 1


@pytest.mark.parametrize(("decided", "accepted"), [("aaaccrr--", 5), ("aarrr----", None), ("aaaaaaaa-", None)])
def test_what_the_management_accepted_is_counted_away_from_none_and_from_all(decided: str, accepted: int) -> None:
    words = {"a": "accepted", "c": "changed", "r": "refused", "-": ""}
    answers = {f"action_{place}": ManagementAnswer(decision=words[one]) for place, one in enumerate(decided)}
    report = sample_report().model_copy(update={"management": answers})
    assert redacted(report).actions.accepted == accepted
