"""The action plan as a list: every action once, with what its manager needs, and nothing that a spreadsheet obeys."""

import csv
import io

from app.reports import draw_actions
from app.reports.action_list import COLUMNS
from scoring.report import ManagementAnswer, Report
from tests.reports.samples import sample_report
from tests.reports.test_spreadsheet import is_dangerous


def lines(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(draw_actions(report).decode("utf-8-sig"), newline="")))


def test_every_action_measure_and_wish_has_a_line_in_the_order_of_the_report() -> None:
    report = sample_report()
    result = report.result
    expected = [*(result.recommendations or []), *(result.measures or []), *(result.for_others or [])]
    found = lines(report)
    assert sorted(line["Id"] for line in found) == sorted(each.id for each in expected)
    assert [line["No."] for line in found if line["No."]] == [
        f"A{n}" for n in range(1, len(result.recommendations) + 1)
    ]
    assert list(found[0]) == [
        "No.", "Rank", "Lane", "Action", "What to do", "For whom", "Owner", "Duty", "Effort", "Within",
        "Benefit in points, worst end", "Benefit in points, best end", "Benefit in points, alone",
        "With other weights", "Indicator", "The management’s answer", "Why", "By which function", "By when", "Money",
        "Id",
    ]  # fmt: skip
    assert len(COLUMNS) == 21


def test_managements_answers_stand_beside_the_actions_and_no_text_of_theirs_is_a_formula() -> None:
    given = ManagementAnswer(decision="changed", why="=1+1", post="+ head of shifts", due="2027-03-31", money="yes")
    found = {line["Id"]: line for line in lines(sample_report(management={"rotate_posts": given}))}
    answer = [found["rotate_posts"][name] for name in ("The management’s answer", "By when", "Money")]
    assert answer == ["changed", "2027-03-31", "takes money"]
    assert found["rotate_posts"]["Why"] == "'=1+1" and found["rotate_posts"]["By which function"] == "'+ head of shifts"
    assert found["never_alone"]["The management’s answer"] == ""


def test_a_line_says_what_the_report_says() -> None:
    report = sample_report()
    ranked = {each.id: each for each in report.result.recommendations or []}
    line = next(line for line in lines(report) if line["Id"] == "rotate_posts")
    assert (line["Rank"], line["Lane"], line["Effort"]) == (str(ranked["rotate_posts"].rank), "Quick wins", "small")
    assert float(line["Benefit in points, worst end"]) == round(ranked["rotate_posts"].benefit, 2)
    assert float(line["Benefit in points, alone"]) == round(ranked["rotate_posts"].benefit_alone, 2)
    assert (line["Action"], line["Owner"], line["Within"]) == (
        "Recommendation rotate_posts",
        "Head of the service",
        "1 month",
    )
    assert line["With other weights"] in ("stable", "likely", "depends on assumptions")
    duty = next(line for line in lines(report) if line["Id"] == "protect_addresses")
    assert duty["Duty"] == "for the safety of victims"
    wish = next(line for line in lines(report) if line["Id"] == "adopt_a_law")
    assert (wish["For whom"], wish["Lane"], wish["Rank"]) == ("Parliament", "For others to do", "")


def test_where_no_other_weights_were_tried_that_column_is_empty() -> None:
    report = sample_report()
    untried = report.model_copy(update={"result": report.result.model_copy(update={"robustness": None})})
    assert {line["With other weights"] for line in lines(untried)} == {""}


def test_words_of_a_questionnaire_that_would_be_formulas_are_text() -> None:
    report = sample_report()
    evil = tuple(
        each.model_copy(
            update={
                "title": "=HYPERLINK(A1)",
                "action": "Do it;@A1",
                "owner": "\t-1",
                "within": "+1",
                "indicator": "−1",
            }
        )
        for each in report.questionnaire.recommendations
    )
    found = lines(
        report.model_copy(update={"questionnaire": report.questionnaire.model_copy(update={"recommendations": evil})})
    )
    assert not [cell for line in found for cell in line.values() if is_dangerous(cell)]
    assert found[0]["Action"] == "'=HYPERLINK(A1)"
