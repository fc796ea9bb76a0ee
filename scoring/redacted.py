"""The redacted report: what of a report may be shown outside, as a value of its own that holds nothing else.

It is made new from a report, by `redacted`, and not by blacking anything out: no answer, note, question, scenario,
recommendation or post is in it, so that whatever draws it cannot show one. It cannot be recomputed from itself.

What is left could still tell of single things to somebody who has the questionnaire, which is public. So:
- a stage or a chain is shown only where at least FEW open scenarios stand in it, and only where those that are left out
  beside it are none or at least FEW, since a figure for the whole would give them away by subtraction; where a chain is
  left out for that, so is the overall score;
- scores are whole numbers, never on the other side of a cut between bands, so that nobody who knows nearly all answers
  can try the rest out against decimals;
- a count of actions is given only where it is at least FEW, and at least FEW short of all that the questionnaire has;
- of the safeguards it is said only in which quarter the share of those lies that are said to operate or to work.
It carries no fingerprint of the report’s data: guesses could be tried out against that.
"""

from collections import Counter
from typing import Annotated, Final, Literal

from pydantic import Field

from scoring.errors import InvalidReport
from scoring.questionnaire import Frozen, RiskModel
from scoring.recommendations import CALLED_FOR
from scoring.report import Line, Report
from scoring.result import ChainResult, Identity, Overall, Result, RobustScore, Safeguards

FORMAT: Final = "plumbline-redacted/1"
FEW: Final = 3
Scope = Literal["post", "region", "service"]


class ShownBand(Frozen):
    """A band of the risk model, and the score from which on it holds."""

    id: str
    title: str
    at_least: float


class Standing(Frozen):
    """A score at the worst end, its interval and its bands; `in_band`: share of the trials, to a hundredth.

    verified: score and band under the levels of a reviewer who signed the review off; None where nobody has.
    """

    score: int
    interval: tuple[int, int]
    band: str
    band_best: str
    band_stressed: str
    certain: bool
    too_little_known: bool
    shown_score: int
    shown_band: str
    verified: tuple[int, str] | None
    in_band: float | None


class ShownStage(Frozen):
    """A stage by its band at the worst end alone."""

    id: str
    title: str
    band: str


class ShownChain(Frozen):
    """A chain; without a standing where too few risks stand in it."""

    id: str
    title: str
    standing: Standing | None
    stages: tuple[ShownStage, ...]


class ShownCounts(Frozen):
    """How many actions the answers call for, of `all`, and how many the management has accepted, also with changes.

    None where a number would tell of single ones.
    """

    all: int
    called_for: int | None
    small: int | None
    larger: int | None
    duties: int | None
    accepted: int | None


class Redacted(Frozen):
    """Everything that a redacted report shows. `quarter`: 0 to 3, of the share of safeguards that are said to work."""

    format: Literal["plumbline-redacted/1"] = FORMAT
    organisation: Line
    agency: str
    scope: Scope | None
    date: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
    state: str
    questionnaire: Identity
    risk_model: str
    engine: str
    bands: tuple[ShownBand, ...]
    floor_steps: int
    overall: Standing | None
    chains: tuple[ShownChain, ...]
    asked: int
    answered: int
    not_known: int
    quarter: int | None
    actions: ShownCounts


def redacted(report: Report, *, scope: Scope | None = None, named: bool = True) -> Redacted:
    """What of a report may be shown outside. Raises InvalidReport for a draft.

    scope: the kind of what was assessed, since the report has that in free words alone; named: with the organisation’s
    name.
    """
    if report.state == "draft":
        raise InvalidReport("A draft is not shown outside.")
    result, model = report.result, report.questionnaire.risk_model
    known = result.completeness
    return Redacted(
        organisation=report.about.organisation if named else "",
        agency=report.questionnaire.title,
        scope=scope,
        date=_day(report.about.date),
        state=report.state,
        questionnaire=result.questionnaire,
        risk_model=result.risk_model,
        engine=result.engine,
        bands=tuple(ShownBand(id=b.id, title=b.title, at_least=b.at_least) for b in model.bands),
        floor_steps=int(model.floor_steps.value),
        overall=_overall(report),
        chains=tuple(_chain(report, chain) for chain in result.chains),
        asked=known.questions,
        answered=known.answered + known.not_applicable,
        not_known=known.unknown + known.prefer_not_to_say + known.unanswered,
        quarter=_quarter(result.safeguards),
        actions=_counts(report),
    )


def _held(report: Report, chain: ChainResult) -> Counter[str]:
    """How many open scenarios stand in each stage of a chain."""
    scenarios = (report.questionnaire.scenario[found.id] for found in report.result.scenarios)
    return Counter(scenario.stage for scenario in scenarios if scenario.chain == chain.id)


