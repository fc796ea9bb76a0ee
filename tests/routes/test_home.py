"""The first page, the page on method, and what every page has in common."""

import gzip
from pathlib import Path

import httpx
import pytest

from app.catalogue import Catalogue
from tests.page import Site
from tests.serving import served


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


def test_the_first_page_lists_agencies_under_each_chain_they_touch(site: Site) -> None:
    site.get("/")
    assert "Border guard" in site.text("//section[@aria-labelledby='trafficking']")
    assert "Border guard" in site.text("//section[@aria-labelledby='protection']")


def test_an_agency_is_described_under_its_chief_chain_only(site: Site) -> None:
    site.get("/")
    does = "Checks people and papers"
    assert does in site.text("//section[@aria-labelledby='trafficking']")
    assert does not in site.text("//section[@aria-labelledby='protection']")


def test_a_draft_is_marked_in_the_list(site: Site) -> None:
    site.get("/")
    entry = "//li[a[@href='/agencies/{}']]"
    assert "draft" in site.text(entry.format("unfinished"))
    assert "draft" not in site.text(entry.format("small"))


def test_an_assessment_that_was_begun_is_listed_with_its_state(site: Site) -> None:
    site.get("/agencies/small/start/about")
    site.send(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", way="alone")
    root = site.url
    site.get("/")
    entry = site.text(f"//li[.//a[@href='{root}']]")
    assert "Small agency · Harbour Office, small harbour" in entry
    assert "In progress, last saved on" in entry


def test_the_method_page_prints_every_constant_of_the_risk_model_with_its_reason(site: Site, catalogue) -> None:
    site.get("/method")
    model = catalogue.instrument("border_guard").questionnaire.risk_model
    words = site.text()
    constants = [value for _, value in model if hasattr(value, "because")]
    assert len(constants) == 13
    assert all(constant.because in words for constant in constants)
    assert all(band.title in words for band in model.bands)


def test_the_method_page_says_what_has_to_be_said_about_each_document(site: Site) -> None:
    site.get("/method")
    assert "Title, author and year are from general knowledge" in site.text()


def test_the_page_on_privacy_says_what_is_kept_and_what_is_counted(address: str) -> None:
    words = Site(address, token="").get("/privacy").text_content()
    for kept in (
        "Your name and e-mail address",
        "a hash of your password",
        "the trail",
        "your session was last in use",
    ):
        assert kept in words
    assert "Nothing is sent to the address" in words and "If you sign in with" not in words
    assert "attempts to sign in failed" in words and "Requests are counted for a minute" in words


def test_with_mail_and_a_provider_the_pages_on_privacy_and_help_say_what_that_adds(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    more = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "p@example.org", "public_address": "https://p.example"}
    more |= {"oidc_issuer": "https://sign-in.example", "oidc_client_id": "plumbline"}
    with served(catalogue, tmp_path, processes=0, **more) as address:
        visitor = Site(address, token="")
        words = visitor.get("/privacy").text_content()
        assert "can be sent to the address is a link" in words and "Nothing is sent to the address" not in words
        assert "If you sign in with sign-in.example" in words and "for ten minutes at most" in words
        assert "it is sent to your own address" in visitor.get("/help").text_content()


@pytest.mark.parametrize("path", ["/nothing", "/agencies/nobody", "/agencies/nobody/preview", "/assessments/abc"])
def test_an_unknown_address_answers_404(site: Site, path: str) -> None:
    site.get(path, status=404)


def test_a_method_that_a_page_does_not_take_answers_405_as_a_page(site: Site) -> None:
    site._arrive(site.client.post("/method", data={}), 405)


def test_a_form_from_another_site_answers_403_as_a_page(site: Site) -> None:
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = site.client.post("/agencies/small/start/about", data={"organisation": "X"}, headers=evil)
    site._arrive(answer, 403)


def test_a_body_over_the_limit_answers_413_as_a_page(site: Site) -> None:
    answer = site.client.post("/agencies/small/start/about", data={"organisation": "x" * 3_000_000})
    site._arrive(answer, 413)


def test_broken_utf8_in_a_form_loses_nothing_else(site: Site) -> None:
    csrf = site.get("/account").xpath("string(//input[@name='csrf']/@value)")
    body = f"csrf={csrf}&".encode() + b"organisation=Caf%E9+%FF&scope_kind=post&way=alone"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    site._arrive(site.client.post("/agencies/small/start/about", content=body, headers=headers), 422)
    assert site.page.get_element_by_id("organisation").value.startswith("Caf")
    assert site.page.get_element_by_id("scope_kind-post").checked


def test_the_first_page_with_all_that_it_loads_is_small(site: Site) -> None:
    page = site.get("/")
    loaded = ["/", *page.xpath("//link/@href | //script/@src | //img/@src")]
    answers = [site.client.get(path, headers={"Accept-Encoding": "identity"}) for path in loaded]
    assert all(answer.status_code == 200 for answer in answers)
    assert len(loaded) <= 4
    assert sum(len(gzip.compress(answer.content, 6)) for answer in answers) < 40_000


def test_static_files_may_be_kept_and_pages_may_not(site: Site) -> None:
    page = site.get("/")
    style: httpx.Response = site.client.get(page.xpath("//link[@rel='stylesheet']/@href")[0])
    assert style.headers.get("cache-control") != "no-store"


async def test_the_head_of_a_page_can_be_asked_for(client: httpx.AsyncClient) -> None:
    head, page = await client.head("/"), await client.get("/")
    assert head.status_code == page.status_code == 200
    assert head.headers["content-type"] == page.headers["content-type"]
