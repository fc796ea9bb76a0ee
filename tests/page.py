"""Pages as the tests fetch them: every one is checked for the house rules, whatever the test is about.

`Site` is a browser without a screen: it follows redirects, keeps the page, fills and sends its forms as a browser
would. `house_rules` raises an AssertionError that names each rule a page breaks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

FILES = (".pdf", ".json")
SUFFIX = " – Plumbline"


def house_rules(page: html.HtmlElement) -> None:
    """Every page: one h1 that begins its title, landmarks, labels, unique ids, no style or script inside the page."""
    broken = list(_broken(page))
    assert not broken, "\n".join(broken)


def _broken(page: html.HtmlElement) -> Iterator[str]:
    title = page.findtext("head/title")
    headings = [_text(h1) for h1 in page.iter("h1")]
    if len(headings) != 1:
        yield f"There is one h1, not {headings}."
    elif not title.removeprefix("Error: ").startswith(headings[0]) or not title.endswith(SUFFIX):
        yield f"The title “{title}” begins with the h1 “{headings[0]}” and ends with the name."
    if not page.get("lang") or page.get("dir") not in ("ltr", "rtl"):
        yield "The page says its language and direction."
    for landmark in ("header", "main", "footer", "nav"):
        if page.find(f".//{landmark}") is None:
            yield f"There is a <{landmark}>."
    counted = Counter(page.xpath("//@id"))
    yield from (f"The id “{one}” stands {times} times." for one, times in counted.items() if times > 1)
    yield from (f"“{value}” refers to no id." for value in sorted(_references(page) - counted.keys()))
    yield from (f"<{e.tag}> has a style of its own." for e in page.xpath("//*[@style] | //style"))
    yield from (f"<{e.tag}> has a handler." for e in page.iter(html.etree.Element) if any(a.startswith("on") for a in e.attrib))
    yield from ("A script stands in the page." for e in page.xpath("//script[not(@src)]"))
    yield from (f"A field has no label: {html.tostring(e)!r}." for e in _fields(page) if not _label(page, e))
    yield from (f"A fieldset has no legend: {e.attrib}." for e in page.iter("fieldset") if not _text(e.find("legend")))
    yield from (f"A link says nothing: {html.tostring(e)!r}." for e in page.iter("a") if not _text(e))
    yield from _levels(page)


def _references(page: html.HtmlElement) -> set[str]:
    found = set(page.xpath("//label/@for"))
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for value in page.xpath(f"//@{attribute}"):
            found.update(value.split() or [f"an empty {attribute}"])
    found.update(link[1:] for link in page.xpath("//a/@href") if link.startswith("#"))
    return found


def _fields(page: html.HtmlElement) -> list[html.HtmlElement]:
    return page.xpath("//input[not(@type='hidden')] | //textarea | //select")


def _label(page: html.HtmlElement, field: html.HtmlElement) -> str:
    return " ".join(_text(label) for label in page.xpath("//label[@for=$id]", id=field.get("id", "")))


def _levels(page: html.HtmlElement) -> Iterator[str]:
    last = 1
    for heading in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]"):
        level = int(heading.tag[1])
        if level > last + 1:
            yield f"The heading “{_text(heading)}” leaps from h{last} to h{level}."
        last = level


def _text(element: html.HtmlElement | None) -> str:
    return "" if element is None else " ".join(element.text_content().split())


class Site:
    """A reader’s way through the pages of one client."""

    def __init__(self, client: httpx.AsyncClient | httpx.Client) -> None:
        self.client = client
        self.response: httpx.Response | None = None
