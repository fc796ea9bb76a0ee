"""The scoring model once more, as plain loops over exact fractions, to compare the engine with.

Written from the text of the scoring model alone and slow on purpose: every constant stands here as that text gives it,
so that a slip in `risk_model.yaml` shows too. `expected` gives the whole result under the API's field names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction as F
from typing import Any

from scoring.answers import Answer
from scoring.questionnaire import Question, Questionnaire, Recommendation, Scenario

HALF = F(1, 2)
CUTS = {"low": F(0), "moderate": F(20), "high": F(40), "critical": F(60)}
BANDS = list(CUTS)
LADDER = {"absent": F(0), "on_paper": F(1, 3), "operating": F(2, 3), "evidenced": F(1)}
EFFORT = {"XS": 1, "S": 2, "M": 3, "L": 5, "XL": 8}
LANES = ["duty", "look_into", "quick_win", "major_project", "find_out", "keep_and_watch", "covered"]
LANES += ["no_gain_at_present"]
Levels = dict[str, F]


def compared(value: F) -> F:
    """A value as every comparison sees it."""
    return round(value, 9)


def band(score: F, worst: F) -> int:
    """The band of a score, never more than one below that of its worst scenario."""
    return max(_cut(score), _cut(worst) - 1)


def _cut(score: F) -> int:
    return max(place for place, cut in enumerate(CUTS.values()) if compared(score) >= cut)


@dataclass
class Row:
    """Everything that the formulas give for one set of levels."""

    scenarios: dict[str, dict[str, F]]
    stages: dict[str, F]
    chains: dict[str, F]
    overall: F


class Oracle:
    """One questionnaire with one profile and one set of answers."""

    def __init__(
        self, questionnaire: Questionnaire, profile: Mapping[str, bool], answers: Mapping[str, Answer]
    ) -> None:
        self.questionnaire, self.profile, self.answers = questionnaire, profile, answers
        self.questions = {q.id: q for section in questionnaire.sections for q in section.questions}
        self.open = [s for s in questionnaire.scenarios if self._met(s.only_if)]
        self.closed = [s for s in questionnaire.scenarios if s not in self.open]
        self.asked = [
            q
            for q in self.questions.values()
            if self._met(q.only_if) and any(link.scenario == s.id for link in q.links for s in self.open)
        ]
        self.not_applicable = [q.id for q in self.asked if self.option(q.id) == "not_applicable"]
        self.applies = [q.id for q in self.asked if q.id not in self.not_applicable]
        self.unknown = [q for q in self.applies if self.option(q) not in self._levels(self.questions[q])]
        self.worst = {q: self._at_end(q, worst=True) for q in self.questions}
        self.best = {q: self._at_end(q, worst=False) for q in self.questions}

    def _met(self, condition: Mapping[str, bool]) -> bool:
        return not any(fact in self.profile and self.profile[fact] != value for fact, value in condition.items())

    def option(self, question: str) -> str:
        """The option answered, *unanswered* where there is none."""
        return self.answers[question].option if question in self.answers else "unanswered"

    def note(self, question: str) -> bool:
        """Whether something is noted beside the answer."""
        return question in self.answers and self.answers[question].note.strip() != ""

    @staticmethod
    def _levels(question: Question) -> Levels:
        if question.kind == "control":
            return {o.id: LADDER[o.id] for o in question.options}
        return {o.id: F(o.level).limit_denominator(1000) for o in question.options}

    def extreme(self, question: str, *, worst: bool) -> F:
        """The question's own worst or best level."""
        levels = self._levels(self.questions[question]).values()
        return max(levels) if worst != (self.questions[question].kind == "control") else min(levels)

    def _at_end(self, question: str, *, worst: bool) -> F:
        levels = self._levels(self.questions[question])
        known = levels.get(self.option(question))
        return self.extreme(question, worst=worst) if known is None else known

    def links(self, scenario: Scenario, kind: str, applies: Iterable[str]) -> list[tuple[str, int, bool]]:
        """Applicable links of one kind to a scenario: question, strength, key; in the order of the form."""
        return [
            (q.id, link.strength, link.key)
            for q in self.questions.values()
            for link in q.links
            if q.kind == kind and link.scenario == scenario.id and q.id in applies
        ]

    def row(self, levels: Levels, applies: Iterable[str] | None = None) -> Row:
        """Score one set of levels."""
        applies = self.applies if applies is None else list(applies)
        scenarios = {s.id: self._scenario(s, levels, applies) for s in self.open}
        stages = {s.stage: self._mean([t for t in self.open if t.stage == s.stage], scenarios) for s in self.open}
        chains = {s.chain: self._mean([t for t in self.open if t.chain == s.chain], scenarios) for s in self.open}
        return Row(scenarios, stages, chains, sum(chains.values(), F(0)) / len(chains))

    def _scenario(self, scenario: Scenario, levels: Levels, applies: Iterable[str]) -> dict[str, F]:
        exposures = self.links(scenario, "exposure", applies)
        controls = self.links(scenario, "control", applies)
        e = HALF
        if exposures:
            e = sum((u * levels[q] for q, u, _ in exposures), F(0)) / sum(u for _, u, _ in exposures)
        s = max([levels[q] for q, _, _ in self.links(scenario, "signal", applies)], default=F(0))
        unclamped = F(scenario.baseline) + 2 * (e - HALF)
        x = min(max(unclamped, F(1)), F(5))
        likelihood = x + s * (5 - x) / 2
        i = scenario.impact
        impact = max(i.victims, i.justice, i.reach, i.institution)
        inherent = 4 * likelihood * impact
        mean = F(0)
        if controls:
            mean = sum((u * levels[q] for q, u, _ in controls), F(0)) / sum(u for _, u, _ in controls)
        keys = [levels[q] for q, _, key in controls if key]
        effectiveness = mean
        if keys:
            effectiveness = min(mean, (1 + 2 * sum(keys, F(0)) / len(keys)) / 3)
        residual = inherent * (1 - F(8, 10) * effectiveness)
        return {
            "unclamped": unclamped,
            "x": x,
            "signal": s,
            "likelihood": likelihood,
            "impact": F(impact),
            "inherent": inherent,
            "mean": mean,
            "effectiveness": effectiveness,
            "residual": residual,
        }

    @staticmethod
    def _mean(members: list[Scenario], scenarios: dict[str, dict[str, F]]) -> F:
        total = sum((F(s.weight) * scenarios[s.id]["residual"] for s in members), F(0))
        return total / sum((F(s.weight) for s in members), F(0))

    def in_chain(self, chain: str) -> list[Scenario]:
        """The open scenarios of a chain."""
        return [s for s in self.open if s.chain == chain]

    def unknown_share(self, chain: str) -> F:
        """Of a chain."""
        total = F(0)
        for scenario in self.in_chain(chain):
            kinds = ("exposure", "control", "signal")
            links = [link for kind in kinds for link in self.links(scenario, kind, self.applies)]
            if links:
                unknown = sum(u for q, u, _ in links if q in self.unknown)
                total += F(scenario.weight) * F(unknown, sum(u for _, u, _ in links))
        return total / sum((F(s.weight) for s in self.in_chain(chain)), F(0))

    def as_far_as_shown(self) -> tuple[Levels, list[str]]:
        """Worst-end levels with only what is shown, and the answers that are counted lower for it."""
        levels, changed = dict(self.worst), []
        for q in self.applies:
            question, option = self.questions[q], self.option(q)
            if question.kind == "control" and option == "operating" and not self.note(q):
                levels[q] = LADDER["on_paper"]
            elif question.kind == "control" and option == "evidenced":
                levels[q] = LADDER["operating"]
            elif question.kind == "signal" and option == question.options[0].id and not self.note(q):
                levels[q] = self.extreme(q, worst=True)
            else:
                continue
            changed.append(q)
        return levels, changed

    def moves(self, recommendation: Recommendation) -> dict[str, F]:
        """Target levels of the applicable questions that it would lift or lower."""
        moves = (*recommendation.lifts, *recommendation.lowers)
        return {m.question: self._levels(self.questions[m.question])[m.to] for m in moves if m.question in self.applies}

    def after(self, levels: Levels, recommendation: Recommendation) -> Levels:
        """Levels once it is done: controls at least, exposures at most at the target."""
        result = dict(levels)
        for q, target in self.moves(recommendation).items():
            result[q] = max(result[q], target) if self.questions[q].kind == "control" else min(result[q], target)
        return result

    def changed(self, recommendation: Recommendation) -> list[str]:
        """Questions that it would change at the worst end."""
        after = self.after(self.worst, recommendation)
        return [q for q in self.moves(recommendation) if after[q] != self.worst[q]]

    def called(self, recommendation: Recommendation) -> list[str]:
        """The signals that it follows and that are answered at its option or above."""
        found = []
        for follow in recommendation.follows:
            levels = self._levels(self.questions[follow.question])
            level = levels.get(self.option(follow.question))
            if follow.question in self.applies and level is not None and level >= levels[follow.from_]:
                found.append(follow.question)
        return found

    def largest_inherent(self, questions: Iterable[str]) -> F:
        """The largest worst-end inherent risk of the open scenarios that the questions bear on."""
        now = self.row(self.worst)
        ids = {link.scenario for q in questions for link in self.questions[q].links}
        return compared(max([now.scenarios[s.id]["inherent"] for s in self.open if s.id in ids], default=F(0)))

    def greedy(self, recommendations: list[Recommendation]) -> list[tuple[Recommendation, Row, Row, Row, Row]]:
        """The picks in their order, each with the rows before and after it, at the worst and at the best end."""
        worst, best, left, picks = self.worst, self.best, list(recommendations), []
        while True:
            now = self.row(worst)
            ordered = []
            for r in left:
                gain = now.overall - self.row(self.after(worst, r)).overall
                if compared(gain) > 0:
                    index = compared(gain / EFFORT[r.effort])
                    ordered.append((r.duty is None, -index, -compared(gain), EFFORT[r.effort], r.id, r))
            if not ordered:
                return picks
            pick = min(ordered, key=lambda entry: entry[:5])[5]
            left.remove(pick)
            after_worst, after_best = self.after(worst, pick), self.after(best, pick)
            picks.append((pick, now, self.row(after_worst), self.row(best), self.row(after_best)))
            worst, best = after_worst, after_best

    def lane(self, r: Recommendation, alone: F, at_place: F, at_best: F) -> str:
        """The first lane that fits."""
        changed, moves = self.changed(r), self.moves(r)
        in_place = bool(moves) and not changed
        follows_only = not r.lifts and not r.lowers
        if r.duty and (changed or (follows_only and self.called(r))):
            return "duty"
        if follows_only and self.called(r):
            return "look_into"
        if compared(alone) > 0 and compared(at_place) == 0:
            return "covered"
        if compared(at_place) > 0:
            if compared(at_best) == 0 and all(q in self.unknown for q in changed):
                return "find_out"
            return "quick_win" if r.effort in ("XS", "S") else "major_project"
        if in_place and (r.duty or self.largest_inherent(moves) >= 60):
            return "keep_and_watch"
        return "no_gain_at_present"

    def trace(self, scenario: Scenario) -> list[dict[str, Any]]:
        """The terms of a scenario's worst-end residual risk."""
        row = self.row(self.worst).scenarios[scenario.id]
        unit = 4 * row["impact"]
        lines: list[dict[str, Any]] = [{"line": "baseline", "points": unit * F(scenario.baseline)}]
        exposures = self.links(scenario, "exposure", self.applies)
        for q, u, _ in exposures:
            points = 2 * unit * u * (self.worst[q] - HALF) / sum(v for _, v, _ in exposures)
            lines.append({"line": "exposure", "question": q, "option": self.option(q), "points": points})
        if compared(unit * (row["x"] - row["unclamped"])):
            lines.append({"line": "clamp", "points": unit * (row["x"] - row["unclamped"])})
        raised = unit * row["signal"] * (5 - row["x"]) / 2
        if compared(raised):
            signals = self.links(scenario, "signal", self.applies)
            first = min(q for q, _, _ in signals if self.worst[q] == row["signal"])
            lines.append({"line": "signal", "question": first, "option": self.option(first), "points": raised})
        controls = self.links(scenario, "control", self.applies)
        for q, u, _ in controls:
            points = -F(8, 10) * row["inherent"] * u * self.worst[q] / sum(v for _, v, _ in controls)
            lines.append({"line": "control", "question": q, "option": self.option(q), "points": points})
        cap = F(8, 10) * row["inherent"] * (row["mean"] - row["effectiveness"])
        if compared(cap):
            lines.append({"line": "cap", "points": cap})
        return lines


