"""Two assessments by one questionnaire: what moved, and which answers caused it, to the last point.

At the worst end. A change of the profile comes first: what it opens or closes is its own part. Then each changed answer
gets its Shapley value: the mean of what it changes over all orders in which the answers could have changed. For each
scenario only the changed answers that bear on it count, so every order can be gone through; and since a chain is a
weighted mean of its scenarios, and overall a mean of chains, the parts add up to the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np

from scoring.answers import Answers
from scoring.engine import Instrument
from scoring.slots import Array, Mask

MOST = 16  # changed answers that bear on one scenario; more are taken together, as the last of them


@dataclass(frozen=True)
class Part:
    """What one cause adds to the scores (below 0: it lowered them): overall, and by chain, nan where it is absent."""

    overall: float
    chains: tuple[float, ...]


@dataclass(frozen=True)
class Moved:
    """An answer that differs, and its part of the difference."""

    question: str
    before: str
    after: str
    part: Part


@dataclass(frozen=True)
class Comparison:
    """before, after: scores at the worst end; profile: what opening and closing brought; moved: the largest first.

    The chains are those that are present after. profile and moved add up to after less before.
    """

    before: Part
    after: Part
    profile: Part
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class _State:
    levels: Array
    applies: Mask
    opened: Mask


def compare(instrument: Instrument, before: Answers, after: Answers) -> Comparison:
    """Compare two sets of answers to one questionnaire."""
    old, new = _state(instrument, before), _state(instrument, after)
    # The earlier answers under the later profile: what is asked now and was not then stands as it does now.
    was_asked = _asked(instrument, before)
    hybrid = _State(
        levels=np.where(was_asked, old.levels, new.levels),
        applies=np.where(was_asked, old.applies, new.applies) & _asked(instrument, after),
        opened=new.opened,
    )
    first, middle, last = (_scores(instrument, state) for state in (old, hybrid, new))
    changed = [
        index
        for index in range(len(instrument.questions))
        if (hybrid.levels[index], hybrid.applies[index]) != (new.levels[index], new.applies[index])
    ]
    shares = _shares(instrument, hybrid, new, changed)
    moved = [
        Moved(
            question=(name := instrument.questions[index].id),
            before=before.answer(name).option,
            after=after.answer(name).option,
            part=_part(instrument, new.opened, shares[place]),
        )
        for place, index in enumerate(changed)
    ]
    moved.sort(key=lambda one: (-abs(one.part.overall), one.question))
    return Comparison(first, last, _less(middle, first), tuple(moved))


def _state(instrument: Instrument, answers: Answers) -> _State:
    ends = instrument.ends(answers)
    return _State(ends.worst, ends.applies, ends.open)


def _asked(instrument: Instrument, answers: Answers) -> Mask:
    return np.array([question.id not in answers.hidden for question in instrument.questions])


def _scores(instrument: Instrument, state: _State) -> Part:
    scores = instrument.score(state.levels[:, None], state.applies[:, None], state.opened[:, None])
    return Part(float(scores.overall[0]), tuple(scores.chains[:, 0].tolist()))


def _less(one: Part, other: Part) -> Part:
    """One less the other; a chain that is not in both counts as it is in the one that has it, against nothing."""
    chains = np.nan_to_num(np.array(one.chains)) - np.nan_to_num(np.array(other.chains))
    absent = np.isnan(one.chains) & np.isnan(other.chains)
    return Part(one.overall - other.overall, tuple(np.where(absent, np.nan, chains).tolist()))


def _shares(instrument: Instrument, old: _State, new: _State, changed: Sequence[int]) -> Array:
    """Each changed answer's part of each scenario's residual risk: (changed, scenarios)."""
    shares = np.zeros((len(changed), len(instrument.scenarios)))
    for scenario in np.flatnonzero(new.opened):
        name = instrument.scenarios[scenario].id
        bearing = [
            place
            for place, index in enumerate(changed)
            if any(link.scenario == name for link in instrument.questions[index].links)
        ]
        if bearing:
            values = _of_sets(instrument, old, new, [changed[place] for place in bearing], int(scenario))
            shares[bearing[:MOST], scenario] = _shapley(values, min(len(bearing), MOST))
    return shares


def _of_sets(instrument: Instrument, old: _State, new: _State, questions: list[int], scenario: int) -> Array:
    """The scenario's residual risk with each set of the answers changed: row n changes those whose bits n has."""
    players = [[index] for index in questions[: MOST - 1]] + [questions[MOST - 1 :]] * (len(questions) >= MOST)
    rows = 1 << len(players)
    counted = np.repeat((old.levels * old.applies)[:, None], rows, axis=1)
    counts = np.repeat(old.applies[:, None].astype(float), rows, axis=1)
    for bit, members in enumerate(players):
        changed = (np.arange(rows) >> bit & 1).astype(bool)
        for index in members:
            counted[index, changed] = new.levels[index] * new.applies[index]
            counts[index, changed] = float(new.applies[index])
    residual: Array = instrument.risks(counted, counts, instrument.parameters.only([scenario])).residual[0]
    return residual


def _shapley(values: Array, players: int) -> Array:
    """By player, the mean over all orders of what its turn adds; `values` by set, a bit for each player."""
    sets = np.arange(1 << players)
    sizes = np.array([int(number).bit_count() for number in sets])
    weight = np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])
    found = np.empty(players)
    for player in range(players):
        without = sets[(sets >> player & 1) == 0]
        found[player] = float((weight[sizes[without]] * (values[without | 1 << player] - values[without])).sum())
    return found


def _part(instrument: Instrument, opened: Mask, residual: Array) -> Part:
    """What changes of residual risks (scenarios,) make of chains and overall."""
    weights = instrument.parameters.weight * opened[:, None]
    chains, overall = instrument.means_of_chains(residual[:, None], weights, np.array([False]))
    return Part(float(overall[0]), tuple(chains[:, 0].tolist()))
