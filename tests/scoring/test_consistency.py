"""Second looks: each kind is found where it is, and not where it is not."""

from collections.abc import Mapping

import pytest

from scoring.answers import Answer, read_answers
from scoring.consistency import SEVERITIES, Doubt
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Questionnaire
from scoring.result import DoubtResult
from tests.builders import answers_of, control, exposure, questionnaire, scenario, signal

CONTROLS = [f"control_{n}" for n in range(10)]


def asked(baseline: float = 4, impact: int = 5) -> Questionnaire:
    """Two scenarios at two stages; the first has a key control, the second only such as may not apply."""
    return questionnaire(
        scenarios=[
            scenario("lane", baseline=baseline, impact=impact),
            scenario("bed", stage="shelter"),
        ],
        questions=[
            exposure("alone", lane=3),
            control("pairs", lane="3 key"),
            control("cameras", lane=3),
            control("poster", lane=1),
            *(control(name, lane=1) for name in CONTROLS),
            signal("found", lane=2),
            signal("looked", lane=1),
            signal("read", lane=1),
            signal("traced", lane=1),
            exposure("beds", bed=3),
            control("list", bed=2, not_applicable=True),
            control("keys", bed=2, not_applicable=True),
        ],
    )


def found(answers: Mapping[str, str | Mapping[str, str]], questions: Questionnaire | None = None) -> list[DoubtResult]:
    made = questions or asked()
    checked = read_answers(made, {}, answers_of(answers))
    return assess(Instrument(made), checked, ["consistency"]).consistency or []


def codes(answers: Mapping[str, str | Mapping[str, str]], questions: Questionnaire | None = None) -> list[str]:
    return [doubt.code for doubt in found(answers, questions)]


def noted(note: str) -> dict[str, dict[str, str]]:
    return {"pairs": {"option": "operating", "note": note}}


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("Ask anna.k@example.org", "note_with_address"),
        ("Call +49 170 1234567", "note_with_number"),
        ("0049-170-1234567 is the number", "note_with_number"),
        ("The van B-AB 1234 was seen", "note_with_plate"),
        ("The van AB 123 CD", "note_with_plate"),
        ("Post at 47.0379, 28.8190", "note_with_place"),
        ("Post at 47°02′N", "note_with_place"),
        ("Told by Sergeant Miller", "note_with_name"),
        ("Anna Kovacs told it on 3 May 2026", "note_with_name"),
        ("3.5.2026: Anna Kovacs", "note_with_name"),
    ],
)
def test_a_note_that_points_to_somebody_is_to_be_taken_out(note: str, code: str) -> None:
    (doubt,) = found(noted(note))
    assert (doubt.code, doubt.severity, doubt.questions) == (code, "take_out", ["pairs"])


@pytest.mark.parametrize(
    "note",
    [
        "Weekly log, kept by the shift leader",
        "Compared on 3 May 2026 by Internal Audit, 14 files, room 12",
        "Register 2024-2026, 1 200 entries; review of 2026-05-03",
        "Border Police Inspectorate, report of March 12, 2026",
        "Ministry of Justice letter 4471/26 of 11.06.2026; 0 findings",
        "Standing order 15/2026, article 7, section 3",
        "Test on Monday 4 May 2026; 12 of 14 calls answered within 30 minutes",
    ],
)
def test_a_note_that_names_a_record_is_left_alone(note: str) -> None:
    assert codes(noted(note)) == []


@pytest.mark.parametrize("note", ["It works", "Our people always do it in this way"])
def test_a_top_level_needs_a_note_with_something_in_it(note: str) -> None:
    (doubt,) = found({"pairs": {"option": "evidenced", "note": note}})
    assert (doubt.code, doubt.severity, doubt.questions) == ("thin_evidence", "look_again", ["pairs"])


def test_a_signal_beside_a_strong_safeguard_that_is_said_to_work() -> None:
    works = {"option": "evidenced", "note": "Compared on 3 May, audit room 12"}
    (doubt,) = found({"found": "option_1", "cameras": works, "poster": works})
    assert (doubt.code, doubt.questions) == ("signal_beside_evidence", ["found", "cameras"])
    assert codes({"found": "option_0", "cameras": works}) == []
    assert codes({"found": "unknown", "cameras": works}) == []
    assert codes({"found": "option_1", "poster": works}) == []


