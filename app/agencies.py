"""Agencies as a reader looks for them: by chain, by word, by what they do. Knows no HTTP."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.catalogue import Catalogue
from app.content.authoring import Activity
from scoring.questionnaire import Chain, Question, Questionnaire


@dataclass(frozen=True)
class ChainAgencies:
    """A chain, the agencies whose chief chain it is, and the others that can be corrupted along it."""

    chain: Chain
    chief: tuple[Questionnaire, ...]
    others: tuple[Questionnaire, ...]


def by_chain(catalogue: Catalogue, language: str) -> list[ChainAgencies]:
    """Every chain that an agency touches, in the order of the sources, with its agencies by name."""
    questionnaires = [catalogue.in_language(i.questionnaire, language) for i in catalogue.latest.values()]
    chains = {c.id: c for q in sorted(questionnaires, key=lambda q: -len(q.chains)) for c in q.chains}
    found = []
    for chain in chains.values():
        shares = {q.id: _share(q, chain.id) for q in questionnaires}
        touched = sorted((q for q in questionnaires if shares[q.id]), key=lambda q: q.title)
        chief = tuple(q for q in touched if all(shares[q.id] >= _share(q, other) for other in chains))
        found.append(ChainAgencies(chain, chief, tuple(q for q in touched if q not in chief)))
    return [group for group in found if group.chief or group.others]


def _share(questionnaire: Questionnaire, chain: str) -> float:
    """The part of a questionnaire’s scenario weight that lies in one chain, 0 to 1."""
    total = sum(s.weight for s in questionnaire.scenarios)
    return sum(s.weight for s in questionnaire.scenarios if s.chain == chain) / total


@dataclass(frozen=True)
class Found:
    """An agency that a search found, and those of its questions that hold the words, in their first line first."""

    questionnaire: Questionnaire
    questions: tuple[Question, ...]


def searched(catalogue: Catalogue, language: str, words: str, chain: str = "") -> list[Found]:
    """The agencies of a chain (or of any) that hold every word, in a name first, then by how many questions hold all.

    Words are parts of words, in capitals or not. Without any, every agency of the chain, by name.
    """
    parts, found = words.casefold().split(), []
    for instrument in catalogue.latest.values():
        questionnaire = catalogue.in_language(instrument.questionnaire, language)
        if chain and not _share(questionnaire, chain):
            continue
        questions = [q for q in questionnaire.questions if parts and _holds(f"{q.ask} {q.hint} {q.why}", parts)]
        if questions or _holds(_about(questionnaire), parts):
            questions.sort(key=lambda question: not _holds(question.ask, parts))
            found.append(Found(questionnaire, tuple(questions)))
    return sorted(
        found, key=lambda f: (not _holds(f.questionnaire.title, parts), -len(f.questions), f.questionnaire.title)
    )


def _about(questionnaire: Questionnaire) -> str:
    sections = (section.title for section in questionnaire.sections)
    scenarios = (scenario.title for scenario in questionnaire.scenarios)
    return " ".join([questionnaire.title, questionnaire.does, questionnaire.exposed_because, *sections, *scenarios])


def _holds(text: str, parts: Iterable[str]) -> bool:
    folded = text.casefold()
    return all(part in folded for part in parts)


def doing(
    catalogue: Catalogue, language: str, activities: Iterable[Activity], ticked: Collection[str]
) -> list[tuple[Questionnaire, list[Activity]]]:
    """The agencies that do something of what was ticked, each with that; those that do most of it first."""
    wanted = [activity for activity in activities if activity.id in ticked]
    found = []
    for agency, instrument in catalogue.latest.items():
        does = [activity for activity in wanted if agency in activity.agencies]
        if does:
            found.append((catalogue.in_language(instrument.questionnaire, language), does))
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0].title))
