"""The order and the lanes of recommendations, where a rule needs a case of its own."""

import pytest

from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Recommendation
from scoring.result import RecommendationResult
from tests.builders import answers_of, control, exposure, questionnaire, recommendation, scenario, signal

SCENARIOS = [
    scenario("bought_stamp"),
    scenario("lost_paper", stage="trial", baseline=3, impact=3, only_if={"has_court": True}),
]
QUESTIONS = [
    control("stamps_counted", bought_stamp="1 key"),
    control("ink_traced", bought_stamp=1),
    control("vetting", not_applicable=True, bought_stamp=1),
    control("paper_kept", lost_paper="3 key"),
    exposure("handed_alone", bought_stamp=2),
    signal("passages_traced", bought_stamp=1),
    signal("losses", lost_paper=1),
]
KNOWN = {
    "stamps_counted": "absent",
    "ink_traced": "absent",
    "vetting": "absent",
    "paper_kept": "absent",
    "handed_alone": "option_2",
    "passages_traced": "option_0",
    "losses": "option_0",
}


def ranked(
    *recommendations: Recommendation, profile: dict[str, bool] | None = None, **answers: object
) -> list[RecommendationResult]:
    asked = questionnaire(SCENARIOS, QUESTIONS, recommendations)
    given = answers_of({name: option for name, option in (KNOWN | answers).items() if option})
    return assess(Instrument(asked), read_answers(asked, profile or {}, given), ["recommendations"]).recommendations


def lanes(
    *recommendations: Recommendation, profile: dict[str, bool] | None = None, **answers: object
) -> dict[str, str]:
    return {item.id: item.lane for item in ranked(*recommendations, profile=profile, **answers)}


def test_ties_go_to_the_larger_index_then_the_larger_benefit_then_the_smaller_effort_then_the_id():
    # Each alone lifts one link of strength 1; the first two tie in all but their id, the third has a lower index.
    found = ranked(
        recommendation("b_count", lifts={"ink_traced": "on_paper"}, effort="S"),
        recommendation("c_vet", lifts={"vetting": "on_paper"}, effort="M"),
        recommendation("a_count", lifts={"ink_traced": "on_paper"}, effort="S"),
        recommendation("d_vet", lifts={"vetting": "on_paper"}, effort="L"),
    )
    assert [(item.id, item.rank) for item in found] == [
        ("a_count", 1),
        ("c_vet", 2),
        ("b_count", None),
        ("d_vet", None),
    ]


def test_the_same_index_goes_to_the_larger_benefit():
    # Lowering by one step at effort XS, by two at S: twice the points at twice the effort.
    found = ranked(
        recommendation("a_step", lowers={"handed_alone": "option_1"}, effort="XS"),
        recommendation("b_steps", lowers={"handed_alone": "option_0"}, effort="S"),
    )
    assert [(item.id, item.rank, item.lane) for item in found] == [
        ("b_steps", 1, "quick_win"),
        ("a_step", None, "covered"),
    ]


def test_duties_come_first_however_small_their_index():
    found = ranked(
        recommendation("a_win", lowers={"handed_alone": "option_0"}, effort="XS"),
        recommendation("b_law", lifts={"ink_traced": "on_paper"}, effort="XL", duty="law"),
    )
    assert [(item.id, item.lane, item.rank) for item in found] == [("b_law", "duty", 1), ("a_win", "quick_win", 2)]


def test_a_duty_that_another_pick_opens_the_way_for_is_credited_after_it():
    # With the key control absent the cap is 1/3: with tracing at the top the mean is 1/3 and vetting gains nothing yet.
    found = ranked(
        recommendation("count", lifts={"stamps_counted": "evidenced"}, effort="M"),
        recommendation("vet", lifts={"vetting": "evidenced"}, effort="M", duty="law"),
        ink_traced={"option": "evidenced", "note": "Test of May"},
    )
    assert [(item.id, item.lane, item.rank) for item in found] == [("count", "major_project", 1), ("vet", "duty", 2)]
    assert found[1].benefit_alone == pytest.approx(0)
    assert found[1].benefit > 1


def test_a_duty_without_a_gain_comes_last_among_the_duties():
    found = ranked(
        recommendation("a_vet", lifts={"vetting": "evidenced"}, duty="law"),
        recommendation("b_lower", lowers={"handed_alone": "option_0"}, duty="victim_safety"),
        recommendation("c_look", follows={"passages_traced": "option_1"}),
        ink_traced={"option": "evidenced", "note": "Test of May"},
        passages_traced="option_1",
    )
    assert [(item.id, item.lane, item.rank) for item in found] == [
        ("b_lower", "duty", 1),
        ("a_vet", "duty", None),
        ("c_look", "look_into", None),
    ]


@pytest.mark.parametrize(
    ("answer", "lane"),
    [
        ("option_0", "no_gain_at_present"),
        ("option_1", "look_into"),
        ("option_2", "look_into"),
        ("unknown", "no_gain_at_present"),
    ],
)
def test_a_signal_calls_from_its_option_on_and_dont_know_calls_nothing(answer: str, lane: str):
    assert lanes(recommendation("look", follows={"passages_traced": "option_1"}), passages_traced=answer) == {
        "look": lane
    }


