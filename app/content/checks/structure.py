"""Checks that each questionnaire can be scored as promised, under every combination of its profile facts."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from app.content.authoring import Agency
from app.content.checks.references import facts_of, placed_questions, question_id
from app.content.sources import Place, Sources
from app.errors import Fault
from scoring.questionnaire import LADDER, Question, Questionnaire, Scenario, holds


def structure_faults(sources: Sources, drafts: Mapping[str, Questionnaire]) -> list[Fault]:
    """Faults of the agencies whose drafts are given, by id; the references hold."""
    return [fault for agency, draft in drafts.items() for fault in _agency(sources, sources.agencies[agency], draft)]


def _agency(sources: Sources, agency: Agency, questionnaire: Questionnaire) -> Iterator[Fault]:
    places = {question_id(question): place for question, place in placed_questions(sources, agency)}
    here = sources.place("agency", agency.id)
    if not questionnaire.scenarios:
        yield here.fault("No scenario has a baseline for this agency.", "Add one to scenarios/*.yaml.")
        return
    if not _always_open(questionnaire):
        remedy = "Leave at least one scenario without a condition."
        yield here.fault("Some combination of profile facts closes every scenario.", remedy, "profile")
    for scenario in questionnaire.scenarios:
        yield from _scenario(questionnaire, scenario, sources.place("scenario", scenario.id))
    yield from _recommended(questionnaire, places)
    used = _facts_used(questionnaire)
    for index, fact in enumerate(facts_of(agency)):
        if fact not in used:
            yield here.fault(
                f"Nothing hangs on the fact “{fact}”.", "Drop it, or use it in an `only_if`.", "profile", index
            )


def _facts_used(questionnaire: Questionnaire) -> set[str]:
    conditions = [q.only_if for q in questionnaire.questions] + [s.only_if for s in questionnaire.scenarios]
    return {fact for condition in conditions for fact in condition}


def _profiles(facts: Iterable[str]) -> Iterator[dict[str, bool]]:
    """Every combination of yes and no; a fact not given opens more than either, so it needs none of its own."""
    names = sorted(set(facts))
    return (dict(zip(names, values, strict=True)) for values in product((True, False), repeat=len(names)))


def _always_open(questionnaire: Questionnaire) -> bool:
    scenarios = questionnaire.scenarios
    if any(not scenario.only_if for scenario in scenarios):
        return True
    facts = {fact for scenario in scenarios for fact in scenario.only_if}
    return all(any(holds(s.only_if, profile) for s in scenarios) for profile in _profiles(facts))


def _scenario(questionnaire: Questionnaire, scenario: Scenario, place: Place) -> Iterator[Fault]:
    """Open means: with its keys, with an exposure if it has any, with a control, and with an exposure or a signal."""
    links = [(q, link) for q in questionnaire.questions for link in q.links if link.scenario == scenario.id]
    whose = f"For {questionnaire.id}, the scenario"
    facts = {fact for q, _ in links for fact in q.only_if} | scenario.only_if.keys()
    found: set[str] = set()
    for profile in _profiles(facts):
        if not holds(scenario.only_if, profile):
            continue
        asked = [(q, link) for q, link in links if holds(q.only_if, profile)]
        keys = [q for q, link in links if link.key and q not in [a for a, _ in asked]]
        if keys:
            found.add(f"can be open while its key control “{keys[0].id}” is hidden.")
        if _some(links, "exposure") and not _some(asked, "exposure"):
            found.add("can be open while all its exposures are hidden.")
        if not _some(asked, "control"):
            found.add("can be open without a control.")
        if not _some(asked, "exposure") and not _some(asked, "signal"):
            found.add("can be open without an exposure or a signal.")
    remedy = "Give the scenario the condition of those questions, or link it to others."
    for what in sorted(found):
        yield place.fault(f"{whose} {what}", remedy)


def _some(links: Iterable[tuple[Question, object]], kind: str) -> bool:
    return any(question.kind == kind for question, _ in links)


def _recommended(questionnaire: Questionnaire, places: dict[str, Place]) -> Iterator[Fault]:
    """Every control can be lifted to the top, and every signal calls for a look, by what the agency itself is told."""
    own = [r for r in questionnaire.recommendations if r.addressee in ("agency", questionnaire.id)]
    lifted = {move.question for r in own for move in r.lifts if move.to == LADDER[-1]}
    followed = {f.question: f.from_ for r in own if not r.lifts and not r.lowers for f in r.follows}
    for question in questionnaire.questions:
        place = places[question.id]
        if question.kind == "control" and question.id not in lifted:
            remedy = f"Let a recommendation addressed to `agency` lift it to {LADDER[-1]}."
            yield place.fault(f"No recommendation lifts “{question.id}” to its top level.", remedy)
        if question.kind == "signal" and followed.get(question.id) != question.options[1].id:
            remedy = f"Let one that moves nothing follow it from “{question.options[1].id}” on."
            yield place.fault(f"No recommendation looks into “{question.id}” from its first showing option.", remedy)
