"""Small questionnaires made in Python, by hand or at random.

`questionnaire(scenarios=…, questions=…, recommendations=…)` makes one with the shipped risk model; `scenario`,
`control`, `exposure`, `signal` and `recommendation` make its parts, with links and moves as keywords. `questionnaires`
and `answer_sets` are hypothesis strategies.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from scoring.answers import Answer
from scoring.questionnaire import (
    LADDER,
    NOT_APPLICABLE,
    PREFER_NOT_TO_SAY,
    UNANSWERED,
    UNKNOWN,
    Chain,
    Follow,
    Impact,
    Link,
    Move,
    Option,
    ProfileFact,
    Question,
    Questionnaire,
    Recommendation,
    RiskModel,
    Scenario,
    Section,
    Sitting,
    Stage,
)

RISK_MODEL_FILE = Path(__file__).parent.parent / "questionnaires" / "risk_model.yaml"
STAGES = {
    "trafficking": ("recruitment", "border_crossing"),
    "criminal_justice": ("preliminary_investigation", "trial"),
    "protection": ("shelter", "support"),
}
CHAIN_OF = {stage: chain for chain, stages in STAGES.items() for stage in stages}


def _number(value: int | float | str) -> float:
    return float(Fraction(value))


def _risk_model() -> RiskModel:
    data = yaml.safe_load(RISK_MODEL_FILE.read_text(encoding="utf-8"))
    robustness = data["robustness"]
    for each in (data, robustness):
        for name, constant in each.pop("constants").items():
            each[name] = constant | {"value": _number(constant["value"])}
    robustness["convex_ladder"] = {level: _number(value) for level, value in robustness["convex_ladder"].items()}
    data["bands"] = [band | {"at_least": _number(band["at_least"])} for band in data["bands"]]
    data["ladder"] = {level: _number(value) for level, value in data["ladder"].items()}
    data["efforts"] = {effort: _number(value) for effort, value in data["efforts"].items()}
    return RiskModel.model_validate(data, strict=False)


RISK_MODEL = _risk_model()


def scenario(
    name: str,
    *,
    stage: str = "border_crossing",
    baseline: float = 4,
    impact: int | Mapping[str, int] = 5,
    weight: float = 1,
    only_if: Mapping[str, bool] | None = None,
) -> Scenario:
    """A scenario; an `impact` given as one number is the harm to victims, with 1 on the other scales."""
    scales = {"victims": impact} if isinstance(impact, int) else impact
    return Scenario(
        id=name,
        title=f"Scenario {name}",
        description="What happens.",
        chain=CHAIN_OF[stage],
        stage=stage,
        acts=("ignoring",),
        only_if=dict(only_if or {}),
        baseline=float(baseline),
        baseline_because="Sources name it.",
        impact=Impact(**({"victims": 1, "justice": 1, "reach": 1, "institution": 1} | dict(scales))),
        impact_because="It hurts.",
        weight=float(weight),
        weight_because="It is common.",
        evidence=("SRC-001",),
    )


def _links(links: Mapping[str, int | str]) -> tuple[Link, ...]:
    return tuple(
        Link(scenario=target, strength=int(str(strength).split()[0]), key="key" in str(strength))
        for target, strength in links.items()
    )


def _question(kind: str, name: str, options: tuple[Option, ...], more: Mapping[str, Any], links: Any) -> Question:
    content = {"id": name, "kind": kind, "ask": f"{name}?", "why": "It matters.", "options": options} | dict(more)
    return Question(**content, links=_links(links))


def control(
    name: str,
    *,
    not_applicable: bool = False,
    only_if: Mapping[str, bool] | None = None,
    evidence_asked: str | None = None,
    **links: int | str,
) -> Question:
    """A control on the ladder; a link is a strength, or a strength with its mark: `arranged_lane="3 key"`."""
    options = tuple(Option(id=level, label=f"Is {level}.", level=RISK_MODEL.ladder[level]) for level in LADDER)
    more = {"not_applicable": not_applicable, "only_if": dict(only_if or {}), "evidence_asked": evidence_asked}
    return _question("control", name, options, more, links)


def _levelled(options: Mapping[str, float] | int) -> tuple[Option, ...]:
    if isinstance(options, int):
        options = {f"option_{i}": i / (options - 1) for i in range(options)}
    return tuple(Option(id=name, label=f"{name}.", level=float(level)) for name, level in options.items())


def exposure(
    name: str,
    *,
    options: Mapping[str, float] | int = 3,
    only_if: Mapping[str, bool] | None = None,
    **links: int | str,
) -> Question:
    """An exposure; options are levels by id, or a number of options `option_0` … evenly spaced from 0 to 1."""
    return _question("exposure", name, _levelled(options), {"only_if": dict(only_if or {})}, links)


def signal(
    name: str,
    *,
    options: Mapping[str, float] | int = 3,
    only_if: Mapping[str, bool] | None = None,
    **links: int | str,
) -> Question:
    """A signal; options as those of an exposure."""
    return _question("signal", name, _levelled(options), {"only_if": dict(only_if or {})}, links)


def recommendation(
    name: str,
    *,
    lifts: Mapping[str, str] | None = None,
    lowers: Mapping[str, str] | None = None,
    follows: Mapping[str, str] | None = None,
    addressee: str = "agency",
    duty: str | None = None,
    effort: str = "S",
) -> Recommendation:
    """A recommendation, with option by question for what it lifts, lowers and follows."""
    return Recommendation.model_validate(
        {
            "id": name,
            "title": f"Recommendation {name}",
            "action": "Do it.",
            "lifts": tuple(Move(question=q, to=to) for q, to in (lifts or {}).items()),
            "lowers": tuple(Move(question=q, to=to) for q, to in (lowers or {}).items()),
            "follows": tuple(Follow(question=q, from_=start) for q, start in (follows or {}).items()),
            "addressee": addressee,
            "addressee_title": addressee.capitalize(),
            "duty": duty,
            "effort": effort,
            "owner": "Head of the service",
            "within": "1 month",
            "indicator": "Share of shifts",
            "evidence": ("SRC-001",),
        }
    )


def questionnaire(
    scenarios: Iterable[Scenario],
    questions: Iterable[Question] | Mapping[str, Iterable[Question]],
    recommendations: Iterable[Recommendation] = (),
    *,
    name: str = "worked_example",
    risk_model: RiskModel = RISK_MODEL,
) -> Questionnaire:
    """A sealed questionnaire; its facts are those that its conditions name. Questions may be given by section."""
    scenarios, recommendations = tuple(scenarios), tuple(recommendations)
    if not isinstance(questions, Mapping):
        questions = {"work": questions}
    sections = tuple(
        Section(id=title, title=title.capitalize(), questions=tuple(members)) for title, members in questions.items()
    )
    conditions = [s.only_if for s in scenarios] + [q.only_if for section in sections for q in section.questions]
    facts = sorted({fact for condition in conditions for fact in condition})
    made = Questionnaire(
        id=name,
        title="Worked example",
        version="1.0.0",
        draft=False,
        hash="",
        does="It checks papers.",
        exposed_because="It decides alone.",
        exposed_evidence=(),
        sitting=Sitting(minutes=180, people=("officer",), papers=("roster",)),
        chains=tuple(
            Chain(id=chain, title=chain, stages=tuple(Stage(id=stage, title=stage) for stage in stages))
            for chain, stages in STAGES.items()
        ),
        acts={"ignoring": "Ignoring"},
        profile=tuple(ProfileFact(id=fact, ask=f"{fact}?") for fact in facts),
        sections=sections,
        scenarios=scenarios,
        recommendations=recommendations,
        evidence=(),
        risk_model=risk_model,
    )
    return made.sealed()


def answers_of(given: Mapping[str, str | Mapping[str, str]]) -> dict[str, Answer]:
    """Answers from options by question, or from maps with `option` and `note`."""
    return {q: Answer(a) if isinstance(a, str) else Answer(a["option"], a.get("note", "")) for q, a in given.items()}


def _conditions(facts: list[str]) -> st.SearchStrategy[dict[str, bool]]:
    always: st.SearchStrategy[dict[str, bool]] = st.just({})
    return always | st.dictionaries(st.sampled_from(facts), st.booleans(), max_size=2) if facts else always


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Questionnaires of up to five scenarios in up to three chains, eight questions, and seven recommendations.

    The first scenario has no condition, so that one stays open under every profile; a key control is never
    *not applicable*, as the rules for questionnaires have it.
    """
    condition = _conditions([f"fact_{i}" for i in range(draw(st.integers(0, 2)))])
    scenarios = [
        scenario(
            f"scenario_{i}",
            stage=draw(st.sampled_from(sorted(CHAIN_OF))),
            baseline=draw(st.sampled_from([3, 3.5, 4])),
            impact=draw(st.integers(3, 5)),
            weight=draw(st.sampled_from([1, 1.5, 2, 3])),
            only_if=draw(condition) if i else {},
        )
        for i in range(draw(st.integers(1, 5)))
    ]
    names = [s.id for s in scenarios]
    strength = st.integers(1, 3)
    key = strength.map(lambda u: f"{u} key")
    questions = []
    for i in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["control", "control", "exposure", "signal"]))
        only_if = draw(condition)
        optional = kind == "control" and draw(st.booleans())
        marks = strength | key if kind == "control" and not optional else strength
        links = draw(st.dictionaries(st.sampled_from(names), marks, min_size=1, max_size=3))
        if kind == "control":
            questions.append(control(f"control_{i}", not_applicable=optional, only_if=only_if, **links))
        else:
            levels = draw(st.sampled_from([[0, 1], [0, 0.5, 1], [0.25, 0.75], [0, 0.1, 0.6, 0.9]]))
            options = {f"option_{place}": level for place, level in enumerate(levels)}
            make = exposure if kind == "exposure" else signal
            questions.append(make(f"{kind}_{i}", options=options, only_if=only_if, **links))
    of_kind = {kind: [q for q in questions if q.kind == kind] for kind in ("control", "exposure", "signal")}
    recommendations = [
        recommendation(
            f"recommendation_{i}",
            lifts=draw(_moves(of_kind["control"])),
            lowers=draw(_moves(of_kind["exposure"])),
            follows=draw(_moves(of_kind["signal"])),
            addressee=draw(st.sampled_from(["agency", "agency", "agency", "worked_example", "donor"])),
            duty=draw(st.sampled_from([None, None, "law", "victim_safety"])),
            effort=draw(st.sampled_from(["XS", "S", "M", "L", "XL"])),
        )
        for i in range(draw(st.integers(0, 7)))
    ]
    half = draw(st.integers(0, len(questions) - 1))
    sections = {"work": questions[half:]} | ({"oversight": questions[:half]} if half else {})
    return questionnaire(scenarios, sections, recommendations)


