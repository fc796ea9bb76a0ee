"""The questionnaires' own locale layer: locales/<lang>/ beside the sources, same structure, ids untouched, words only.

A translated questionnaire keeps its hash and its ids, so answers and scores do not depend on the language. An agency's
translation names the version it was made for, and is used for no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.content.authoring import Activity
from app.content.resolution import DRAFT
from app.content.source_files import Data, SourceFile, Where, read_source
from app.errors import ContentError, Fault
from scoring.questionnaire import (
    Evidence,
    Option,
    ProfileFact,
    Question,
    Questionnaire,
    Recommendation,
    Scenario,
    Section,
)

WORDS = {  # by noun, the keys that may be translated
    "activity": {"does"},
    "agency": {"title", "does", "exposed_because", "sitting"},
    "fact": {"ask", "hint"},
    "section": {"title", "intro"},
    "question": {"ask", "hint", "why", "evidence_asked", "confirmable_by", "options", "levels"},
    "scenario": {"title", "description", "baseline_because", "impact_because", "weight_because"},
    "recommendation": {"title", "action", "owner", "within", "indicator", "side_effect"},
    "evidence": {"section", "claim"},
}
Words = Mapping[str, Any]


@dataclass(frozen=True)
class ContentLocale:
    """One language's words: by noun and id, and those of an agency under (agency, noun, id)."""

    language: str
    words: dict[tuple[str, ...], Words] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def of(self, agency: str, noun: str, name: str) -> Words:
        """The words for one thing; what an agency's own file says stands before what the shared ones say."""
        return {**self.words.get((noun, name), {}), **self.words.get((agency, noun, name), {})}


def read_content_locales(folder: Path) -> dict[str, ContentLocale]:
    """Every language under locales/. Raises ContentError for a key that is not a word of its noun."""
    locales, faults = {}, []
    for root in sorted(path for path in folder.glob("locales/*") if path.is_dir()):
        reader = _Reader(ContentLocale(root.name))
        for path in sorted([*root.glob("finder.yaml"), *root.glob("*/*.yaml")]):
            try:
                reader.read(read_source(path), "finder" if path.parent == root else path.parent.name)
            except ContentError as error:
                faults += error.faults
        faults += reader.faults
        locales[root.name] = reader.locale
    if faults:
        raise ContentError(faults)
    return locales


class _Reader:
    def __init__(self, locale: ContentLocale) -> None:
        self.locale = locale
        self.faults: list[Fault] = []

    def read(self, file: SourceFile, kind: str) -> None:
        data = file.data
        if kind == "agencies" and isinstance(data, dict):
            self.agency(file, data)
        elif kind == "shared" and isinstance(data, dict):
            self.each(file, ("questions",), data.get("questions"), "question")
            self.each(file, ("recommendations",), data.get("recommendations"), "recommendation")
        else:
            nouns = {"shared": "fact", "evidence": "evidence", "finder": "activity"}
            self.each(file, (), data, nouns.get(kind, kind.removesuffix("s")))

    def agency(self, file: SourceFile, data: dict[str, Data]) -> None:
        agency, version = str(data.pop("id", file.path.stem)), data.pop("version", None)
        if version is None:
            remedy = "Add `version`, that of the text which was translated."
            self.faults.append(file.fault((), "The translation does not say of which version it is.", remedy))
        self.locale.versions[agency] = str(version)
        self.each(file, ("profile",), data.pop("profile", []), "fact", agency)
        sections = data.pop("sections", [])
        for index, section in enumerate(sections if isinstance(sections, list) else []):
            if isinstance(section, dict):
                where: Where = ("sections", index, "questions")
                self.each(file, where, section.pop("questions", []), "question", agency)
        self.each(file, ("sections",), sections, "section", agency)
        self.thing(file, (), data, "agency", (agency, "agency", agency))

    def each(self, file: SourceFile, where: Where, items: Data, noun: str, agency: str = "") -> None:
        for index, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, dict) and (name := item.pop("id", None) or item.pop("use", None)):
                key = (agency, noun, str(name)) if agency else (noun, str(name))
                self.thing(file, (*where, index), item, noun, key)
            else:
                self.faults.append(file.fault((*where, index), "This has no id.", "Give the id of what is translated."))

    def thing(self, file: SourceFile, where: Where, words: dict[str, Data], noun: str, key: tuple[str, ...]) -> None:
        for name in words.keys() - WORDS.get(noun, set()):
            remedy = f"These can be: {', '.join(sorted(WORDS.get(noun, set())))}."
            self.faults.append(file.fault((*where, name), f"“{name}” is not a word of a {noun}.", remedy))
        self.locale.words[key] = words


def translated(questionnaire: Questionnaire, locale: ContentLocale) -> Questionnaire:
    """The questionnaire in a language; what has no translation stays as it is. Ids, levels, links and hash stay."""
    agency = questionnaire.id
    if locale.versions.get(agency) != questionnaire.version.removesuffix(DRAFT):
        return questionnaire

    def said(noun: str, thing: Any) -> Any:
        words = dict(locale.of(agency, noun, thing.id))
        labels = words.pop("levels", words.pop("options", {}))
        if "confirmable_by" in words:
            words["confirmable_by"] = tuple(words["confirmable_by"])
        if noun == "question":
            words["options"] = tuple(_option(option, labels.get(option.id)) for option in thing.options)
        return thing.model_copy(update=words)

    def section(part: Section) -> Section:
        questions: tuple[Question, ...] = tuple(said("question", question) for question in part.questions)
        spoken: Section = said("section", part)
        return spoken.model_copy(update={"questions": questions})

    facts: tuple[ProfileFact, ...] = tuple(said("fact", fact) for fact in questionnaire.profile)
    scenarios: tuple[Scenario, ...] = tuple(said("scenario", scenario) for scenario in questionnaire.scenarios)
    advice: tuple[Recommendation, ...] = tuple(said("recommendation", r) for r in questionnaire.recommendations)
    claims: tuple[Evidence, ...] = tuple(said("evidence", claim) for claim in questionnaire.evidence)
    title = dict(locale.of(agency, "agency", agency))
    if "sitting" in title:
        listed = {name: tuple(lines) for name, lines in title["sitting"].items()}
        title["sitting"] = questionnaire.sitting.model_copy(update=listed)
    parts = {"profile": facts, "scenarios": scenarios, "recommendations": advice, "evidence": claims}
    sections = tuple(section(part) for part in questionnaire.sections)
    # A fresh copy: what the original has cached by id holds the original's words.
    return Questionnaire.model_construct(**{**dict(questionnaire), **title, **parts, "sections": sections})


def spoken(activity: Activity, locale: ContentLocale) -> Activity:
    """A line of the finder in a language, or as it is."""
    return activity.model_copy(update=dict(locale.of("", "activity", activity.id)))


def _option(option: Option, words: object) -> Option:
    if isinstance(words, str):
        return option.model_copy(update={"label": words})
    return option.model_copy(update=words) if isinstance(words, dict) else option
