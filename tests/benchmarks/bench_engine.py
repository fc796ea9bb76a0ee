"""The engine's speed: one assessment's latency, and 100,000 rows at both ends with bands against a bare numpy pass.

The floor is what numpy itself takes for the same 400 links, once: for each link gather the row of its question,
multiply by the strength, add to its scenario, with gaps left out of both sums. It clamps nothing, caps nothing, has no
chains and no bands, and does one end where the engine does two. Floor and engine take turns, so that a busy machine
slows both, and medians are compared.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from scoring.answers import Answers, read_answers
from scoring.engine import Instrument
from scoring.slots import Array, Mask
from tests.benchmarks.generated import answered, generated
from tests.benchmarks.table import Row, markdown

ROWS = 100_000
TIMES = 5.0  # the floor
ONE = 1.0  # ms, for one set of answers
ROUNDS = 7


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], rounds: int) -> float:
    """The median seconds, after a round to warm up."""
    return statistics.median([seconds(work) for _ in range(rounds + 1)][1:])


def rows_of(instrument: Instrument, rows: int) -> tuple[Array, Array, Mask]:
    """Random answers as levels at the worst and best end, and what applies: a tenth unknown, a few not applicable."""
    chance = np.random.default_rng(1)
    shape = (len(instrument.questions), rows)
    known = chance.integers(0, 4, shape) / 3
    unknown = chance.random(shape) < 0.1
    optional = np.array([question.not_applicable for question in instrument.questions])
    applies = ~((chance.random(shape) < 0.1) & optional[:, None])
    worst = np.where(unknown, instrument.worst_level[:, None], known)
    best = np.where(unknown, instrument.best_level[:, None], known)
    return worst, best, applies


def bare_pass(instrument: Instrument, levels: Array, applies: Mask) -> Array:
    """Weighted means over all links, scenario by row; nothing of the model beyond that."""
    shape = (len(instrument.scenarios), levels.shape[1])
    total, weights = np.zeros(shape), np.zeros(shape)
    for place, question in enumerate(instrument.questions):
        for link in question.links:
            scenario = instrument.scenario_index[link.scenario]
            total[scenario] += np.where(applies[place], levels[place] * link.strength, 0.0)
            weights[scenario] += applies[place] * float(link.strength)
    return total / weights


def both_ends(instrument: Instrument, worst: Array, best: Array, applies: Mask) -> None:
    """Everything that the engine gives for the rows: residual risks, stages, chains, overall, and their bands."""
    opened = np.ones((len(instrument.scenarios), 1), dtype=bool)
    for levels in (worst, best):
        instrument.bands(instrument.score(levels, applies, opened), opened)


def one_set(instrument: Instrument, answers: Answers) -> None:
    """One set of answers at both ends with bands."""
    ends = instrument.ends(answers)
    levels, opened = np.column_stack([ends.worst, ends.best]), ends.open[:, None]
    instrument.bands(instrument.score(levels, ends.applies[:, None], opened), opened)


def measure() -> list[Row]:
    """Rows of the table."""
    asked = generated()
    instrument = Instrument(asked)
    worst, best, applies = rows_of(instrument, ROWS)
    turns = [
        (
            seconds(lambda: bare_pass(instrument, worst, applies)),
            seconds(lambda: both_ends(instrument, worst, best, applies)),
        )
        for _ in range(ROUNDS + 1)
    ][1:]
    floor, engine = (1e3 * statistics.median(turn[side] for turn in turns) for side in (0, 1))
    times = statistics.median(ours / bare for bare, ours in turns)
    answers = read_answers(asked, {}, answered(asked, gaps=True))
    one = 1e3 * median(lambda: one_set(instrument, answers), 20 * ROUNDS)
    return [
        Row(
            f"Engine, {ROWS:,} answer sets at both ends with bands, times one bare numpy pass",
            f"{times:.1f} ({engine:.0f} ms, {floor:.0f} ms)",
            f"≤ {TIMES:.0f}",
            times <= TIMES,
        ),
        Row("… one answer set, median", f"{one:.2f} ms", f"< {ONE:.0f} ms", one < ONE),
    ]


if __name__ == "__main__":
    print(markdown(measure()))
