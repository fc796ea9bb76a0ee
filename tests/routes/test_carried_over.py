"""Answers to shared questions are offered from the organisation’s other assessments, and count once confirmed.

These tests have a server of their own for each: what one assessment says would be offered in those of other tests.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalogue import Catalogue
from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, marked, save, states
from tests.serving import served


@pytest.fixture
def site(catalogue: Catalogue, tmp_path: Path) -> Iterator[Site]:
    with served(catalogue, tmp_path) as address:
        yield Site(address)


@pytest.fixture
def root(site: Site) -> str:
    """The address of a new assessment of the small agency."""
    return begun(site, "small")


def test_an_answer_given_as_another_agency_is_marked_and_counts_only_once_it_is_confirmed(
    site: Site, root: str
) -> None:
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    other = begun(site, "unfinished")
    site.get(f"{other}/sections/work")
    assert "Carried over from your answers as “Small agency”" in site.text("//*[@id='q-roster_drawn']")
    assert marked(site, "roster_drawn") == ("operating", "Log of May")
    site.send(button=("then", "list"), answer__passage_alone="option_1")
    assert states(site)[1] == "1 of 3 answered"
    site.get(f"{other}/sections/work")
    assert "Carried over" in site.text("//*[@id='q-roster_drawn']")
    assert "Carried over" not in site.text("//*[@id='q-passage_alone']")
    site.send(button=("then", "list"), confirmed__roster_drawn="yes")
    assert states(site)[1] == "2 of 3 answered"
    site.get(f"{other}/sections/work")
    assert "Carried over" not in site.text("//*[@id='q-roster_drawn']")
    assert marked(site, "roster_drawn") == ("operating", "Log of May")


def test_another_answer_than_the_one_carried_over_needs_no_confirmation(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    other = begun(site, "unfinished")
    save(site, other, "work", answer__roster_drawn="absent", note__roster_drawn="")
    assert states(site)[1].startswith(("1 of", "Complete"))
    site.get(f"{other}/sections/work")
    assert marked(site, "roster_drawn") == ("absent", "")


def test_a_page_sent_back_still_shows_what_was_carried_over_as_not_confirmed(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    other = begun(site, "unfinished")
    save(site, other, "work", status=422, answer__papers_kept="not_applicable", note__papers_kept="")
    assert [anchor for anchor, _ in site.errors] == ["#note-papers_kept"]
    assert "Carried over" in site.text("//*[@id='q-roster_drawn']")
    site.send(button=("then", "list"), note__papers_kept="No papers here")
    assert "1 of 3 answered" in states(site)[1]


def test_going_on_without_confirming_is_answered_at_once_on_the_next_page(site: Site, root: str) -> None:
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    other = begun(site, "unfinished")
    said = "1 answer in “Work” was carried over and is not confirmed, so it does not count yet."
    for button in ("list", "continue"):
        site.get(f"{other}/sections/work")
        site.send(button=("then", button))
        assert said in site.text("//main")
    site.get(f"{other}/sections/work?from=check&at=roster_drawn")
    site.send(button=("then", "continue"))
    assert said in site.text("//main")
    site.get(f"{other}/sections/work")
    site.send(button=("then", "list"), confirmed__roster_drawn="yes")
    assert "carried over" not in site.text("//main")
    site.get(f"{other}?unconfirmed=nowhere")
    assert "carried over" not in site.text("//main")


def test_a_new_round_shows_the_answers_of_the_last_and_counts_them_once_they_are_confirmed(
    site: Site, root: str
) -> None:
    answer_everything(site, root)
    save(site, root, "work", answer__roster_drawn="operating", note__roster_drawn="Log of May")
    site.get(f"{root}/check")
    site.send(declaration="yes")
    site.get(root)
    site.follow("Begin a new round")
    assert "A new round" in site.text("//main//form")
    site.send()
    later = site.url
    assert later != root
    site.get(f"{later}/sections/work")
    assert "Carried over from your answers as “Small agency”" in site.text("//*[@id='q-roster_drawn']")
    assert marked(site, "roster_drawn") == ("operating", "Log of May")
    site.send(button=("then", "list"), confirmed__roster_drawn="yes")
    assert states(site)[1] == "1 of 3 answered"
    plain = begun(site, "small")
    site.get(f"{plain}/sections/work")
    assert "Carried over" not in site.text("//main")


def test_a_round_follows_only_one_of_the_same_kind(site: Site, root: str) -> None:
    answer_everything(site, root)
    site.get(f"{root}/check")
    site.send(declaration="yes")
    site.get(root)
    (link,) = [a.get("href") for a in site.page.iter("a") if "Begin a new round" in (a.text or "")]
    site.get(link.replace("/agencies/small/", "/agencies/unfinished/"))
    site.send(status=404)
