"""Checks that ids are usable, that references resolve, and that links and moves fit the kind of their question."""

from collections.abc import Iterable, Iterator, Mapping

from app.content.authoring import (
    Agency,
    AuthoredOption,
    AuthoredRecommendation,
    OwnQuestion,
    SharedQuestion,
    UsedFact,
    UsedQuestion,
)
from app.content.sources import Place, Sources
from app.errors import Fault
from scoring.questionnaire import LADDER, RESERVED

_TAKEN = {*RESERVED, "yes", "no", "on", "off", "true", "false", "null"}


def reference_faults(sources: Sources) -> list[Fault]:
    """All faults of ids, references, kinds and levels."""
    questions = {question.id: question for question, _ in every_question(sources)}
    return [
        *_ids(sources),
        *_documents(sources),
        *(fault for agency in sources.agencies.values() for fault in _agency(sources, agency)),
        *(fault for question, place in every_question(sources) for fault in _own_question(sources, question, place)),
        *_scenarios(sources),
        *_activities(sources),
        *(fault for r in sources.recommendations.values() for fault in _recommendation(sources, r, questions)),
    ]


def every_question(sources: Sources) -> Iterator[tuple[SharedQuestion, Place]]:
    """Each question that is written out, shared or an agency's own, with its place."""
    for question in sources.shared.values():
        yield question, sources.place("shared question", question.id)
    for agency in sources.agencies.values():
        for placed, place in placed_questions(sources, agency):
            if isinstance(placed, OwnQuestion):
                yield placed, place


def placed_questions(sources: Sources, agency: Agency) -> Iterator[tuple[OwnQuestion | UsedQuestion, Place]]:
    """An agency's questions as written, each with its place."""
    file = sources.place("agency", agency.id).file
    for s, section in enumerate(agency.sections):
        for q, question in enumerate(section.questions):
            yield question, Place(file, ("sections", s, "questions", q))


def facts_of(agency: Agency) -> list[str]:
    """Ids of an agency's profile facts."""
    return [fact.use if isinstance(fact, UsedFact) else fact.id for fact in agency.profile]


def question_id(question: OwnQuestion | UsedQuestion) -> str:
    """The id under which a question is answered."""
    return question.use if isinstance(question, UsedQuestion) else question.id


def _ids(sources: Sources) -> Iterator[Fault]:
    """One id, one thing: questions, profile facts, scenarios and recommendations share one space each."""
    seen: dict[str, str] = {}
    for question, place in every_question(sources):
        yield from _usable(question.id, "question", seen, place)
    facts: dict[str, str] = {}
    for fact in sources.facts.values():
        yield from _usable(fact.id, "fact", facts, sources.place("fact", fact.id))
    for agency in sources.agencies.values():
        for index, item in enumerate(agency.profile):
            place = Place(sources.place("agency", agency.id).file, ("profile", index))
            if isinstance(item, UsedFact):
                continue
            if item.id in seen:
                yield place.fault(f"“{item.id}” is the id of a question too.", "Choose another id.", "id")
            yield from _usable(item.id, "fact", facts, place)


def _usable(name: str, noun: str, seen: dict[str, str], place: Place) -> Iterator[Fault]:
    at = f"{place.file.path.name}:{place.file.line(place.where)}"
    if name in _TAKEN:
        yield place.fault(f"The id “{name}” is reserved.", "Choose another id.", "id")
    if name in seen:
        yield place.fault(f"The {noun} id “{name}” is already used in {seen[name]}.", "Choose another id.", "id")
    seen.setdefault(name, at)


def _documents(sources: Sources) -> Iterator[Fault]:
    for claim in sources.claims.values():
        if claim.document not in sources.documents:
            remedy = "Add it to sources.yaml, or mend the id."
            yield sources.place("evidence", claim.id).fault(
                f"There is no document “{claim.document}”.", remedy, "document"
            )


def _cited(sources: Sources, evidence: Iterable[str], place: Place, needed: str = "", *deeper: str) -> Iterator[Fault]:
    evidence = list(evidence)
    if needed and not evidence:
        yield place.fault(f"{needed} cites no evidence.", "Add `evidence`, ids from evidence/*.yaml.", *deeper)
    for index, name in enumerate(evidence):
        if name not in sources.claims:
            remedy = "Add the claim to evidence/*.yaml, or mend the id."
            yield place.fault(f"There is no evidence “{name}”.", remedy, *deeper, "evidence", str(index))


def _conditions(words: Iterable[str], facts: Iterable[str], place: Place, whose: str) -> Iterator[Fault]:
    known = set(facts)
    for word in words:
        if word.removeprefix("not ") not in known:
            what = f"“{word.removeprefix('not ')}” is not a profile fact of {whose}."
            yield place.fault(what, "Add it to its `profile`, or mend the id.", "only_if")


