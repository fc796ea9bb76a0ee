"""The report as a value: made, read back, recomputed; and told apart from one that was edited."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scoring.engine import Instrument
from scoring.errors import InvalidAnswers, InvalidReport
from scoring.report import FORMAT, About, Report, differences, make_report, read_report
from tests.builders import answers_of, control, exposure, questionnaire, recommendation, scenario

ASKED = questionnaire(
    [scenario("bought_stamp"), scenario("cell_visit", stage="trial", only_if={"holds_people": True})],
    [
        exposure("handed_alone", bought_stamp=2),
        control("stamps_counted", bought_stamp="3 key", cell_visit=1),
        control("ink_traced", bought_stamp=1),
    ],
    [recommendation("count", lifts={"stamps_counted": "evidenced"})],
)
ABOUT = About(organisation="Sample Border Service", scope="one post", date="2026-11-21")
GIVEN = {
    "ink_traced": {"option": "evidenced", "note": "Log of May"},
    "handed_alone": "option_1",
    "stamps_counted": "unknown",
}


def made(submitted: bool = True) -> Report:
    return make_report(
        Instrument(ASKED), {"holds_people": True}, answers_of(GIVEN), ABOUT, "submitted" if submitted else "draft"
    )


def edited(change: Callable[[dict[str, Any]], object]) -> str:
    content = json.loads(made().model_dump_json())
    change(content)
    return json.dumps(content)


def found(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str, str]]:
    return [(d.pointer, d.stated, d.recomputed) for d in differences(*read_report(edited(change)))]


def put(*place: str | int, to: Any) -> Callable[[dict[str, Any]], object]:
    def change(content: dict[str, Any]) -> None:
        part: Any = content
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = to

    return change


def test_a_report_holds_everything_with_answers_in_the_order_of_the_form():
    report = made()
    assert (report.format, report.state, report.about) == (FORMAT, "submitted", ABOUT)
    assert list(report.answers) == ["handed_alone", "stamps_counted", "ink_traced"]
    assert report.answers["ink_traced"].note == "Log of May"
    assert made(submitted=False).state == "draft"


def test_answers_that_do_not_fit_make_no_report():
    with pytest.raises(InvalidAnswers, match="no question “gone”"):
        make_report(Instrument(ASKED), {}, answers_of({"gone": "unknown"}), ABOUT, "draft")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_report_agrees_with_itself_after_a_journey_through_json(indent: int | None):
    data = made().model_dump_json(indent=indent)
    report, stated = read_report(data.encode())
    assert report == made()
    assert differences(report, stated) == []


def test_a_figure_within_the_tolerance_holds_and_one_beyond_does_not():
    score = made().result.overall.score
    assert found(put("result", "overall", "score", to=score + 0.9e-6)) == []
    assert found(put("result", "overall", "score", to=score + 2e-6)) == [
        ("/result/overall/score", json.dumps(score + 2e-6), json.dumps(score))
    ]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        (put("result", "overall", "band", to="low"), ["/result/overall/band"]),
        (put("result", "overall", "certain", to=True), ["/result/overall/certain"]),
        (put("result", "overall", "score", to=10**400), ["/result/overall/score"]),
        (put("result", "overall", "score", to=float("nan")), ["/result/overall/score"]),
        (put("result", "scenarios", 1, "residual", 0, to=1.0), ["/result/scenarios/cell_visit/residual/0"]),
        (put("result", "recommendations", 0, "rank", to=None), ["/result/recommendations/count/rank"]),
        (put("result", "recommendations", to=[]), ["/result/recommendations"]),
        (lambda content: content["result"].pop("recommendations"), ["/result/recommendations"]),
        (lambda content: content["result"]["scenarios"].reverse(), None),
        (put("answers", "stamps_counted", "option", to="on_paper"), None),
        (put("profile", "holds_people", to=False), None),
    ],
    ids=[str(i) for i in range(11)],
)
def test_an_edited_figure_or_answer_is_named(change: Callable[[dict[str, Any]], object], pointers: list[str] | None):
    places = [pointer for pointer, _, _ in found(change)]
    if pointers is None:
        assert places
        assert all(place.startswith("/result/") for place in places)
    else:
        assert places == pointers


def test_what_is_missing_or_too_much_is_called_nothing():
    assert found(lambda content: content["result"].pop("unknowns"))[0][1] == "nothing"
    report, stated = read_report(made().model_dump_json())
    stated["result"]["more"] = {"score": 1}
    assert [(d.pointer, d.stated, d.recomputed) for d in differences(report, stated)] == [
        ("/result/more", '{"score": 1}', "nothing")
    ]


def test_a_number_is_not_mistaken_for_a_yes_and_a_word_not_for_a_number():
    report, stated = read_report(made().model_dump_json())
    stated["result"]["overall"] |= {"certain": int(report.result.overall.certain), "score": "55"}
    assert {d.pointer for d in differences(report, stated)} == {"/result/overall/certain", "/result/overall/score"}


def test_a_questionnaire_whose_content_is_not_that_of_its_hash_is_named():
    ((pointer, stated, recomputed),) = found(put("questionnaire", "title", to="Another"))
    assert (pointer, stated) == ("/questionnaire/hash", ASKED.hash)
    assert recomputed.startswith("sha256:")


def test_a_questionnaire_that_cannot_be_compiled_is_named_and_not_a_crash():
    places = found(put("questionnaire", "sections", 0, "questions", 0, "links", 0, "scenario", to="gone"))
    assert [place for place, _, _ in places] == ["/questionnaire/hash", "/questionnaire"]
    assert "bears on a scenario that is not there, “gone”" in places[1][2]


def test_answers_that_do_not_fit_the_questionnaire_are_named():
    def change(content: dict[str, Any]) -> None:
        content["answers"]["handed_alone"]["option"] = "never"
        content["profile"]["has_wings"] = True

    places = found(change)
    assert [place for place, _, _ in places] == ["/profile/has_wings", "/answers/handed_alone"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"format": "\xff"}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "its format is not “plumbline-report/1”"),
        ('{"format": "plumbline-report/9"}', "its format is not “plumbline-report/1”"),
        ('{"format": "plumbline-report/1"}', "at /state, Field required"),
        (
            edited(put("result", "overall", "score", to="high")),
            "at /result/overall/score, Input should be a valid number",
        ),
        (edited(put("result", "more", to=1)), "at /result/more, Extra inputs are not permitted"),
        ('{"format": "plumbline-report/1", "format": "plumbline-report/1"}', "the key “format” is there twice"),
        (made().model_dump_json().replace('"band":"', '"band":"low","band":"', 1), "the key “band” is there twice"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_a_report_is_refused_in_words(data: str | bytes, words: str):
    with pytest.raises(InvalidReport) as caught:
        read_report(data)
    assert words in str(caught.value)


def test_an_about_line_has_a_limit():
    with pytest.raises(ValueError, match="at most 400 characters"):
        About(organisation="x" * 401)
