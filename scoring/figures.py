"""Every figure of one assessment, worked out once and handed out under the API's field names."""

from collections.abc import Collection
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np

from scoring.answers import Answers
from scoring.consistency import doubts
from scoring.ends import ANSWERED, BEST, SHOWN, STRESSED, WORST, Ends
from scoring.engine import Bands, Instrument, Workings
from scoring.questionnaire import LADDER, NOT_APPLICABLE, PREFER_NOT_TO_SAY, UNANSWERED, UNKNOWN, Move, Robustness
from scoring.recommendations import Benefit, Plan, plan
from scoring.result import (
    EVERYTHING,
    ChainLine,
    Closed,
    ClosedScenario,
    ForOthersResult,
    Identity,
    Include,
    Interval,
    Measure,
    RecommendationResult,
    Result,
    ScenarioLine,
    UnknownResult,
)
from scoring.robustness import try_out
from scoring.slots import Array
from scoring.trace import trace

ENGINE = "1"  # raised whenever the same answers and questionnaire would give another figure
Fields = dict[str, Any]


def assess(instrument: Instrument, answers: Answers, include: Collection[Include] = EVERYTHING) -> Result:
    """Score one set of answers; `include` says which of the longer parts are wanted."""
    return Result.model_validate(figures(instrument, answers, include))


def figures(
    instrument: Instrument, answers: Answers, include: Collection[Include] = EVERYTHING, ends: Ends | None = None
) -> Fields:
    """The fields of a `Result`, for whoever only writes them out as JSON: its many small models cost as much again.

    `ends`: the answers read otherwise than they were given, as what-if does; only scores may be asked for then.
    """
    return _Assessment(instrument, answers, frozenset(include), ends).figures()


