"""The shape of the files in questionnaires/, as their authors write them. Every key is explained in its README."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from scoring.questionnaire import Band, Duty, Effort, Id, Impact, Kind

Strength = Literal[1, 2, 3] | Annotated[str, Field(pattern=r"^[123]( key)?$")]
Text = Annotated[str, Field(min_length=1)]


def _fraction(value: object) -> object:
    """`1/3` as the nearest float; anything else is left to the model."""
    if isinstance(value, str) and value.replace("/", "", 1).isdigit():
        return float(Fraction(value))
    return value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Number = Annotated[float, BeforeValidator(_fraction)]
Conditions = Annotated[list[Annotated[str, Field(pattern=r"^(not )?[a-z][a-z0-9_]*$")]], BeforeValidator(_several)]


class Authored(BaseModel):
    """Strict and closed: a key that nobody reads is a fault."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AuthoredOption(Authored):
    """An option with more than its label."""

    label: Text
    level: Annotated[Number, Field(ge=0, le=1)] | None = None
    act_now: Text | None = None


Options = dict[Id, Text | AuthoredOption]


class SharedQuestion(Authored):
    """A question that several agencies are asked; each says itself what it bears on."""

    id: Id
    kind: Kind
    ask: Text
    hint: Text | None = None
    why: Text
    options: Options | None = None
    levels: Options | None = None
    evidence_asked: Text | None = None
    confirmable_by: list[Text] = []
    not_applicable: bool = False
    evidence: list[str] = []


class OwnQuestion(SharedQuestion):
    """An agency's own question."""

    only_if: Conditions = []
    bears_on: Annotated[dict[Id, Strength], Field(min_length=1)]


class UsedQuestion(Authored):
    """A shared question, in this agency's words where it gives any."""

    use: Id
    ask: Text | None = None
    hint: Text | None = None
    why: Text | None = None
    options: Options | None = None
    levels: Options | None = None
    evidence_asked: Text | None = None
    confirmable_by: list[Text] = []
    only_if: Conditions = []
    bears_on: Annotated[dict[Id, Strength], Field(min_length=1)]
    evidence: list[str] = []


def _used(value: Any) -> str:
    has_use = "use" in value if isinstance(value, dict) else hasattr(value, "use")
    return "use" if has_use else "own"


Question = Annotated[Annotated[OwnQuestion, Tag("own")] | Annotated[UsedQuestion, Tag("use")], Discriminator(_used)]


class AuthoredSection(Authored):
    """Part of the form."""

    id: Id
    title: Text
    intro: Text | None = None
    only_if: Conditions = []
    questions: Annotated[list[Question], Field(min_length=1)]


class OwnFact(Authored):
    """A profile fact."""

    id: Id
    ask: Text
    hint: Text | None = None


class UsedFact(Authored):
    """A fact of the country."""

    use: Id


Fact = Annotated[Annotated[OwnFact, Tag("own")] | Annotated[UsedFact, Tag("use")], Discriminator(_used)]


class Reasoned(Authored):
    """A text with its sources."""

    text: Text
    evidence: Annotated[list[str], Field(min_length=1)]


class AuthoredSitting(Authored):
    """What to prepare."""

    minutes: int
    people: list[Text]
    papers: list[Text]


class Agency(Authored):
    """One agency's questionnaire."""

    id: Id
    title: Text
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    does: Text
    exposed_because: Reasoned
    sitting: AuthoredSitting
    stages_left_out: dict[Id, Text] = {}
    acts_left_out: dict[Id, dict[Id, Text]] = {}
    profile: list[Fact] = []
    sections: Annotated[list[AuthoredSection], Field(min_length=1)]


class AuthoredImpact(Impact):
    """Impact with its reason."""

    because: Text


class Baseline(Authored):
    """What is usual for one kind of agency."""

    value: Literal[3, 4] | Annotated[float, Field(ge=3, le=4, multiple_of=0.5)]
    because: Text
    evidence: list[str] = []


class Weight(Authored):
    """A scenario's weight for one kind of agency."""

    value: Annotated[int, Field(ge=1, le=3)] | Annotated[float, Field(ge=1, le=3)]
    because: Text


class AuthoredScenario(Authored):
    """A risk scenario; `baseline` names the agencies that have it."""

    id: Id
    title: Text
    description: Text
    chain: Id
    stage: Id
    acts: Annotated[list[Id], Field(min_length=1)]
    only_if: Conditions = []
    impact: AuthoredImpact | dict[Id, AuthoredImpact]
    baseline: Annotated[dict[Id, Baseline], Field(min_length=1)]
    weight: Annotated[int, Field(ge=1, le=3)] | Annotated[float, Field(ge=1, le=3)] | dict[Id, Weight]
    weight_because: Text | None = None
    evidence: list[str] = []


class AuthoredRecommendation(Authored):
    """A recommendation; in the reports of `agencies` (all that it fits unless given) and its addressee’s own, but not
    in those of `not_agencies`."""

    id: Id
    title: Text
    action: Text
    lifts: dict[Id, Id] = {}
    lowers: dict[Id, Id] = {}
    follows: dict[Id, Id] = {}
    concerns: list[Id] = []
    agencies: list[Id] = []
    not_agencies: list[Id] = []
    addressee: Id
    duty: Duty | None = None
    effort: Effort
    owner: Text
    within: Text
    indicator: Text
    side_effect: Text | None = None
    evidence: list[str] = []


class Module(Authored):
    """A shared module."""

    title: Text
    questions: list[SharedQuestion] = []
    recommendations: list[AuthoredRecommendation] = []


class Source(Authored):
    """A document."""

    id: Id
    title: Text
    author: Text | None
    publisher: Text | None
    year: int | None
    note: Text
    tag: Text


class Claim(Authored):
    """A claim of a document. `measure`: an agency’s own staff could answer a question on it."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]+$")]
    document: Id
    section: Text
    claim: Text
    explicit: bool
    kind: Literal["risk", "indicator", "safeguard", "recommendation"] | None = None
    measure: bool = False


class AuthoredStage(Authored):
    """A stage of a chain."""

    id: Id
    title: Text
    added: bool = False


class AuthoredChain(Authored):
    """A chain; `acts` and `actors` are those that the Council of Europe names for it, these with their agencies."""

    id: Id
    title: Text
    evidence: list[str]
    acts: Annotated[list[Id], Field(min_length=1)]
    actors: dict[Text, list[Id]]
    stages: list[AuthoredStage]


class Chains(Authored):
    """The three chains, the acts, and the words for addressees."""

    chains: list[AuthoredChain]
    acts: dict[Id, Text]
    addressees: dict[Id, Text]


class Activity(Authored):
    """A line of the finder: something that agencies do."""

    id: Id
    does: Text
    agencies: Annotated[list[Id], Field(min_length=1)]


class AuthoredConstant(Authored):
    """A constant of the model."""

    value: Number
    because: Text
    source: Text


class AuthoredRobustness(Authored):
    """What the robustness of a result is tried with."""

    constants: dict[Id, AuthoredConstant]
    convex_ladder: dict[Id, Number]
    convex_ladder_because: Text
    convex_ladder_source: Text


class Model(Authored):
    """The risk model."""

    version: Text
    constants: dict[Id, AuthoredConstant]
    bands: list[Band]
    bands_because: Text
    bands_source: Text
    ladder: dict[Id, Number]
    ladder_because: Text
    ladder_source: Text
    efforts: dict[Effort, Number]
    quick_efforts: list[Effort]
    efforts_because: Text
    efforts_source: Text
    robustness: AuthoredRobustness