def test_a_low_risk_with_a_key_safeguard_absent() -> None:
    best = {"alone": "option_0", "pairs": "absent", "cameras": "operating", "poster": "operating"}
    others = {name: {"option": "option_0", "note": "Log"} for name in ("found", "looked", "read", "traced")}
    low = asked(baseline=3, impact=3)
    (doubt,) = [d for d in found(best | others, low) if d.code == "key_absent_and_low"]
    assert (doubt.scenario, doubt.questions) == ("lane", ["pairs"])
    assert "key_absent_and_low" not in codes(best | others)
    assert "key_absent_and_low" not in codes(best | others | {"pairs": "on_paper"}, low)


def test_a_stage_where_nothing_applies() -> None:
    out = {"option": "not_applicable", "note": "We have none"}
    (doubt,) = found({"list": out, "keys": out})
    assert (doubt.code, doubt.stage, doubt.questions) == ("nothing_applies", "shelter", ["list", "keys"])
    assert codes({"list": out}) == []


def test_operating_almost_everywhere_without_a_record() -> None:
    bare = dict.fromkeys(CONTROLS[:8], "operating") | {CONTROLS[9]: "absent"}
    assert "operating_without_records" in codes(bare)
    shown = {name: {"option": "operating", "note": "Log"} for name in CONTROLS[:2]}
    assert "operating_without_records" not in codes(bare | shown)
    assert "operating_without_records" not in codes(dict.fromkeys(CONTROLS[:7], "operating"))


def test_looked_and_found_none_without_a_record() -> None:
    none = dict.fromkeys(["found", "looked", "read", "traced"], "option_0")
    (doubt,) = found(none)
    assert (doubt.code, doubt.severity, len(doubt.questions)) == ("looked_without_records", "consider", 4)
    assert codes(none | {"found": {"option": "option_0", "note": "Log of May"}}) == []
    assert codes({name: none[name] for name in ("found", "looked", "read")}) == []


def test_the_same_level_many_times_running() -> None:
    run = dict.fromkeys(CONTROLS[:8], "on_paper")
    (doubt,) = found(run)
    assert (doubt.code, doubt.questions) == ("long_run", CONTROLS[:8])
    assert codes(run | {CONTROLS[3]: "absent"}) == []
    assert codes(dict.fromkeys(CONTROLS, "unknown")) == []


def test_nearly_all_well_and_nothing_unknown() -> None:
    made = asked()
    well: dict[str, Mapping[str, str]] = {
        q.id: {"option": "operating" if q.kind == "control" else q.options[0].id, "note": "Log of May"}
        for q in made.questions
    }
    assert "all_well" in codes(well, made)
    for other in ({"option": "absent"}, {"option": "unknown"}):
        assert "all_well" not in codes(well | {"poster": other}, made)


def test_the_urgent_comes_first_and_hidden_questions_only_for_their_notes() -> None:
    mixed = noted("anna@example.org") | dict.fromkeys(CONTROLS[:8], "on_paper")
    assert [doubt.severity for doubt in found(mixed)] == ["take_out", "consider"]
    closed = questionnaire(
        scenarios=[scenario("lane"), scenario("bed", stage="shelter", only_if={"has_beds": True})],
        questions=[exposure("alone", lane=1), control("pairs", lane="1 key"), control("list", bed=1)],
    )
    given = {"list": Answer("evidenced", "anna@example.org")}
    checked = read_answers(closed, {"has_beds": False}, given)
    result = assess(Instrument(closed), checked, ["consistency"]).consistency or []
    assert [doubt.code for doubt in result] == ["note_with_address"]


def test_each_severity_is_one_of_those_that_are_shown() -> None:
    assert Doubt("all_well", ()).severity == SEVERITIES[-1]
    assert Doubt("note_with_name", ("a",)).severity == SEVERITIES[0]


def test_no_score_depends_on_it() -> None:
    made, given = asked(), answers_of(noted("anna@example.org"))
    checked = read_answers(made, {}, given)
    with_looks = assess(Instrument(made), checked, ["consistency"]).model_dump(exclude={"consistency"})
    assert with_looks == assess(Instrument(made), checked, []).model_dump()