def expected(
    questionnaire: Questionnaire, profile: Mapping[str, bool], answers: Mapping[str, Answer]
) -> dict[str, Any]:
    """The whole result as the API would give it, with fractions for numbers."""
    o = Oracle(questionnaire, profile, answers)
    shown_levels, unshown = o.as_far_as_shown()
    rows = {
        "worst": o.row(o.worst),
        "best": o.row(o.best),
        "stressed": o.row(o.worst, [*o.applies, *o.not_applicable]),
        "shown": o.row(shown_levels),
    }
    shares = {chain: o.unknown_share(chain) for chain in rows["worst"].chains}

    def bands(score: dict[str, F], members: list[Scenario]) -> dict[str, str]:
        return {
            end: BANDS[band(score[end], max(rows[end].scenarios[s.id]["residual"] for s in members))] for end in rows
        }

    def banded(score: dict[str, F], members: list[Scenario], chains: Iterable[str]) -> dict[str, Any]:
        at = bands(score, members)
        known = all(compared(shares[chain]) <= F(3, 10) for chain in chains)
        return {
            "score": score["worst"],
            "interval": [score["best"], score["worst"]],
            "band": at["worst"],
            "band_best": at["best"],
            "band_stressed": at["stressed"],
            "certain": at["worst"] == at["best"] == at["stressed"] and known,
        }

    def with_shown(score: dict[str, F], members: list[Scenario], chains: Iterable[str], changed: int) -> dict[str, Any]:
        shown = {"score": score["shown"], "band": bands(score, members)["shown"], "unshown": changed}
        return banded(score, members, chains) | {"as_far_as_shown": shown, "stressed": score["stressed"]}

    chains = []
    for chain in (c for c in questionnaire.chains if c.id in shares):
        members = o.in_chain(chain.id)
        residual = {s.id: rows["worst"].scenarios[s.id]["residual"] for s in members}
        weight = sum((F(s.weight) for s in members), F(0))
        worst = max(compared(value) for value in residual.values())
        bearing = [q for q in unshown if any(link.scenario in residual for link in o.questions[q].links)]
        score = {end: row.chains[chain.id] for end, row in rows.items()}
        chains.append(
            {"id": chain.id, "unknown_share": shares[chain.id]}
            | with_shown(score, members, [chain.id], len(bearing))
            | {
                "worst_scenario": next(s.id for s in members if compared(residual[s.id]) == worst),
                "high": sum(_cut(value) == BANDS.index("high") for value in residual.values()),
                "critical": sum(_cut(value) == BANDS.index("critical") for value in residual.values()),
                "because": [{"scenario": s.id, "points": F(s.weight) * residual[s.id] / weight} for s in members],
                "stages": [
                    {"id": stage.id}
                    | banded(
                        {end: row.stages[stage.id] for end, row in rows.items()},
                        [s for s in members if s.stage == stage.id],
                        [chain.id],
                    )
                    for stage in chain.stages
                    if any(s.stage == stage.id for s in members)
                ],
            }
        )

    scenarios = []
    for s in o.open:
        worst, best = rows["worst"].scenarios[s.id], rows["best"].scenarios[s.id]
        scenarios.append(
            {
                "id": s.id,
                "impact": worst["impact"],
                "control_effectiveness": [worst["effectiveness"], best["effectiveness"]],
                "band": BANDS[_cut(worst["residual"])],
                "because": o.trace(s),
            }
            | {name: [best[name], worst[name]] for name in ("likelihood", "inherent", "residual")}
        )

    options = [o.option(q.id) for q in o.asked]
    reserved = {name: options.count(name) for name in ("unknown", "not_applicable", "prefer_not_to_say", "unanswered")}
    controls = [q for q in o.applies if o.questions[q].kind == "control"]
    ladder = {level: sum(o.option(q) == level for q in controls) for level in LADDER}
    return {
        "questionnaire": {
            "id": questionnaire.id,
            "version": questionnaire.version,
            "hash": questionnaire.hash,
            "draft": questionnaire.draft,
        },
        "engine": "1",
        "risk_model": questionnaire.risk_model.version,
        "completeness": {"questions": len(o.asked), "answered": len(o.asked) - sum(reserved.values())} | reserved,
        "safeguards": ladder | {"unknown": sum(q in o.unknown for q in controls)},
        "overall": with_shown({e: r.overall for e, r in rows.items()}, o.open, shares, len(unshown)),
        "chains": chains,
        "scenarios": scenarios,
        "unknowns": _unknowns(o, rows["worst"]),
        "closed": {
            "sections": [
                section.id for section in questionnaire.sections if not any(q in o.asked for q in section.questions)
            ],
            "scenarios": [
                {
                    "id": s.id,
                    "baseline_risk": 4
                    * F(s.baseline)
                    * max(s.impact.victims, s.impact.justice, s.impact.reach, s.impact.institution),
                }
                for s in o.closed
            ],
        },
        "ignored": [q for q, question in o.questions.items() if q in answers and question not in o.asked],
    } | _plan(o, rows["worst"])


