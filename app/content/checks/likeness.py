"""No agency is another with its name changed: how alike the wordings of two agencies' own questions are.

Alike is the share of three-word runs that two questions have in common, of the shorter one's: 0 nothing, 1 everything.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from app.content.authoring import AuthoredOption, OwnQuestion
from app.content.checks.references import placed_questions
from app.content.sources import Place, Sources
from app.errors import Fault

RUN = 3  # words
TOO_ALIKE = 0.5
COMMON = 40  # questions; a run that more of them share is a turn of phrase and tells nothing


@dataclass(frozen=True)
class Alike:
    """Two agencies' own questions, and the share of the shorter one's runs of words that stand in the other."""

    share: float
    first: str
    second: str
    place: Place


def likeness_faults(sources: Sources) -> Iterator[Fault]:
    """Near-copies of another agency's question."""
    for pair in pairs(sources):
        if pair.share >= TOO_ALIKE:
            what = f"“{pair.second}” is nearly “{pair.first}” of another agency ({pair.share:.0%} of its wording)."
            remedy = "Word it for this agency’s own work, or make one shared question of the two."
            yield pair.place.fault(what, remedy)


def pairs(sources: Sources) -> list[Alike]:
    """Every pair of own questions of two agencies that have a run of words in common, the most alike first."""
    owners: list[tuple[str, OwnQuestion, Place]] = [
        (agency.id, question, place)
        for agency in sources.agencies.values()
        for question, place in placed_questions(sources, agency)
        if isinstance(question, OwnQuestion)
    ]
    runs = [_runs(question) for _, question, _ in owners]
    having: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, own in enumerate(runs):
        for run in own:
            having[run].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indexes in having.values():
        if len(indexes) <= COMMON:
            shared.update(combinations(indexes, 2))
    found = [
        Alike(count / min(len(runs[a]), len(runs[b])), owners[a][1].id, owners[b][1].id, owners[b][2])
        for (a, b), count in shared.items()
        if owners[a][0] != owners[b][0]
    ]
    return sorted(found, key=lambda pair: (-pair.share, pair.first, pair.second))


def _runs(question: OwnQuestion) -> set[tuple[str, ...]]:
    options = (question.levels or question.options or {}).values()
    labels = [option.label if isinstance(option, AuthoredOption) else option for option in options]
    words = re.findall(r"[\w’]+", " ".join([question.ask, *labels]).lower())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
