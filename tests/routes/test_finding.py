"""Agencies are found by name, by word, by chain and by what they do, without scripts."""

import pytest

from tests.page import Site


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


def names(site: Site) -> list[str]:
    return [a.text for a in site.page.xpath("//ul[@class='agencies']/li/a")]


def test_an_agency_is_found_by_a_part_of_its_name_in_capitals_or_not(site: Site) -> None:
    site.get("/")
    site.send(q="BORDER gu")
    assert names(site)[0] == "Border guard"
    assert "Small agency" not in names(site)
    assert site.page.xpath("//input[@id='q']/@value") == ["BORDER gu"]


def test_a_word_leads_to_the_questions_that_hold_it(site: Site) -> None:
    site.get("/?q=BOOTH")
    assert names(site) == ["Border guard"]
    assert "questions hold it, such as:" in site.text()
    (link,) = site.page.xpath("//ul[@class='agencies']//p/a")
    assert "booth" in link.text.casefold()
    site.get(link.get("href"))


def test_all_words_must_be_there(site: Site) -> None:
    site.get("/?q=booths+submarine")
    assert names(site) == []
    assert "0 agencies found" in site.text()
    site.follow("Show all by chain")
    assert "Border guard" in site.text("//section[@aria-labelledby='trafficking']")


def test_a_chain_alone_lists_its_agencies_by_name(site: Site) -> None:
    site.get("/")
    site.send(chain="criminal_justice")
    assert "Border guard" in names(site)
    assert "Small agency" not in names(site)
    assert names(site) == sorted(names(site))
    assert site.page.xpath("//option[@selected]/@value") == ["criminal_justice"]


@pytest.mark.parametrize(
    "query", ["q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "q=%00%01", "chain=nothing", "q=" + "x" * 5000]
)
def test_whatever_is_searched_for_comes_back_harmless(site: Site, query: str) -> None:
    site.get(f"/?{query}")
    assert names(site) == [] or query == "q=%00%01"
    assert not site.page.xpath("//script")


def test_what_one_does_leads_to_the_questionnaires_that_fit_best_first(site: Site) -> None:
    site.get("/find")
    assert names(site) == []
    boxes = site.page.xpath("//input[@name='does']/@value")
    assert len(boxes) >= 12
    site.get("/find?does=checks_crossings&does=holds_people&does=returns_people")
    assert names(site)[0] == "Border guard"
    assert site.page.xpath("//input[@checked]/@value") == ["checks_crossings", "holds_people", "returns_people"]
    assert "Because you ticked: Check travellers" in site.text("//ul[@class='agencies']/li[1]")


def test_a_tick_that_leads_nowhere_yet_is_said_to(site: Site) -> None:
    site.get("/find?does=nothing")
    assert "None yet." in site.text()


def test_the_first_page_leads_to_the_finder(site: Site) -> None:
    site.get("/")
    site.follow("Not sure which is yours?")
    assert site.text("//h1") == "What do you do?"


def test_an_agency_leads_to_an_example_of_a_report_and_its_files(site: Site) -> None:
    site.get("/agencies/border_guard")
    site.follow("Read an example of a report")
    assert "This is an example." in site.text()
    assert site.client.get("/agencies/border_guard/example.pdf").content.startswith(b"%PDF-")
    assert site.client.get("/agencies/border_guard/example.json").json()["about"]["organisation"].endswith("(invented)")
    site.get("/agencies/small")
    assert "Read an example" not in site.text()
    assert site.client.get("/agencies/small/example").status_code == 404
