"""Keys for programs as a manager makes, sees and revokes them."""

import pytest

from app.accounts import digest_of
from app.catalogue import Catalogue
from tests.page import Site
from tests.routes.test_sharing import pressed
from tests.serving import served


@pytest.fixture
def site(catalogue: Catalogue, tmp_path):
    with served(catalogue, tmp_path) as address:
        yield Site(address)


def made(site: Site, **fields: str) -> str:
    site.get("/organisation/keys")
    given = {"name": "Case system", "days": "30", "scope__reports": "yes"} | fields
    return str(pressed(site, "/organisation/keys", **given).xpath("string(//code)"))


def opens(site: Site, token: str) -> int:
    return (
        Site(str(site.client.base_url), token="")
        .client.get("/api/v1/assessments", headers={"Authorization": f"Bearer {token}"})
        .status_code
    )


def test_a_key_is_shown_once_and_listed_with_what_it_may_do(site: Site) -> None:
    site.get("/organisation")
    site.follow("Keys for your own programs")
    assert site.page.get_element_by_id("days").get("value") == "90"
    token = made(site, scope__assessments="yes")
    assert token.startswith("plumbline_")
    page = site.get("/organisation/keys").text_content()
    assert token not in page and digest_of(token) not in page
    line = site.text("//ul[@class='rows']/li")
    assert line.startswith("Case system · list of assessments, reports · made by Maria Sample on")
    assert "never used" in line and "good until" in line
    assert opens(site, token) == 200
    site.get("/organisation/keys")
    assert "last used 20" in site.text("//ul[@class='rows']/li")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "#name", "Enter the name of the program"),
        ({"name": "x" * 201}, "#name", "Shorten this to 200 characters"),
        ({"scope__reports": None}, "#scope-assessments", "Tick at least one thing"),
        ({"days": "0"}, "#days", "from 1 to 365"),
        ({"days": "366"}, "#days", "from 1 to 365"),
        ({"days": "9" * 5000}, "#days", "from 1 to 365"),
        ({"days": "²"}, "#days", "from 1 to 365"),
        ({"days": ""}, "#days", "from 1 to 365"),
    ],
)
def test_what_does_not_hold_is_said_and_what_was_typed_stays(
    site: Site, changed: dict[str, str | None], field: str, words: str
) -> None:
    site.get("/organisation/keys")
    given = {"name": "Case system", "days": "30", "scope__reports": "yes"} | changed
    site.send(action="keys", status=422, **given)
    assert [(where, words in said) for where, said in site.errors] == [(field, True)]
    assert (site.page.get_element_by_id("scope-reports").get("checked") is not None) == bool(given["scope__reports"])
    assert "None yet." in site.text()


def test_a_revoked_key_opens_nothing_and_stays_listed(site: Site) -> None:
    token = made(site, scope__assessments="yes")
    site.send(action="revoke")
    assert "revoked on" in site.text("//ul[@class='rows']/li")
    assert opens(site, token) == 401
    trail = site.get("/organisation/trail").text_content()
    assert "A key was made for the program “Case system”: assessments, reports, for 30 days" in trail
    assert "The key of the program “Case system” was revoked" in trail and token not in trail
