"""The result of one assessment: every figure that page, PDF, JSON and API show, under the API's field names."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import Field

from scoring.consistency import Code, Severity
from scoring.questionnaire import Frozen
from scoring.recommendations import LANES, Lane
from scoring.robustness import Label

Include = Literal["because", "recommendations", "unknowns", "robustness", "consistency"]
EVERYTHING: tuple[Include, ...] = get_args(Include)
USUAL: tuple[Include, ...] = EVERYTHING[
    :3
]  # what the endpoint sends unless told otherwise; robustness costs as much again
Interval = tuple[float, float]
_left_out = Field(default=None, exclude_if=lambda value: value is None)


class Identity(Frozen):
    """Which questionnaire, exactly."""

    id: str
    version: str
    hash: str
    draft: bool


class Completeness(Frozen):
    """Counts over the questions that are asked."""

    questions: int
    answered: int
    unknown: int
    not_applicable: int
    prefer_not_to_say: int
    unanswered: int


class Safeguards(Frozen):
    """How many of the applicable safeguards stand at each level of the ladder, and how many are unknown."""

    evidenced: int
    operating: int
    on_paper: int
    absent: int
    unknown: int


class AsFarAsShown(Frozen):
    """The worst-end score when only what is shown counts; `unshown` answers were counted lower."""

    score: float
    band: str
    unshown: int


class Banded(Frozen):
    """A score in [0, 100] at the worst end, its interval [best, worst], and the band at each end and under stress."""

    score: float
    interval: Interval
    band: str
    band_best: str
    band_stressed: str
    certain: bool


class Overall(Banded):
    """The mean of the present chains."""

    as_far_as_shown: AsFarAsShown
    stressed: float


class StageResult(Banded):
    """One stage."""

    id: str


class ChainLine(Frozen):
    """What one scenario contributes to its chain's score, in points."""

    scenario: str
    points: float


class ChainResult(Overall):
    """One chain. `high` and `critical` count its scenarios in those bands."""

    id: str
    unknown_share: float
    worst_scenario: str
    high: int
    critical: int
    because: Annotated[list[ChainLine] | None, _left_out]
    stages: list[StageResult]


class ScenarioLine(Frozen):
    """One term of a scenario's residual risk, in points, with the answer it comes from."""

    line: str
    question: Annotated[str | None, _left_out]
    option: Annotated[str | None, _left_out]
    points: float


class ScenarioResult(Frozen):
    """One open scenario. likelihood 1–5, impact 1–5, inherent and residual 0–100, control_effectiveness 0–1."""

    id: str
    likelihood: Interval
    impact: int
    inherent: Interval
    control_effectiveness: Interval
    residual: Interval
    band: str
    because: Annotated[list[ScenarioLine] | None, _left_out]


class RecommendationResult(Frozen):
    """A recommendation to the agency. Benefits are points of the overall score; rank None: not reached."""

    rank: int | None
    id: str
    lane: Lane
    benefit: float
    benefit_best_end: float
    benefit_alone: float
    by_chain: dict[str, float]
    effort: str
    index: float
    lifts: list[dict[str, str]]
    lowers: list[dict[str, str]]
    because: list[str]
    evidence: list[str]


class Measure(Frozen):
    """A recommendation to the agency that moves and follows nothing."""

    id: str
    duty: str | None
    effort: str
    evidence: list[str]


class ForOthersResult(Frozen):
    """A recommendation to somebody else; its benefit alone where it would move an answer."""

    id: str
    addressee: str
    benefit_alone: float | None
    lifts: list[dict[str, str]]
    lowers: list[dict[str, str]]
    evidence: list[str]


class UnknownResult(Frozen):
    """By how much each score would fall if this one unknown turned out at its best."""

    question: str
    width: dict[str, float]


class RobustScore(Frozen):
    """A score over the draws: the range without the tails, and the share of draws in which it is in the headline band.

    With what is unknown at random, and (`…_at_worst`) at its worst.
    """

    interval: Interval
    in_band: float
    interval_at_worst: Interval
    in_band_at_worst: float


class RobustChain(RobustScore):
    """One chain over the draws."""

    id: str


class RobustRank(Frozen):
    """A recommendation by itself: its rank, and what becomes of it over the draws; label None: it has none."""

    id: str
    rank: int
    median: int
    interval: tuple[int, int]
    among_first: float | None
    label: Label | None


class RobustnessResult(Frozen):
    """What other sensible weights would make of the result: seeded draws, so that anybody can make them again."""

    draws: int
    seed: int
    overall: RobustScore
    chains: list[RobustChain]
    recommendations: list[RobustRank]


class DoubtResult(Frozen):
    """Something to look at again before somebody else does; it changes no figure."""

    code: Code
    severity: Severity
    questions: list[str]
    scenario: Annotated[str | None, _left_out]
    stage: Annotated[str | None, _left_out]


class ClosedScenario(Frozen):
    """A scenario that the profile closes, with its inherent risk before anything is known, 4·L0·I."""

    id: str
    baseline_risk: float


class Closed(Frozen):
    """What the profile closed."""

    sections: list[str]
    scenarios: list[ClosedScenario]


class Result(Frozen):
    """The reply of the scoring endpoint and the figures of a report."""

    questionnaire: Identity
    engine: str
    risk_model: str
    completeness: Completeness
    overall: Overall
    safeguards: Safeguards
    chains: list[ChainResult]
    scenarios: list[ScenarioResult]
    recommendations: Annotated[list[RecommendationResult] | None, _left_out]
    measures: Annotated[list[Measure] | None, _left_out]
    for_others: Annotated[list[ForOthersResult] | None, _left_out]
    unknowns: Annotated[list[UnknownResult] | None, _left_out]
    robustness: Annotated[RobustnessResult | None, _left_out]
    consistency: Annotated[list[DoubtResult] | None, _left_out]
    closed: Closed
    ignored: list[str]


class Standing(Frozen):
    """The scores of one set of answers."""

    overall: Overall
    chains: list[ChainResult]
    scenarios: list[ScenarioResult]


class PathResult(Frozen):
    """A set of actions after which every chain is at the target band or below; None where not even all of them do it.

    effort: in the risk model’s points; cheapest: whether it is proved that no other set costs less.
    """

    target: str
    actions: list[str] | None
    effort: float
    cheapest: bool


class WhatIf(Frozen):
    """Scores as answered and with the actions carried out; `effort`: of the actions, in points."""

    questionnaire: Identity
    engine: str
    risk_model: str
    actions: list[str]
    effort: float
    before: Standing
    after: Standing
    path: Annotated[PathResult | None, _left_out]


def by_lane(recommendations: Iterable[RecommendationResult]) -> list[RecommendationResult]:
    """Recommendations in the order of a report: lane by lane, in each by rank, as they come."""
    return sorted(recommendations, key=lambda r: LANES.index(r.lane))
