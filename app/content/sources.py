"""All files of questionnaires/ read and checked for their shape: what the catalogue resolves and the checks look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from app.content.authoring import (
    Activity,
    Agency,
    AuthoredRecommendation,
    AuthoredScenario,
    Chains,
    Claim,
    Model,
    Module,
    OwnFact,
    SharedQuestion,
    Source,
)
from app.content.source_files import SourceFile, Where, read_source
from app.errors import ContentError, Fault

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where something stands, so that a fault found later can say so."""

    file: SourceFile
    where: Where

    def fault(self, what: str, remedy: str, *deeper: str | int) -> Fault:
        """A fault here, or at a key below."""
        return self.file.fault((*self.where, *deeper), what, remedy)


@dataclass
class Sources:
    """Everything that the authors wrote, by id, and where each thing stands."""

    folder: Path
    chains: Chains
    model: Model
    agencies: dict[str, Agency] = field(default_factory=dict)
    documents: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    facts: dict[str, OwnFact] = field(default_factory=dict)
    shared: dict[str, SharedQuestion] = field(default_factory=dict)
    scenarios: dict[str, AuthoredScenario] = field(default_factory=dict)
    recommendations: dict[str, AuthoredRecommendation] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, noun: str, name: str) -> Place:
        """Where the agency, claim, scenario … of that id stands."""
        return self.places[noun, name]

    def _add(self, noun: str, into: dict[str, T], name: str, thing: T, place: Place) -> None:
        if name in into:
            first = self.place(noun, name)
            at = f"{first.file.path.name}:{first.file.line(first.where)}"
            self.faults.append(place.fault(f"The {noun} id “{name}” is already used in {at}.", "Choose another id."))
            return
        into[name] = thing
        self.places[noun, name] = place


def read_sources(folder: Path) -> Sources:
    """Read every file. Raises ContentError with the faults of all of them."""
    faults: list[Fault] = []

    def parsed(path: Path, adapter: TypeAdapter[T]) -> tuple[SourceFile, T] | None:
        try:
            file = read_source(path)
        except ContentError as error:
            faults.extend(error.faults)
            return None
        except FileNotFoundError:
            faults.append(Fault(path, 1, "", "This file is missing.", "Restore it; README.md says what it holds."))
            return None
        try:
            return file, adapter.validate_python(file.data)
        except ValidationError as error:
            faults.extend(_shape_faults(file, error))
            return None

    def each(pattern: str, adapter: TypeAdapter[T], but: str = "") -> Iterable[tuple[SourceFile, T]]:
        paths = [path for path in sorted(folder.glob(pattern)) if path.name != but]
        return filter(None, (parsed(path, adapter) for path in paths))

    chains = parsed(folder / "chains.yaml", TypeAdapter(Chains))
    model = parsed(folder / "risk_model.yaml", TypeAdapter(Model))
    if chains is None or model is None:
        raise ContentError(faults)
    sources = Sources(folder, chains[1], model[1])
    sources.places["chains", ""] = Place(chains[0], ())
    sources.places["risk model", ""] = Place(model[0], ())

    def add_list(pattern: str, item: type[T], noun: str, into: dict[str, T]) -> None:
        for file, things in each(pattern, TypeAdapter(list[item])):  # type: ignore[valid-type]
            for index, thing in enumerate(things):
                sources._add(noun, into, thing.id, thing, Place(file, (index,)))  # type: ignore[attr-defined]

    add_list("sources.yaml", Source, "document", sources.documents)
    add_list("finder.yaml", Activity, "activity", sources.activities)
    add_list("evidence/*.yaml", Claim, "evidence", sources.claims)
    add_list("shared/context.yaml", OwnFact, "fact", sources.facts)
    add_list("scenarios/*.yaml", AuthoredScenario, "scenario", sources.scenarios)
    add_list("recommendations/*.yaml", AuthoredRecommendation, "recommendation", sources.recommendations)
    for file, module in each("shared/*.yaml", TypeAdapter(Module), but="context.yaml"):
        _add_module(sources, file, module)
    for file, agency in each("agencies/*.yaml", TypeAdapter(Agency)):
        place = Place(file, ())
        if file.path.stem != agency.id:
            sources.faults.append(
                place.fault(f"The file of “{agency.id}” must be {agency.id}.yaml.", "Rename it.", "id")
            )
        sources._add("agency", sources.agencies, agency.id, agency, place)
    if faults:
        raise ContentError(faults + sources.faults)
    return sources


def _add_module(sources: Sources, file: SourceFile, module: Module) -> None:
    for index, question in enumerate(module.questions):
        sources._add("shared question", sources.shared, question.id, question, Place(file, ("questions", index)))
    for index, recommendation in enumerate(module.recommendations):
        place = Place(file, ("recommendations", index))
        sources._add("recommendation", sources.recommendations, recommendation.id, recommendation, place)


_REMEDIES = {
    "missing": ("The key “{key}” is missing.", "Add it; README.md explains each key."),
    "extra_forbidden": ("Nothing reads the key “{key}”.", "Remove it, or mend its spelling; README.md lists the keys."),
    "string_type": ("This must be text.", "Quote it if YAML took it for a number or a truth value."),
    "int_type": ("This must be a whole number.", "Write it without quotes and without a decimal point."),
}


def _shape_faults(file: SourceFile, error: ValidationError) -> list[Fault]:
    faults = []
    for problem in error.errors(include_url=False):
        where = _known(file, problem["loc"])
        if problem["type"] == "missing":
            where = (*where, problem["loc"][-1])
        # Pydantic’s own words are taken as they are: those on a pattern hold braces.
        known = _REMEDIES.get(problem["type"])
        what = known[0].format(key=where[-1] if where else "") if known else f"{problem['msg'].rstrip('.')}."
        fault = file.fault(where, what, known[1] if known else "README.md says what may stand here.")
        if fault not in faults:
            faults.append(fault)
    return faults


def _known(file: SourceFile, location: Where) -> Where:
    """The part of pydantic's location that the file has: without the branches of unions that pydantic names in it."""
    known: Where = ()
    for part in location:
        if (*known, part) in file.lines:
            known = (*known, part)
    return known
