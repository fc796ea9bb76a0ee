"""What the management answered to the actions of a report; what it left open is printed as left open."""

from app.reports.blocks import Block, Cell, Column, Row, Table, Text, row
from app.reports.reading import Reading
from scoring.recommendations import CALLED_FOR
from scoring.report import ManagementAnswer


def answer(r: Reading, action: str) -> Table:
    """The answer to one action: lines to write on while nobody can answer, and afterwards what was answered."""
    caption = r._("The management’s answer to %(code)s", code=r.action_code[action])
    if r.report.management is None:
        return Table(caption, _columns(r)[1:], (row("", "", "", "", ""),), blank=True)
    return Table(caption, _columns(r)[1:], (Row(_cells(r, r.report.management.get(action))),))


def how_far(r: Reading) -> list[Block]:
    """How many of the actions were answered."""
    answers = r.report.management
    if answers is None:
        words = r._(
            "The last line of each action is for the management’s answer: accepted, changed or refused, why, by whom, "
            "by when, and whether it takes money."
        )
        return [Text(words, "small")]
    asked = [a.id for a in r.in_lanes if a.lane in CALLED_FOR]
    decided = [answers[action].decision for action in asked if action in answers]
    counts = {name: decided.count(name) for name in ("accepted", "changed", "refused")}
    words = r._(
        "The management’s answer stands below each action. Of %(all)d actions it accepted %(accepted)d, changed "
        "%(changed)d and refused %(refused)d; to %(open)d there is no answer from management.",
        all=len(asked),
        open=len(asked) - sum(counts.values()),
        **counts,
    )
    return [Text(words)]


def to_measures(r: Reading) -> list[Block]:
    """The answers to the measures, which have no place in the order."""
    answers, found = r.report.management, r.result.measures or []
    if answers is None or not found:
        return []
    rows = tuple(Row((Cell(r.questionnaire.recommendation[m.id].title), *_cells(r, answers.get(m.id)))) for m in found)
    return [Table(r._("The management’s answers to the measures"), _columns(r), rows, titled=True)]


def decision_word(r: Reading, given: ManagementAnswer) -> str:
    """What was decided, in a word; empty where nothing was."""
    return {"accepted": r._("accepted"), "changed": r._("changed"), "refused": r._("refused")}.get(given.decision, "")


def money_words(r: Reading, given: ManagementAnswer) -> str:
    """Whether it takes money; empty where that is not known."""
    return {"yes": r._("takes money"), "no": r._("takes none")}.get(given.money, "")


def _columns(r: Reading) -> tuple[Column, ...]:
    return (
        Column(r._("What"), 3.0),
        Column(r._("Accepted, changed or refused"), 2.0),
        Column(r._("Why"), 3.0),
        Column(r._("By which function"), 1.8),
        Column(r._("By when"), 1.4),
        Column(r._("Money"), 1.0),
    )


def _cells(r: Reading, given: ManagementAnswer | None) -> tuple[Cell, ...]:
    """Five cells; each part that was left open says so, a whole answer that is missing once."""
    left_open = r._("no answer from management")
    if given is None or given == ManagementAnswer():
        return (Cell(left_open), *[Cell("–")] * 4)
    is_refused = given.decision == "refused"
    rest = Cell("–") if is_refused else Cell(left_open)
    return (
        Cell(decision_word(r, given) or left_open),
        Cell(given.why) if given.why else Cell("–") if given.decision == "accepted" else Cell(left_open),
        Cell(given.post) if given.post else rest,
        Cell(given.due) if given.due else rest,
        Cell(money_words(r, given)) if given.money else rest,
    )
