"""One agency's draft made from the sources: everything it refers to, gathered into one questionnaire."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.content.authoring import (
    Agency,
    AuthoredConstant,
    AuthoredImpact,
    AuthoredOption,
    AuthoredRecommendation,
    AuthoredScenario,
    OwnFact,
    OwnQuestion,
    SharedQuestion,
    UsedFact,
    UsedQuestion,
    Weight,
)
from app.content.sources import Sources
from scoring.questionnaire import (
    Chain,
    Constant,
    Evidence,
    Follow,
    Link,
    Move,
    Option,
    ProfileFact,
    Question,
    Questionnaire,
    Recommendation,
    RiskModel,
    Robustness,
    Scenario,
    Section,
    Sitting,
    Stage,
)

DRAFT = "-draft"  # follows the version that a draft will have when it is released


def resolve(sources: Sources, agency_id: str) -> Questionnaire:
    """One agency's draft with everything it refers to. The data have passed the checks of references."""
    agency = sources.agencies[agency_id]
    own = {s.id: s for s in sources.scenarios.values() if agency_id in s.baseline}
    scenarios = tuple(_scenario(agency_id, s) for s in own.values())
    sections = tuple(
        Section(
            id=section.id,
            title=section.title,
            intro=section.intro,
            only_if=condition(section.only_if),
            questions=tuple(_question(sources, q, condition(section.only_if)) for q in section.questions),
        )
        for section in agency.sections
    )
    kinds = {q.id: q.kind for s in sections for q in s.questions}
    recommendations = tuple(
        _recommendation(sources, r, kinds, own)
        for r in sources.recommendations.values()
        if (not r.agencies or agency_id in r.agencies or r.addressee == agency_id)
        and agency_id not in r.not_agencies
        and (
            r.addressee == agency_id
            or not kinds.keys().isdisjoint([*r.lifts, *r.lowers, *r.follows])
            or not own.keys().isdisjoint(r.concerns)
        )
    )
    present = {s.chain for s in scenarios}
    return Questionnaire(
        id=agency.id,
        title=agency.title,
        version=agency.version + DRAFT,
        draft=True,
        hash="",
        does=agency.does,
        exposed_because=agency.exposed_because.text,
        exposed_evidence=tuple(agency.exposed_because.evidence),
        sitting=Sitting(
            minutes=agency.sitting.minutes, people=tuple(agency.sitting.people), papers=tuple(agency.sitting.papers)
        ),
        stages_left_out=dict(agency.stages_left_out),
        chains=tuple(
            Chain(id=c.id, title=c.title, stages=tuple(Stage(**s.model_dump()) for s in c.stages))
            for c in sources.chains.chains
            if c.id in present
        ),
        acts={act: title for act, title in sources.chains.acts.items() if any(act in s.acts for s in scenarios)},
        profile=tuple(_fact(sources, fact) for fact in agency.profile),
        sections=sections,
        scenarios=scenarios,
        recommendations=recommendations,
        evidence=_evidence(sources, agency, sections, scenarios, recommendations),
        risk_model=_risk_model(sources),
    ).sealed()


def condition(words: Iterable[str]) -> dict[str, bool]:
    """`["fact", "not other"]` as {"fact": True, "other": False}."""
    return {word.removeprefix("not "): not word.startswith("not ") for word in words}


def _fact(sources: Sources, fact: OwnFact | UsedFact) -> ProfileFact:
    own = sources.facts[fact.use] if isinstance(fact, UsedFact) else fact
    return ProfileFact(id=own.id, ask=own.ask, hint=own.hint, country=isinstance(fact, UsedFact))


def _scenario(agency: str, scenario: AuthoredScenario) -> Scenario:
    baseline = scenario.baseline[agency]
    impact = scenario.impact if isinstance(scenario.impact, AuthoredImpact) else scenario.impact[agency]
    if isinstance(scenario.weight, dict):
        weight: Weight = scenario.weight[agency]
        value, because = weight.value, weight.because
    else:
        value, because = scenario.weight, scenario.weight_because or ""
    return Scenario(
        id=scenario.id,
        title=scenario.title,
        description=scenario.description,
        chain=scenario.chain,
        stage=scenario.stage,
        acts=tuple(scenario.acts),
        only_if=condition(scenario.only_if),
        baseline=float(baseline.value),
        baseline_because=baseline.because,
        baseline_evidence=tuple(baseline.evidence),
        impact={k: getattr(impact, k) for k in ("victims", "justice", "reach", "institution")},  # type: ignore[arg-type]
        impact_because=impact.because,
        weight=float(value),
        weight_because=because,
        evidence=tuple(scenario.evidence),
    )