class _Assessment:
    """One call of `assess`: the rows that were scored, and the parts of the result read off them."""

    def __init__(
        self, instrument: Instrument, answers: Answers, include: frozenset[Include], ends: Ends | None
    ) -> None:
        instrument = instrument.with_impacts(answers.impacts)
        self.instrument, self.answers, self.include = instrument, answers, include
        ends = self.ends = ends or instrument.ends(answers)
        opened = ends.open[:, None]
        self.scores: Workings = instrument.work_out(ends.levels, ends.applying, opened)
        self.bands: Bands = instrument.bands(self.scores, opened)
        self.title = [band.id for band in instrument.model.bands]
        self.is_open: list[bool] = ends.open.tolist()
        self.open = [index for index, is_open in enumerate(self.is_open) if is_open]
        self.compared: list[float] = instrument.rounded(self.scores.residual[:, WORST]).tolist()
        self.band = [self.title[place] for place in self.bands.scenarios[:, WORST].tolist()]
        share = instrument.unknown_share(ends)
        self.share: list[float] = share.tolist()
        self.present = [row for row, value in enumerate(self.share) if value == value]  # nan: the chain is absent
        self.known: list[bool] = (instrument.rounded(share) <= instrument.model.too_little_known.value).tolist()
        self.bearing = instrument.bearing(ends.unshown, ends.open)
        self.chains: tuple[list[list[float]], list[list[int]]] = self.scores.chains.tolist(), self.bands.chains.tolist()
        self.stages: tuple[list[list[float]], list[list[int]]] = self.scores.stages.tolist(), self.bands.stages.tolist()

    def figures(self) -> Fields:
        fields: Fields = {
            "questionnaire": identity(self.instrument),
            "engine": ENGINE,
            "risk_model": self.instrument.model.version,
            "completeness": self._completeness(),
            "overall": self._overall(),
            "safeguards": self._safeguards(),
            "chains": [self._chain(row) for row in self.present],
            "scenarios": self._scenarios(),
        }
        if "recommendations" in self.include:
            fields["recommendations"], fields["measures"], fields["for_others"] = self._recommendations()
        if "unknowns" in self.include:
            fields["unknowns"] = self._unknowns()
        if "robustness" in self.include and self.instrument.model.robustness is not None:
            fields["robustness"] = self._robustness(self.instrument.model.robustness)
        if "consistency" in self.include:
            fields["consistency"] = self._consistency()
        return fields | {"closed": self._closed(), "ignored": self.answers.ignored}

    def _completeness(self) -> Fields:
        count = self.ends.count
        counts = {state: count(state) for state in (UNKNOWN, NOT_APPLICABLE, PREFER_NOT_TO_SAY, UNANSWERED)}
        answered = count(ANSWERED, *LADDER)
        return {"questions": answered + sum(counts.values()), "answered": answered, **counts}

    def _safeguards(self) -> Fields:
        levels = {level: self.ends.count(level, controls_only=True) for level in reversed(LADDER)}
        return {**levels, "unknown": self.ends.count(UNKNOWN, PREFER_NOT_TO_SAY, UNANSWERED, controls_only=True)}

    def _banded(self, scores: list[float], bands: list[int], known: bool) -> Fields:
        worst, best, stressed = bands[WORST], bands[BEST], bands[STRESSED]
        return {
            "score": scores[WORST],
            "interval": (scores[BEST], scores[WORST]),
            "band": self.title[worst],
            "band_best": self.title[best],
            "band_stressed": self.title[stressed],
            "certain": worst == best == stressed and known,
        }

    def _scored(self, scores: list[float], bands: list[int], known: bool, unshown: int) -> Fields:
        shown = {"score": scores[SHOWN], "band": self.title[bands[SHOWN]], "unshown": unshown}
        return self._banded(scores, bands, known) | {"as_far_as_shown": shown, "stressed": scores[STRESSED]}

    def _overall(self) -> Fields:
        scores, bands = self.scores.overall.tolist(), self.bands.overall.tolist()
        return self._scored(scores, bands, all(self.known[row] for row in self.present), len(self.ends.unshown))

    def _chain(self, row: int) -> Fields:
        instrument, name = self.instrument, self.instrument.chains[row]
        members = [i for i in instrument.members[row] if self.is_open[i]]
        worst = max(members, key=self.compared.__getitem__)
        in_bands = [self.band[i] for i in members]
        known = self.known[row]
        fields = {
            "id": name,
            **self._scored(self.chains[0][row], self.chains[1][row], known, self.bearing[row]),
            "unknown_share": self.share[row],
            "worst_scenario": instrument.scenarios[worst].id,
            "high": in_bands.count(self.title[-2]),
            "critical": in_bands.count(self.title[-1]),
        }
        if "because" in self.include:
            total = sum(instrument.scenarios[i].weight for i in members)
            residual: list[float] = self.scores.residual[:, WORST].tolist()
            fields["because"] = [
                ChainLine(
                    scenario=instrument.scenarios[i].id,
                    points=instrument.scenarios[i].weight * residual[i] / total,
                )
                for i in members
            ]
        staged = {instrument.scenarios[i].stage for i in members}
        fields["stages"] = [
            {"id": stage, **self._banded(scores, bands, known)}
            for stage, scores, bands in zip(instrument.stages, *self.stages, strict=True)
            if stage in staged
        ]
        return fields

    def _scenarios(self) -> list[Fields]:
        scores = self.scores
        likelihood, inherent, residual = map(_intervals, (scores.likelihood, scores.inherent, scores.residual))
        effectiveness = _intervals(scores.effectiveness)
        fields = [
            {
                "id": self.instrument.scenarios[index].id,
                "likelihood": likelihood[index],
                "impact": self.instrument.impacts[index],
                "inherent": inherent[index],
                "control_effectiveness": effectiveness[index][::-1],
                "residual": residual[index],
                "band": self.band[index],
            }
            for index in self.open
        ]
        if "because" in self.include:
            for scenario, index in zip(fields, self.open, strict=True):
                scenario["because"] = self._trace(index)
        return fields

    def _trace(self, scenario: int) -> list[ScenarioLine]:
        lines = trace(self.instrument, self.scores, WORST, self.ends.worst, self.ends.applies, scenario)
        return [
            ScenarioLine(
                line=line.line,
                question=line.question,
                option=line.question and self.answers.answer(line.question).option,
                points=line.points,
            )
            for line in lines
        ]

    def _shifts(self, moves: tuple[Move, ...]) -> list[dict[str, str]]:
        return [
            {"question": move.question, "from": self.answers.answer(move.question).option, "to": move.to}
            for move in moves
        ]

    def _recommendations(self) -> tuple[list[RecommendationResult], list[Measure], list[ForOthersResult]]:
        made, efforts = self._plan, self.instrument.model.efforts
        ranked = [
            RecommendationResult(
                rank=item.rank,
                id=item.recommendation.id,
                lane=item.lane,
                benefit=item.benefit.overall,
                benefit_best_end=item.benefit_best_end.overall,
                benefit_alone=item.benefit_alone.overall,
                by_chain=self._by_chain(item.benefit),
                effort=item.recommendation.effort,
                index=item.benefit.overall / efforts[item.recommendation.effort],
                lifts=self._shifts(item.lifts),
                lowers=self._shifts(item.lowers),
                because=list(item.because),
                evidence=list(item.recommendation.evidence),
            )
            for item in made.ranked
        ]
        measures = [Measure(id=r.id, duty=r.duty, effort=r.effort, evidence=list(r.evidence)) for r in made.measures]
        for_others = [
            ForOthersResult(
                id=item.recommendation.id,
                addressee=item.recommendation.addressee,
                benefit_alone=None if item.benefit_alone is None else item.benefit_alone.overall,
                lifts=self._shifts(item.lifts),
                lowers=self._shifts(item.lowers),
                evidence=list(item.recommendation.evidence),
            )
            for item in made.for_others
        ]
        return ranked, measures, for_others

    @cached_property
    def _plan(self) -> Plan:
        return plan(self.instrument, self.answers, self.ends)

    def _robustness(self, settings: Robustness) -> Fields:
        tried = try_out(self.instrument, self.answers, self.ends, self.bands, self._plan)
        return {
            "draws": int(settings.draws.value),
            "seed": int(settings.seed.value),
            "overall": asdict(tried.overall),
            "chains": [
                {"id": chain, **asdict(trial)}
                for chain, trial in zip(self.instrument.chains, tried.chains, strict=True)
                if trial is not None
            ],
            "recommendations": [asdict(standing) for standing in tried.standings],
        }

    def _consistency(self) -> list[Fields]:
        residual = {self.instrument.scenarios[i].id: self.compared[i] for i in self.open}
        found = doubts(self.answers, residual, self.instrument.model)
        return [asdict(doubt) | {"severity": doubt.severity, "questions": list(doubt.questions)} for doubt in found]

    def _by_chain(self, benefit: Benefit) -> dict[str, float]:
        pairs = zip(self.instrument.chains, benefit.chains, strict=True)
        return {chain: points for chain, points in pairs if not np.isnan(points)}

    def _unknowns(self) -> list[UnknownResult]:
        instrument, ends = self.instrument, self.ends
        unknown = [i for i in range(len(instrument.questions)) if ends.unknown[i]]
        if not unknown:
            return []
        levels = np.repeat(ends.worst[:, None], len(unknown), axis=1)
        for row, index in enumerate(unknown):
            levels[index, row] = instrument.best_level[index]
        scores = instrument.score(levels, ends.applies[:, None], ends.open[:, None])
        found = []
        for row, index in enumerate(unknown):
            chains = self.scores.chains[:, WORST] - scores.chains[:, row]
            width = {c: float(w) for c, w in zip(instrument.chains, chains, strict=True) if not np.isnan(w)}
            width["overall"] = float(self.scores.overall[WORST] - scores.overall[row])
            found.append(UnknownResult(question=instrument.questions[index].id, width=width))
        decimals = int(instrument.model.compare_decimals.value)
        return sorted(found, key=lambda u: (-round(u.width["overall"], decimals), u.question))

    def _closed(self) -> Closed:
        if not self.answers.closed_scenarios and not self.answers.hidden:
            return Closed(sections=[], scenarios=[])
        unit = self.instrument.model.risk_unit.value
        return Closed(
            sections=[section.id for section in self.answers.closed_sections],
            scenarios=[
                ClosedScenario(id=s.id, baseline_risk=unit * s.baseline * impact)
                for s, impact in zip(self.instrument.scenarios, self.instrument.impacts, strict=True)
                if s.id in self.answers.closed_scenarios
            ],
        )


def identity(instrument: Instrument) -> Identity:
    """Which questionnaire an instrument was compiled from."""
    q = instrument.questionnaire
    return Identity(id=q.id, version=q.version, hash=q.hash, draft=q.draft)


def _intervals(rows: Array) -> list[Interval]:
    """Of each line (…, rows), its best and its worst end."""
    return list(zip(rows[:, BEST].tolist(), rows[:, WORST].tolist(), strict=True))
