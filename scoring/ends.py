"""Answers as levels, read in four ways: at the worst end, at the best, in the stress test, and as far as shown.

Every option of every question, the reserved ones among them, is compiled to one row of figures; a set of answers is
then so many rows of that table.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from scoring.answers import NO_ANSWER, Answers
from scoring.questionnaire import LADDER, NOT_APPLICABLE, RESERVED, Question
from scoring.slots import Array, Index, Mask

WORST, BEST, STRESSED, SHOWN = range(4)  # the columns of what is read
ANSWERED = "answered"
_ABSENT, _ON_PAPER, _OPERATING, _EVIDENCED = LADDER
_STATES = [(is_control, state) for is_control in (True, False) for state in (*LADDER, ANSWERED, *RESERVED)]
_STATE_INDEX = {state: index for index, state in enumerate(_STATES)}
_ALWAYS, _UNLESS_NOTED = 1, 2  # when an option counts one step lower as far as shown


@dataclass(slots=True, eq=False)
class Ends:
    """One set of answers. Don't know, prefer not to say and not answered stand at the question's worst and best level.

    `levels`, `applying`: (questions, 4), in the columns WORST, BEST, STRESSED (everything *not applicable* counts, at
    its worst) and SHOWN (an operating control without a note counts as on paper, a top level that no reviewer has
    confirmed as operating, a signal's lowest option without a note as don't know).
    `unknown`: (questions,), of those that apply; `unshown`: indexes of the questions that SHOWN counts lower;
    `open`: (scenarios,). `counts`: of the questions asked, by whether they are controls, how many stand at each level
    of the ladder, are otherwise answered, or have each reserved option.
    """

    levels: Array
    applying: Mask
    unknown: Mask
    unshown: list[int]
    open: Mask
    counts: dict[tuple[bool, str], int]

    @property
    def worst(self) -> Array:
        """Levels at the worst end, (questions,)."""
        return self.levels[:, WORST]

    @property
    def best(self) -> Array:
        """Levels at the best end, (questions,)."""
        return self.levels[:, BEST]

    @property
    def applies(self) -> Mask:
        """What applies at either end: asked and not *not applicable*, (questions,)."""
        return self.applying[:, WORST]

    def count(self, *states: str, controls_only: bool = False) -> int:
        """How many of the questions asked, or of the controls among them, are in one of the states."""
        kinds = (True,) if controls_only else (True, False)
        return sum([self.counts[is_control, state] for is_control in kinds for state in states])


class OptionTable:
    """Every option of every question as a row: its level read in each way, whether it applies, is unknown."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._row: dict[str, dict[str, int]] = {}
        levels: list[tuple[float, float, float, float]] = []
        steps: list[tuple[int, float]] = []
        states: list[int] = []
        for question in questions:
            is_control = question.kind == "control"
            worst, best = (
                question.options[0 if is_control else -1].level,
                question.options[-1 if is_control else 0].level,
            )
            rows = self._row[question.id] = {}
            for option, level in question.level_of.items():
                step, lower = _lower(question, option, worst)
                rows[option] = len(levels)
                levels.append((level, level, level, lower if step == _ALWAYS else level))
                steps.append((step, lower))
                states.append(_STATE_INDEX[is_control, option if is_control else ANSWERED])
            for option in RESERVED:
                rows[option] = len(levels)
                levels.append((worst, best, worst, worst))
                steps.append((0, worst))
                states.append(_STATE_INDEX[is_control, option])
        self._levels = np.array(levels)
        self._step = np.array([step for step, _ in steps])
        self._lower = [lower for _, lower in steps]
        self._states: Index = np.array(states, dtype=np.intp)
        reserved = [_STATES[state][1] for state in states]
        self._is_unknown = np.array([name in RESERVED and name != NOT_APPLICABLE for name in reserved])
        not_applicable = np.array([name == NOT_APPLICABLE for name in reserved])
        self._applying = np.repeat(~not_applicable[:, None], 4, axis=1)
        self._applying[:, STRESSED] = True

    def ends(self, answers: Answers, opened: Mask) -> Ends:
        """A set of answers read in the four ways; `opened`: the scenarios that the profile leaves open."""
        given = list(map(answers.given.get, self._row, repeat(NO_ANSWER)))
        rows = np.array([row[answer.option] for row, answer in zip(self._row.values(), given, strict=True)])
        levels, applying = self._levels.take(rows, axis=0), self._applying.take(rows, axis=0)
        unknown, states = self._is_unknown.take(rows), self._states.take(rows)
        step = self._step.take(rows)
        if answers.hidden:
            asked = outside(answers.hidden, self._row)
            applying &= asked[:, None]
            unknown &= asked
            states = states[asked]
            step *= asked
        if answers.confirmed:
            said = outside(answers.confirmed, self._row)
            step *= said
            levels[:, SHOWN] = np.where(said, levels[:, SHOWN], levels[:, WORST])
        unshown = []
        for index in step.nonzero()[0].tolist():
            if step[index] == _ALWAYS:
                unshown.append(index)
            elif not given[index].note.strip():
                unshown.append(index)
                levels[index, SHOWN] = self._lower[rows[index]]
        tally = np.bincount(states, minlength=len(_STATES)).tolist()
        return Ends(levels, applying, unknown, unshown, opened, dict(zip(_STATES, tally, strict=True)))


def _lower(question: Question, option: str, worst: float) -> tuple[int, float]:
    """Whether an option counts lower as far as shown, and at which level."""
    level = question.level_of
    if question.kind == "control" and option == _EVIDENCED:
        return _ALWAYS, level[_OPERATING]
    if question.kind == "control" and option == _OPERATING:
        return _UNLESS_NOTED, level[_ON_PAPER]
    if question.kind == "signal" and option == question.options[0].id:
        return _UNLESS_NOTED, worst
    return 0, worst


def outside(ids: Collection[str], known: Collection[str]) -> Mask:
    """Which of the known ids are not among `ids`, (known,)."""
    return np.array([name not in ids for name in known]) if ids else np.ones(len(known), dtype=bool)