def _unknowns(o: Oracle, now: Row) -> list[dict[str, Any]]:
    found = []
    for q in o.unknown:
        row = o.row(o.worst | {q: o.extreme(q, worst=False)})
        width = {chain: now.chains[chain] - row.chains[chain] for chain in now.chains}
        found.append({"question": q, "width": width | {"overall": now.overall - row.overall}})
    return sorted(found, key=lambda entry: (-compared(entry["width"]["overall"]), entry["question"]))


def _plan(o: Oracle, now: Row) -> dict[str, Any]:
    ours, measures, for_others = [], [], []
    for r in o.questionnaire.recommendations:
        moves_or_follows = r.lifts or r.lowers or r.follows
        if r.addressee not in ("agency", o.questionnaire.id):
            for_others.append(r)
        elif moves_or_follows:
            ours.append(r)
        else:
            measures.append(r)

    def shifts(r: Recommendation, kind: str) -> list[dict[str, str]]:
        moves = r.lifts if kind == "control" else r.lowers
        return [
            {"question": m.question, "from": o.option(m.question), "to": m.to}
            for m in moves
            if m.question in o.changed(r)
        ]

    def alone(r: Recommendation) -> F:
        return now.overall - o.row(o.after(o.worst, r)).overall

    picks = o.greedy(ours)
    places = {pick[0].id: place for place, pick in enumerate(picks)}
    ranked = []
    for r in ours:
        at_place = at_best = F(0)
        by_chain = dict.fromkeys(now.chains, F(0))
        if r.id in places:
            _, before, after, best_before, best_after = picks[places[r.id]]
            at_place, at_best = before.overall - after.overall, best_before.overall - best_after.overall
            by_chain = {chain: before.chains[chain] - after.chains[chain] for chain in now.chains}
        lane = o.lane(r, alone(r), at_place, at_best)
        inherent = o.largest_inherent(o.called(r)) if lane == "look_into" else F(0)
        entry = {
            "rank": places[r.id] + 1 if r.id in places else None,
            "id": r.id,
            "lane": lane,
            "benefit": at_place,
            "benefit_best_end": at_best,
            "benefit_alone": alone(r),
            "by_chain": by_chain,
            "effort": r.effort,
            "index": at_place / EFFORT[r.effort],
            "lifts": shifts(r, "control"),
            "lowers": shifts(r, "exposure"),
            "because": [*o.changed(r), *o.called(r)],
            "evidence": list(r.evidence),
        }
        ranked.append(((places.get(r.id, len(ours)), LANES.index(lane), -inherent, r.id), entry))
    return {
        "recommendations": [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])],
        "measures": [{"id": r.id, "duty": r.duty, "effort": r.effort, "evidence": list(r.evidence)} for r in measures],
        "for_others": [
            {
                "id": r.id,
                "addressee": r.addressee,
                "benefit_alone": alone(r) if o.moves(r) else None,
                "lifts": shifts(r, "control"),
                "lowers": shifts(r, "exposure"),
                "evidence": list(r.evidence),
            }
            for r in for_others
        ],
    }
