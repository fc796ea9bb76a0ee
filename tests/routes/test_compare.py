"""Two assessments of one kind of agency compared: scores, causes that add up, and what became of the actions."""

import re

import pytest

from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, save


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def pair(site: Site) -> tuple[str, str]:
    """The addresses of an earlier assessment and of a later one, in which one safeguard is better."""
    earlier, later = begun(site, "small"), begun(site, "small")
    for root in (earlier, later):
        answer_everything(site, root)
    save(site, earlier, "work", answer__roster_drawn="absent", note__roster_drawn="")
    save(site, later, "work", answer__roster_drawn="evidenced", note__roster_drawn="Draw of 2 May, inspectorate")
    save(site, later, "work", answer__papers_kept="evidenced", note__papers_kept="Draw of 3 May, inspectorate")
    return earlier, later


def name(root: str) -> str:
    return root.rsplit("/", 1)[1]


def numbers(row: str) -> list[float]:
    return [float(number.replace("−", "-").replace("+", "")) for number in re.findall(r"[−+]?\d+\.\d", row)]


def test_one_is_chosen_from_those_of_the_same_kind(site: Site, pair: tuple[str, str]) -> None:
    earlier, later = pair
    other = begun(site, "unfinished")
    site.get(later)
    site.follow("Compare with an earlier assessment")
    links = site.page.xpath("//main//ul//a/@href")
    assert f"{later}/compare?with={name(earlier)}" in links
    assert not [link for link in links if name(other) in link or link.endswith(name(later))]


def test_the_causes_add_up_to_the_difference(site: Site, pair: tuple[str, str]) -> None:
    earlier, later = pair
    site.get(f"{later}/compare?with={name(earlier)}")
    tables = site.page.xpath("//table")
    overall = numbers(tables[0].xpath(".//tbody/tr[1]")[0].text_content())
    reported, then, now = overall
    assert reported == then
    assert now < then
    causes = [numbers(row.text_content())[-1] for row in tables[1].xpath(".//tbody/tr")]
    assert abs(then + sum(causes) - now) < 0.2
    assert "Draw" not in site.text("//main")  # notes are not shown


def test_what_became_of_the_actions_is_told(site: Site, pair: tuple[str, str]) -> None:
    earlier, later = pair
    site.get(f"{later}/compare?with={name(earlier)}")
    assert "Recommendation draw_rosters – in place by the answers now" in site.text("//main")
    site.get(f"{earlier}/compare?with={name(later)}")
    assert "not in place" in site.text("//main")


def test_the_same_answers_have_no_cause(site: Site, pair: tuple[str, str]) -> None:
    earlier, _ = pair
    site.get(f"{earlier}/compare?with={name(earlier)}")
    assert "No answer that counts has changed." in site.text("//main")


def test_another_kind_of_agency_or_a_foreign_one_is_refused(site: Site, pair: tuple[str, str]) -> None:
    _, later = pair
    other = begun(site, "unfinished")
    site.get(f"{later}/compare?with={name(other)}", status=409)
    site.get(f"{later}/compare?with=nothing", status=404)
