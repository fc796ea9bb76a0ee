"""The result of one assessment: every figure that page, PDF, JSON and API show, under the API's field names."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from scoring.answers import Answers
from scoring.engine import Bands, Ends, Instrument, Workings
from scoring.questionnaire import (
    LADDER,
    PREFER_NOT_TO_SAY,
    UNANSWERED,
    UNKNOWN,
    Frozen,
    Move,
)
from scoring.recommendations import Benefit, Lane, plan
from scoring.slots import Array, Mask

ENGINE = "1"  # raised whenever the same answers and questionnaire would give another figure
Include = Literal["because", "recommendations", "unknowns"]
EVERYTHING: tuple[Include, ...] = ("because", "recommendations", "unknowns")
Interval = tuple[float, float]
_left_out = Field(default=None, exclude_if=lambda value: value is None)
_WORST, _BEST, _STRESSED, _SHOWN = range(4)


class Identity(Frozen):
    """Which questionnaire, exactly."""

    id: str
    version: str
    hash: str
    draft: bool


class Completeness(Frozen):
    """Counts over the questions that are asked."""

    questions: int
    answered: int
    unknown: int
    not_applicable: int
    prefer_not_to_say: int
    unanswered: int


class Safeguards(Frozen):
    """How many of the applicable safeguards stand at each level of the ladder, and how many are unknown."""

    evidenced: int
    operating: int
    on_paper: int
    absent: int
    unknown: int


class AsFarAsShown(Frozen):
    """The worst-end score when only what is shown counts; `unshown` answers were counted lower."""

    score: float
    band: str
    unshown: int


class Banded(Frozen):
    """A score in [0, 100] at the worst end, its interval [best, worst], and the band at each end and under stress."""

    score: float
    interval: Interval
    band: str
    band_best: str
    band_stressed: str
    certain: bool


class Overall(Banded):
    """The mean of the present chains."""

    as_far_as_shown: AsFarAsShown
    stressed: float


class StageResult(Banded):
    """One stage."""

    id: str


class ChainLine(Frozen):
    """What one scenario contributes to its chain's score, in points."""

    scenario: str
    points: float


class ChainResult(Overall):
    """One chain. `high` and `critical` count its scenarios in those bands."""

    id: str
    unknown_share: float
    worst_scenario: str
    high: int
    critical: int
    because: Annotated[list[ChainLine] | None, _left_out]
    stages: list[StageResult]


class ScenarioLine(Frozen):
    """One term of a scenario's residual risk, in points, with the answer it comes from."""

    line: str
    question: Annotated[str | None, _left_out]
    option: Annotated[str | None, _left_out]
    points: float


class ScenarioResult(Frozen):
    """One open scenario. likelihood 1–5, impact 1–5, inherent and residual 0–100, control_effectiveness 0–1."""

    id: str
    likelihood: Interval
    impact: int
    inherent: Interval
    control_effectiveness: Interval
    residual: Interval
    band: str
    because: Annotated[list[ScenarioLine] | None, _left_out]


class RecommendationResult(Frozen):
    """A recommendation to the agency. Benefits are points of the overall score; rank None: not reached."""

    rank: int | None
    id: str
    lane: Lane
    benefit: float
    benefit_best_end: float
    benefit_alone: float
    by_chain: dict[str, float]
    effort: str
    index: float
    lifts: list[dict[str, str]]
    lowers: list[dict[str, str]]
    because: list[str]
    evidence: list[str]


class Measure(Frozen):
    """A recommendation to the agency that moves and follows nothing."""

    id: str
    duty: str | None
    effort: str
    evidence: list[str]


class ForOthersResult(Frozen):
    """A recommendation to somebody else; its benefit alone where it would move an answer."""

    id: str
    addressee: str
    benefit_alone: float | None
    lifts: list[dict[str, str]]
    lowers: list[dict[str, str]]
    evidence: list[str]


class UnknownResult(Frozen):
    """By how much each score would fall if this one unknown turned out at its best."""

    question: str
    width: dict[str, float]


class ClosedScenario(Frozen):
    """A scenario that the profile closes, with its inherent risk before anything is known, 4·L0·I."""

    id: str
    baseline_risk: float


class Closed(Frozen):
    """What the profile closed."""

    sections: list[str]
    scenarios: list[ClosedScenario]


