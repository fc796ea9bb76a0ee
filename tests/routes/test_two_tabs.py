"""Two tabs at once, each at a server of its own with the same database, so that they do meet: nothing is lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.catalogue import Catalogue
from scoring.answers import Answer
from tests.fillers import Filler, Sheet, settled
from tests.serving import SESSIONS, served

ROUNDS = pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.long)])
LEVELS = ("absent", "on_paper", "operating", "evidenced")


@pytest.fixture
def tabs(small_catalogue: Catalogue, tmp_path: Path) -> Iterator[tuple[Filler, Filler]]:
    one_process = served(small_catalogue, tmp_path, processes=1), served(small_catalogue, tmp_path, processes=1)
    with one_process[0] as one, one_process[1] as another:
        yield Filler(one, SESSIONS[one]), Filler(another, SESSIONS[one])


@pytest.fixture
def section(tabs: tuple[Filler, Filler]) -> str:
    """The address of a section of a new assessment."""
    return tabs[0].sections(tabs[0].begin("small"))[0]


def at_once(
    tabs: tuple[Filler, Filler], sheets: tuple[Sheet, Sheet], answers: tuple[dict[str, Answer], dict[str, Answer]]
) -> list[httpx.Response]:
    """Both save at the same moment."""
    gate = threading.Barrier(2)

    def save(filler: Filler, sheet: Sheet, given: dict[str, Answer]) -> httpx.Response:
        gate.wait(30)
        return filler.post(sheet, given)

    with ThreadPoolExecutor(2) as people:
        return list(people.map(save, tabs, sheets, answers))


@ROUNDS
def test_two_tabs_that_answer_different_questions_of_a_section_at_once_lose_nothing(
    tabs: tuple[Filler, Filler], section: str, rounds: int
) -> None:
    sheets = tabs[0].open(section), tabs[1].open(section)
    for number in range(rounds):
        level = LEVELS[number % 4]
        first, second = Answer(level, f"First tab, {number}"), Answer(level, f"Second tab, {number}")
        given = {"roster_drawn": first}, {"papers_kept": second}
        replies = at_once(tabs, sheets, given)
        assert [reply.status_code for reply in replies] == [303, 303], number
        stands = tabs[number % 2].open(section)
        assert (stands.answers["roster_drawn"], stands.answers["papers_kept"]) == (first, second)
        versions = [stands.fields[f"version.{name}"].partition("-")[0] for name in ("roster_drawn", "papers_kept")]
        assert versions == [str(number + 1)] * 2


@ROUNDS
def test_of_two_who_change_one_question_at_once_one_wins_and_the_other_is_shown_both(
    tabs: tuple[Filler, Filler], section: str, rounds: int
) -> None:
    for number in range(rounds):
        given = [Answer(LEVELS[(number + tab) % 4], f"Tab {tab}, round {number}") for tab in (0, 1)]
        sheets = tabs[0].open(section), tabs[1].open(section)
        replies = at_once(tabs, sheets, ({"roster_drawn": given[0]}, {"roster_drawn": given[1]}))
        codes = [reply.status_code for reply in replies]
        assert sorted(codes) == [303, 409], number
        winner, loser = codes.index(303), codes.index(409)
        shown = settled(replies[loser], "roster_drawn")
        for side, tab in (("saved", winner), ("mine", loser)):
            assert f"Is {given[tab].option}. Note: {given[tab].note}" in shown[side]
        stands = tabs[loser].open(section)
        assert stands.answers["roster_drawn"] == given[winner]
        assert stands.fields["version.roster_drawn"].startswith(f"{number + 1}-")
