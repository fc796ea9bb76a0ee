"""A questionnaire of a set size, the same on every run, for the benchmarks: 120 questions, 36 scenarios, 400 links,
50 recommendations; and answers to it."""

import random

from scoring.answers import Answer
from scoring.questionnaire import LADDER, NOT_APPLICABLE, UNKNOWN, Questionnaire
from tests import builders
from tests.builders import CHAIN_OF, control, exposure, questionnaire, recommendation, scenario, signal

QUESTIONS, SCENARIOS, LINKS, RECOMMENDATIONS = 120, 36, 400, 50
_KINDS = ("control", "exposure", "control", "signal", "control", "control")  # a sixth each of exposures and signals


def generated() -> Questionnaire:
    """The questionnaire; every scenario has a key control, further controls, an exposure and a signal."""
    chance = random.Random(20261121)
    stages = sorted(CHAIN_OF)
    names = [f"scenario_{i}" for i in range(SCENARIOS)]
    scenarios = [
        scenario(
            name,
            stage=stages[i % len(stages)],
            baseline=chance.choice([3, 3.5, 4]),
            impact=chance.randint(3, 5),
            weight=chance.randint(1, 3),
        )
        for i, name in enumerate(names)
    ]
    links: list[dict[str, int | str]] = [{} for _ in range(QUESTIONS)]
    of_kind = {kind: [i for i in range(QUESTIONS) if _KINDS[i % 6] == kind] for kind in _KINDS}
    for place, name in enumerate(names):
        links[of_kind["control"][place]][name] = "3 key"
        links[of_kind["exposure"][place % len(of_kind["exposure"])]][name] = chance.randint(1, 3)
        links[of_kind["signal"][place % len(of_kind["signal"])]][name] = chance.randint(1, 3)
    unused = [i for i in range(QUESTIONS) if not links[i]]
    for i in unused:
        links[i][chance.choice(names)] = chance.randint(1, 3)
    free = [(i, name) for i in range(QUESTIONS) for name in names if name not in links[i]]
    for i, name in chance.sample(free, LINKS - sum(len(row) for row in links)):
        links[i][name] = chance.randint(1, 3)

    questions = []
    for i, row in enumerate(links):
        kind = _KINDS[i % 6]
        if kind == "control":
            optional = not any("key" in str(mark) for mark in row.values())
            questions.append(control(f"question_{i}", not_applicable=optional, **row))
        else:
            questions.append((exposure if kind == "exposure" else signal)(f"question_{i}", options=4, **row))
    sections = {f"section_{n}": questions[n * 15 : n * 15 + 15] for n in range(8)}
    recommendations = [
        recommendation(
            f"recommendation_{n}",
            lifts={f"question_{i}": chance.choice(LADDER[2:]) for i in sorted(chance.sample(of_kind["control"], 2))},
            lowers={f"question_{chance.choice(of_kind['exposure'])}": "option_1"} if n % 3 == 0 else {},
            follows={f"question_{chance.choice(of_kind['signal'])}": "option_1"} if n % 5 == 0 else {},
            duty="law" if n % 12 == 0 else None,
            effort=chance.choice(list(builders.RISK_MODEL.efforts)),
        )
        for n in range(RECOMMENDATIONS)
    ]
    return questionnaire(scenarios, sections, recommendations, name="generated")


def answered(asked: Questionnaire, seed: int = 0, *, gaps: bool = False) -> dict[str, Answer]:
    """Answers to all questions; with `gaps`, some are *don't know* or *not applicable*."""
    chance = random.Random(seed)
    given = {}
    for question in asked.questions:
        options = list(question.level_of)
        if gaps:
            options += [UNKNOWN] + [NOT_APPLICABLE] * question.not_applicable
        given[question.id] = Answer(chance.choice(options), "Register of May, kept at the registry")
    return given
