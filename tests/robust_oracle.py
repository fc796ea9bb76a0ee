"""The robustness of a result once more, draw by draw in plain loops, to compare scoring.robustness with.

Written from the text of the scoring model; it shares nothing with the engine but numpy's stream of raw numbers. Floats,
since what is drawn is no fraction. `expected` gives the part of the result under the API's field names.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scoring.answers import Answer
from scoring.questionnaire import Question, Questionnaire, Recommendation, Scenario
from tests.oracle import BANDS, CUTS, EFFORT, Oracle

CONVEX = {"absent": 0.0, "on_paper": 0.25, "operating": 0.5, "evidenced": 1.0}
Drawn = dict[str, Any]


def draws(asked: Questionnaire, count: int, seed: int) -> list[Drawn]:
    """What is varied, draw by draw. Each thing takes one number for every draw before the next thing has its turn."""
    raw = iter(np.random.PCG64(seed).random_raw(1_000_000).tolist())

    def numbers() -> list[float]:
        return [(next(raw) >> 11) / 2**53 for _ in range(count)]

    questions = [q for section in asked.sections for q in section.questions]
    links = [(q, link) for q in questions for link in q.links]
    strengths = [(q, link) for q, link in links if q.kind != "signal"]
    factors = {(q.id, link.scenario): numbers() for q, link in strengths}
    dropped = {(q.id, link.scenario): numbers() for q, link in strengths if link.key}
    weights = [numbers() for _ in asked.scenarios]
    moves = [numbers() for _ in asked.scenarios]
    baselines = [numbers() for _ in asked.scenarios]
    impacts = [numbers() for _ in asked.scenarios]
    reach, convex, uncapped, geometric, cuts = (numbers() for _ in range(5))
    shifts = {q.id: numbers() for q in questions if q.kind != "control"}
    chosen = {q.id: numbers() for q in questions}

    def step(number: float) -> int:
        return math.floor(3 * number) - 1

    return [
        {
            "strength": {
                (q.id, link.scenario): link.strength * (0.75 + 0.5 * factors[q.id, link.scenario][d])
                for q, link in strengths
            },
            "key": {pair for pair, numbers in dropped.items() if numbers[d] >= 0.1},
            "scenario": {
                s.id: (
                    s.weight * (0.75 + 0.5 * weights[i][d]),
                    _within(s.baseline + (step(baselines[i][d]) if moves[i][d] < 0.2 else 0), 1, 5),
                    _within(_impact(s) + (step(impacts[i][d]) if moves[i][d] < 0.2 else 0), 1, 5),
                )
                for i, s in enumerate(asked.scenarios)
            },
            "reach": 0.7 + 0.2 * reach[d],
            "convex": convex[d] < 0.5,
            "capped": uncapped[d] >= 0.5,
            "geometric": geometric[d] < 0.5,
            "cuts": -2 + 4 * cuts[d],
            "shift": {q: -0.1 + 0.2 * numbers[d] for q, numbers in shifts.items()},
            "chosen": {q.id: q.options[math.floor(len(q.options) * chosen[q.id][d])].id for q in questions},
        }
        for d in range(count)
    ]


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _impact(scenario: Scenario) -> int:
    i = scenario.impact
    return max(i.victims, i.justice, i.reach, i.institution)


def _level(question: Question, option: str, drawn: Drawn) -> float:
    if question.kind == "control":
        plain = {"absent": 0.0, "on_paper": 1 / 3, "operating": 2 / 3, "evidenced": 1.0}
        return (CONVEX if drawn["convex"] else plain)[option]
    level = next(o.level for o in question.options if o.id == option)
    return _within(level + drawn["shift"][question.id], 0.0, 1.0)


def _scored(o: Oracle, drawn: Drawn, levels: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float], float]:
    """Residual risks, chains and overall in one draw."""
    residual = {s.id: _residual(o, s, drawn, levels) for s in o.open}
    chains = {}
    for chain in dict.fromkeys(s.chain for s in o.open):
        members = [(drawn["scenario"][s.id][0], residual[s.id]) for s in o.open if s.chain == chain]
        total = sum(w for w, _ in members)
        if drawn["geometric"]:
            chains[chain] = math.exp(sum(w * math.log(r) for w, r in members) / total)
        else:
            chains[chain] = sum(w * r for w, r in members) / total
    return residual, chains, sum(chains.values()) / len(chains)


def _residual(o: Oracle, scenario: Scenario, drawn: Drawn, levels: Mapping[str, float]) -> float:
    def mean(kind: str) -> float | None:
        pairs = [(drawn["strength"][q, scenario.id], levels[q]) for q, _, _ in o.links(scenario, kind, o.applies)]
        return sum(u * level for u, level in pairs) / sum(u for u, _ in pairs) if pairs else None

    _, baseline, impact = drawn["scenario"][scenario.id]
    exposure = mean("exposure")
    x = _within(baseline + 2 * ((0.5 if exposure is None else exposure) - 0.5), 1, 5)
    signal = max([levels[q] for q, _, _ in o.links(scenario, "signal", o.applies)], default=0.0)
    inherent = 4 * (x + signal * (5 - x) / 2) * impact
    effect = mean("control") or 0.0
    keys = [
        levels[q] for q, _, key in o.links(scenario, "control", o.applies) if key and (q, scenario.id) in drawn["key"]
    ]
    if drawn["capped"] and keys:
        effect = min(effect, (1 + 2 * sum(keys) / len(keys)) / 3)
    return inherent * (1 - drawn["reach"] * effect)


def _band(score: float, worst: float) -> str:
    def cut(value: float) -> int:
        return max(place for place, at in enumerate(CUTS.values()) if round(value, 9) >= at)

    return BANDS[max(cut(score), cut(worst) - 1)]


def expected(
    asked: Questionnaire,
    profile: Mapping[str, bool],
    answers: Mapping[str, Answer],
    headline: Mapping[str, str],
    lanes: Mapping[str, str],
) -> dict[str, Any]:
    """`headline`: bands of the result by chain, and `overall`; `lanes`: of its recommendations, by id."""
    o, settings = Oracle(asked, profile, answers), asked.risk_model.robustness
    assert settings is not None
    count, seed = int(settings.draws.value), int(settings.seed.value)
    trials = draws(asked, count, seed)
    at: dict[str, list[tuple[dict[str, float], dict[str, float], float]]] = {"random": [], "worst": []}
    ranks: dict[str, list[int]] = {}
    moving = [r for r in asked.recommendations if r.id in lanes and o.changed(r)]
    for drawn in trials:
        for how, scored in at.items():
            levels = dict(_levels(o, drawn, at_worst=how == "worst"))
            scored.append(_scored(o, drawn, levels))
            if how == "random":
                gains = {r.id: scored[-1][2] - _scored(o, drawn, _after(o, drawn, levels, r))[2] for r in moving}
                for name, rank in _ranked(gains, moving).items():
                    ranks.setdefault(name, []).append(rank)
    now = o.row(o.worst).overall
    by_itself = _ranked({r.id: float(now - o.row(o.after(o.worst, r)).overall) for r in moving}, moving)

    def tried(name: str, value: Any, members: list[str]) -> dict[str, Any]:
        found = {}
        for how, suffix in (("random", ""), ("worst", "_at_worst")):
            values = sorted(value(scored) for scored in at[how])
            bands = [
                _band(value(scored) - drawn["cuts"], max(scored[0][s] for s in members) - drawn["cuts"])
                for scored, drawn in zip(at[how], trials, strict=True)
            ]
            found["interval" + suffix] = [_at(values, 0.05), _at(values, 0.95)]
            found["in_band" + suffix] = bands.count(headline[name]) / count
        return found

    chains = [
        {"id": c.id} | tried(c.id, lambda scored, c=c: scored[1][c.id], [s.id for s in o.open if s.chain == c.id])
        for c in asked.chains
        if any(s.chain == c.id for s in o.open)
    ]
    return {
        "draws": count,
        "seed": seed,
        "overall": tried("overall", lambda scored: scored[2], [s.id for s in o.open]),
        "chains": chains,
        "recommendations": [
            _standing(name, rank, sorted(ranks[name]), len(moving), lanes[name])
            for name, rank in sorted(by_itself.items(), key=lambda pair: pair[1])
        ],
    }


def _levels(o: Oracle, drawn: Drawn, at_worst: bool) -> Iterator[tuple[str, float]]:
    for q, question in o.questions.items():
        option = o.option(q)
        if option not in [known.id for known in question.options]:
            worst = question.options[0 if question.kind == "control" else -1].id
            option = worst if at_worst else drawn["chosen"][q]
        yield q, _level(question, option, drawn)


def _after(o: Oracle, drawn: Drawn, levels: Mapping[str, float], r: Recommendation) -> dict[str, float]:
    """Levels once it is done; only moves that change something at the worst end."""
    result = dict(levels)
    for move in (*r.lifts, *r.lowers):
        question = o.questions[move.question]
        if move.question in o.changed(r):
            target = _level(question, move.to, drawn)
            better = max if question.kind == "control" else min
            result[move.question] = better(result[move.question], target)
    return result


def _ranked(gains: Mapping[str, float], moving: list[Recommendation]) -> dict[str, int]:
    efforts = {r.id: EFFORT[r.effort] for r in moving}
    ordered = sorted(gains, key=lambda n: (-round(gains[n] / efforts[n], 9), -round(gains[n], 9), efforts[n], n))
    return {name: rank for rank, name in enumerate(ordered, 1)}


def _at(ordered: list[Any], share: float) -> Any:
    return ordered[max(math.ceil(round(share * len(ordered), 6)) - 1, 0)]


def _standing(name: str, rank: int, ranks: list[int], all_of_them: int, lane: str) -> dict[str, Any]:
    among = label = None
    if all_of_them > 5:
        among = sum(r <= 5 for r in ranks) / len(ranks)
        stays = among if rank <= 5 else 1 - among
        if lane not in ("duty", "look_into"):
            label = "stable" if stays >= 0.9 else "likely" if stays >= 0.6 else "depends_on_assumptions"
    return {
        "id": name,
        "rank": rank,
        "median": _at(ranks, 0.5),
        "interval": [_at(ranks, 0.05), _at(ranks, 0.95)],
        "among_first": among,
        "label": label,
    }