def _agency(sources: Sources, agency: Agency) -> Iterator[Fault]:
    place = sources.place("agency", agency.id)
    facts = facts_of(agency)
    stages = {stage.id for chain in sources.chains.chains for stage in chain.stages}
    yield from _cited(sources, agency.exposed_because.evidence, place, "", "exposed_because")
    for index, fact in enumerate(agency.profile):
        if isinstance(fact, UsedFact) and fact.use not in sources.facts:
            remedy = "Add it to shared/context.yaml, or mend the id."
            yield place.fault(f"There is no fact of the country “{fact.use}”.", remedy, "profile", index)
    for stage in agency.stages_left_out:
        if stage not in stages:
            yield place.fault(f"There is no stage “{stage}”.", "chains.yaml lists them.", "stages_left_out", stage)
    named = {chain.id: chain.acts for chain in sources.chains.chains}
    for chain, reasons in agency.acts_left_out.items():
        for act in reasons:
            if act not in named.get(chain, ()):
                what = f"“{act}” is not an act of a chain “{chain}”."
                yield place.fault(what, "chains.yaml lists the acts of each chain.", "acts_left_out", chain, act)
    names: set[str] = set()
    for index, section in enumerate(agency.sections):
        yield from _conditions(section.only_if, facts, Place(place.file, ("sections", index)), agency.id)
        if section.id in names:
            yield place.fault(
                f"The section id “{section.id}” stands here twice.", "Choose another id.", "sections", index, "id"
            )
        names.add(section.id)
    taken: set[str] = set()
    for question, at in placed_questions(sources, agency):
        yield from _conditions(question.only_if, facts, at, agency.id)
        yield from _bears_on(sources, agency, question, at)
        if isinstance(question, UsedQuestion):
            if question.use in taken:
                yield at.fault(f"“{question.use}” is taken twice.", "Keep one.", "use")
            taken.add(question.use)
            yield from _cited(sources, question.evidence, at)
            yield from _used(sources, question, at)


def _bears_on(sources: Sources, agency: Agency, question: OwnQuestion | UsedQuestion, place: Place) -> Iterator[Fault]:
    base = question if isinstance(question, OwnQuestion) else sources.shared.get(question.use)
    for scenario, strength in question.bears_on.items():
        if scenario not in sources.scenarios:
            yield place.fault(
                f"There is no scenario “{scenario}”.",
                "Add it to scenarios/*.yaml, or mend the id.",
                "bears_on",
                scenario,
            )
        elif agency.id not in sources.scenarios[scenario].baseline:
            remedy = f"Give “{scenario}” a baseline for {agency.id}, or drop the link."
            yield place.fault(f"{agency.id} does not have the scenario “{scenario}”.", remedy, "bears_on", scenario)
        if str(strength).endswith(" key") and base is not None:
            if base.kind != "control":
                yield place.fault("Only a control can be key.", "Drop “key”.", "bears_on", scenario)
            elif base.not_applicable:
                yield place.fault(
                    "A key control cannot be answered “not applicable”.", "Drop one of the two.", "not_applicable"
                )


def _used(sources: Sources, question: UsedQuestion, place: Place) -> Iterator[Fault]:
    base = sources.shared.get(question.use)
    if base is None:
        yield place.fault(
            f"There is no shared question “{question.use}”.", "Add it to shared/*.yaml, or mend the id.", "use"
        )
        return
    worded, own = ("levels", question.levels) if base.kind == "control" else ("options", question.options)
    options = (base.levels if base.kind == "control" else base.options) or {}
    if own is not None and list(own) != list(options):
        remedy = f"Word {', '.join(options)}, in this order; ids and number stay."
        yield place.fault(f"The {worded} are not those of the shared question.", remedy, worded)
    other = "options" if worded == "levels" else "levels"
    if getattr(question, other) is not None:
        yield place.fault(f"The kind {base.kind} has `{worded}`, not `{other}`.", f"Use `{worded}`.", other)


def _own_question(sources: Sources, question: SharedQuestion, place: Place) -> Iterator[Fault]:
    yield from _cited(sources, question.evidence, place, "A question")
    wanted, other = ("levels", "options") if question.kind == "control" else ("options", "levels")
    options: Mapping[str, str | AuthoredOption] = getattr(question, wanted) or {}
    if getattr(question, other) is not None or not options:
        yield place.fault(f"The kind {question.kind} has `{wanted}`, not `{other}`.", f"Use `{wanted}`.", other)
        return
    if question.kind == "control" and tuple(options) != LADDER:
        yield place.fault("A control has exactly four levels.", f"Word {', '.join(LADDER)}, in this order.", "levels")
    if question.kind == "control" and question.evidence_asked is None:
        yield place.fault("A control must say what the note of its top level names.", "Add `evidence_asked`.")
    if question.kind != "control" and question.not_applicable:
        remedy = "Give it a lowest option “we do not do this”, or a profile fact."
        yield place.fault(f"“Not applicable” is never allowed on {question.kind}s.", remedy, "not_applicable")
    if not 2 <= len(options) <= 6:
        yield place.fault("A question has 2 to 6 options.", "Join or split options.", wanted)
    for option in options:
        if option in _TAKEN:
            yield place.fault(f"The option id “{option}” is reserved.", "Choose another id.", wanted, option)
    levels = [
        option.level for option in options.values() if isinstance(option, AuthoredOption) and option.level is not None
    ]
    if levels and (len(levels) != len(options) or levels != sorted(set(levels)) or question.kind == "control"):
        remedy = "Give every option of an exposure or signal a level, rising, or none."
        yield place.fault("The levels of the options do not rise, or some have none.", remedy, wanted)


