"""Weighted sums over members, in a fixed order whatever the number of rows; it knows nothing of risks.

Sums run slot by slot, never through BLAS or numpy's pairwise reduction, so that a batch of n rows equals n batches of
one to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Number = TypeVar("Number", np.float64, np.int8)

FEW = 8  # rows up to which a call of numpy costs more than the numbers that it handles


@dataclass(frozen=True)
class Slots:
    """A sparse matrix, target by member, laid out slot by slot: first every target's first member, then every second.

    member, weight: (entries,), (entries, 1) or, where it differs from row to row, (entries, rows). The targets stand
    with the fullest first, so that the entries of a slot, `bounds[k]` to `bounds[k + 1]`, belong to the first so many
    of them; `place` (targets,) says where each stands.
    """

    member: Index
    weight: Array
    bounds: tuple[int, ...]
    place: Index

    @staticmethod
    def of(members: Sequence[Sequence[tuple[int, float]]]) -> "Slots":
        """Slots of, for each target, its (member, weight) pairs, kept in their order; weights above 0."""
        order = sorted(range(len(members)), key=lambda target: -len(members[target]))
        depth = max((len(row) for row in members), default=0)
        slots = [[members[target][k] for target in order if k < len(members[target])] for k in range(depth)]
        entries = [entry for slot in slots for entry in slot]
        return Slots(
            member=np.array([index for index, _ in entries], dtype=np.intp),
            weight=np.array([[value] for _, value in entries], dtype=float).reshape(len(entries), 1),
            bounds=tuple(accumulate((len(slot) for slot in slots), initial=0)),
            place=np.argsort(np.array(order, dtype=np.intp)),
        )

    @staticmethod
    def joined(several: Sequence["Slots"]) -> "Slots":
        """One after the other's targets, each with its weights of the first row."""
        return Slots.of([slots.members(target) for slots in several for target in range(len(slots.place))])

    def only(self, targets: Sequence[int]) -> "Slots":
        """The same for some of the targets, in the order given, with their weights in every row."""
        chosen = [self.entries(target) for target in targets]
        order = sorted(range(len(chosen)), key=lambda place: -len(chosen[place]))
        depth = max((len(row) for row in chosen), default=0)
        slots = [[chosen[place][k] for place in order if k < len(chosen[place])] for k in range(depth)]
        entries = np.array([entry for slot in slots for entry in slot], dtype=np.intp)
        return Slots(
            member=self.member[entries],
            weight=self.weight[entries],
            bounds=tuple(accumulate((len(slot) for slot in slots), initial=0)),
            place=np.argsort(np.array(order, dtype=np.intp)),
        )

    def entries(self, target: int) -> list[int]:
        """Where a target's members stand among the entries, in their order."""
        place = int(self.place[target])
        return [start + place for start, stop in pairwise(self.bounds) if place < stop - start]

    def part(self, rows: slice) -> "Slots":
        """The same with the weights of some rows only."""
        return self if self.weight.shape[-1] == 1 else replace(self, weight=self.weight[:, rows])

    @cached_property
    def _targets(self) -> list[Index]:
        """By number of rows up to FEW, to which place of a flattened (targets, rows) each flattened entry belongs."""
        order = np.argsort(self.place)
        target = np.concatenate([order[: stop - start] for start, stop in pairwise(self.bounds)] or [order[:0]])
        return [(target[:, None] * rows + np.arange(rows)).ravel() for rows in range(FEW + 1)]

    @cached_property
    def _grouped(self) -> tuple[Index, Index, Index]:
        """The members target by target, where each target begins among them, and which targets have any."""
        target = self._targets[1]
        targets, starts = np.unique(np.sort(target), return_index=True)
        return self.member[np.argsort(target, kind="stable")], starts, targets

    @cached_property
    def _slots(self) -> list[tuple[int, Index, Array]]:
        """Of each slot, for how many targets it has an entry, their members and weights."""
        return [
            (stop - start, self.member[start:stop], self.weight[start:stop]) for start, stop in pairwise(self.bounds)
        ]

    def sum(self, values: Array) -> Array:
        """The weighted sum of the values (members, rows) over each target's members: (targets, rows).

        Few rows are summed in one pass over all entries, many slot by slot; both add in the same order.
        """
        rows = common_rows(values.shape[-1], self.weight.shape[-1])
        if rows <= FEW:
            terms = self.weight * values.take(self.member, axis=0)
            shape = len(self.place), rows
            sums = np.bincount(self._targets[rows], terms.ravel(), shape[0] * rows)
            return np.asarray(sums, dtype=np.float64).reshape(shape)
        total = np.zeros((len(self.place), rows))
        for width, member, weight in self._slots:
            total[:width] += weight * values.take(member, axis=0)
        return total.take(self.place, axis=0)

    def means(self, values: Array, counts: Array, otherwise: float | Array) -> Array:
        """The ratio of the weighted sums of values and of counts, `otherwise` where the counts sum up to nothing."""
        rows = values.shape[-1]
        if self.weight.shape[-1] == 1 and (counts == 1).all():
            return ratio(self.sum(values), self._totals, otherwise)
        if self.weight.shape[-1] != 1 or rows + counts.shape[-1] > FEW:
            return ratio(self.sum(values), self.sum(counts), otherwise)
        sums = self.sum(np.concatenate([values, counts], axis=-1))  # one call for both, where calls are what costs
        return ratio(sums[:, :rows], sums[:, rows:], otherwise)

    @cached_property
    def _totals(self) -> Array:
        """The sums where every member counts: (targets, 1)."""
        return self.sum(np.ones((int(self.member.max(initial=0)) + 1, 1)))

    def largest(self, values: NDArray[Number]) -> NDArray[Number]:
        """The largest of the values (members, rows; none below 0) over each target's members, 0 where it has none."""
        result = np.zeros((len(self.place), values.shape[-1]), dtype=values.dtype)
        if values.shape[-1] <= FEW:
            members, starts, targets = self._grouped
            if len(starts):
                result[targets] = np.maximum.reduceat(values.take(members, axis=0), starts, axis=0)
            return result
        for width, member, _ in self._slots:
            np.maximum(result[:width], values.take(member, axis=0), out=result[:width])
        return result.take(self.place, axis=0)

    def members(self, target: int) -> list[tuple[int, float]]:
        """A target's members with their weights in the first row."""
        return [(int(self.member[entry]), float(self.weight[entry, 0])) for entry in self.entries(target)]


def ratio(numerator: Array, denominator: Array, otherwise: float | Array) -> Array:
    """The ratio of sums that are not negative; `otherwise` where there is nothing to divide by."""
    something = denominator > 0
    if something.all():
        return numerator / denominator
    return np.where(something, numerator / np.where(something, denominator, 1.0), otherwise)


def common_rows(*counts: int) -> int:
    """The number of rows that arrays have together, where one row counts for all. Raises ValueError if they differ."""
    several = set(counts) - {1}
    if len(several) > 1:
        raise ValueError(f"Arrays of one batch have different numbers of rows: {sorted(several)}.")
    return several.pop() if several else 1


def some_rows(array: NDArray[Any], rows: slice) -> NDArray[Any]:
    """Some rows of an array, or its one row where it has only one."""
    return array if array.shape[-1] == 1 else array[..., rows]
