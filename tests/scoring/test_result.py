"""The result under the API's field names, where the worked cases and laws do not reach."""

import json

from scoring.answers import Answer, read_answers
from scoring.engine import Instrument
from scoring.figures import assess, identity
from scoring.result import Result
from tests.builders import answers_of, control, exposure, questionnaire, recommendation, scenario, signal

ASKED = questionnaire(
    [
        scenario("bought_stamp"),
        scenario("sold_lane"),
        scenario("cell_visit", stage="trial", only_if={"holds_people": True}),
    ],
    [
        control("stamps_counted", bought_stamp="3 key", sold_lane="3 key"),
        control("visits_logged", cell_visit="3 key"),
        signal("complaints", bought_stamp=1, cell_visit=1),
    ],
    [recommendation("count", lifts={"stamps_counted": "evidenced"})],
)
INSTRUMENT = Instrument(ASKED)


def result_of(profile: dict[str, bool], **options: str) -> Result:
    return assess(INSTRUMENT, read_answers(ASKED, profile, answers_of(options)))


def test_a_result_names_the_questionnaire_it_is_of():
    assert identity(INSTRUMENT).model_dump() == {
        "id": "worked_example",
        "version": "1.0.0",
        "hash": ASKED.hash,
        "draft": False,
    }
    assert result_of({}).questionnaire == identity(INSTRUMENT)


def test_parts_that_are_not_asked_for_are_not_there_at_all():
    found = json.loads(assess(INSTRUMENT, read_answers(ASKED, {}, {}), []).model_dump_json())
    assert {"recommendations", "measures", "for_others", "unknowns"} & set(found) == set()
    assert all("because" not in part for part in (*found["chains"], *found["scenarios"]))
    only = json.loads(assess(INSTRUMENT, read_answers(ASKED, {}, {}), ["unknowns"]).model_dump_json())
    assert "unknowns" in only
    assert "recommendations" not in only


def test_a_line_of_a_trace_that_comes_from_no_answer_names_none():
    found = json.loads(result_of({}, stamps_counted="on_paper").model_dump_json())
    first, second = found["scenarios"][0]["because"][:2]
    assert set(first) == {"line", "points"}
    assert set(second) == {"line", "question", "option", "points"}


def test_of_scenarios_that_tie_the_first_of_the_questionnaire_is_the_worst():
    found = result_of({}, stamps_counted="absent", complaints="option_0")
    assert found.chains[0].worst_scenario == "bought_stamp"


def test_an_overall_score_is_not_certain_where_one_of_its_chains_is_too_little_known():
    known = {"stamps_counted": "absent", "complaints": "option_0"}
    assert result_of({"holds_people": False}, **known).overall.certain
    with_cells = result_of({}, **known)
    assert [(chain.id, chain.certain) for chain in with_cells.chains] == [
        ("trafficking", True),
        ("criminal_justice", False),
    ]
    assert not with_cells.overall.certain


def test_a_share_of_exactly_thirty_percent_is_not_too_little():
    asked = questionnaire(
        [scenario("bought_stamp")],
        [
            exposure("handed_alone", bought_stamp=3),
            *(control(f"control_{i}", bought_stamp=2) for i in range(2)),
            control("control_3", bought_stamp=3),
        ],
    )
    given = {"handed_alone": "option_2", "control_0": "absent", "control_1": "absent"}
    # 3 of 3 + 2 + 2 + 3 units are unknown, 30 %. Worst: IR 100, RR 100; best: mean 3/7, RR 100·(1 − 0.8·3/7) = 65.7.
    found = assess(Instrument(asked), read_answers(asked, {}, answers_of(given)))
    assert found.chains[0].unknown_share == 0.3
    assert (found.overall.band, found.overall.band_best, found.overall.certain) == ("critical", "critical", True)


def test_unshown_answers_are_counted_in_each_chain_on_whose_open_scenarios_they_bear():
    given = {"stamps_counted": "operating", "visits_logged": "operating", "complaints": "option_0"}
    found = result_of({}, **given)
    assert found.overall.as_far_as_shown.unshown == 3
    assert [chain.as_far_as_shown.unshown for chain in found.chains] == [2, 2]
    closed = result_of({"holds_people": False}, **given)
    assert closed.overall.as_far_as_shown.unshown == 2
    assert [chain.as_far_as_shown.unshown for chain in closed.chains] == [2]


def test_without_unknowns_none_is_listed():
    known = {"stamps_counted": "absent", "visits_logged": "absent", "complaints": "option_0"}
    assert result_of({}, **known).unknowns == []


def test_unknowns_come_by_width_then_by_id():
    found = result_of({})
    widths = [unknown.width["overall"] for unknown in found.unknowns]
    assert widths == sorted(widths, reverse=True)
    assert {unknown.question for unknown in found.unknowns} == {"stamps_counted", "visits_logged", "complaints"}
    assert set(found.unknowns[0].width) == {"trafficking", "criminal_justice", "overall"}


def test_an_answer_that_is_hidden_is_counted_nowhere():
    found = assess(INSTRUMENT, read_answers(ASKED, {"holds_people": False}, {"visits_logged": Answer("operating")}))
    assert found.completeness.questions == 2
    assert found.safeguards.model_dump() == {"evidenced": 0, "operating": 0, "on_paper": 0, "absent": 0, "unknown": 1}
    assert found.ignored == ["visits_logged"]
