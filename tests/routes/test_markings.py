"""The page on which a report’s marking is chosen, and the report that carries it."""

import pytest

from tests.page import Site
from tests.routes.test_assessments import begun


@pytest.fixture
def site(address: str) -> Site:
    return Site(address)


def marked(site: Site, root: str, status: int = 200, **fields: str) -> None:
    site.get(f"{root}/marking")
    site.send(action="marking", status=status, **fields)


def test_a_manager_chooses_a_marking_and_every_drawing_has_it(site: Site) -> None:
    root = begun(site, "small")
    assert "Handle as confidential" in site.get(f"{root}/report").text_content()
    marked(site, root, marking="Strictly confidential")
    assert site.url == root
    assert "Reports are marked “Strictly confidential”." in site.text()
    assert site.get(f"{root}/report").xpath("string(//p[@class='marking'])") == "Strictly confidential"
    assert site.client.get(f"{root}/report.json").json()["marking"] == "Strictly confidential"
    assert "Reports marked “Strictly confidential”" in site.get(f"{root}/trail").text_content()


def test_other_words_may_be_written_and_stand_there_again(site: Site) -> None:
    root = begun(site, "small")
    marked(site, root, marking="own", own="  TLP:RED \n for the minister ")
    assert "Reports are marked “TLP:RED for the minister”." in site.text()
    page = site.get(f"{root}/marking")
    assert page.xpath("string(//input[@name='own']/@value)") == "TLP:RED for the minister"
    assert page.xpath("string(//input[@name='marking'][@checked]/@value)") == "own"
    marked(site, root, marking="")
    assert "Reports have no marking of their own" in site.text()


@pytest.mark.parametrize(
    ("fields", "link", "words"),
    [
        ({"marking": "own", "own": " "}, "#own", "Write the words of the marking, or choose another one"),
        ({"marking": "own", "own": "x" * 41}, "#own", "Shorten the marking to 40 characters; it has 41"),
        ({"marking": "Top secret"}, "#marking-0", "Choose one of the answers that are shown"),
    ],
)
def test_what_is_no_marking_comes_back_beside_its_field(
    site: Site, fields: dict[str, str], link: str, words: str
) -> None:
    root = begun(site, "small")
    marked(site, root, 422, **fields)
    assert site.errors == [(link, words)]
    assert "Reports have no marking of their own" in site.get(root).text_content()
