"""The least effort that brings every chain to a band: searched exactly, and said so only where that was finished.

Every set of actions is scored by the engine. What is pruned is proved to be useless: an action can lower the residual
risk of a scenario by no more than its part of the mean or of the cap, times the inherent risk, and what it takes off
the likelihood; so a sum of such parts bounds from below what any completion of a set must still cost.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from scoring.ends import Ends
from scoring.engine import Instrument, Scores
from scoring.recommendations import Ranked
from scoring.slots import Array, Index

LIMIT = 8_000  # sets that are scored before the search gives up its claim to have found the cheapest
BATCH = 128
_SLACK = 1e-7  # so that rounding never prunes what might hold


@dataclass(frozen=True)
class Path:
    """actions: ids in the order of the report, None where not even all of them reach the band; effort: in the
    risk model's points; is_cheapest: whether it is proved that no set costs less; scored: sets that were tried."""

    actions: tuple[str, ...] | None
    effort: float
    is_cheapest: bool
    scored: int


def path_to(instrument: Instrument, ends: Ends, band: int, moving: Sequence[Ranked], limit: int = LIMIT) -> Path:
    """A cheap set of actions after which every chain is, at the worst end, in the band (its place) or below it."""
    return _Search(instrument, ends, band, moving, limit).run()


class _Search:
    def __init__(self, instrument: Instrument, ends: Ends, band: int, moving: Sequence[Ranked], limit: int) -> None:
        self.instrument, self.ends, self.limit, self.scored = instrument, ends, limit, 0
        efforts = instrument.model.efforts
        self.actions = [r.recommendation.id for r in moving]
        self.cost = np.array([efforts[r.recommendation.effort] for r in moving])
        self.targets = self._targets(moving)
        self.cuts = [b.at_least for b in instrument.model.bands[1:]] + [np.inf] * 2
        self.band = band
        self.chain_cut = self.cuts[band]
        self.scenario_cut = self.cuts[min(band + int(instrument.model.floor_steps.value), len(self.cuts) - 1)]
        self.gains = self._gains(moving)

    def _targets(self, moving: Sequence[Ranked]) -> Array:
        """By action the levels that it brings about, those of the worst end elsewhere: (actions, questions)."""
        rows = np.repeat(self.ends.worst[None, :], len(moving), axis=0)
        for row, ranked in enumerate(moving):
            for move in (*ranked.lifts, *ranked.lowers):
                index = self.instrument.question_index[move.question]
                rows[row, index] = self.instrument.questions[index].level_of[move.to]
        return rows

    def _gains(self, moving: Sequence[Ranked]) -> Array:
        """By how much an action lowers a constraint at most, whatever else is done: (actions, chains + scenarios)."""
        instrument, ends = self.instrument, self.ends
        p, m = instrument.parameters, instrument.model
        now = instrument.work_out(ends.worst[:, None], ends.applies[:, None], ends.open[:, None])
        counts = ends.applies[:, None].astype(float)
        change = np.abs(self.targets - ends.worst[None, :]).T * counts  # (questions, actions)

        def share(slots_sum: Array, total: Array) -> Array:
            return np.divide(slots_sum, total, out=np.zeros_like(slots_sum), where=total > 0)

        mean = share(p.controls.sum(change), p.controls.sum(counts))
        key = share(p.keys.sum(change), p.keys.sum(counts)) * (m.cap_parts.value - 1) / m.cap_parts.value
        exposure = share(p.exposures.sum(change), p.exposures.sum(counts))
        likelihood = m.exposure_swing.value * exposure * (1 - m.signal_share.value * now.signal)
        of_scenarios = now.inherent * p.control_reach * np.maximum(mean, key)
        of_scenarios += m.risk_unit.value * likelihood * p.impact
        of_scenarios *= ends.open[:, None]
        weights = p.weight * ends.open[:, None]
        totals = instrument.chain_members.sum(weights)
        of_chains = share(instrument.chain_members.sum(weights * of_scenarios), np.repeat(totals, len(moving), axis=1))
        return np.concatenate([of_chains, of_scenarios]).T

    def after(self, sets: Sequence[frozenset[int]]) -> tuple[Array, Array]:
        """How far each set is from the band, constraint by constraint (≤ 0: met), (sets, chains + scenarios); and the
        sum of what is missing, by set."""
        levels = np.repeat(self.ends.worst[:, None], len(sets), axis=1)
        control = self.instrument.is_control
        for column, members in enumerate(sets):
            if members:
                chosen = self.targets[list(members)]
                levels[:, column] = np.where(control, chosen.max(axis=0), chosen.min(axis=0))
        scores = self.instrument.score(levels, self.ends.applies[:, None], self.ends.open[:, None])
        self.scored += len(sets)
        missing = self._missing(scores)
        return missing, np.maximum(missing, 0).sum(axis=1)

    def _missing(self, scores: Scores) -> Array:
        """A score must be below the cut after rounding; an absent chain, or a closed scenario, misses nothing."""
        rounded = self.instrument.rounded
        step = 10.0**-self.instrument.model.compare_decimals.value
        chains = np.where(np.isnan(scores.chains), -np.inf, rounded(scores.chains) - self.chain_cut + step)
        scenarios = np.where(self.ends.open[:, None], rounded(scores.residual) - self.scenario_cut + step, -np.inf)
        return np.concatenate([chains, scenarios]).T

    def run(self) -> Path:
        everything = frozenset(range(len(self.actions)))
        missing, _ = self.after([frozenset(), everything])
        if (missing[0] <= 0).all():
            return Path((), 0.0, True, self.scored)
        if not (missing[1] <= 0).all():
            return Path(None, 0.0, True, self.scored)
        best = self._cheap(everything)
        best, proved = self._search(best)
        return Path(tuple(self.actions[i] for i in sorted(best)), self._effort(best), proved, self.scored)

    def _effort(self, members: frozenset[int]) -> float:
        return float(sum(self.cost[i] for i in sorted(members)))

    def _cheap(self, everything: frozenset[int]) -> frozenset[int]:
        """A set that reaches the band: most of what is missing for the effort first; then without what is idle."""
        members: frozenset[int] = frozenset()
        lacking = self.after([members])[1][0]
        while lacking > 0:
            left = sorted(everything - members)
            sums = self.after([members | {i} for i in left])[1]
            worth = (lacking - sums) / self.cost[left]
            members, lacking = members | {left[int(worth.argmax())]}, sums[int(worth.argmax())]
        for action in sorted(members, key=lambda i: (-self.cost[i], i)):
            if self.after([members - {action}])[1][0] <= 0:
                members -= {action}
        return members

    def _search(self, best: frozenset[int]) -> tuple[frozenset[int], bool]:
        """Branch and bound, the lowest bound first: each action, in an order by what it can do, is in or out."""
        need = self.after([frozenset()])[0][0]
        worth = (self.gains[:, need > 0] / need[need > 0]).sum(axis=1) / self.cost
        order = np.argsort(-worth, kind="stable")
        rest = [frozenset(order[depth:].tolist()) for depth in range(len(order) + 1)]
        ticket = count()
        heap: list[tuple[float, int, int, frozenset[int]]] = [(0.0, next(ticket), 0, frozenset())]
        cheapest = self._effort(best)
        while heap and heap[0][0] < cheapest - _SLACK:
            if self.scored > self.limit:
                return best, False
            nodes = [heapq.heappop(heap)[2:] for _ in range(min(BATCH, len(heap)))]
            children = [(depth + 1, members | {int(order[depth])}) for depth, members in nodes]
            children += [(depth + 1, members) for depth, members in nodes]
            missing, _ = self.after([members for _, members in children])
            possible, _ = self.after([members | rest[depth] for depth, members in children])
            for (depth, members), lacks, at_most in zip(children, missing, possible, strict=True):
                cost = self._effort(members)
                if (lacks <= 0).all():
                    if cost < cheapest - _SLACK:
                        best, cheapest = members, cost
                    continue
                if not (at_most <= 0).all() or depth == len(order):
                    continue
                bound = self._whole(cost + self._least(lacks, order[depth:]))
                if bound < cheapest - _SLACK:
                    heapq.heappush(heap, (bound, next(ticket), depth, members))
        return best, True

    def _whole(self, bound: float) -> float:
        """The least sum of efforts that is no smaller; efforts are whole numbers, or the bound stays as it is."""
        return float(np.ceil(bound - _SLACK)) if (self.cost == np.floor(self.cost)).all() else bound

    def _least(self, lacks: Array, left: Index) -> float:
        """What the actions left must at least cost to make good what is missing, whole actions or parts of them."""
        least = 0.0
        for constraint in np.flatnonzero(lacks > 0):
            gains, costs = self.gains[left, constraint], self.cost[left]
            by_worth = np.argsort(-(gains / costs), kind="stable")
            reach = np.cumsum(gains[by_worth])
            full = min(int(np.searchsorted(reach, lacks[constraint] - _SLACK)), len(reach) - 1)
            before = reach[full - 1] if full else 0.0
            part = (lacks[constraint] - _SLACK - before) / gains[by_worth[full]]
            least = max(least, float(costs[by_worth[:full]].sum() + part * costs[by_worth[full]]))
        return least
