"""The redacted report: what of a report may be shown outside, as a value of its own that holds nothing else.

It is made new from a report, by `redacted`, and not by blacking anything out: no answer, note, question, scenario,
recommendation or post is in it, so that whatever draws it cannot show one. It cannot be recomputed from itself.

What is left could still tell of single things to somebody who has the questionnaire, which is public. So:
- there are bands and no scores, no intervals, no shares of trials with other weights and no stages; how sure a band is,
  and what it is as far as shown, is said of the overall one alone, of chains only whether too little is known;
- a chain is shown only where at least FEW open scenarios stand in it;
- of the questions that are answered only the full tenths are said, and at most nine; actions are not counted, since one
  answer more or less calls for one more or less; of what the management decided on, the quarter that it accepted.
It carries no fingerprint of the report’s data: guesses could be tried out against that.

It does not hide an answer that moves a band from somebody who knows the profile and all other answers, and tries the
options out. In the examples of the thirty-five agencies that gives 31 of 1,507 answers away (at most 6 of 43, in 25 of
them none); with half of the answers drawn at random one in 22 (at most 15 of 43); with a reviewer’s bands beside, whose
levels are known as well, up to 62 of 1,507 (at most 19 of 45); of 420 pairs of unknown answers none. Every later report
is one more look. An overall band beyond those of all chains shown says that the one left out lies there too, and bands
at either end say by themselves that nearly everything is missing or in place. tests/reports/worked_out.py counts.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from scoring.errors import InvalidReport
from scoring.questionnaire import Frozen
from scoring.report import Line, Report
from scoring.result import ChainResult, Identity, Result

FORMAT: Final = "plumbline-redacted/2"
FORMATS: Final = "plumbline-redacted/"  # how the format of any redacted report begins, also of one that is older
FEW: Final = 3
Scope = Literal["post", "region", "service"]


class ShownBand(Frozen):
    """A band of the risk model, and the score from which on it holds."""

    id: str
    title: str
    at_least: float


class Standing(Frozen):
    """A band at the worst end, and whether too little is known for it to be more than the highest that it may be.

    verified: the band under the levels of a reviewer who signed the review off; None where nobody has.
    """

    band: str
    too_little_known: bool
    verified: str | None


class OverallStanding(Standing):
    """The overall band with those at its best end, under stress, and with only what is shown."""

    band_best: str
    band_stressed: str
    certain: bool
    shown_band: str


class ShownChain(Frozen):
    """A chain; without a standing where too few risks stand in it."""

    id: str
    title: str
    standing: Standing | None


class Redacted(Frozen):
    """Everything that a redacted report shows.

    tenths: 0 to 9, of the questions asked those that are answered, or not applicable with a reason; accepted: 0 to 3,
    the quarter of the management’s decisions that accept an action, also with changes, None where they are too few.
    """

    format: Literal["plumbline-redacted/2"] = FORMAT
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
    overall: OverallStanding
    chains: tuple[ShownChain, ...]
    asked: int
    tenths: int
    accepted: int | None


def redacted(report: Report, *, scope: Scope | None = None, named: bool = True) -> Redacted:
    """What of a report may be shown outside. Raises InvalidReport for a draft.

    scope: the kind of what was assessed, since the report has that in free words alone; named: with the organisation’s
    name.
    """
    if report.state == "draft":
        raise InvalidReport("A draft is not shown outside.")
    result, model = report.result, report.questionnaire.risk_model
    known, verified = result.completeness, _verified(report)
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
        overall=_overall(report, verified),
        chains=tuple(_chain(report, chain, verified) for chain in result.chains),
        asked=known.questions,
        tenths=_share(known.answered + known.not_applicable, known.questions, 10),
        accepted=_accepted(report),
    )


def _overall(report: Report, verified: Result | None) -> OverallStanding:
    scored = report.result.overall
    return OverallStanding(
        band=scored.band,
        too_little_known=any(_too_little_known(report, chain) for chain in report.result.chains),
        verified=verified.overall.band if verified else None,
        band_best=scored.band_best,
        band_stressed=scored.band_stressed,
        certain=scored.certain,
        shown_band=scored.as_far_as_shown.band,
    )


def _chain(report: Report, chain: ChainResult, verified: Result | None) -> ShownChain:
    title = next(meant.title for meant in report.questionnaire.chains if meant.id == chain.id)
    scenarios = (report.questionnaire.scenario[found.id] for found in report.result.scenarios)
    if sum(scenario.chain == chain.id for scenario in scenarios) < FEW:
        return ShownChain(id=chain.id, title=title, standing=None)
    same = next((same for same in verified.chains if same.id == chain.id), None) if verified else None
    standing = Standing(
        band=chain.band,
        too_little_known=_too_little_known(report, chain),
        verified=same.band if same else None,
    )
    return ShownChain(id=chain.id, title=title, standing=standing)


def _verified(report: Report) -> Result | None:
    """The result under a reviewer’s levels, once the review is signed off: until then levels may still change."""
    return report.review.result if report.review and report.state == "final" else None


def _too_little_known(report: Report, chain: ChainResult) -> bool:
    model = report.questionnaire.risk_model
    return round(chain.unknown_share, int(model.compare_decimals.value)) > model.too_little_known.value


def _accepted(report: Report) -> int | None:
    decisions = [answer.decision for answer in (report.management or {}).values() if answer.decision]
    accepted = sum(decision in ("accepted", "changed") for decision in decisions)
    return _share(accepted, len(decisions), 4) if len(decisions) >= FEW else None


def _share(count: int, of: int, parts: int) -> int:
    """In which of so many equal parts a share lies, from 0; all of them are in the last one, like nearly all."""
    return min(parts * count // max(of, 1), parts - 1)


def _day(written: str) -> str:
    """A date that was written as one; anything else could be anything."""
    parts = written.strip().split("-")
    lengths = [len(part) for part in parts]
    return "-".join(parts) if lengths == [4, 2, 2] and all(p.isascii() and p.isdigit() for p in parts) else ""
