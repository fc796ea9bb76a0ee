"""A questionnaire resolved into one frozen value: questions, scenarios, recommendations, evidence and risk model.

It is what a release freezes, what the API hands out, what a report carries, and what the engine compiles.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["exposure", "control", "signal"]
Effort = Literal["XS", "S", "M", "L", "XL"]
Duty = Literal["law", "victim_safety"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
Condition = Mapping[str, bool]

UNKNOWN, PREFER_NOT_TO_SAY, NOT_APPLICABLE, UNANSWERED = "unknown", "prefer_not_to_say", "not_applicable", "unanswered"
RESERVED = (UNKNOWN, PREFER_NOT_TO_SAY, NOT_APPLICABLE, UNANSWERED)
LADDER = ("absent", "on_paper", "operating", "evidenced")


class Frozen(BaseModel):
    """Strict, immutable, closed: a key that nobody reads is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, serialize_by_alias=True)


class Option(Frozen):
    """One answer of a question. `level` in [0, 1]: exposure and signal rise with risk, a control with protection."""

    id: Id
    label: str
    level: Annotated[float, Field(ge=0, le=1)]
    act_now: str | None = None


class Link(Frozen):
    """How strongly a question bears on a scenario: 1 supporting, 2 important, 3 strong; `key` on controls only."""

    scenario: Id
    strength: Annotated[int, Field(ge=1, le=3)]
    key: bool = False


class Question(Frozen):
    """Options go from the lowest level to the highest; the reserved ones (don't know …) are open in every question."""

    id: Id
    kind: Kind
    ask: str
    hint: str | None = None
    why: str
    options: tuple[Option, ...]
    not_applicable: bool = False
    only_if: dict[str, bool] = {}
    links: tuple[Link, ...]
    evidence_asked: str | None = None
    confirmable_by: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @cached_property
    def level_of(self) -> dict[str, float]:
        """Option id to level."""
        return {option.id: option.level for option in self.options}

    @property
    def needs_note(self) -> str | None:
        """The option that cannot be chosen without a note: a control's top level."""
        return LADDER[-1] if self.kind == "control" else None


class Section(Frozen):
    """Part of the form, along the agency's own work."""

    id: Id
    title: str
    intro: str | None = None
    only_if: dict[str, bool] = {}
    questions: tuple[Question, ...]


class ProfileFact(Frozen):
    """A question without a level: yes or no. `country` marks a fact that is the same for every agency of a country."""

    id: Id
    ask: str
    hint: str | None = None
    country: bool = False


class Impact(Frozen):
    """Four scales of 1 to 5; the largest counts."""

    victims: Annotated[int, Field(ge=1, le=5)]
    justice: Annotated[int, Field(ge=1, le=5)]
    reach: Annotated[int, Field(ge=1, le=5)]
    institution: Annotated[int, Field(ge=1, le=5)]

    @cached_property
    def largest(self) -> int:
        """The impact I of the formulas."""
        return max(self.victims, self.justice, self.reach, self.institution)


class Scenario(Frozen):
    """One corrupt scheme at one stage, with this agency's baseline likelihood, impact and weight."""

    id: Id
    title: str
    description: str
    chain: Id
    stage: Id
    acts: tuple[str, ...]
    only_if: dict[str, bool] = {}
    baseline: Annotated[float, Field(ge=3, le=4)]
    baseline_because: str
    baseline_evidence: tuple[str, ...] = ()
    impact: Impact
    impact_because: str
    weight: Annotated[float, Field(ge=1, le=3)]
    weight_because: str
    evidence: tuple[str, ...]


class Move(Frozen):
    """A question and the option to which a recommendation brings it."""

    question: Id
    to: Id


class Follow(Frozen):
    """A signal and the option from which on it calls for a recommendation."""

    question: Id
    from_: Annotated[Id, Field(alias="from")]


class Recommendation(Frozen):
    """What somebody should do: which controls it lifts, exposures it lowers, signals it follows."""

    id: Id
    title: str
    action: str
    lifts: tuple[Move, ...] = ()
    lowers: tuple[Move, ...] = ()
    follows: tuple[Follow, ...] = ()
    concerns: tuple[Id, ...] = ()
    addressee: str
    addressee_title: str
    duty: Duty | None = None
    effort: Effort
    owner: str
    within: str
    indicator: str
    side_effect: str | None = None
    evidence: tuple[str, ...]


class Evidence(Frozen):
    """A claim of a source in our words. `explicit`: the passage itself speaks of corruption; else we read it so."""

    id: str
    document: str
    year: int | None
    section: str
    claim: str
    explicit: bool
    other_standard: bool = False


class Stage(Frozen):
    """When in a chain. `added`: not one of the Council of Europe's, taken from another source."""

    id: Id
    title: str
    added: bool = False


