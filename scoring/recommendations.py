"""What to do first: the benefit of each recommendation by exact re-scoring, the greedy order, and the lanes.

Nothing is credited twice: after each pick everything that is left is scored again on top of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np

from scoring.answers import Answers
from scoring.ends import Ends
from scoring.engine import Instrument, Scores, Workings
from scoring.questionnaire import Follow, Move, Recommendation
from scoring.slots import Array

Lane = Literal[
    "duty", "look_into", "quick_win", "major_project", "find_out", "keep_and_watch", "covered", "no_gain_at_present"
]
LANES: tuple[Lane, ...] = get_args(Lane)  # in the order of the report
CALLED_FOR = LANES[:5]  # those that ask somebody to act


@dataclass(frozen=True)
class Benefit:
    """Points of the score that fall away: overall, and by chain (nan where the chain is absent)."""

    overall: float
    chains: tuple[float, ...]


@dataclass(frozen=True)
class Ranked:
    """A recommendation to the agency with its place. rank: 1 for the first pick, None where it is not picked."""

    recommendation: Recommendation
    lane: Lane
    rank: int | None
    benefit: Benefit
    benefit_best_end: Benefit
    benefit_alone: Benefit
    lifts: tuple[Move, ...]
    lowers: tuple[Move, ...]
    because: tuple[str, ...]


@dataclass(frozen=True)
class ForOthers:
    """A recommendation to somebody else; its benefit alone where it would move an answer."""

    recommendation: Recommendation
    benefit_alone: Benefit | None
    lifts: tuple[Move, ...]
    lowers: tuple[Move, ...]


@dataclass(frozen=True)
class Plan:
    """The recommendations of one report: ranked first, then those that greedy does not reach, lane by lane."""

    ranked: tuple[Ranked, ...]
    measures: tuple[Recommendation, ...]
    for_others: tuple[ForOthers, ...]


@dataclass
class _Candidate:
    recommendation: Recommendation
    moves: list[tuple[int, float, Move]]  # question's index, target level; those that apply
    changed: list[tuple[int, float, Move]]  # those that would change something at the worst end
    alone: Benefit
    rank: int | None = None
    at_place: Benefit | None = None
    best_end: Benefit | None = None


def plan(instrument: Instrument, answers: Answers, ends: Ends) -> Plan:
    """Order the questionnaire's recommendations for one set of answers."""
    questionnaire = instrument.questionnaire
    ours, others, measures = [], [], []
    for recommendation in questionnaire.recommendations:
        if recommendation.addressee not in ("agency", questionnaire.id):
            others.append(recommendation)
        elif recommendation.lifts or recommendation.lowers or recommendation.follows:
            ours.append(recommendation)
        else:
            measures.append(recommendation)
    now = instrument.work_out(ends.worst[:, None], ends.applies[:, None], ends.open[:, None])
    own, foreign = _candidates(instrument, ends, now, ours), _candidates(instrument, ends, now, others)
    _credit_best_end(instrument, ends, _greedy(instrument, ends, now, own))
    lanes = [(candidate, _lane(instrument, answers, ends, now, candidate)) for candidate in own]
    lanes.sort(key=lambda pair: _place(instrument, answers, ends, now, *pair))
    nothing = Benefit(0.0, tuple((now.chains[:, 0] * 0).tolist()))  # nan stays where a chain is absent
    ranked = tuple(_ranked(instrument, answers, candidate, lane, nothing) for candidate, lane in lanes)
    for_others = tuple(
        ForOthers(c.recommendation, c.alone if c.moves else None, *_shown(instrument, c)) for c in foreign
    )
    return Plan(ranked, tuple(measures), for_others)


def _candidates(
    instrument: Instrument, ends: Ends, now: Scores, recommendations: Sequence[Recommendation]
) -> list[_Candidate]:
    found = []
    for recommendation in recommendations:
        moves = []
        for move in (*recommendation.lifts, *recommendation.lowers):
            index = instrument.question_index[move.question]
            if ends.applies[index]:
                moves.append((index, instrument.questions[index].level_of[move.to], move))
        found.append((recommendation, moves))
    variants = _variants(instrument, ends.worst, [moves for _, moves in found])
    alone = instrument.score(variants, ends.applies[:, None], ends.open[:, None])
    return [
        _Candidate(r, moves, _changing(instrument, ends.worst, moves), _benefit(now, 0, alone, row))
        for row, (r, moves) in enumerate(found)
    ]


def _changing(
    instrument: Instrument, levels: Array, moves: Iterable[tuple[int, float, Move]]
) -> list[tuple[int, float, Move]]:
    """The moves that better these levels: a control lifted to at least its target, an exposure lowered to at most."""
    return [
        (index, target, move)
        for index, target, move in moves
        if (target > levels[index] if instrument.is_control[index] else target < levels[index])
    ]


def _variants(instrument: Instrument, levels: Array, moves: Sequence[Iterable[tuple[int, float, Move]]]) -> Array:
    """Levels (questions, variants): for each, these levels (questions,) after its moves."""
    variants = np.repeat(levels[:, None], len(moves), axis=1)
    for row, row_moves in enumerate(moves):
        for index, target, _ in _changing(instrument, levels, row_moves):
            variants[index, row] = target
    return variants


def _benefit(before: Scores, row_before: int, after: Scores, row_after: int) -> Benefit:
    chains = before.chains[:, row_before] - after.chains[:, row_after]
    return Benefit(float(before.overall[row_before] - after.overall[row_after]), tuple(chains.tolist()))


