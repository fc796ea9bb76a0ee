"""How a questionnaire behaves as an instrument: what weighs how much, and which of its authors' choices matter.

For those who make questionnaires, not for reports. Follows the OECD/JRC Handbook on Constructing Composite Indicators,
steps on weighting, uncertainty and sensitivity. Needs scipy (the extra `audit`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.answers import Answer, Answers, read_answers
from scoring.draws import draws_from, uniforms
from scoring.ends import Ends
from scoring.engine import Instrument
from scoring.recommendations import plan
from scoring.robustness import ranks_in
from scoring.slots import Array, Index, Mask

SETS = 512  # random answer sets
DRAWS = 4096  # of each of the eleven kinds that Sobol indices need; a power of two
RESAMPLES = 299  # of the draws, for the intervals of the indices
TRIED = 32  # answer sets with which a question's options are gone through
NOTE = "Register of May, kept at the registry"  # without one, some options do not count in full
CHOICES: Mapping[str, tuple[str, ...]] = {
    "strengths of links": ("strengths",),
    "key marks": ("keys",),
    "weights of scenarios": ("weights",),
    "baselines and impacts": ("moves", "baselines", "impacts"),
    "reach of safeguards": ("reach",),
    "ladder of safeguards": ("ladder",),
    "cap for missing keys": ("cap",),
    "mean of a chain": ("mean",),
    "levels of exposures and signals": ("levels",),
}


@dataclass(frozen=True)
class Weighing:
    """One question's weight in practice. shares: of each chain's score (0 to 1, by chain); overall: points between its
    worst and best answer, on average; left_out: mean points by which overall moves without it, and the rank correlation
    of overall with and without it; is_dead: none of its answers changed a recommendation."""

    question: str
    shares: tuple[float, ...]
    overall: float
    left_out: float
    correlation: float
    is_dead: bool


@dataclass(frozen=True)
class SobolIndex:
    """A share of the variance, with the 95 % interval of a percentile bootstrap over the draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Influence:
    """Sobol indices of one choice of the authors: first-order and total, for the overall score and for the order of
    actions (mean shift of ranks)."""

    choice: str
    score_first: SobolIndex
    score_total: SobolIndex
    ranks_first: SobolIndex
    ranks_total: SobolIndex


@dataclass(frozen=True)
class Behaviour:
    """bands: the share of random answer sets in each band, overall and by chain."""

    weighings: tuple[Weighing, ...]
    bands: dict[str, tuple[float, ...]]
    influences: tuple[Influence, ...]


def behaviour(instrument: Instrument, answers: Answers) -> Behaviour:
    """Try a questionnaire on random answers, and its design choices on one set of answers."""
    return Behaviour(weighings(instrument), _bands(instrument), _influences(instrument, answers))


def _random(instrument: Instrument, count: int, seed: int) -> tuple[Array, Index]:
    """Random answers, each option of a question as likely as the other: levels and options, (questions, count)."""
    chance = np.random.PCG64(seed).random_raw(len(instrument.questions) * count) >> np.uint64(11)
    numbers = (chance * 2.0**-53).reshape(len(instrument.questions), count)
    options = np.array([np.floor(row * len(q.options)) for row, q in zip(numbers, instrument.questions, strict=True)])
    picked: Index = options.astype(np.intp)
    levels = [
        np.array([option.level for option in q.options])[row]
        for q, row in zip(instrument.questions, picked, strict=True)
    ]
    return np.array(levels), picked


def _open(instrument: Instrument) -> tuple[Mask, Mask]:
    """Everything asked and every scenario open."""
    return np.ones((len(instrument.questions), 1), dtype=bool), np.ones((len(instrument.scenarios), 1), dtype=bool)


def _bands(instrument: Instrument) -> dict[str, tuple[float, ...]]:
    applies, opened = _open(instrument)
    levels, _ = _random(instrument, 8 * SETS, seed=2)
    bands = instrument.bands(instrument.score(levels, applies, opened), opened)
    rows = {"overall": bands.overall} | dict(zip(instrument.chains, bands.chains, strict=True))
    count = len(instrument.model.bands)
    return {name: tuple(float((row == band).mean()) for band in range(count)) for name, row in rows.items()}


