"""What a coordinator is shown of the results of an assessment: a value that holds what may be seen and nothing else.

The page draws this and never the report, so no answer, option, note or name of a post can slip into it. Whoever is
shown the redacted report alone gets that instead (scoring/redacted.py). Knows no HTTP.
"""

from dataclasses import dataclass

from scoring.questionnaire import Questionnaire
from scoring.report import Report
from scoring.result import Banded

_CALLED_FOR = ("duty", "quick_win", "major_project")  # “look into” and “find out” would tell an answer


@dataclass(frozen=True)
class ShownScore:
    """A score with its interval and band, and whether the band is certain."""

    title: str
    score: float
    band: str
    interval: tuple[float, float]
    is_certain: bool


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
    actions: tuple[str, ...]


def shared_view(report: Report, words: Questionnaire) -> SharedView:
    """Scores and bands of chains and stages, how sure they are, and the actions called for.

    `words` is the report’s questionnaire in the reader’s language.
    """
    bands = {band.id: band.title for band in words.risk_model.bands}
    titles = {chain.id: chain.title for chain in words.chains}
    stages = {stage.id: stage.title for chain in words.chains for stage in chain.stages}

    def shown(title: str, of: Banded) -> ShownScore:
        return ShownScore(title, of.score, bands[of.band], of.interval, of.certain)

    chains = tuple(
        ShownChain(shown(titles[chain.id], chain), tuple(shown(stages[stage.id], stage) for stage in chain.stages))
        for chain in report.result.chains
    )
    return SharedView(shown("", report.result.overall), chains, _actions(report, words))


def _actions(report: Report, words: Questionnaire) -> tuple[str, ...]:
    titles = {recommendation.id: recommendation.title for recommendation in words.recommendations}
    found = report.result.recommendations or []
    return tuple(titles[action.id] for action in found if action.lane in _CALLED_FOR)
