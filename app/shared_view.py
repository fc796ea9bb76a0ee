"""What a coordinator is shown of the results of an assessment: a value that holds what may be seen and nothing else.

The page draws this and never the report, so no answer, option, note or name of a post can slip into it. Whoever is
shown the redacted report alone gets that instead (scoring/redacted.py). Knows no HTTP.
"""

from dataclasses import dataclass

from scoring.questionnaire import Questionnaire
from scoring.report import Report
from scoring.result import Banded, ChainResult

_CALLED_FOR = ("duty", "quick_win", "major_project")  # “look into” and “find out” would tell an answer


@dataclass(frozen=True)
class ShownScore:
    """A score with its interval and band, and whether the band is certain; `verified`: the same under the levels that a
    reviewer recorded, where a review was signed off."""

    title: str
    score: float
    band: str
    interval: tuple[float, float]
    is_certain: bool
    verified: "ShownScore | None" = None


@dataclass(frozen=True)
class ShownChain:
    """A chain with its stages."""

    of: ShownScore
    stages: tuple[ShownScore, ...]


@dataclass(frozen=True)
class SharedView:
    """What is drawn; `actions`: titles of what is called for, in their order."""

    overall: ShownScore
    chains: tuple[ShownChain, ...]
    is_final: bool
    actions: tuple[str, ...]


def shared_view(report: Report, words: Questionnaire) -> SharedView:
    """Scores and bands of chains and stages, how sure they are, and the actions called for.

    `words` is the report’s questionnaire in the reader’s language.
    """
    bands = {band.id: band.title for band in words.risk_model.bands}
    titles = {chain.id: chain.title for chain in words.chains}
    stages = {stage.id: stage.title for chain in words.chains for stage in chain.stages}

    reviewed = report.review.result if report.review and report.state == "final" else None
    under_review = {chain.id: chain for chain in reviewed.chains} if reviewed else {}

    def shown(title: str, of: Banded, verified: Banded | None = None) -> ShownScore:
        beside = shown(title, verified) if verified else None
        return ShownScore(title, of.score, bands[of.band], of.interval, of.certain, beside)

    def chain_shown(chain: ChainResult) -> ShownChain:
        verified = under_review.get(chain.id)
        of_stage = {stage.id: stage for stage in verified.stages} if verified else {}
        of = tuple(shown(stages[stage.id], stage, of_stage.get(stage.id)) for stage in chain.stages)
        return ShownChain(shown(titles[chain.id], chain, verified), of)

    overall = shown("", report.result.overall, reviewed.overall if reviewed else None)
    chains = tuple(map(chain_shown, report.result.chains))
    return SharedView(overall, chains, reviewed is not None, _actions(report, words))


def _actions(report: Report, words: Questionnaire) -> tuple[str, ...]:
    titles = {recommendation.id: recommendation.title for recommendation in words.recommendations}
    found = report.result.recommendations or []
    return tuple(titles[action.id] for action in found if action.lane in _CALLED_FOR)