def test_a_duty_to_look_into_something_is_a_duty_once_it_is_called():
    look = recommendation("look", follows={"passages_traced": "option_1"}, duty="law")
    assert lanes(look, passages_traced="option_1") == {"look": "duty"}
    assert lanes(look, passages_traced="option_0") == {"look": "no_gain_at_present"}


def test_what_to_look_into_comes_by_the_inherent_risk_of_the_signals_that_called():
    found = ranked(
        recommendation("a_small", follows={"losses": "option_1", "passages_traced": "option_2"}),
        recommendation("b_large", follows={"passages_traced": "option_1"}),
        losses="option_1",
        passages_traced="option_1",
    )
    assert [(item.id, item.because) for item in found] == [("b_large", ["passages_traced"]), ("a_small", ["losses"])]


def test_a_hidden_signal_calls_nothing():
    look = recommendation("look", follows={"losses": "option_1"})
    assert lanes(look, losses="option_2", profile={"has_court": False}) == {"look": "no_gain_at_present"}


@pytest.mark.parametrize(
    ("effort", "lane"), [("XS", "quick_win"), ("S", "quick_win"), ("M", "major_project"), ("XL", "major_project")]
)
def test_what_gains_is_a_quick_win_or_a_major_project_by_its_effort(effort: str, lane: str):
    assert lanes(recommendation("count", lifts={"stamps_counted": "operating"}, effort=effort)) == {"count": lane}


def test_what_gains_only_because_nobody_knows_is_to_be_found_out():
    count = recommendation("count", lifts={"stamps_counted": "evidenced"})
    both = recommendation("both", lifts={"stamps_counted": "evidenced", "ink_traced": "on_paper"})
    assert lanes(count, stamps_counted=None) == {"count": "find_out"}
    assert lanes(both, stamps_counted="prefer_not_to_say") == {"both": "quick_win"}


def test_what_is_in_place_is_kept_and_watched_where_the_risk_is_critical_and_a_duty_always():
    keep = recommendation("keep", lifts={"stamps_counted": "operating"})
    lesser = {"lifts": {"paper_kept": "operating"}}
    place = {"stamps_counted": "operating", "paper_kept": "operating"}
    assert lanes(keep, recommendation("lesser", **lesser), **place) == {
        "keep": "keep_and_watch",
        "lesser": "no_gain_at_present",
    }
    assert lanes(recommendation("lesser", **lesser, duty="law"), **place) == {"lesser": "keep_and_watch"}


def test_what_moves_nothing_that_applies_is_never_in_place():
    kept = recommendation("keep_paper", lifts={"paper_kept": "on_paper"}, duty="law")
    vet = recommendation("vet", lifts={"vetting": "on_paper"})
    found = lanes(kept, vet, profile={"has_court": False}, vetting={"option": "not_applicable", "note": "None."})
    assert found == {"keep_paper": "no_gain_at_present", "vet": "no_gain_at_present"}


def test_only_what_would_change_is_shown_as_lifted_and_lowered():
    (item,) = ranked(
        recommendation(
            "all",
            lifts={"stamps_counted": "operating", "ink_traced": "on_paper"},
            lowers={"handed_alone": "option_1"},
            follows={"passages_traced": "option_1"},
        ),
        ink_traced="operating",
        passages_traced="option_2",
    )
    assert item.lifts == [{"question": "stamps_counted", "from": "absent", "to": "operating"}]
    assert item.lowers == [{"question": "handed_alone", "from": "option_2", "to": "option_1"}]
    assert item.because == ["stamps_counted", "handed_alone", "passages_traced"]


def test_a_benefit_by_chain_names_the_chains_that_are_present():
    count = recommendation("count", lifts={"stamps_counted": "operating"})
    keep = recommendation("keep", lifts={"ink_traced": "absent"})
    for item in ranked(count, keep):
        assert list(item.by_chain) == ["trafficking", "criminal_justice"]
        assert item.by_chain["criminal_justice"] == 0
    for item in ranked(count, keep, profile={"has_court": False}):
        assert list(item.by_chain) == ["trafficking"]


def test_what_is_addressed_to_somebody_else_has_a_benefit_only_if_it_moves_an_answer():
    asked = questionnaire(
        SCENARIOS,
        QUESTIONS,
        [
            recommendation("own_id", lifts={"ink_traced": "on_paper"}, addressee="worked_example"),
            recommendation("fund", lifts={"ink_traced": "on_paper"}, addressee="donor"),
            recommendation("adopt", addressee="parliament"),
            recommendation("keep", lifts={"paper_kept": "on_paper"}, addressee="courts"),
            recommendation("appoint", duty="law"),
        ],
    )
    result = assess(Instrument(asked), read_answers(asked, {"has_court": False}, answers_of(KNOWN)))
    assert [item.id for item in result.recommendations] == ["own_id"]
    assert [(item.id, item.duty) for item in result.measures] == [("appoint", "law")]
    assert [(item.id, item.addressee, item.benefit_alone is None) for item in result.for_others] == [
        ("fund", "donor", False),
        ("adopt", "parliament", True),
        ("keep", "courts", True),
    ]
    assert result.for_others[0].benefit_alone == result.recommendations[0].benefit_alone > 0