@st.composite
def _moves(draw: st.DrawFn, questions: list[Question]) -> dict[str, str]:
    if not questions:
        return {}
    chosen = draw(st.lists(st.sampled_from(questions), max_size=2, unique_by=lambda q: q.id))
    return {q.id: draw(st.sampled_from([option.id for option in q.options])) for q in chosen}


@st.composite
def profiles(draw: st.DrawFn, asked: Questionnaire) -> dict[str, bool]:
    """Facts given as true or false, or not given."""
    given = {fact.id: draw(st.sampled_from([True, False, None])) for fact in asked.profile}
    return {fact: value for fact, value in given.items() if value is not None}


@st.composite
def answer_sets(draw: st.DrawFn, asked: Questionnaire, *, all_known: bool = False) -> dict[str, Answer]:
    """Valid answers to a questionnaire: every kind of answer, with and without a note; gaps unless `all_known`."""
    answers = {}
    for question in asked.questions:
        options = list(question.level_of)
        if not all_known:
            options += [UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED] + [NOT_APPLICABLE] * question.not_applicable
        option = draw(st.sampled_from(options))
        needed = option in (NOT_APPLICABLE, question.needs_note)
        note = "Log of May, registry" if needed or draw(st.booleans()) else ""
        if option != UNANSWERED or note:
            answers[question.id] = Answer(option, note)
    return answers


@st.composite
def cases(draw: st.DrawFn, *, all_known: bool = False) -> tuple[Questionnaire, dict[str, bool], dict[str, Answer]]:
    """A questionnaire, a profile and answers that fit it."""
    asked = draw(questionnaires())
    return asked, draw(profiles(asked)), draw(answer_sets(asked, all_known=all_known))
