"""An agency’s page, its preview, and the way into an assessment."""

import pytest

from app.catalogue import Catalogue
from tests import people
from tests.page import Site
from tests.serving import APPS

GROUP = {"way": "group", "sittings": "2", "people": "6", "levels": "heads of shift and officers"}
SERVICE = {"organisation": "Harbour Office", "scope_kind": "service", "weakest_post": "small harbour"}


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


def test_an_agency_s_page_says_what_whom_and_what_to_have_ready(site: Site, catalogue: Catalogue) -> None:
    site.get("/agencies/border_guard")
    words, asked = site.text(), catalogue.instrument("border_guard").questionnaire
    assert asked.does in words and asked.exposed_because in words
    assert all(section.title in words for section in asked.sections)
    assert all(item in words for item in (*asked.sitting.people, *asked.sitting.papers))
    assert all(asked.source[source].claim in words for source in asked.exposed_evidence)


def test_whoever_cannot_start_an_assessment_is_not_led_to_it(address: str, site: Site) -> None:
    start = "//a[@href='/agencies/small/start']"
    administrator = Site(address, token=people.administrator(APPS[address].state.database))
    for one, leads in ((site, True), (Site(address, token=""), True), (administrator, False)):
        one.get("/agencies/small")
        assert bool(one.page.xpath(start)) is leads


def test_what_an_agency_is_not_asked_is_said_with_the_reason(site: Site) -> None:
    site.get("/agencies/small")
    assert "recruitment. Recruiting happens elsewhere." in site.text()


def test_the_preview_holds_every_question_with_options_reason_sources_and_facts(
    site: Site, catalogue: Catalogue
) -> None:
    site.get("/agencies/border_guard/preview")
    asked = catalogue.instrument("border_guard").questionnaire
    for question in asked.questions:
        words = site.text(f"//*[@id='q-{question.id}']")
        assert question.ask in words and " ".join(question.why.split()) in words
        assert all(option.label in words for option in question.options)
        assert all(asked.source[source].claim in words for source in question.evidence)
    assert all(fact.ask in site.text() for fact in asked.profile)


def test_the_preview_says_on_which_fact_a_question_depends(site: Site, catalogue: Catalogue) -> None:
    site.get("/agencies/border_guard/preview")
    asked = catalogue.instrument("border_guard").questionnaire
    bound = next(question for question in asked.questions if question.only_if)
    fact = next(fact for fact in asked.profile if fact.id in bound.only_if)
    assert f"to “{fact.ask}”" in site.text(f"//*[@id='q-{bound.id}']")


def test_a_draft_says_so_on_each_of_its_pages(site: Site) -> None:
    for path in ("", "/preview", "/start", "/start/about"):
        site.get(f"/agencies/unfinished{path}")
        assert "This questionnaire is a draft (1.0.0-draft)" in site.text("//aside")
        assert not site.get(f"/agencies/small{path}").xpath("//aside")


def test_before_starting_one_reads_what_writing_this_down_means(site: Site) -> None:
    site.get("/agencies/small")
    site.follow("Start an assessment")
    assert "never an event, a name or a suspicion" in site.text()
    assert "In many countries you must" in site.text()


def test_that_a_legal_adviser_was_asked_is_carried_to_the_report(site: Site) -> None:
    site.get("/agencies/small/start")
    site.send(adviser="asked")
    site.send(**SERVICE, **GROUP)
    assert "a legal adviser was asked" in site.text()
    site.get("/agencies/small/start")
    site.send(adviser=None)
    site.send(**SERVICE, **GROUP)
    assert "no legal adviser was asked" in site.text()


def test_going_back_from_the_second_step_keeps_the_tick_of_the_first(site: Site) -> None:
    site.get("/agencies/small/start")
    site.send(adviser="asked")
    site.follow("Back")
    assert site.page.get_element_by_id("adviser").checked


def test_the_organisation_of_the_server_is_proposed(site: Site) -> None:
    site.get("/agencies/small/start/about")
    assert site.page.get_element_by_id("organisation").value == "Sample Service"


def test_scope_and_way_of_answering_stand_on_the_list_and_in_the_report(site: Site) -> None:
    site.get("/agencies/small/start/about")
    site.send(**SERVICE, **GROUP, outside_moderator="yes")
    about = "whole service, answered for its weakest post: small harbour"
    assert (
        about in site.text() and "2 sittings, 6 people (heads of shift and officers), outside moderator" in site.text()
    )
    site.follow("Read it here")
    assert about in site.text()


def test_errors_at_the_start_are_listed_in_order_and_lose_nothing(site: Site) -> None:
    site.get("/agencies/small/start/about")
    typed = {
        "organisation": " ",
        "scope_kind": "post",
        "way": "group",
        "sittings": "two",
        "people": "1",
        "levels": "all",
    }
    site.send(status=422, **typed)
    assert site.errors == [
        ("#organisation", "Enter the name of the organisation"),
        ("#scope_words", "Say what kind of post or region it is, without its name"),
        ("#sittings", "Enter the number of sittings as a figure from 1 to 50"),
        ("#people", "Enter the number of people as a figure from 2 to 500"),
    ]
    form = dict(site.form().form_values())
    assert {name: form[name] for name in typed} == typed
    wrong = site.page.xpath("//input[@aria-invalid='true']/@id")
    assert wrong == ["organisation", "scope_words", "sittings", "people"]
    assert "error-people" in site.page.get_element_by_id("people").get("aria-describedby")


def test_the_error_summary_takes_the_focus_without_a_script(site: Site) -> None:
    site.get("/agencies/small/start/about")
    site.send(status=422)
    summary = site.page.get_element_by_id("errors")
    assert summary.get("tabindex") == "-1" and "autofocus" in summary.attrib
    assert site.page.findtext("head/title").startswith("Error: ")


def test_choices_that_were_not_made_are_asked_for(site: Site) -> None:
    site.get("/agencies/small/start/about")
    site.send(status=422)
    assert [link for link, _ in site.errors] == ["#scope_kind-post", "#way-group"]


def test_the_form_to_mark_by_hand_is_a_pdf(site: Site) -> None:
    site.get("/agencies/small")
    (link,) = site.page.xpath("//a[contains(text(), 'Form to print')]/@href")
    answer = site.client.get(link)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].endswith("plumbline-small-1.0.0-form.pdf")
