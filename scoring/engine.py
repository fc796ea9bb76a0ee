"""The formulas, once: a questionnaire compiled to arrays, and one function that scores a batch of rows.

A row is one set of levels at one end (worst or best). The two ends of an interval, the stress test, every variant of
a recommendation and every draw of the weights are further rows of the same call, and the parameters too may differ
from row to row. Arrays have the rows last: levels are (questions, rows), residual risks (scenarios, rows).

A batch of n rows equals n batches of one to the last bit: see `slots`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers, Raised
from scoring.contradictions import contradictions
from scoring.ends import Ends, OptionTable, outside
from scoring.errors import InvalidQuestionnaire
from scoring.questionnaire import Kind, Question, Questionnaire, Scenario
from scoring.slots import FEW, Array, Mask, Slots, common_rows, ratio, some_rows

BandPlaces = NDArray[np.int8]


CHUNK = 1024  # rows that are scored at a time, so that what is in hand stays in the processor's cache


@dataclass(frozen=True)
class Parameters:
    """What the formulas multiply with; the last axis of each array is 1 (for all rows) or the number of rows.

    exposures, controls, signals: link strengths; keys: 1 where a control is key; baseline 1–5, impact 1–5 and
    weight: (scenarios, rows); control_reach in [0, 1], capped, geometric: (rows,).
    """

    exposures: Slots
    controls: Slots
    keys: Slots
    signals: Slots
    baseline: Array
    impact: Array
    weight: Array
    control_reach: Array
    capped: Mask
    geometric: Mask

    def part(self, rows: slice) -> "Parameters":
        """Those of some rows only."""
        return Parameters(
            exposures=self.exposures.part(rows),
            controls=self.controls.part(rows),
            keys=self.keys.part(rows),
            signals=self.signals.part(rows),
            baseline=some_rows(self.baseline, rows),
            impact=some_rows(self.impact, rows),
            weight=some_rows(self.weight, rows),
            control_reach=some_rows(self.control_reach, rows),
            capped=some_rows(self.capped, rows),
            geometric=some_rows(self.geometric, rows),
        )

    def only(self, scenarios: Sequence[int]) -> "Parameters":
        """Those of some scenarios only, in the order given."""
        rows = list(scenarios)
        return replace(
            self,
            exposures=self.exposures.only(rows),
            controls=self.controls.only(rows),
            keys=self.keys.only(rows),
            signals=self.signals.only(rows),
            baseline=self.baseline[rows],
            impact=self.impact[rows],
            weight=self.weight[rows],
        )

    def means(self, counted: Array, counts: Array, neutral: float) -> tuple[Array, Array, Array]:
        """The weighted means of exposures, controls and keys, (scenarios, rows) each; without any of them, `neutral`,
        0, and 1 (a cap that caps nothing)."""
        parts, otherwise = (self.exposures, self.controls, self.keys), (neutral, 0.0, 1.0)
        if counted.shape[-1] > FEW or any(slots.weight.shape[-1] != 1 for slots in parts):
            exposures, controls, keys = (p.means(counted, counts, o) for p, o in zip(parts, otherwise, strict=True))
        else:
            scenarios = len(self.baseline)
            found = self._joined.means(counted, counts, np.repeat(otherwise, scenarios)[:, None])
            exposures, controls, keys = found.reshape(3, scenarios, -1)
        return exposures, controls, keys

    @cached_property
    def _joined(self) -> Slots:
        return Slots.joined((self.exposures, self.controls, self.keys))

    @cached_property
    def rows(self) -> int:
        """For how many rows they are given; 1: for all."""
        strengths = (slots.weight for slots in (self.exposures, self.controls, self.keys, self.signals))
        others = (self.baseline, self.impact, self.weight, self.control_reach, self.capped, self.geometric)
        return common_rows(*(array.shape[-1] for array in (*strengths, *others)))


class Risks(NamedTuple):
    """The steps to the residual risk of each scenario, as in `Workings`."""

    residual: Array
    likelihood_unclamped: Array
    likelihood_before_signal: Array
    signal: Array
    likelihood: Array
    inherent: Array
    mean_control: Array
    effectiveness: Array


@dataclass(slots=True, eq=False)
class Scores:
    """What a batch is scored for, all in [0, 100], rows last.

    A stage or chain without an open scenario is nan; of a closed scenario the figures mean nothing.
    """

    residual: Array
    stages: Array
    chains: Array
    overall: Array


@dataclass(slots=True, eq=False)
class Workings(Scores):
    """The scores of a few rows with the steps to them, (scenarios, rows).

    Likelihoods 1 to 5; inherent in [0, 100]; signal, mean_control and effectiveness in [0, 1].
    """

    likelihood_unclamped: Array
    likelihood_before_signal: Array
    signal: Array
    likelihood: Array
    inherent: Array
    mean_control: Array
    effectiveness: Array


@dataclass(slots=True, eq=False)
class Bands:
    """Bands as their place in the risk model (0 the lowest), after the floor from the worst scenario; -1: absent."""

    scenarios: BandPlaces
    stages: BandPlaces
    chains: BandPlaces
    overall: BandPlaces


class Instrument:
    """A questionnaire compiled to arrays. Made once and never changed; every score is computed with one."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        """Compile a questionnaire. Raises InvalidQuestionnaire for one that contradicts itself."""
        found = contradictions(questionnaire)
        if found:
            raise InvalidQuestionnaire(" ".join(found))
        self.questionnaire = questionnaire
        self.model = questionnaire.risk_model
        self.questions: tuple[Question, ...] = tuple(questionnaire.questions)
        self.scenarios = questionnaire.scenarios
        self.question_index = {q.id: i for i, q in enumerate(self.questions)}
        self._options = OptionTable(self.questions)
        self.impacts = [s.impact.largest for s in self.scenarios]
        self.scenario_index = {s.id: i for i, s in enumerate(self.scenarios)}
        lowest = np.array([q.options[0].level for q in self.questions])
        highest = np.array([q.options[-1].level for q in self.questions])
        self.is_control: Mask = np.array([q.kind == "control" for q in self.questions])
        self.worst_level = np.where(self.is_control, lowest, highest)
        self.best_level = np.where(self.is_control, highest, lowest)
        self.chains = self._present([c.id for c in questionnaire.chains], lambda s: s.chain)
        self.stages = self._present([t.id for c in questionnaire.chains for t in c.stages], lambda s: s.stage)
        self.chain_members = self._members(self.chains, lambda s: s.chain)
        self.members = [[m for m, _ in self.chain_members.members(row)] for row in range(len(self.chains))]
        self.stage_members = self._members(self.stages, lambda s: s.stage)
        stages = map(self.stage_members.members, range(len(self.stages)))
        chains = map(self.chain_members.members, range(len(self.chains)))
        self._groups = Slots.of([*stages, *chains])
        self.every_link = self._links("exposure", "control", "signal")
        self.parameters = Parameters(
            exposures=self._links("exposure"),
            controls=self._links("control"),
            keys=self._links("control", keys_only=True),
            signals=self._links("signal"),
            baseline=np.array([[float(s.baseline)] for s in self.scenarios]),
            impact=np.array([[float(impact)] for impact in self.impacts]),
            weight=np.array([[float(s.weight)] for s in self.scenarios]),
            control_reach=np.array([self.model.control_reach.value]),
            capped=np.array([True]),
            geometric=np.array([False]),
        )

    def with_impacts(self, impacts: Mapping[str, Raised]) -> "Instrument":
        """The same with some impacts raised; itself where none is."""
        if not impacts:
            return self
        raised = copy(self)
        raised.impacts = [
            impacts[scenario.id].value if scenario.id in impacts else impact
            for scenario, impact in zip(self.scenarios, self.impacts, strict=True)
        ]
        raised.parameters = replace(self.parameters, impact=np.array([[float(impact)] for impact in raised.impacts]))
        return raised

    def _present(self, ids: list[str], of: Callable[[Scenario], str]) -> tuple[str, ...]:
        used = {of(scenario) for scenario in self.scenarios}
        return tuple(i for i in ids if i in used)

    def _members(self, ids: tuple[str, ...], of: Callable[[Scenario], str]) -> Slots:
        rows: list[list[tuple[int, float]]] = [[] for _ in ids]
        for index, scenario in enumerate(self.scenarios):
            rows[ids.index(of(scenario))].append((index, 1.0))
        return Slots.of(rows)

    def _links(self, *kinds: Kind, keys_only: bool = False) -> Slots:
        rows: list[list[tuple[int, float]]] = [[] for _ in self.scenarios]
        for index, question in enumerate(self.questions):
            for link in question.links:
                if question.kind in kinds and (link.key or not keys_only):
                    strength = 1.0 if keys_only else float(link.strength)
                    rows[self.scenario_index[link.scenario]].append((index, strength))
        return Slots.of(rows)

    def ends(self, answers: Answers) -> Ends:
        """Answers as levels, read in four ways."""
        return self._options.ends(answers, outside(answers.closed_scenarios, self.scenario_index))

    def bearing(self, questions: list[int], opened: Mask) -> list[int]:
        """Of each chain, how many of the questions (their indexes) bear on one of its open scenarios."""
        reach = self._reach if opened.all() else (self._bears * opened) @ self._in_chain > 0
        counts: list[int] = reach.take(questions, axis=0).sum(axis=0).tolist()
        return counts

    @cached_property
    def _reach(self) -> Mask:
        """Whether a question bears on a scenario of a chain, (questions, chains)."""
        return self._bears @ self._in_chain > 0

    @cached_property
    def _bears(self) -> Array:
        """1 where a question bears on a scenario, (questions, scenarios)."""
        bears = np.zeros((len(self.questions), len(self.scenarios)))
        for index, question in enumerate(self.questions):
            bears[index, [self.scenario_index[link.scenario] for link in question.links]] = 1
        return bears

    @cached_property
    def _in_chain(self) -> Array:
        """1 where a scenario is of a chain, (scenarios, chains)."""
        return np.array([[float(scenario.chain == name) for name in self.chains] for scenario in self.scenarios])

    def score(self, levels: Array, applies: Mask, opened: Mask, parameters: Parameters | None = None) -> Scores:
        """Score a batch, CHUNK rows at a time; arguments as those of `work_out`."""
        p = parameters or self.parameters
        rows = common_rows(levels.shape[-1], applies.shape[-1], opened.shape[-1], p.rows)
        if rows <= CHUNK:
            return self.work_out(levels, applies, opened, p)
        scores = Scores(*self._empty(rows, np.float64))
        for part in _chunks(rows):
            found = self.work_out(
                some_rows(levels, part), some_rows(applies, part), some_rows(opened, part), p.part(part)
            )
            _copy(found, scores, part)
        return scores

    def work_out(self, levels: Array, applies: Mask, opened: Mask, parameters: Parameters | None = None) -> Workings:
        """Score a few rows and keep every step.

        levels: (questions, rows) in [0, 1]; applies: (questions, rows); opened: (scenarios, rows). Each of them, and
        each parameter, may have one row instead, which then counts for all. Raises ValueError if their rows differ.
        Source of every formula: scoring model, “Formulas”, written out in the report’s method section.
        """
        p = parameters or self.parameters
        rows = common_rows(levels.shape[-1], applies.shape[-1], opened.shape[-1], p.rows)
        counts = applies.astype(float)
        counted = levels if applies.all() else levels * counts
        if counted.shape[-1] != rows:
            counted = np.broadcast_to(counted, (len(self.questions), rows))

        risks = self.risks(counted, counts, p)
        weights = p.weight * opened
        groups = self._groups.means(weights * risks.residual, weights, np.nan)
        stages, chains = groups[: len(self.stages)], groups[len(self.stages) :]
        if p.geometric.any():
            chains = np.where(p.geometric, self._geometric(risks.residual, weights), chains)
        return Workings(stages=stages, chains=chains, overall=self._mean_of_chains(chains), **risks._asdict())

    def risks(self, counted: Array, counts: Array, p: Parameters) -> Risks:
        """The scenarios of the parameters (all, or those of `Parameters.only`), each by itself.

        counted: levels of what applies, 0 elsewhere, (questions, rows); counts: 1 for what applies, else 0.
        """
        m = self.model
        lowest, highest = m.likelihood_lowest.value, m.likelihood_highest.value
        exposure, mean_control, key_mean = p.means(counted, counts, m.exposure_neutral.value)
        unclamped = p.baseline + m.exposure_swing.value * (exposure - m.exposure_neutral.value)
        before_signal = np.minimum(np.maximum(unclamped, lowest), highest)
        signal = p.signals.largest(counted)
        likelihood = before_signal + signal * m.signal_share.value * (highest - before_signal)
        inherent = m.risk_unit.value * likelihood * p.impact

        cap = (1 + (m.cap_parts.value - 1) * key_mean) / m.cap_parts.value
        effectiveness = np.minimum(mean_control, np.where(p.capped, cap, 1.0))
        residual = inherent * (1 - p.control_reach * effectiveness)
        return Risks(residual, unclamped, before_signal, signal, likelihood, inherent, mean_control, effectiveness)

    def means_of_chains(self, residual: Array, weights: Array, geometric: Mask) -> tuple[Array, Array]:
        """Chains and overall of residual risks (scenarios, rows); `weights` are 0 for a closed scenario."""
        chains = self.chain_members.means(weights * residual, weights, np.nan)
        if geometric.any():
            chains = np.where(geometric, self._geometric(residual, weights), chains)
        return chains, self._mean_of_chains(chains)

    def _geometric(self, residual: Array, weights: Array) -> Array:
        return np.exp(self.chain_members.means(weights * np.log(residual), weights, np.nan))

    @staticmethod
    def _mean_of_chains(chains: Array) -> Array:
        absent = np.isnan(chains)
        total, present = np.zeros(chains.shape[-1]), (~absent).sum(axis=0)
        for chain in np.where(absent, 0.0, chains):
            total += chain
        return ratio(total, present, np.nan)

    def bands(self, scores: Scores, opened: Mask) -> Bands:
        """Bands of scores: never more than the model's number of bands below the worst open scenario."""
        rows = len(scores.overall)
        if rows <= CHUNK:
            return self._bands(scores, opened)
        bands = Bands(*self._empty(rows, np.int8))
        for part in _chunks(rows):
            some = Scores(*(getattr(scores, field.name)[..., part] for field in fields(Scores)))
            _copy(self._bands(some, some_rows(opened, part)), bands, part)
        return bands

    def _bands(self, scores: Scores, opened: Mask) -> Bands:
        groups = np.concatenate([scores.stages, scores.chains, scores.overall[None]])
        places = self._cut(np.concatenate([scores.residual, groups]))
        of_scenarios, of_groups = places[: len(self.scenarios)], places[len(self.scenarios) :]
        # A cut keeps the order, so the worst scenario is the one in the highest band.
        of_open = np.where(opened, of_scenarios, np.int8(0))
        worst = self._groups.largest(of_open)
        floored = np.maximum(of_groups, np.concatenate([worst, of_open.max(axis=0, keepdims=True)]) - self._floor)
        floored = np.where(np.isnan(groups), np.int8(-1), floored)
        return Bands(
            scenarios=np.where(opened, of_scenarios, np.int8(-1)),
            stages=floored[: len(self.stages)],
            chains=floored[len(self.stages) : -1],
            overall=floored[-1],
        )

    def _empty(self, rows: int, kind: type[Any]) -> tuple[NDArray[Any], ...]:
        """Room for one figure of each scenario, stage, chain and of all, in so many rows."""
        lengths = (len(self.scenarios),), (len(self.stages),), (len(self.chains),), ()
        return tuple(np.empty((*length, rows), dtype=kind) for length in lengths)

    @cached_property
    def _floor(self) -> np.int8:
        return np.int8(self.model.floor_steps.value)

    def _cut(self, score: Array) -> BandPlaces:
        rounded = self.rounded(score)
        if rounded.shape[-1] <= FEW:
            return self._cuts.searchsorted(rounded, side="right").astype(np.int8)
        places = np.zeros(rounded.shape, dtype=np.int8)
        for cut in self._cuts:
            places += rounded >= cut
        return places

    @cached_property
    def _decimals(self) -> int:
        return int(self.model.compare_decimals.value)

    @cached_property
    def _cuts(self) -> Array:
        return np.array([upper.at_least for upper in self.model.bands[1:]])

    def rounded(self, values: Array) -> Array:
        """Values as they are compared: every comparison of scores is made on rounded figures."""
        return values.round(self._decimals)

    def unknown_share(self, ends: Ends) -> Array:
        """Of each chain, the weighted mean over its open scenarios of unknown by applicable strength: (chains,)."""
        if not ends.unknown.any():
            return np.where(self.chain_members.largest(ends.open[:, None].astype(float))[:, 0] > 0, 0.0, np.nan)
        links = self.every_link.sum(np.column_stack([ends.unknown, ends.applies]).astype(float))
        share = ratio(links[:, 0], links[:, 1], 0.0)
        weights = self.parameters.weight[:, 0] * ends.open
        chains = self.chain_members.sum(np.column_stack([weights * share, weights]))
        return ratio(chains[:, 0], chains[:, 1], np.nan)


def _chunks(rows: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, rows, CHUNK))


def _copy(found: Scores | Bands, into: Scores | Bands, part: slice) -> None:
    for field in fields(into):
        getattr(into, field.name)[..., part] = getattr(found, field.name)
