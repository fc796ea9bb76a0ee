"""Would other weights change it? Every result again under a thousand other sensible settings (scoring.draws).

The interval between the two ends needs no assumption: it says what is not known. What stands here needs some: it says
how far a result hangs on judgements that others might have made differently. Source: scoring model, “Robustness”.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, get_args

import numpy as np

from scoring.answers import Answers
from scoring.draws import Draws, draw, option_levels, settings_of
from scoring.ends import WORST, Ends
from scoring.engine import BandPlaces, Bands, Instrument, Parameters, Scores
from scoring.questionnaire import Robustness
from scoring.recommendations import Lane, Plan, Ranked
from scoring.slots import Array, Index

Label = Literal["stable", "likely", "depends_on_assumptions"]
LABELS: tuple[Label, ...] = get_args(Label)
UNLABELLED: tuple[Lane, ...] = ("duty", "look_into")  # done whatever they gain


@dataclass(frozen=True)
class Trial:
    """One score over the draws: the range without the lowest and highest twentieth, and the share of draws in which it
    lies in the headline's band; `at_worst` the same with everything unknown at its worst instead of at random."""

    interval: tuple[float, float]
    in_band: float
    interval_at_worst: tuple[float, float]
    in_band_at_worst: float


@dataclass(frozen=True)
class Standing:
    """The place of one recommendation by itself (points alone by effort), as it stands and over the draws.

    rank: 1 for the most; median and interval: of the rank over the draws; among_first: share of the draws in which it
    is among the first few; label: whether it stays on its side of that line. The last two are None where there are too
    few recommendations for a line.
    """

    id: str
    rank: int
    median: int
    interval: tuple[int, int]
    among_first: float | None
    label: Label | None


@dataclass(frozen=True)
class Robust:
    """Chains in the order of the instrument (None where absent), overall, and the recommendations by their rank."""

    chains: tuple[Trial | None, ...]
    overall: Trial
    standings: tuple[Standing, ...]


def try_out(instrument: Instrument, answers: Answers, ends: Ends, bands: Bands, plan: Plan) -> Robust:
    """Try one set of answers; `bands` are those of its ends, `plan` its order of recommendations.

    Raises ValueError where the risk model says nothing about robustness.
    """
    settings, draws = settings_of(instrument), draw(instrument)
    applies, opened, tail = ends.applies[:, None], ends.open[:, None], settings.tail.value
    at_random, at_worst = _levels(instrument, draws, answers)
    scored = [instrument.score(levels, applies, opened, draws.parameters) for levels in (at_random, at_worst)]
    placed = [instrument.bands(_moved(scores, draws.cuts), opened) for scores in scored]

    def trial(row: int, headline: int) -> Trial | None:
        if headline < 0:
            return None
        return _trial(tail, [s.chains[row] for s in scored], [b.chains[row] for b in placed], headline)

    chains = tuple(trial(row, headline) for row, headline in enumerate(bands.chains[:, WORST].tolist()))
    overall = _trial(tail, [s.overall for s in scored], [b.overall for b in placed], int(bands.overall[WORST]))
    moving = [ranked for ranked in plan.ranked if ranked.lifts or ranked.lowers]
    return Robust(chains, overall, _standings(instrument, settings, ends, draws, at_random, scored[0], moving))


def _levels(instrument: Instrument, draws: Draws, answers: Answers) -> tuple[Array, Array]:
    """The level of each answer in each draw, with what is unknown at random and at its worst: (questions, draws)."""
    at_random, at_worst, every = [], [], np.arange(len(draws.cuts))
    for index, (question, levels) in enumerate(zip(instrument.questions, draws.levels, strict=True)):
        given = answers.answer(question.id).option
        if given in question.level_of:
            place = list(question.level_of).index(given)
            at_random.append(levels[place])
            at_worst.append(levels[place])
        else:
            at_random.append(levels[draws.chosen[index], every])
            at_worst.append(levels[0 if instrument.is_control[index] else -1])
    return np.array(at_random), np.array(at_worst)


def _moved(scores: Scores, cuts: Array) -> Scores:
    """Scores as seen from cuts that stand so many points higher."""
    return Scores(scores.residual - cuts, scores.stages - cuts, scores.chains - cuts, scores.overall - cuts)


def _trial(tail: float, values: Sequence[Array], places: Sequence[BandPlaces], headline: int) -> Trial:
    intervals = [_range(each, tail) for each in values]
    shares = [float((place == headline).sum()) / len(place) for place in places]
    return Trial(intervals[0], shares[0], intervals[1], shares[1])


def _range(values: Array, tail: float) -> tuple[float, float]:
    """The values below which lie the tail, and all but the tail, of the draws: each is one of the draws."""
    ordered = np.sort(values)
    return float(ordered[_at(tail, len(ordered))]), float(ordered[_at(1 - tail, len(ordered))])


