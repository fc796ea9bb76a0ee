"""What a coordinator is shown of an assessment: a value that holds what may be seen and nothing else.

The page draws this and never the report, so no answer, option, note or name of a post can slip into it. Knows no HTTP.
"""

from dataclasses import dataclass

from app.sharing import Extent
from scoring.questionnaire import Questionnaire
from scoring.report import Report
from scoring.result import Banded

_CALLED_FOR = ("duty", "quick_win", "major_project")  # “look into” and “find out” would tell an answer


@dataclass(frozen=True)
class ShownScore:
    """A score and its band; `interval` and `is_certain`: None where they are not shown."""

    title: str
    score: float
    band: str
    interval: tuple[float, float] | None = None
    is_certain: bool | None = None


@dataclass(frozen=True)
class ShownChain:
    """A chain with those of its stages that are shown."""

    of: ShownScore
    stages: tuple[ShownScore, ...] = ()


@dataclass(frozen=True)
class SharedView:
    """What is drawn; `actions`: titles of what is called for, in their order."""

    overall: ShownScore
    chains: tuple[ShownChain, ...]
    actions: tuple[str, ...] = ()


def shared_view(report: Report, words: Questionnaire, extent: Extent) -> SharedView:
    """Scores and bands of chains; under `results` also how sure they are, the stages, and the actions called for.

    `words` is the report’s questionnaire in the reader’s language.
    """
    bands = {band.id: band.title for band in words.risk_model.bands}
    with_more = extent == "results"
    titles = {chain.id: chain.title for chain in words.chains}
    stages = {stage.id: stage.title for chain in words.chains for stage in chain.stages}

    def shown(title: str, of: Banded) -> ShownScore:
        more = (of.interval, of.certain) if with_more else (None, None)
        return ShownScore(title, of.score, bands[of.band], *more)

    chains = tuple(
        ShownChain(
            shown(titles[chain.id], chain),
            tuple(shown(stages[stage.id], stage) for stage in chain.stages if with_more),
        )
        for chain in report.result.chains
    )
    return SharedView(shown("", report.result.overall), chains, _actions(report, words) if with_more else ())


def _actions(report: Report, words: Questionnaire) -> tuple[str, ...]:
    titles = {recommendation.id: recommendation.title for recommendation in words.recommendations}
    found = report.result.recommendations or []
    return tuple(titles[action.id] for action in found if action.lane in _CALLED_FOR)