def _scenarios(sources: Sources) -> Iterator[Fault]:
    chains = {chain.id: {stage.id for stage in chain.stages} for chain in sources.chains.chains}
    for scenario in sources.scenarios.values():
        place = sources.place("scenario", scenario.id)
        yield from _cited(sources, scenario.evidence, place, "A scenario")
        if scenario.chain not in chains:
            yield place.fault(f"There is no chain “{scenario.chain}”.", "chains.yaml lists them.", "chain")
        elif scenario.stage not in chains[scenario.chain]:
            yield place.fault(
                f"“{scenario.stage}” is not a stage of “{scenario.chain}”.", "chains.yaml lists them.", "stage"
            )
        for act in scenario.acts:
            if act not in sources.chains.acts:
                yield place.fault(f"There is no act “{act}”.", "chains.yaml lists them.", "acts")
        by_agency = {"impact": scenario.impact, "weight": scenario.weight, "baseline": scenario.baseline}
        for key, given in by_agency.items():
            if not isinstance(given, dict):
                continue
            if given.keys() != scenario.baseline.keys():
                yield place.fault(f"`{key}` and `baseline` name different agencies.", "Name the same in both.", key)
        if not isinstance(scenario.weight, dict) and not scenario.weight_because:
            yield place.fault("The weight has no reason.", "Add `weight_because`.", "weight")
        for agency, baseline in scenario.baseline.items():
            if agency not in sources.agencies:
                yield place.fault(f"There is no agency “{agency}”.", "Mend the id.", "baseline", agency)
                continue
            yield from _cited(sources, baseline.evidence, place, "", "baseline", agency)
            yield from _conditions(scenario.only_if, facts_of(sources.agencies[agency]), place, agency)


def _activities(sources: Sources) -> Iterator[Fault]:
    """The finder leads to agencies that are there, and to each of them."""
    for activity in sources.activities.values():
        for name in activity.agencies:
            if name not in sources.agencies:
                place = sources.place("activity", activity.id)
                yield place.fault(f"There is no agency “{name}”.", "Mend the id.", "agencies")
    found = {name for activity in sources.activities.values() for name in activity.agencies}
    for agency in sources.agencies.values() if sources.activities else ():
        if agency.id not in found:
            remedy = "Add it to a line of finder.yaml."
            yield sources.place("agency", agency.id).fault(f"The finder does not lead to “{agency.id}”.", remedy, "id")


def _recommendation(
    sources: Sources, recommendation: AuthoredRecommendation, questions: Mapping[str, SharedQuestion]
) -> Iterator[Fault]:
    place = sources.place("recommendation", recommendation.id)
    yield from _cited(sources, recommendation.evidence, place, "A recommendation")
    if recommendation.addressee not in {"agency", *sources.agencies, *sources.chains.addressees}:
        remedy = "Use “agency”, an agency’s id, or a word that chains.yaml lists under addressees."
        yield place.fault(f"There is no addressee “{recommendation.addressee}”.", remedy, "addressee")
    for key in ("agencies", "not_agencies"):
        for name in getattr(recommendation, key):
            if name not in sources.agencies:
                yield place.fault(f"There is no agency “{name}”.", "Mend the id.", key)
    for scenario in recommendation.concerns:
        if scenario not in sources.scenarios:
            yield place.fault(f"There is no scenario “{scenario}”.", "Mend the id.", "concerns")
    kinds = {"lifts": "control", "lowers": "exposure", "follows": "signal"}
    for key, kind in kinds.items():
        for name, option in getattr(recommendation, key).items():
            question = questions.get(name)
            if question is None:
                yield place.fault(f"There is no question “{name}”.", "Mend the id.", key, name)
            elif question.kind != kind:
                yield place.fault(
                    f"“{name}” is of kind {question.kind}; `{key}` takes {kind}s.",
                    "Use the key of its kind.",
                    key,
                    name,
                )
            elif option not in (question.levels or question.options or {}):
                known = ", ".join(question.levels or question.options or {})
                yield place.fault(f"“{name}” has no option “{option}”.", f"It has {known}.", key, name)
    moves = bool(recommendation.lifts or recommendation.lowers or recommendation.follows or recommendation.concerns)
    if not moves and recommendation.addressee not in sources.agencies:
        remedy = "Let it lift, lower or follow a question, or name a scenario in `concerns`."
        yield place.fault("No report would ever show this recommendation.", remedy)
