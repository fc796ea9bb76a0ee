"""The action plan as a list to be sorted, filtered and passed on: a line for each action, measure, and wish to others.

A column is a heading and what stands below it; another one is added to COLUMNS and nowhere else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.reports.management import decision_word, money_words
from app.reports.reading import Reading, Translator, translator
from app.reports.spreadsheet import Cell, as_csv
from scoring.questionnaire import Recommendation
from scoring.report import ManagementAnswer, Report
from scoring.result import RecommendationResult


@dataclass(frozen=True)
class Line:
    """One action: `ranked` where it is the agency’s and moves an answer, `alone` its points by itself if it has any."""

    recommendation: Recommendation
    part: str
    code: str = ""
    ranked: RecommendationResult | None = None
    alone: float | None = None


@dataclass(frozen=True)
class Column:
    """A heading, and the cell of a line below it."""

    heading: Callable[[Reading], str]
    cell: Callable[[Reading, Line], Cell]


def _points(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0  # no −0


def _standing(r: Reading, line: Line) -> str:
    """Whether its place survives other weights, where that was tried."""
    names = {
        "stable": r._("stable"),
        "likely": r._("likely"),
        "depends_on_assumptions": r._("depends on assumptions"),
    }
    tried = r.result.robustness.recommendations if r.result.robustness else []
    label = next((standing.label for standing in tried if standing.id == line.recommendation.id), None)
    return names[label] if label and line.ranked else ""


def _duty(r: Reading, line: Line) -> str:
    names = {"law": r._("by law"), "victim_safety": r._("for the safety of victims")}
    return names.get(line.recommendation.duty or "", "")


def _answer(r: Reading, line: Line) -> ManagementAnswer:
    """What the management decided; what it left open is empty here, to be filled in by whoever sorts the list."""
    return (r.report.management or {}).get(line.recommendation.id, ManagementAnswer())


COLUMNS: tuple[Column, ...] = (
    Column(lambda r: r._("No."), lambda r, line: line.code),
    Column(lambda r: r._("Rank"), lambda r, line: line.ranked.rank if line.ranked else None),
    Column(lambda r: r._("Lane"), lambda r, line: line.part),
    Column(lambda r: r._("Action"), lambda r, line: line.recommendation.title),
    Column(lambda r: r._("What to do"), lambda r, line: line.recommendation.action),
    Column(lambda r: r._("For whom"), lambda r, line: line.recommendation.addressee_title),
    Column(lambda r: r._("Owner"), lambda r, line: line.recommendation.owner),
    Column(lambda r: r._("Duty"), _duty),
    Column(lambda r: r._("Effort"), lambda r, line: r.effort(line.recommendation.effort)),
    Column(lambda r: r._("Within"), lambda r, line: line.recommendation.within),
    Column(
        lambda r: r._("Benefit in points, worst end"),
        lambda r, line: _points(line.ranked.benefit) if line.ranked and line.ranked.rank else None,
    ),
    Column(
        lambda r: r._("Benefit in points, best end"),
        lambda r, line: _points(line.ranked.benefit_best_end) if line.ranked and line.ranked.rank else None,
    ),
    Column(lambda r: r._("Benefit in points, alone"), lambda r, line: _points(line.alone)),
    Column(lambda r: r._("With other weights"), _standing),
    Column(lambda r: r._("Indicator"), lambda r, line: line.recommendation.indicator),
    Column(lambda r: r._("The management’s answer"), lambda r, line: decision_word(r, _answer(r, line))),
    Column(lambda r: r._("Why"), lambda r, line: _answer(r, line).why),
    Column(lambda r: r._("By which function"), lambda r, line: _answer(r, line).post),
    Column(lambda r: r._("By when"), lambda r, line: _answer(r, line).due),
    Column(lambda r: r._("Money"), lambda r, line: money_words(r, _answer(r, line))),
    Column(lambda r: r._("Id"), lambda r, line: line.recommendation.id),
)


def draw_actions(report: Report, words: Translator | None = None, language: str = "en") -> bytes:
    """The list as CSV. Raises InvalidAnswers if the answers do not fit the questionnaire."""
    r = Reading(report, words or translator(language))
    rows: list[list[Cell]] = [[column.heading(r) for column in COLUMNS]]
    rows += [[column.cell(r, line) for column in COLUMNS] for line in _lines(r)]
    return as_csv(rows)


def _lines(r: Reading) -> Iterator[Line]:
    known = r.questionnaire.recommendation
    for action in r.in_lanes:
        yield Line(known[action.id], r.lanes[action.lane], r.action_code[action.id], action, action.benefit_alone)
    for measure in r.result.measures or []:
        yield Line(known[measure.id], r._("Measures"))
    for other in r.result.for_others or []:
        yield Line(known[other.id], r._("For others to do"), alone=other.benefit_alone)