def _greedy(instrument: Instrument, ends: Ends, now: Scores, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Pick by index, duties first, scoring again after each pick, until nothing gains; sets rank and benefit.

    A duty that gains nothing at first stays in: a later pick may open the way for it.
    """
    picks: list[_Candidate] = []
    levels, current, row, left = ends.worst, now, 0, list(candidates)
    while True:
        left = [c for c in left if _changing(instrument, levels, c.moves)]
        variants = _variants(instrument, levels, [c.moves for c in left])
        scores = instrument.score(variants, ends.applies[:, None], ends.open[:, None])
        efforts = [instrument.model.efforts[c.recommendation.effort] for c in left]
        exact = current.overall[row] - scores.overall
        gains = instrument.rounded(exact).tolist()
        indices = instrument.rounded(exact / np.array(efforts)).tolist()
        order = [
            (c.recommendation.duty is None, -index, -gain, effort, c.recommendation.id, place)
            for place, (c, index, gain, effort) in enumerate(zip(left, indices, gains, efforts, strict=True))
            if gain > 0
        ]
        if not order:
            return picks
        chosen = min(order)[-1]
        pick = left.pop(chosen)
        picks.append(pick)
        pick.rank, pick.at_place = len(picks), _benefit(current, row, scores, chosen)
        levels, current, row = variants[:, chosen], scores, chosen


def _credit_best_end(instrument: Instrument, ends: Ends, picks: Sequence[_Candidate]) -> None:
    rows = [ends.best[:, None]]
    for pick in picks:
        rows.append(_variants(instrument, rows[-1][:, 0], [pick.moves]))
    scores = instrument.score(np.concatenate(rows, axis=1), ends.applies[:, None], ends.open[:, None])
    for row, pick in enumerate(picks):
        pick.best_end = _benefit(scores, row, scores, row + 1)


def _lane(instrument: Instrument, answers: Answers, ends: Ends, now: Workings, candidate: _Candidate) -> Lane:
    """The first lane that fits."""
    recommendation, changed = candidate.recommendation, candidate.changed
    moves_nothing = not recommendation.lifts and not recommendation.lowers
    called = moves_nothing and _called(instrument, answers, recommendation.follows)
    if recommendation.duty is not None and (changed or called):
        return "duty"
    if called:
        return "look_into"
    if candidate.rank is not None:
        if all(ends.unknown[index] for index, _, _ in changed):  # each stands at its best at the other end
            return "find_out"
        return "quick_win" if recommendation.effort in instrument.model.quick_efforts else "major_project"
    if _round(instrument, candidate.alone.overall) > 0:
        return "covered"
    if candidate.moves and not changed:
        kept = [instrument.questions[index].id for index, _, _ in candidate.moves]
        watched = _inherent(instrument, ends, now, kept) >= instrument.model.watch_from.value
        if recommendation.duty is not None or watched:
            return "keep_and_watch"
    return "no_gain_at_present"


def _called(instrument: Instrument, answers: Answers, follows: Iterable[Follow]) -> list[str]:
    """The followed signals that are asked, and answered at the option or above."""
    called = []
    for follow in follows:
        question = instrument.questions[instrument.question_index[follow.question]]
        level = question.level_of.get(answers.answer(question.id).option)
        if question.id not in answers.hidden and level is not None and level >= question.level_of[follow.from_]:
            called.append(question.id)
    return called


def _inherent(instrument: Instrument, ends: Ends, now: Workings, questions: Iterable[str]) -> float:
    """The largest inherent risk, at the worst end, of the open scenarios that the questions bear on; 0 for none."""
    asked = instrument.questionnaire.question
    rows = {instrument.scenario_index[link.scenario] for question in questions for link in asked[question].links}
    values = [float(now.inherent[row, 0]) for row in rows if ends.open[row]]
    return _round(instrument, max(values, default=0.0))


def _place(
    instrument: Instrument, answers: Answers, ends: Ends, now: Workings, candidate: _Candidate, lane: Lane
) -> tuple[float, int, float, str]:
    """What recommendations are sorted by: rank; then, for those without, lane, what a signal points at, and id."""
    inherent = 0.0
    if lane == "look_into":
        inherent = _inherent(instrument, ends, now, _called(instrument, answers, candidate.recommendation.follows))
    return candidate.rank or inf, LANES.index(lane), -inherent, candidate.recommendation.id


def _shown(instrument: Instrument, candidate: _Candidate) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    lifts = tuple(move for index, _, move in candidate.changed if instrument.is_control[index])
    lowers = tuple(move for index, _, move in candidate.changed if not instrument.is_control[index])
    return lifts, lowers


def _ranked(instrument: Instrument, answers: Answers, candidate: _Candidate, lane: Lane, nothing: Benefit) -> Ranked:
    lifts, lowers = _shown(instrument, candidate)
    because = [move.question for move in (*lifts, *lowers)]
    because += _called(instrument, answers, candidate.recommendation.follows)
    return Ranked(
        candidate.recommendation,
        lane,
        candidate.rank,
        candidate.at_place or nothing,
        candidate.best_end or nothing,
        candidate.alone,
        lifts,
        lowers,
        tuple(because),
    )


def _round(instrument: Instrument, value: float) -> float:
    return round(value, int(instrument.model.compare_decimals.value))
