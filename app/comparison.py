"""Two assessments of one organisation as the same kind of agency: what moved, what caused it, what was carried out.

Knows no HTTP. The earlier answers are read under the later questionnaire; a question that changed between versions is
listed apart, and stands in both as it was answered later.
"""

from dataclasses import dataclass

from sqlmodel import Session

from app.accounts import Reader
from app.assessments import OpenAssessment
from app.errors import WrongState
from app.raised_impacts import with_impacts
from scoring.answers import Answers, read_answers
from scoring.compare import Comparison, compare
from scoring.figures import assess
from scoring.questionnaire import Question, Questionnaire, Recommendation
from scoring.recommendations import Lane
from scoring.result import Result

CALLED_FOR: tuple[Lane, ...] = ("duty", "quick_win", "major_project", "find_out")


@dataclass(frozen=True)
class CarriedOut:
    """A recommendation of the earlier report, and whether everything that it asked for is in place now."""

    recommendation: Recommendation
    is_in_place: bool


@dataclass(frozen=True)
class Round:
    """One comparison. earlier, later: each as it was scored by its own questionnaire; found: by the later one."""

    earlier: Result
    later: Result
    found: Comparison
    changed: tuple[Question, ...]
    actions: tuple[CarriedOut, ...]


def compared(session: Session, reader: Reader, earlier: OpenAssessment, later: OpenAssessment) -> Round:
    """Compare two assessments. Raises WrongState where they are of different kinds of agency."""
    if earlier.agency != later.agency:
        raise WrongState("Only assessments of the same kind of agency can be compared.")
    old, new = with_impacts(session, reader, earlier), with_impacts(session, reader, later)
    changed = tuple(q for q in later.questionnaire.questions if _differs(earlier.questionnaire, q))
    left = {question.id for question in changed}
    given = {name: answer for name, answer in new.given.items() if name in left}
    known = later.questionnaire.question
    given |= {name: answer for name, answer in old.given.items() if name in known and name not in left}
    facts = {fact.id for fact in later.questionnaire.profile}
    profile = {**new.profile, **{fact: holds for fact, holds in old.profile.items() if fact in facts}}
    before = read_answers(later.questionnaire, profile, given, new.impacts)
    instrument = later.instrument.with_impacts(new.impacts)
    first = assess(earlier.instrument, old, ["recommendations"])
    return Round(
        earlier=first,
        later=assess(later.instrument, new, []),
        found=compare(instrument, before, new),
        changed=changed,
        actions=tuple(_carried_out(earlier.questionnaire, first, new)),
    )


def _differs(earlier: Questionnaire, question: Question) -> bool:
    """Whether a question is new, or is asked or counted otherwise than before; other words of its reason are not."""
    before = earlier.question.get(question.id)
    if before is None:
        return True
    shown = {"ask", "hint", "kind", "options", "links", "only_if", "not_applicable"}
    return before.model_dump(include=shown) != question.model_dump(include=shown)


def _carried_out(earlier: Questionnaire, first: Result, now: Answers) -> list[CarriedOut]:
    found = []
    for ranked in first.recommendations or []:
        moves = [*ranked.lifts, *ranked.lowers]
        if ranked.lane in CALLED_FOR and moves:
            done = all(_is_in_place(now, move["question"], move["to"]) for move in moves)
            found.append(CarriedOut(earlier.recommendation[ranked.id], done))
    return found


def _is_in_place(now: Answers, name: str, target: str) -> bool:
    question = now.questionnaire.question.get(name)
    if question is None or target not in question.level_of:
        return False
    level, wanted = question.level_of.get(now.answer(name).option), question.level_of[target]
    if level is None:
        return False
    return level >= wanted if question.kind == "control" else level <= wanted