def _at(share: float, count: int) -> int:
    return max(ceil(round(share * count, 6)) - 1, 0)


def ranks_in(
    instrument: Instrument, answers: Answers, ends: Ends, draws: Draws, moving: Sequence[Ranked]
) -> tuple[Scores, Index]:
    """Scores in each draw with unknowns at random, and the rank of each of these recommendations by itself there."""
    levels, _ = _levels(instrument, draws, answers)
    scores = instrument.score(levels, ends.applies[:, None], ends.open[:, None], draws.parameters)
    efforts = np.array([[instrument.model.efforts[r.recommendation.effort]] for r in moving])
    return scores, _ranks(
        instrument, _gains(instrument, draws.parameters, ends, levels, draws.levels, scores, moving), efforts
    )


def _standings(
    instrument: Instrument,
    settings: Robustness,
    ends: Ends,
    draws: Draws,
    levels: Array,
    scores: Scores,
    moving: Sequence[Ranked],
) -> tuple[Standing, ...]:
    """Each recommendation by itself, by rank; `levels` and `scores` are those of the draws."""
    effort = instrument.model.efforts
    ordered = sorted(moving, key=lambda r: (effort[r.recommendation.effort], r.recommendation.id))
    if not ordered:
        return ()
    efforts = np.array([[effort[r.recommendation.effort]] for r in ordered])
    now = instrument.score(ends.worst[:, None], ends.applies[:, None], ends.open[:, None])
    plain = [option_levels(question) for question in instrument.questions]
    rank = _ranks(
        instrument, _gains(instrument, instrument.parameters, ends, ends.worst[:, None], plain, now, ordered), efforts
    )
    drawn = _ranks(
        instrument, _gains(instrument, draws.parameters, ends, levels, draws.levels, scores, ordered), efforts
    )
    ranks, count, first, tail = np.sort(drawn, axis=1), drawn.shape[1], int(settings.first.value), settings.tail.value
    low, middle, high = (ranks[:, _at(share, count)].tolist() for share in (tail, 0.5, 1 - tail))
    among = ((ranks <= first).sum(axis=1) / count).tolist()
    found = []
    for row, ranked in enumerate(ordered):
        standing = Standing(ranked.recommendation.id, int(rank[row, 0]), middle[row], (low[row], high[row]), None, None)
        if len(ordered) > first:
            stays = among[row] if standing.rank <= first else 1 - among[row]
            label = None if ranked.lane in UNLABELLED else _label(settings, stays)
            standing = replace(standing, among_first=among[row], label=label)
        found.append(standing)
    return tuple(sorted(found, key=lambda standing: standing.rank))


def _label(settings: Robustness, share: float) -> Label:
    if share >= settings.stable.value:
        return "stable"
    return "likely" if share >= settings.likely.value else "depends_on_assumptions"


def _gains(
    instrument: Instrument,
    p: Parameters,
    ends: Ends,
    levels: Array,
    of_options: Sequence[Array],
    now: Scores,
    moving: Sequence[Ranked],
) -> Array:
    """By how many points each recommendation alone lowers the overall score `now`: (recommendations, rows).

    `of_options`: by question, the levels of its options, (options, rows). Only the scenarios that its questions bear on
    are worked out again.
    """
    counts = ends.applies[:, None].astype(float)
    weights, counted = p.weight * ends.open[:, None], levels * counts
    gains = np.empty((len(moving), levels.shape[-1]))
    for row, ranked in enumerate(moving):
        moves = [(instrument.question_index[move.question], move.to) for move in (*ranked.lifts, *ranked.lowers)]
        before = {index: counted[index].copy() for index, _ in moves}
        for index, option in moves:
            target = of_options[index][list(instrument.questions[index].level_of).index(option)]
            better = np.maximum if instrument.is_control[index] else np.minimum
            counted[index] = better(counted[index], target)
        links = [link for index, _ in moves for link in instrument.questions[index].links]
        touched = sorted({instrument.scenario_index[link.scenario] for link in links})
        residual = now.residual.copy()
        residual[touched] = instrument.risks(counted, counts, p.only(touched)).residual
        gains[row] = now.overall - instrument.means_of_chains(residual, weights, p.geometric)[1]
        for index, as_before in before.items():
            counted[index] = as_before
    return gains


def _ranks(instrument: Instrument, gains: Array, efforts: Array) -> Index:
    """1 for the most points by effort; ties by points, then as the candidates stand: (candidates, rows)."""
    index, points = instrument.rounded(gains / efforts), instrument.rounded(gains)
    order = np.lexsort((-points, -index), axis=0)
    ranks: Index = np.empty(order.shape, dtype=np.intp)
    np.put_along_axis(ranks, order, np.arange(1, len(order) + 1)[:, None], axis=0)
    return ranks
