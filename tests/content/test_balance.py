"""No questionnaire rests on one question: the rules that `plumbline audit-instrument` led to, held for every agency."""

import pytest

from app.catalogue import Catalogue, load_catalogue
from app.content.resolution import resolve
from app.content.sources import read_sources
from app.settings import PROJECT
from scoring.sensitivity import Weighing, weighings

MOST_OF_A_CHAIN = 0.2
LEAST_OVERALL = 0.2  # points of 100, between a question’s worst and its best answer


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Every agency as its file stands, whatever is released."""
    sources = read_sources(PROJECT / "questionnaires")
    return load_catalogue([], [resolve(sources, agency) for agency in sources.agencies])


@pytest.fixture(scope="module")
def weighed(shipped: Catalogue) -> dict[str, tuple[Weighing, ...]]:
    return {agency: weighings(instrument) for agency, instrument in shipped.latest.items()}


def test_no_chain_rests_on_one_scenario(shipped: Catalogue) -> None:
    for agency, instrument in shipped.latest.items():
        for chain in instrument.chains:
            count = sum(scenario.chain == chain for scenario in instrument.scenarios)
            assert count >= 2, f"{agency}: {chain} has {count} scenario"


def test_no_question_carries_more_than_a_fifth_of_a_chain(weighed: dict[str, tuple[Weighing, ...]]) -> None:
    heavy = {f"{agency}.{w.question}": w.shares for agency in weighed for w in weighed[agency]}
    assert not {name: shares for name, shares in heavy.items() if max(shares) > MOST_OF_A_CHAIN}


def test_every_question_moves_the_overall_score(weighed: dict[str, tuple[Weighing, ...]]) -> None:
    moved = {f"{agency}.{w.question}": w.overall for agency in weighed for w in weighed[agency]}
    assert not {name: points for name, points in moved.items() if points < LEAST_OVERALL}
