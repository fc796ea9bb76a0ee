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
from scoring.engine import Array, Instrument, Mask
from scoring.result import assess
from tests.benchmarks.generated import answered, generated

ROWS = 100_000
LIMIT = 5.0  # times the floor
LATENCY_LIMIT = 1.0  # ms, to score one set of answers at both ends with bands
ROUNDS = 7


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def taking_turns(*works: Callable[[], object], rounds: int) -> list[float]:
    """The median seconds of each, one after the other in every round, after a round to warm up."""
    times = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def rows_of(instrument: Instrument, rows: int) -> tuple[Array, Array, Mask]:
    """Random answers as levels at the worst and at the best end, and what applies; a tenth unknown, some not applicable."""
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


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds, and the ratio of engine to floor."""
    asked = generated()
    instrument = Instrument(asked)
    worst, best, applies = rows_of(instrument, rows)
    floor, engine = taking_turns(
        lambda: bare_pass(instrument, worst, applies),
        lambda: both_ends(instrument, worst, best, applies),
        rounds=rounds,
    )
    answers = read_answers(asked, {}, answered(asked, gaps=True))
    one, bare, whole = taking_turns(
        lambda: one_set(instrument, answers),
        lambda: assess(instrument, answers, []),
        lambda: assess(instrument, answers),
        rounds=10 * rounds,
    )
    return {
        "floor": floor * 1e3,
        "engine": engine * 1e3,
        "ratio": engine / floor,
        "one": one * 1e3,
        "bare": bare * 1e3,
        "whole": whole * 1e3,
    }


def main() -> None:
    """Print figures beside their limits."""
    found = measure()
    lines = [
        ("numpy floor, one pass over 400 links", f"{found['floor']:.0f} ms", ""),
        ("engine, both ends with bands", f"{found['engine']:.0f} ms", ""),
        ("engine / floor", f"{found['ratio']:.2f}", f"at most {LIMIT:g}"),
        ("one set of answers, both ends with bands", f"{found['one']:.2f} ms", f"under {LATENCY_LIMIT:g} ms"),
        ("one result, scores alone", f"{found['bare']:.2f} ms", ""),
        ("one result, everything included", f"{found['whole']:.1f} ms", ""),
    ]
    print(f"engine, {ROWS:,} rows of 120 questions, 36 scenarios, 400 links; medians of {ROUNDS} turns")
    for what, figure, limit in lines:
        print(f"  {what:<44}{figure:>10}   {limit}")


if __name__ == "__main__":
    main()