def weighings(instrument: Instrument) -> tuple[Weighing, ...]:
    """The weight of each question, in the questionnaire’s order."""
    from scipy.stats import spearmanr  # type: ignore[import-untyped]

    applies, opened = _open(instrument)
    levels, picked = _random(instrument, SETS, seed=1)
    plain = instrument.score(levels, applies, opened).overall
    effects, overall, without = [], [], []
    for index in range(len(instrument.questions)):
        ends = []
        for level in (instrument.worst_level[index], instrument.best_level[index]):
            moved = levels.copy()
            moved[index] = level
            ends.append(instrument.score(moved, applies, opened))
        effects.append(np.abs(ends[0].chains - ends[1].chains).mean(axis=1))
        overall.append(float(np.abs(ends[0].overall - ends[1].overall).mean()))
        left = applies.copy()
        left[index] = False
        without.append(instrument.score(levels, left, opened).overall)
    total = np.sum(effects, axis=0)
    dead = _dead(instrument, picked)
    return tuple(
        Weighing(
            question=question.id,
            shares=tuple((effects[index] / np.where(total > 0, total, 1)).tolist()),
            overall=overall[index],
            left_out=float(np.abs(without[index] - plain).mean()),
            correlation=float(spearmanr(plain, without[index]).statistic),
            is_dead=question.id in dead,
        )
        for index, question in enumerate(instrument.questions)
    )


def _dead(instrument: Instrument, picked: Index) -> set[str]:
    """Questions none of whose answers changed any recommendation's lane or place, in the sets that were tried."""
    left = {question.id for question in instrument.questions}
    for column in range(TRIED):
        given = {
            question.id: Answer(question.options[picked[index, column]].id, NOTE)
            for index, question in enumerate(instrument.questions)
        }
        for question in instrument.questions:
            if question.id in left:
                orders = {_order(instrument, given, question.id, option.id) for option in question.options}
                if len(orders) > 1:
                    left.discard(question.id)
    return left


def _order(instrument: Instrument, given: dict[str, Answer], question: str, option: str) -> tuple[object, ...]:
    changed = given | {question: Answer(option, NOTE)}
    answers = read_answers(instrument.questionnaire, {}, changed)
    ranked = plan(instrument, answers, instrument.ends(answers)).ranked
    return tuple((r.recommendation.id, r.lane, r.rank) for r in ranked)


def _influences(instrument: Instrument, answers: Answers) -> tuple[Influence, ...]:
    from scipy.stats import bootstrap, sobol_indices

    ends = instrument.ends(answers)
    first, second = (uniforms(instrument, seed, DRAWS) for seed in (1, 2))
    mixed = [{**first, **{name: second[name] for name in names}} for names in CHOICES.values()]
    found = np.array([_outcomes(instrument, answers, ends, numbers) for numbers in (first, second, *mixed)])

    def indices(draws: Index) -> Array:
        """First and total order: (2, outcomes, choices)."""
        a, b, *ab = found[:, :, draws]
        estimated = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": np.array(ab)}, n=DRAWS)
        return np.array([estimated.first_order, estimated.total_order])

    every = np.arange(DRAWS)
    seeded = np.random.default_rng(3)
    trials = bootstrap((every,), indices, n_resamples=RESAMPLES, method="percentile", rng=seeded)
    values, (low, high) = indices(every), trials.confidence_interval
    return tuple(
        Influence(
            choice,
            *(
                SobolIndex(*(float(bound[order, outcome, row]) for bound in (values, low, high)))
                for outcome in (0, 1)
                for order in (0, 1)
            ),
        )
        for row, choice in enumerate(CHOICES)
    )


def _outcomes(instrument: Instrument, answers: Answers, ends: Ends, numbers: dict[str, Array]) -> Array:
    """The overall score and the mean shift of ranks in each draw: (2, draws)."""
    moving = [r for r in plan(instrument, answers, ends).ranked if r.lifts or r.lowers]
    scores, ranks = ranks_in(instrument, answers, ends, draws_from(instrument, numbers), moving)
    usual = np.median(ranks, axis=1, keepdims=True)
    return np.array([scores.overall, np.abs(ranks - usual).mean(axis=0)])
