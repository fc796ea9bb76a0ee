"""The redacted report in the browser: who sees it and when, and that it says nothing of the answers."""

import pytest

from tests import people
from tests.page import Site
from tests.reports.pdf_text import text_of
from tests.routes.test_assessments import begun, save, submitted
from tests.serving import APPS, SESSIONS

NOTE = "Draw of 2 May, kept at the inspectorate"


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


@pytest.fixture
def root(site: Site) -> str:
    root = begun(site, "small")
    save(site, root, "work", answer__roster_drawn="evidenced", note__roster_drawn=NOTE)
    return root


def test_a_draft_has_none(site: Site, root: str) -> None:
    assert "redacted" not in site.get(root).text_content()
    for ending in ("", ".pdf"):
        site.get(f"{root}/redacted{ending}", 409)
        assert "Nothing of a draft is shown outside" in site.text()


def test_a_submitted_assessment_has_one_as_page_and_pdf(site: Site, root: str) -> None:
    submitted(site, root)
    site.get(root)
    page = site.follow("See the redacted report").text_content()
    assert "This is a redacted report; it cannot be recomputed from itself" in page
    assert "Harbour Office" in page and "one post, not named here" in page
    assert site.text("//p[@class='marking']") == "Redacted, to be shown outside"
    answer = site.client.get(f"{root}/redacted.pdf")
    assert answer.headers["content-disposition"].endswith("-redacted.pdf")
    assert "small harbour" not in text_of(answer.content) and NOTE not in text_of(answer.content)


def test_the_organisations_name_can_be_left_out(site: Site, root: str) -> None:
    submitted(site, root)
    site.get(f"{root}/redacted")
    site.follow("Leave the organisation’s name out")
    assert "Harbour Office" not in site.page.text_content()
    (pdf,) = site.page.xpath("//a[contains(@href, 'redacted.pdf')]/@href")
    assert "Harbour Office" not in text_of(site.client.get(pdf).content)
    site.follow("Put the organisation’s name in")
    assert "Harbour Office" in site.page.text_content()


def test_nothing_that_the_browser_gets_tells_of_an_answer(site: Site, root: str) -> None:
    submitted(site, root)
    got = site.client.get(f"{root}/redacted").text
    for secret in (NOTE, "small harbour", "roster_drawn", "trip_sold", "draw_rosters", "Scenario", "Recommendation"):
        assert secret not in got, secret


def test_a_respondent_is_not_offered_it_and_does_not_see_it(site: Site, root: str, address: str) -> None:
    submitted(site, root)
    state = APPS[address].state
    organisation = people.reader_of(state.database, state.keyring, SESSIONS[address]).organisation
    token = people.member(state.database, state.keyring, organisation, "respondent", "Rita Redacted")
    respondent = Site(address, token=token)
    assert "redacted" not in respondent.get(root).text_content()
    respondent.get(f"{root}/redacted", 403)
