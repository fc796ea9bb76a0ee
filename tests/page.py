"""Pages as the tests fetch them: every one is checked for the house rules, whatever the test is about.

`Site` is a browser without a screen: it follows redirects, keeps the page, fills and sends its forms as a browser
would. `house_rules` raises an AssertionError that names each rule a page breaks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

from tests import people
from tests.serving import SESSIONS

FILES = (".pdf", ".json", ".csv")
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
    elif not _unprefixed(page, title).startswith(headings[0]) or not title.endswith(SUFFIX):
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
    yield from (
        f"<{e.tag}> has a handler." for e in page.iter(html.etree.Element) if any(a.startswith("on") for a in e.attrib)
    )
    yield from ("A script stands in the page." for e in page.xpath("//script[not(@src)]"))
    yield from (f"A field has no label: {html.tostring(e)!r}." for e in _fields(page) if not _label(page, e))
    yield from (f"A fieldset has no legend: {e.attrib}." for e in page.iter("fieldset") if not _text(e.find("legend")))
    yield from (f"A link says nothing: {html.tostring(e)!r}." for e in page.iter("a") if not _text(e))
    yield from _levels(page)


def _unprefixed(page: html.HtmlElement, title: str) -> str:
    """The title without the one word, “Error:”, that a page with errors begins with."""
    return title.partition(" ")[2] if page.xpath("//*[@id='errors']") else title


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


def unnumbered(answer: httpx.Response) -> str:
    """The words of an answer without the number of its request, so that two can be held beside each other."""
    return answer.text.replace(answer.headers["x-request-id"], "")


class Site:
    """A reader’s way through the pages of a server; every page that it fetches is checked."""

    _resolved: ClassVar[set[str]] = set()

    def __init__(self, address: str, language: str = "en", token: str | None = None) -> None:
        """Signed in with a token, or as the server’s manager where none is given (“”: not at all)."""
        self.client = httpx.Client(
            base_url=address, headers={"Origin": address, "Accept-Language": language}, timeout=30
        )
        self.client.cookies.set(people.COOKIE, SESSIONS[address] if token is None else token)
        self.page = html.Element("html")
        self.url = "/"

    def get(self, path: str, status: int = 200) -> html.HtmlElement:
        """Fetch a page, redirected or not."""
        return self._arrive(self.client.get(path, follow_redirects=True), status)

    def send(
        self, *, status: int = 200, button: tuple[str, str] | None = None, action: str = "", **changes: str | None
    ) -> html.HtmlElement:
        """Send the page’s form (the one whose action holds `action`) as a browser would, with some fields changed.

        A field’s dots are written as two underscores; None leaves a field out. A page sent by POST that answers 200
        has redirected, so that reloading it sends nothing twice.
        """
        form = self.form(action)
        fields = dict(form.form_values()) | {name.replace("__", "."): value for name, value in changes.items()}
        if button:
            fields |= [button]
        sent = {name: value for name, value in fields.items() if value is not None}
        if form.method == "GET":
            return self._arrive(self.client.get(form.action, params=sent, follow_redirects=True), status)
        return self.post(urljoin(self.url, form.action), status, sent)

    def post(self, path: str, status: int, fields: Mapping[str, str]) -> html.HtmlElement:
        """Press a button that posts these fields; what answers 200 has redirected."""
        response = self.client.post(path, data={"csrf": self.csrf} | dict(fields))
        if status == 200:
            assert response.status_code == 303, f"{response.status_code} instead of a redirect: {self.texts(response)}"
            where = response.headers["location"]
            page = self.get(where)
            self.url = where
            return page
        return self._arrive(response, status)

    @property
    def csrf(self) -> str:
        """What the forms of the page carry."""
        return str(self.page.xpath("string(//input[@name='csrf']/@value)"))

    def form(self, action: str = "") -> html.FormElement:
        """The first form in the page’s main part whose address holds `action`."""
        return next(form for form in self.page.xpath("//main//form") if action in (form.action or ""))

    def follow(self, words: str) -> html.HtmlElement:
        """Follow the first link with these words."""
        links = [a.get("href") for a in self.page.iter("a") if words in _text(a)]
        assert links, f"No link says “{words}”."
        return self.get(links[0])

    def text(self, path: str = "//main") -> str:
        """The words of the first element that the XPath finds."""
        return _text(self.page.xpath(path)[0])

    def texts(self, response: httpx.Response) -> list[str]:
        """The error summary of a response."""
        return [_text(e) for e in html.fromstring(response.text).xpath("//*[@id='errors']//li")]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The error summary: where each line leads, and its words."""
        return [(a.get("href"), _text(a)) for a in self.page.xpath("//*[@id='errors']//a")]

    def _arrive(self, response: httpx.Response, status: int) -> html.HtmlElement:
        assert response.status_code == status, f"{response.url} answered {response.status_code}, not {status}."
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        self.url = response.url.raw_path.decode()
        self.page = html.document_fromstring(response.text)
        for area in self.page.iter("textarea"):
            area.text = (area.text or "").removeprefix("\n")  # as HTML has it, and lxml has not
        house_rules(self.page)
        self._links_resolve()
        return self.page

    def _links_resolve(self) -> None:
        """Every link to this server leads somewhere; one for all assessments is followed once."""
        links = {urljoin(self.url, link) for link in self.page.xpath("//a/@href | //link/@href | //script/@src")}
        for link in sorted(links):
            path, fragment = urlsplit(link).path, urlsplit(link).fragment
            known = re.sub(r"/assessments/[^/]+", "/assessments/…", path)
            if known in self._resolved and not fragment:
                continue
            self._resolved.add(known)
            if path == urlsplit(self.url).path:
                continue  # a fragment of this page: `_references` has looked
            answer = self.client.get(link, follow_redirects=True)
            assert answer.status_code == 200, f"{link} answers {answer.status_code}."
            if fragment and not path.endswith(FILES):
                ids = html.document_fromstring(answer.text).xpath("//@id")
                assert fragment in ids, f"{link}: there is no “{fragment}”."