def _question(sources: Sources, question: OwnQuestion | UsedQuestion, section_if: dict[str, bool]) -> Question:
    base: SharedQuestion = question if isinstance(question, OwnQuestion) else sources.shared[question.use]
    options = base.levels if base.kind == "control" else base.options
    labels = dict(options or {})
    if isinstance(question, UsedQuestion):
        labels.update(question.levels or question.options or {})
    links = []
    for scenario, strength in question.bears_on.items():
        links.append(Link(scenario=scenario, strength=int(str(strength)[0]), key=str(strength).endswith(" key")))
    return Question(
        id=base.id,
        kind=base.kind,
        ask=question.ask or base.ask,
        hint=question.hint or base.hint,
        why=question.why or base.why,
        options=_options(sources, base.kind, labels),
        not_applicable=base.not_applicable,
        only_if={**section_if, **condition(question.only_if)},
        links=tuple(links),
        evidence_asked=question.evidence_asked or base.evidence_asked,
        confirmable_by=tuple(question.confirmable_by or base.confirmable_by),
        evidence=tuple(dict.fromkeys([*question.evidence, *base.evidence])),
    )


def _options(sources: Sources, kind: str, labels: Mapping[str, str | AuthoredOption]) -> tuple[Option, ...]:
    ladder, last = sources.model.ladder, max(len(labels) - 1, 1)
    options = []
    for place, (option, text) in enumerate(labels.items()):
        written = text if isinstance(text, AuthoredOption) else AuthoredOption(label=text)
        even = ladder[option] if kind == "control" else place / last
        level = even if written.level is None else written.level
        options.append(Option(id=option, label=written.label, level=float(level), act_now=written.act_now))
    return tuple(options)


def _recommendation(
    sources: Sources, recommendation: AuthoredRecommendation, kinds: Mapping[str, str], scenarios: Mapping[str, object]
) -> Recommendation:
    """A recommendation with only those moves that this agency's questionnaire has."""
    titles = {"agency": "The agency", **sources.chains.addressees, **{a.id: a.title for a in sources.agencies.values()}}
    fields = recommendation.model_dump(
        exclude={"agencies", "not_agencies", "lifts", "lowers", "follows", "concerns", "evidence"}
    )
    return Recommendation(
        **fields,
        addressee_title=titles[recommendation.addressee],
        lifts=tuple(Move(question=q, to=to) for q, to in recommendation.lifts.items() if q in kinds),
        lowers=tuple(Move(question=q, to=to) for q, to in recommendation.lowers.items() if q in kinds),
        follows=tuple(Follow(question=q, from_=to) for q, to in recommendation.follows.items() if q in kinds),
        concerns=tuple(s for s in recommendation.concerns if s in scenarios),
        evidence=tuple(recommendation.evidence),
    )


def _evidence(
    sources: Sources,
    agency: Agency,
    sections: Iterable[Section],
    scenarios: Iterable[Scenario],
    recommendations: Iterable[Recommendation],
) -> tuple[Evidence, ...]:
    cited = set(agency.exposed_because.evidence)
    for section in sections:
        cited.update(*(q.evidence for q in section.questions))
    for scenario in scenarios:
        cited.update(scenario.evidence, scenario.baseline_evidence)
    cited.update(*(r.evidence for r in recommendations))
    found = []
    for claim in (claim for claim in sources.claims.values() if claim.id in cited):
        document = sources.documents[claim.document]
        found.append(
            Evidence(
                id=claim.id,
                document=document.title,
                year=document.year,
                section=claim.section,
                claim=claim.claim,
                explicit=claim.explicit,
                other_standard=claim.document == "other_standard",
            )
        )
    return tuple(found)


def _risk_model(sources: Sources) -> RiskModel:
    model, robustness = sources.model, sources.model.robustness
    apart = {"constants", "bands", "ladder", "efforts", "quick_efforts", "robustness"}
    fields: dict[str, Any] = model.model_dump(exclude=apart) | _constants(model.constants)
    return RiskModel(
        **fields,
        bands=tuple(model.bands),
        ladder={level: float(value) for level, value in model.ladder.items()},
        efforts={effort: float(points) for effort, points in model.efforts.items()},
        quick_efforts=tuple(model.quick_efforts),
        robustness=Robustness(
            **_constants(robustness.constants),
            convex_ladder={level: float(value) for level, value in robustness.convex_ladder.items()},
            convex_ladder_because=robustness.convex_ladder_because,
            convex_ladder_source=robustness.convex_ladder_source,
        ),
    )


def _constants(authored: Mapping[str, AuthoredConstant]) -> dict[str, Any]:
    return {name: Constant(**constant.model_dump()) for name, constant in authored.items()}