def _overall(report: Report) -> Standing | None:
    """The overall score, unless it would give away that of chains that are left out."""
    result = report.result
    sizes = [_held(report, chain).total() for chain in result.chains]
    if 0 < sum(size for size in sizes if size < FEW) < FEW:
        return None
    vague = any(_too_little_known(report, chain) for chain in result.chains)
    trial, verified = result.robustness.overall if result.robustness else None, _verified(report)
    return _standing(report, result.overall, verified.overall if verified else None, trial, vague)


def _chain(report: Report, chain: ChainResult) -> ShownChain:
    meant = next(meant for meant in report.questionnaire.chains if meant.id == chain.id)
    held, bands = _held(report, chain), {stage.id: stage.band for stage in chain.stages}
    if held.total() < FEW:
        return ShownChain(id=meant.id, title=meant.title, standing=None, stages=())
    trials = report.result.robustness.chains if report.result.robustness else []
    trial, shown = next((trial for trial in trials if trial.id == chain.id), None), _to_be_shown(held)
    verified = _verified(report)
    same = next((same for same in verified.chains if same.id == chain.id), None) if verified else None
    return ShownChain(
        id=meant.id,
        title=meant.title,
        standing=_standing(report, chain, same, trial, _too_little_known(report, chain)),
        stages=tuple(ShownStage(id=s.id, title=s.title, band=bands[s.id]) for s in meant.stages if s.id in shown),
    )


def _to_be_shown(counts: Counter[str]) -> set[str]:
    """Stages with at least FEW scenarios, of which the fewest are dropped until the rest are none or FEW as well."""
    shown = sorted((stage for stage, count in counts.items() if count >= FEW), key=lambda stage: -counts[stage])
    while shown and 0 < counts.total() - sum(counts[stage] for stage in shown) < FEW:
        shown.pop()
    return set(shown)


def _verified(report: Report) -> Result | None:
    """The result under a reviewer’s levels, once the review is signed off: until then levels may still change."""
    return report.review.result if report.review and report.state == "final" else None


def _standing(
    report: Report, scored: Overall, verified: Overall | None, trial: RobustScore | None, vague: bool
) -> Standing:
    model = report.questionnaire.risk_model
    best, worst = scored.interval
    return Standing(
        score=_whole(scored.score, model),
        interval=(_whole(best, model), _whole(worst, model)),
        band=scored.band,
        band_best=scored.band_best,
        band_stressed=scored.band_stressed,
        certain=scored.certain,
        too_little_known=vague,
        shown_score=_whole(scored.as_far_as_shown.score, model),
        shown_band=scored.as_far_as_shown.band,
        verified=None if verified is None else (_whole(verified.score, model), verified.band),
        in_band=None if trial is None else round(trial.in_band, 2),
    )


def _whole(value: float, model: RiskModel) -> int:
    """The nearest whole number on the same side of every cut between bands."""
    nearest, band = round(value), model.band(value)
    while model.band(nearest) > band:
        nearest -= 1
    while model.band(nearest) < band:
        nearest += 1
    return nearest


def _too_little_known(report: Report, chain: ChainResult) -> bool:
    model = report.questionnaire.risk_model
    return round(chain.unknown_share, int(model.compare_decimals.value)) > model.too_little_known.value


def _quarter(safeguards: Safeguards) -> int | None:
    working = safeguards.evidenced + safeguards.operating
    all_of_them = working + safeguards.on_paper + safeguards.absent + safeguards.unknown
    return min(4 * working // all_of_them, 3) if all_of_them else None


def _counts(report: Report) -> ShownCounts:
    found, known = report.result.recommendations or [], report.questionnaire.recommendation
    quick = report.questionnaire.risk_model.quick_efforts
    called = [r for r in found if r.lane in CALLED_FOR]
    small = [r for r in found if r.effort in quick]
    of_small = _told(sum(r.effort in quick for r in called), len(small))
    of_larger = _told(sum(r.effort not in quick for r in called), len(found) - len(small))
    called_for = _told(len(called), len(found))
    decisions = [answer.decision for answer in (report.management or {}).values()]
    # With the sum beside it, one of the two would give the other away.
    both = called_for is not None and of_small is not None and of_larger is not None
    return ShownCounts(
        all=len(found),
        called_for=called_for,
        small=of_small if both else None,
        larger=of_larger if both else None,
        duties=_told(sum(r.lane == "duty" for r in called), sum(known[r.id].duty is not None for r in found)),
        accepted=_told(sum(d in ("accepted", "changed") for d in decisions), len(decisions)),
    )


def _told(count: int, of: int) -> int | None:
    return count if FEW <= count <= of - FEW else None


def _day(written: str) -> str:
    """A date that was written as one; anything else could be anything."""
    parts = written.strip().split("-")
    lengths = [len(part) for part in parts]
    return "-".join(parts) if lengths == [4, 2, 2] and all(p.isascii() and p.isdigit() for p in parts) else ""