class Chain(Frozen):
    """One of the three chains of opportunities for corruption."""

    id: Id
    title: str
    stages: tuple[Stage, ...]


class Sitting(Frozen):
    """What to prepare before starting."""

    minutes: int
    people: tuple[str, ...]
    papers: tuple[str, ...]


class Constant(Frozen):
    """A number of the model that somebody might want to change, with its reason and its source."""

    value: float
    because: str
    source: str


class Band(Frozen):
    """A band of residual risk, from `at_least` up to the next one's."""

    id: Id
    title: str
    at_least: float


class Robustness(Frozen):
    """What is varied to see whether other defensible weights would change a result, by how much, and how often."""

    draws: Constant
    seed: Constant
    strengths_moved: Constant
    keys_dropped: Constant
    judgements_moved: Constant
    control_reach_moved: Constant
    levels_moved: Constant
    cuts_moved: Constant
    two_ways: Constant
    tail: Constant
    first: Constant
    likely: Constant
    stable: Constant
    convex_ladder: dict[str, float]
    convex_ladder_because: str
    convex_ladder_source: str


class RiskModel(Frozen):
    """Every constant of the formulas; `robustness` is absent in models before 1.1.0."""

    version: str
    likelihood_lowest: Constant
    likelihood_highest: Constant
    exposure_neutral: Constant
    exposure_swing: Constant
    signal_share: Constant
    risk_unit: Constant
    control_reach: Constant
    cap_parts: Constant
    floor_steps: Constant
    too_little_known: Constant
    watch_from: Constant
    compare_decimals: Constant
    near_cut: Constant
    bands: tuple[Band, ...]
    bands_because: str
    bands_source: str
    ladder: dict[str, float]
    ladder_because: str
    ladder_source: str
    efforts: dict[Effort, float]
    quick_efforts: tuple[Effort, ...]
    efforts_because: str
    efforts_source: str
    robustness: Robustness | None = None

    def band(self, score: float) -> int:
        """Index of the band that a score of 0 to 100 lies in, compared at `compare_decimals`."""
        rounded = round(score, int(self.compare_decimals.value))
        return sum(rounded >= band.at_least for band in self.bands[1:])


class Questionnaire(Frozen):
    """Everything that is needed to ask, to score and to recompute."""

    id: Id
    title: str
    version: str
    draft: bool
    hash: str
    does: str
    exposed_because: str
    exposed_evidence: tuple[str, ...]
    sitting: Sitting
    stages_left_out: dict[str, str] = {}
    chains: tuple[Chain, ...]
    acts: dict[str, str]
    profile: tuple[ProfileFact, ...]
    sections: tuple[Section, ...]
    scenarios: tuple[Scenario, ...]
    recommendations: tuple[Recommendation, ...]
    evidence: tuple[Evidence, ...]
    risk_model: RiskModel

    @property
    def questions(self) -> Iterator[Question]:
        """Every question, in the order of the form."""
        return (question for section in self.sections for question in section.questions)

    @cached_property
    def question(self) -> dict[str, Question]:
        """Questions by id."""
        return {question.id: question for question in self.questions}

    @cached_property
    def needs_no_note(self) -> dict[str, frozenset[str]]:
        """By question, the options that may stand without a note, reserved ones included."""
        reserved = (UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED)
        return {q.id: frozenset((*q.level_of, *reserved)) - {q.needs_note} for q in self.questions}

    @cached_property
    def scenario(self) -> dict[str, Scenario]:
        """Scenarios by id."""
        return {scenario.id: scenario for scenario in self.scenarios}

    @cached_property
    def recommendation(self) -> dict[str, Recommendation]:
        """Recommendations by id."""
        return {recommendation.id: recommendation for recommendation in self.recommendations}

    @cached_property
    def source(self) -> dict[str, Evidence]:
        """Evidence by id."""
        return {evidence.id: evidence for evidence in self.evidence}

    def sealed(self) -> Self:
        """The same questionnaire with `hash` set to the hash of its content."""
        return self.model_copy(update={"hash": self.content_hash()})

    def content_hash(self) -> str:
        """sha256 over the canonical JSON (sorted keys, no spaces, UTF-8) of everything but the hash itself.

        Optional keys that hold their default (null, false, empty) are left out, so that a key which a later version of
        this program adds does not change the hash of an earlier release.
        """
        content = self.model_dump(mode="json", exclude={"hash"}, exclude_defaults=True)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def holds(condition: Condition, profile: Condition) -> bool:
    """Whether a condition holds under the given facts; a fact not given leaves open whatever hangs on it."""
    return all(profile.get(fact, wanted) is wanted for fact, wanted in condition.items())
