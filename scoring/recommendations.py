"""What to do first: the benefit of each recommendation by exact re-scoring, the greedy order, and the lanes.

Nothing is credited twice: after each pick everything that is left is scored again on top of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from scoring.answers import Answers
from scoring.engine import Array, Ends, Instrument, Scores
from scoring.questionnaire import Follow, Move, Recommendation

Lane = Literal[
    "duty", "look_into", "quick_win", "major_project", "find_out", "keep_and_watch", "covered", "no_gain_at_present"
]
LANES: tuple[Lane, ...] = get_args(Lane)  # in the order of the report


@dataclass(frozen=True)
class Benefit:
    """Points of the score that fall away: overall, and by chain (nan where the chain is absent)."""

    overall: float
    chains: tuple[float, ...]


@dataclass(frozen=True)
class Ranked:
    """A recommendation to the agency with its place. rank: 1 for the first pick, None where greedy does not reach it."""

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
    alone: Benefit
    rank: int | None = None
    at_place: Benefit | None = None
    best_end: Benefit | None = None
    changed: list[tuple[int, float, Move]] = field(default_factory=list)


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
    candidates = [_candidate(instrument, ends, r) for r in (*ours, *others)]
    now = _scores(instrument, ends, [ends.worst])
    alone = _scores(instrument, ends, [_applied(instrument, ends.worst, c) for c in candidates])
    for row, candidate in enumerate(candidates):
        candidate.alone = _benefit(now, 0, alone, row)
    own, foreign = candidates[: len(ours)], candidates[len(ours) :]
    picks = _greedy(instrument, ends, own)
    _credit_best_end(instrument, ends, picks)
    lanes = [(candidate, _lane(instrument, answers, ends, now, candidate)) for candidate in own]
    lanes.sort(key=_place(instrument, ends, now))
    ranked = tuple(_ranked(instrument, answers, candidate, lane) for candidate, lane in lanes)
    for_others = tuple(
        ForOthers(c.recommendation, c.alone if c.moves else None, *_shown(instrument, c)) for c in foreign
    )
    return Plan(ranked, tuple(measures), for_others)


def apply(instrument: Instrument, ends: Ends, levels: Array, recommendation: Recommendation) -> Array:
    """Levels (questions,) after a recommendation: controls at least, exposures at most at its targets.

    Hidden and not-applicable questions are not moved.
    """
    return _applied(instrument, levels, _candidate(instrument, ends, recommendation))


def _candidate(instrument: Instrument, ends: Ends, recommendation: Recommendation) -> _Candidate:
    moves = []
    for move in (*recommendation.lifts, *recommendation.lowers):
        index = instrument.question_index[move.question]
        if ends.applies[index]:
            moves.append((index, instrument.questions[index].level_of[move.to], move))
    candidate = _Candidate(recommendation, moves, Benefit(0.0, ()))
    candidate.changed = [m for m in moves if _better(instrument, m[0], m[1], float(ends.worst[m[0]]))]
    return candidate


def _better(instrument: Instrument, index: int, level: float, than: float) -> bool:
    return level > than if instrument.is_control[index] else level < than


def _applied(instrument: Instrument, levels: Array, candidate: _Candidate) -> Array:
    result = levels.copy()
    for index, target, _ in candidate.moves:
        if _better(instrument, index, target, float(result[index])):
            result[index] = target
    return result


def _scores(instrument: Instrument, ends: Ends, rows: Sequence[Array]) -> Scores:
    levels = np.column_stack(rows) if rows else np.zeros((len(instrument.questions), 0))
    return instrument.score(levels, ends.applies[:, None], ends.open[:, None])


def _benefit(before: Scores, row_before: int, after: Scores, row_after: int) -> Benefit:
    chains = before.chains[:, row_before] - after.chains[:, row_after]
    return Benefit(float(before.overall[row_before] - after.overall[row_after]), tuple(chains.tolist()))


def _greedy(instrument: Instrument, ends: Ends, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Pick by index, duties first, scoring again after each pick, until nothing gains; sets rank and benefit."""
    picks: list[_Candidate] = []
    levels = ends.worst
    current = _scores(instrument, ends, [levels])
    for duties in (True, False):
        left = [c for c in candidates if (c.recommendation.duty is not None) is duties]
        while True:
            rows = {id(c): _applied(instrument, levels, c) for c in left}
            left = [c for c in left if not np.array_equal(rows[id(c)], levels)]
            scores = _scores(instrument, ends, [rows[id(c)] for c in left])
            gains = [(c, _benefit(current, 0, scores, row)) for row, c in enumerate(left)]
            gains = [(c, gain) for c, gain in gains if _round(instrument, gain.overall) > 0]
            if not gains:
                break
            chosen, gain = min(gains, key=_preference(instrument))
            left.remove(chosen)
            levels = rows[id(chosen)]
            current = _scores(instrument, ends, [levels])
            picks.append(chosen)
            chosen.rank, chosen.at_place = len(picks), gain
    return picks


