"""One questionnaire as a thousand other sensible authors might have set it: seeded draws of everything that was a
judgement, as parameters and levels for the one engine.

Every uniform number comes from `PCG64.random_raw`, whose stream does not change between numpy's versions, in an order
that is the questionnaire's own: link by link, scenario by scenario, question by question. It does not depend on the
answers, so the same draws try every set of answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from scoring.engine import Instrument, Parameters
from scoring.questionnaire import Kind, Question, Robustness
from scoring.slots import Array, Mask, Slots


@dataclass(frozen=True, eq=False)
class Draws:
    """parameters: with one row for each draw; levels: by question, those of its options, (options, draws);
    chosen: by question, which of its options an unknown answer turns out to be, (draws,); cuts: by how many points all
    cuts between bands move up, (draws,)."""

    parameters: Parameters
    levels: tuple[Array, ...]
    chosen: tuple[Array, ...]
    cuts: Array


class _Stream:
    """Uniform numbers in [0, 1), so many for each draw."""

    def __init__(self, seed: int, draws: int) -> None:
        self._source, self._draws = np.random.PCG64(seed), draws

    def uniform(self, things: int) -> Array:
        """For each of so many things a number for each draw: (things, draws)."""
        raw = self._source.random_raw(things * self._draws)
        uniform: Array = np.multiply(raw >> np.uint64(11), 2.0**-53, dtype=np.float64)
        return uniform.reshape(things, self._draws)


def settings_of(instrument: Instrument) -> Robustness:
    """What the questionnaire’s risk model varies. Raises ValueError where it varies nothing: before model 1.1.0."""
    settings = instrument.model.robustness
    if settings is None:
        raise ValueError(f"Risk model {instrument.model.version} says nothing about robustness.")
    return settings


Uniforms = dict[str, Array]  # by what is drawn, numbers in [0, 1) for each thing and draw, (things, draws)


@lru_cache(maxsize=8)
def draw(instrument: Instrument) -> Draws:
    """The draws of a questionnaire, by the seed of its risk model."""
    settings = settings_of(instrument)
    return draws_from(instrument, uniforms(instrument, int(settings.seed.value), int(settings.draws.value)))


def uniforms(instrument: Instrument, seed: int, draws: int) -> Uniforms:
    """The numbers that draws are made of, in [0, 1).

    In this order: the strength of each link of an exposure or a safeguard; each key mark; each scenario's weight,
    whether its judgements move, the step of its baseline and of its impact; the reach of controls, the ladder, the
    cap, the mean, the cuts; each exposure's and signal's levels; each question's option.
    """
    stream, scenarios = _Stream(seed, draws), len(instrument.scenarios)
    graded = sum(question.kind != "control" for question in instrument.questions)
    things = {
        "strengths": len(list(_links(instrument, "exposure", "control"))),
        "keys": len(list(_links(instrument, "control", keys_only=True))),
        **dict.fromkeys(("weights", "moves", "baselines", "impacts"), scenarios),
        **dict.fromkeys(("reach", "ladder", "cap", "mean", "cuts"), 1),
        "levels": graded,
        "unknowns": len(instrument.questions),
    }
    return {name: stream.uniform(count) for name, count in things.items()}


def draws_from(instrument: Instrument, numbers: Uniforms) -> Draws:
    """Draws made of uniform numbers. Raises ValueError where the risk model says nothing about robustness."""
    p, model, settings = instrument.parameters, instrument.model, settings_of(instrument)
    lowest, highest = model.likelihood_lowest.value, model.likelihood_highest.value

    def stepped(values: Array, name: str) -> Array:
        moves = numbers["moves"] < settings.judgements_moved.value
        moved = values + moves * (np.floor(3 * numbers[name]) - 1)
        within: Array = np.minimum(np.maximum(moved, lowest), highest)
        return within

    def happens(name: str) -> Mask:
        found: Mask = numbers[name][0] < settings.two_ways.value
        return found

    strengths = _factor(numbers["strengths"], settings.strengths_moved.value)
    convex = happens("ladder")
    shifts = iter(_shift(numbers["levels"], settings.levels_moved.value))
    levels, chosen = [], []
    for question, pick in zip(instrument.questions, numbers["unknowns"], strict=True):
        given = option_levels(question)
        if question.kind != "control":
            levels.append(np.minimum(np.maximum(given + next(shifts), 0.0), 1.0))
        else:
            other = np.array([settings.convex_ladder[option.id] for option in question.options])[:, None]
            levels.append(np.where(convex, other, given))
        chosen.append(np.floor(pick * len(question.options)).astype(np.intp))
    parameters = replace(
        p,
        exposures=_spread(instrument, p.exposures, "exposure", strengths),
        controls=_spread(instrument, p.controls, "control", strengths),
        keys=_kept(instrument, p.keys, numbers["keys"] >= settings.keys_dropped.value),
        baseline=stepped(p.baseline, "baselines"),
        impact=stepped(p.impact, "impacts"),
        weight=p.weight * _factor(numbers["weights"], settings.strengths_moved.value),
        control_reach=p.control_reach + _shift(numbers["reach"][0], settings.control_reach_moved.value),
        capped=~happens("cap"),
        geometric=happens("mean"),
    )
    cuts = _shift(numbers["cuts"][0], settings.cuts_moved.value)
    return Draws(parameters, tuple(levels), tuple(chosen), cuts)


def _factor(numbers: Array, by: float) -> Array:
    """Between 1 − by and 1 + by."""
    return 1 + by * (2 * numbers - 1)


def _shift(numbers: Array, by: float) -> Array:
    """Between −by and by."""
    return by * (2 * numbers - 1)


def option_levels(question: Question) -> Array:
    """The levels of a question’s options, lowest line first: (options, 1)."""
    return np.array([[option.level] for option in question.options])


def _links(instrument: Instrument, *kinds: Kind, keys_only: bool = False) -> Iterator[tuple[Kind, int, int]]:
    """Kind, question and scenario of each link, in the order of the form."""
    for index, question in enumerate(instrument.questions):
        for link in question.links if question.kind in kinds else ():
            if link.key or not keys_only:
                yield question.kind, index, instrument.scenario_index[link.scenario]


def _spread(instrument: Instrument, slots: Slots, kind: Kind, factors: Array) -> Slots:
    """The strengths of one kind of link, each times its factor: (entries, draws)."""
    rows = np.empty((len(slots.member), factors.shape[1]))
    entry = _entries(slots)
    for place, (which, question, scenario) in enumerate(_links(instrument, "exposure", "control")):
        if which == kind:
            rows[entry[scenario, question]] = factors[place]
    return replace(slots, weight=slots.weight * rows)


def _kept(instrument: Instrument, slots: Slots, kept: Mask) -> Slots:
    rows = np.empty((len(slots.member), kept.shape[1]))
    entry = _entries(slots)
    for place, (_, question, scenario) in enumerate(_links(instrument, "control", keys_only=True)):
        rows[entry[scenario, question]] = kept[place]
    return replace(slots, weight=rows)


def _entries(slots: Slots) -> dict[tuple[int, int], int]:
    """Where the entry of each target and member stands."""
    return {
        (target, int(slots.member[entry])): entry
        for target in range(len(slots.place))
        for entry in slots.entries(target)
    }