class Result(Frozen):
    """The reply of the scoring endpoint and the figures of a report."""

    questionnaire: Identity
    engine: str
    risk_model: str
    completeness: Completeness
    overall: Overall
    safeguards: Safeguards
    chains: list[ChainResult]
    scenarios: list[ScenarioResult]
    recommendations: Annotated[list[RecommendationResult] | None, _left_out]
    measures: Annotated[list[Measure] | None, _left_out]
    for_others: Annotated[list[ForOthersResult] | None, _left_out]
    unknowns: Annotated[list[UnknownResult] | None, _left_out]
    closed: Closed
    ignored: list[str]


def assess(instrument: Instrument, answers: Answers, include: Collection[Include] = EVERYTHING) -> Result:
    """Score one set of answers; `include` says which of the longer parts are wanted."""
    return Result.model_validate(figures(instrument, answers, include))


Fields = dict[str, Any]


def figures(instrument: Instrument, answers: Answers, include: Collection[Include] = EVERYTHING) -> Fields:
    """The fields of a `Result`, for whoever only writes them out as JSON: its many small models cost as much again."""
    return _Assessment(instrument, answers, frozenset(include)).figures()


class _Assessment:
    """One call of `assess`: the rows that were scored, and the parts of the result read off them."""

    def __init__(self, instrument: Instrument, answers: Answers, include: frozenset[Include]) -> None:
        self.instrument, self.answers, self.include = instrument, answers, include
        self.ends: Ends = instrument.ends(answers)
        stressed, stressed_applies = instrument.stressed(self.ends)
        shown, self.unshown = instrument.as_far_as_shown(self.ends, answers)
        applies = self.ends.applies
        self.levels: Array = np.array([self.ends.worst, self.ends.best, stressed, shown]).T.copy()
        self.applies: Mask = np.array([applies, applies, stressed_applies, applies]).T.copy()
        opened = self.ends.open[:, None]
        self.scores: Workings = instrument.work_out(self.levels, self.applies, opened)
        self.bands: Bands = instrument.bands(self.scores, opened)
        self.share = instrument.unknown_share(self.ends)
        self.title = [band.id for band in instrument.model.bands]
        self.is_open: list[bool] = self.ends.open.tolist()
        self.open = [index for index, is_open in enumerate(self.is_open) if is_open]
        self.likelihood = _intervals(self.scores.likelihood)
        self.inherent = _intervals(self.scores.inherent)
        self.effectiveness = _intervals(self.scores.effectiveness)
        self.residual = _intervals(self.scores.residual)
        self.compared: list[float] = instrument.rounded(self.scores.residual[:, _WORST]).tolist()
        self.band = [self.title[place] for place in self.bands.scenarios[:, _WORST].tolist()]
        self.present: list[int] = np.flatnonzero(~np.isnan(self.share)).tolist()
        self.known: list[bool] = (instrument.rounded(self.share) <= instrument.model.too_little_known.value).tolist()
        self.bearing = instrument.bearing(self.unshown, self.ends.open)
        self.staged: tuple[list[list[float]], list[list[int]]] = self.scores.stages.tolist(), self.bands.stages.tolist()

    def figures(self) -> Fields:
        fields: Fields = {
            "questionnaire": identity(self.instrument),
            "engine": ENGINE,
            "risk_model": self.instrument.model.version,
            "completeness": self._completeness(),
            "overall": self._overall(),
            "safeguards": self._safeguards(),
            "chains": [self._chain(row) for row in self.present],
            "scenarios": [self._scenario(index) for index in self.open],
        }
        if "recommendations" in self.include:
            fields["recommendations"], fields["measures"], fields["for_others"] = self._recommendations()
        if "unknowns" in self.include:
            fields["unknowns"] = self._unknowns()
        return fields | {"closed": self._closed(), "ignored": self.answers.ignored}

    def _completeness(self) -> Fields:
        ends = self.ends
        applicable, not_applicable = int(np.count_nonzero(ends.applies)), int(np.count_nonzero(ends.not_applicable))
        unknown = [ends.chosen[index] for index in np.flatnonzero(ends.unknown).tolist()]
        return {
            "questions": applicable + not_applicable,
            "answered": applicable - len(unknown),
            "unknown": unknown.count(UNKNOWN),
            "not_applicable": not_applicable,
            "prefer_not_to_say": unknown.count(PREFER_NOT_TO_SAY),
            "unanswered": unknown.count(UNANSWERED),
        }

    def _safeguards(self) -> Fields:
        ends = self.ends
        applies = self.instrument.is_control & ends.applies
        chosen = [ends.chosen[index] for index in np.flatnonzero(applies).tolist()]
        counts = {level: chosen.count(level) for level in reversed(LADDER)}
        return counts | {"unknown": len(chosen) - sum(counts.values())}

    def _banded(self, scores: list[float], bands: list[int], known: bool) -> Fields:
        worst, best, stressed = bands[_WORST], bands[_BEST], bands[_STRESSED]
        return {
            "score": scores[_WORST],
            "interval": (scores[_BEST], scores[_WORST]),
            "band": self.title[worst],
            "band_best": self.title[best],
            "band_stressed": self.title[stressed],
            "certain": worst == best == stressed and known,
        }

    def _scored(self, scores: list[float], bands: list[int], known: bool, unshown: int) -> Fields:
        shown = {"score": scores[_SHOWN], "band": self.title[bands[_SHOWN]], "unshown": unshown}
        return self._banded(scores, bands, known) | {"as_far_as_shown": shown, "stressed": scores[_STRESSED]}

    def _overall(self) -> Fields:
        scores, bands = self.scores.overall.tolist(), self.bands.overall.tolist()
        return self._scored(scores, bands, all(self.known[row] for row in self.present), len(self.unshown))

    def _chain(self, row: int) -> Fields:
        instrument, name = self.instrument, self.instrument.chains[row]
        members = [i for i in instrument.members[row] if self.is_open[i]]
        worst = max(members, key=self.compared.__getitem__)
        in_bands = [self.band[i] for i in members]
        scores, bands = self.scores.chains[row].tolist(), self.bands.chains[row].tolist()
        known = self.known[row]
        fields = {
            "id": name,
            **self._scored(scores, bands, known, self.bearing[row]),
            "unknown_share": float(self.share[row]),
            "worst_scenario": instrument.scenarios[worst].id,
            "high": in_bands.count(self.title[-2]),
            "critical": in_bands.count(self.title[-1]),
        }
        if "because" in self.include:
            total = sum(instrument.scenarios[i].weight for i in members)
            fields["because"] = [
                ChainLine(
                    scenario=instrument.scenarios[i].id,
                    points=instrument.scenarios[i].weight * self.residual[i][1] / total,
                )
                for i in members
            ]
        staged = {instrument.scenarios[i].stage for i in members}
        fields["stages"] = [
            {"id": stage, **self._banded(scores, bands, known)}
            for stage, scores, bands in zip(instrument.stages, *self.staged, strict=True)
            if stage in staged
        ]
        return fields

    def _scenario(self, index: int) -> Fields:
        scenario = self.instrument.scenarios[index]
        fields = {
            "id": scenario.id,
            "likelihood": self.likelihood[index],
            "impact": self.instrument.impacts[index],
            "inherent": self.inherent[index],
            "control_effectiveness": self.effectiveness[index][::-1],
            "residual": self.residual[index],
            "band": self.band[index],
        }
        if "because" in self.include:
            levels, applies = self.levels[:, _WORST], self.applies[:, _WORST]
            fields["because"] = [
                ScenarioLine(
                    line=line.line,
                    question=line.question,
                    option=line.question and self.answers.answer(line.question).option,
                    points=line.points,
                )
                for line in self.instrument.trace(self.scores, _WORST, levels, applies, index)
            ]
        return fields

    def _shifts(self, moves: tuple[Move, ...]) -> list[dict[str, str]]:
        return [
            {"question": move.question, "from": self.answers.answer(move.question).option, "to": move.to}
            for move in moves
        ]

    def _recommendations(self) -> tuple[list[RecommendationResult], list[Measure], list[ForOthersResult]]:
        made = plan(self.instrument, self.answers, self.ends)
        efforts = self.instrument.model.efforts
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
            chains = self.scores.chains[:, _WORST] - scores.chains[:, row]
            width = {c: float(w) for c, w in zip(instrument.chains, chains, strict=True) if not np.isnan(w)}
            width["overall"] = float(self.scores.overall[_WORST] - scores.overall[row])
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
                ClosedScenario(id=s.id, baseline_risk=unit * s.baseline * s.impact.largest)
                for s in self.instrument.scenarios
                if s.id in self.answers.closed_scenarios
            ],
        )


def identity(instrument: Instrument) -> Identity:
    """Which questionnaire an instrument was compiled from."""
    q = instrument.questionnaire
    return Identity(id=q.id, version=q.version, hash=q.hash, draft=q.draft)


def _intervals(rows: Array) -> list[Interval]:
    """Of each line (…, rows), its best and its worst end."""
    return list(zip(rows[:, _BEST].tolist(), rows[:, _WORST].tolist(), strict=True))