def _preference(instrument: Instrument) -> Callable[[tuple[_Candidate, Benefit]], tuple[float, float, float, str]]:
    def key(pair: tuple[_Candidate, Benefit]) -> tuple[float, float, float, str]:
        candidate, gain = pair
        effort = instrument.model.efforts[candidate.recommendation.effort]
        index = _round(instrument, gain.overall / effort)
        return -index, -_round(instrument, gain.overall), effort, candidate.recommendation.id

    return key


def _credit_best_end(instrument: Instrument, ends: Ends, picks: Iterable[_Candidate]) -> None:
    rows = [ends.best]
    picks = list(picks)
    for pick in picks:
        rows.append(_applied(instrument, rows[-1], pick))
    scores = _scores(instrument, ends, rows)
    for row, pick in enumerate(picks):
        pick.best_end = _benefit(scores, row, scores, row + 1)


def _lane(instrument: Instrument, answers: Answers, ends: Ends, now: Scores, candidate: _Candidate) -> Lane:
    recommendation, changed = candidate.recommendation, candidate.changed
    in_place = bool(candidate.moves) and not changed
    if recommendation.duty is not None and changed:
        return "duty"
    if not recommendation.lifts and not recommendation.lowers and _called(instrument, answers, recommendation.follows):
        return "look_into"
    if candidate.at_place is None and _round(instrument, candidate.alone.overall) > 0:
        return "covered"
    if candidate.at_place is not None and candidate.best_end is not None:
        at_best = _round(instrument, candidate.best_end.overall)
        if at_best == 0 and all(ends.unknown[index] for index, _, _ in changed):
            return "find_out"
        return "quick_win" if recommendation.effort in instrument.model.quick_efforts else "major_project"
    if in_place and (
        recommendation.duty is not None
        or _inherent(instrument, ends, now, [index for index, _, _ in candidate.moves]) >= instrument.model.watch_from.value
    ):
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


def _inherent(instrument: Instrument, ends: Ends, now: Scores, questions: Iterable[int]) -> float:
    """The largest inherent risk, at the worst end, of the open scenarios that the questions bear on."""
    ids = {link.scenario for index in questions for link in instrument.questions[index].links}
    rows = [instrument.scenario_index[i] for i in ids]
    values = [float(now.inherent[row, 0]) for row in rows if ends.open[row]]
    return _round(instrument, max(values, default=0.0))


def _place(
    instrument: Instrument, ends: Ends, now: Scores
) -> Callable[[tuple[_Candidate, Lane]], tuple[float, int, float, str]]:
    def key(pair: tuple[_Candidate, Lane]) -> tuple[float, int, float, str]:
        candidate, lane = pair
        followed = [instrument.question_index[f.question] for f in candidate.recommendation.follows]
        inherent = _inherent(instrument, ends, now, followed) if lane == "look_into" else 0.0
        rank = candidate.rank or len(instrument.questionnaire.recommendations) + 1
        return rank, LANES.index(lane), -inherent, candidate.recommendation.id

    return key


def _shown(instrument: Instrument, candidate: _Candidate) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    lifts = tuple(move for index, _, move in candidate.changed if instrument.is_control[index])
    lowers = tuple(move for index, _, move in candidate.changed if not instrument.is_control[index])
    return lifts, lowers


def _ranked(instrument: Instrument, answers: Answers, candidate: _Candidate, lane: Lane) -> Ranked:
    nothing = Benefit(0.0, tuple(0.0 for _ in instrument.chains))
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
