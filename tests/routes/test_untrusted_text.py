"""What people type is text and nothing else: on every page, in the report’s files, and in what draws them.

Each field of a form gets markup of HTML, Typst, SVG and Jinja; the house rules of tests/page.py look for scripts,
handlers and styles on every page that is fetched, and here nobody’s markup may have become an element.
"""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest

from app.catalogue import Catalogue
from app.reports import draw_html, draw_pdf
from scoring.report import read_report
from tests import people
from tests.drafts import Walker
from tests.page import Site
from tests.reports.pdf_text import text_of
from tests.reports.samples import sample_report
from tests.routes.test_assessments import ALL, answer_everything, save
from tests.routes.test_reviews import colleague
from tests.routes.test_sharing import code_of, pressed
from tests.serving import APPS, SESSIONS, served

EVIL = (
    "\"'><img src=x onerror=alert(1)><script>alert(1)</script><svg onload=alert(1)></textarea></title>"
    '{{ 7 * 191 }} {% raw %} ${7*191} #read("/etc/passwd") #panic() $x^2$ @ref <!-- ]]> javascript:alert(1)'
)
SHORT = EVIL[:190]


@pytest.fixture(scope="module")
def evil(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A server whose every text is markup, as its manager sees it, and the address of an assessment there."""
    with served(catalogue, tmp_path_factory.mktemp("evil")) as address:
        database, keyring = APPS[address].state.database, APPS[address].state.keyring
        organisation = people.organisation(database, keyring, SHORT)
        site = Site(address, token=people.member(database, keyring, organisation, "manager", f"Maria {SHORT[:180]}"))
        site.get("/agencies/small/start/about")
        site.send(
            organisation=SHORT,
            scope_kind="post",
            scope_words=SHORT,
            way="group",
            sittings="2",
            people="5",
            levels=SHORT,
        )
        root = site.url
        site.get(f"{root}/profile")
        site.send(fact__runs_houses="yes")
        for section, answers in ALL.items():
            notes = {name.replace("answer.", "note."): EVIL for name in answers}
            save(site, root, section, **answers | notes)
        site.get(f"{root}/impacts")
        scenario = site.page.xpath("string(//select/@name)").removeprefix("value.")
        site.send(**{f"value.{scenario}": "5", f"reason.{scenario}": EVIL})
        site.get(f"{root}/what-if?do.draw_rosters=yes")
        site.post(f"{root}/plans", 200, {"name": SHORT, "do.draw_rosters": "yes"})
        yield site, root


@pytest.fixture(scope="module")
def reviewed(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site, str]]:
    """A server with an assessment that was given back, reviewed, answered and marked, all in markup: its manager, its
    reviewer, and its address."""
    with served(catalogue, tmp_path_factory.mktemp("reviewed")) as address:
        site, auditor = Site(address), colleague(address, "reviewer", f"Rita {SHORT[:150]}")
        site.get("/agencies/small/start/about")
        site.send(organisation=SHORT, scope_kind="post", scope_words=SHORT, way="alone")
        root = site.url
        answer_everything(site, root)
        for is_first in (True, False):
            site.get(f"{root}/check")
            site.send(declaration="yes")
            auditor.get(f"{root}/review")
            auditor.send(action="begin")
            if is_first:
                auditor.send(action="give-back", because=EVIL)
                site.get(root)
                holds(site)
                assert EVIL in site.page.text_content()
        auditor.get(f"{root}/review/sections/work")
        auditor.send(level__roster_drawn="absent", comment__roster_drawn=EVIL)
        site.get(f"{root}/actions")
        site.get(str(site.page.xpath("//ol[@class='tasks']//a/@href")[0]))
        site.send(decision="refused", why=EVIL, post=SHORT)
        site.get(f"{root}/marking")
        site.send(action="marking", marking="own", own=SHORT[:40])
        site.get("/organisation/keys")
        pressed(site, "/organisation/keys", name=SHORT, days="30", scope__reports="yes")
        yield site, auditor, root


def holds(site: Site) -> None:
    """Nothing of the markup is an element or an attribute of the page."""
    assert not site.page.xpath("//img | //script[not(@src)] | //*[@onerror or @onload] | //iframe | //object | //embed")
    assert not [href for href in site.page.xpath("//@href | //@src | //@action") if "javascript:" in href.lower()]
    assert str(7 * 191) not in site.page.text_content()


PAGES = (
    "",
    "/check",
    "/report",
    "/what-if",
    "/impacts",
    "/compare",
    "/trail",
    "/sections/work",
    "/sections/houses",
    "/profile",
)


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_is_shown_as_text_on_each_page_of_an_assessment(evil: tuple[Site, str], page: str) -> None:
    site, root = evil
    site.get(root + page)
    holds(site)
    assert "<script>alert(1)</script>" in site.page.text_content() or page == "/profile"


REVIEWED = {
    "": SHORT,
    "/review": SHORT,
    "/review/sections/work": EVIL,
    "/actions": SHORT,
    "/report": EVIL,
    "/trail": EVIL,
    "/redacted": SHORT,
}


@pytest.mark.parametrize("page", REVIEWED)
def test_what_reviewers_and_management_typed_is_text(reviewed: tuple[Site, Site, str], page: str) -> None:
    site, auditor, root = reviewed
    for one in (auditor,) if "/sections/" in page else (site, auditor):
        one.get(root + page)
        holds(one)
    assert REVIEWED[page] in auditor.page.text_content()


def test_an_answer_of_management_is_text_in_its_form_its_table_and_its_pdf(reviewed: tuple[Site, Site, str]) -> None:
    site, _, root = reviewed
    site.get(f"{root}/actions")
    site.get(str(site.page.xpath("//ol[@class='tasks']//a/@href")[0]))
    holds(site)
    assert site.page.xpath("string(//textarea[@name='why'])").strip() == EVIL
    assert site.page.xpath("string(//input[@name='post']/@value)") == SHORT
    site.send(status=422, decision="refused", why=EVIL * 30, post=EVIL, due=EVIL)
    holds(site)
    cells = [cell for line in csv.reader(StringIO(site.client.get(f"{root}/actions.csv").text)) for cell in line]
    assert EVIL in cells and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    printed = text_of(site.client.get(f"{root}/report.pdf").content)
    assert printed.count("alert(1)") >= 3 and "root:x:" not in printed and str(7 * 191) not in printed


def test_a_key_s_name_and_a_body_s_are_text_to_those_who_see_them(reviewed: tuple[Site, Site, str]) -> None:
    site, _, _ = reviewed
    address = str(site.client.base_url).rstrip("/")
    state = APPS[address].state
    body = people.organisation(state.database, state.keyring, SHORT)
    boss, reads = (
        Site(address, token=people.member(state.database, state.keyring, body, role, f"{role} {SHORT[:150]}"))
        for role in ("manager", "coordinator")
    )
    code = code_of(boss)
    site.get("/organisation/sharing")
    pressed(site, "/organisation/sharing/body", code=code, words=EVIL)
    people.grant(state.database, people.reader_of(state.database, state.keyring, SESSIONS[address]), body)
    for one, page in ((site, "/organisation/sharing"), (site, "/organisation/keys"), (site, "/organisation/trail")):
        one.get(page)
        holds(one)
    assert SHORT in site.page.text_content()
    reads.get("/shared")
    holds(reads)


def test_a_draft_that_is_kept_by_its_reader_comes_back_as_text(reviewed: tuple[Site, Site, str]) -> None:
    site, _, _ = reviewed
    visitor = Walker(str(site.client.base_url).rstrip("/"), token="")
    visitor.begin()
    visitor.press("Work")
    visitor.press("Return to the list", answer__roster_drawn="evidenced", note__roster_drawn=EVIL)
    holds(visitor)
    visitor.press("Work")
    assert EVIL in visitor.page.text_content()
    visitor.press("Save", status=422, answer__roster_drawn=EVIL, note__roster_drawn=EVIL)
    holds(visitor)


@pytest.mark.parametrize("page", ["/", "/account", "/organisation", "/organisation/trail"])
def test_names_are_text_on_the_pages_of_people(evil: tuple[Site, str], page: str) -> None:
    site, _ = evil
    site.get(page)
    holds(site)


def test_names_are_text_on_the_service_s_page(evil: tuple[Site, str]) -> None:
    site, _ = evil
    address = str(site.client.base_url).rstrip("/")
    service = Site(address, token=people.administrator(APPS[address].state.database))
    service.get("/service")
    holds(service)
    assert SHORT in service.page.text_content()


ADDRESSES = [
    "/?q={}",
    "/?chain={}",
    "/find?does={}",
    "/sign-in?then={}",
    "/agencies/small/start?adviser={}",
    "/agencies/small/start/about?organisation={}&scope_words={}&after={}&adviser={}",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_stands_in_an_address_is_text(evil: tuple[Site, str], path: str) -> None:
    site, _ = evil
    quoted = str(httpx.QueryParams({"x": EVIL}))[2:]
    site.get(path.replace("{}", quoted))
    holds(site)


def test_what_comes_back_with_an_error_is_text(evil: tuple[Site, str]) -> None:
    site, root = evil
    site.get("/agencies/small/start/about")
    site.send(
        status=422,
        organisation=EVIL * 3,
        scope_kind="post",
        scope_words=EVIL * 3,
        way="group",
        sittings=EVIL,
        people=EVIL,
    )
    holds(site)
    site.get(f"{root}/what-if")
    site.post(f"{root}/plans", 422, {"name": EVIL * 5, "do.draw_rosters": "yes", f"do.{EVIL}": "yes"})
    holds(site)
    stranger = Site(str(site.client.base_url).rstrip("/"), token="")
    stranger.get("/sign-in")
    stranger.send(status=422, email=EVIL, password=EVIL)
    holds(stranger)
    stranger.post(f"{root}/sections/work", 401, {"note.roster_drawn": EVIL, EVIL: EVIL})
    holds(stranger)
    assert EVIL in stranger.page.xpath("//input/@value")


def test_the_report_s_files_hold_it_as_it_was_typed_and_nothing_was_carried_out(evil: tuple[Site, str]) -> None:
    site, root = evil
    data = site.client.get(f"{root}/report.json")
    report, _ = read_report(data.content)
    assert any(given.note == EVIL for given in report.answers.values())
    assert data.headers["content-type"] == "application/json"
    printed = text_of(site.client.get(f"{root}/report.pdf").content)
    assert "alert(1)" in printed and "root:x:" not in printed and str(7 * 191) not in printed
    assert '#read("/etc/passwd")' in printed.replace(" ", "").replace("”", '"').replace("“", '"')
    assert json.loads(site.client.get(f"{root}/trail.json").content)
    assert site.client.get(f"{root}/actions.csv").is_success


def test_words_of_a_questionnaire_are_text_in_every_picture_and_table_too() -> None:
    report = sample_report()
    asked = report.questionnaire
    title = EVIL[:120]
    evil = asked.model_copy(
        update={
            "title": title,
            "scenarios": tuple(each.model_copy(update={"title": title}) for each in asked.scenarios),
            "chains": tuple(
                each.model_copy(
                    update={"title": title, "stages": tuple(s.model_copy(update={"title": title}) for s in each.stages)}
                )
                for each in asked.chains
            ),
            "recommendations": tuple(
                each.model_copy(update={"title": title, "action": EVIL, "owner": EVIL})
                for each in asked.recommendations
            ),
        }
    )
    spoiled = report.model_copy(
        update={"questionnaire": evil, "about": report.about.model_copy(update={"organisation": EVIL})}
    )
    page = draw_html(spoiled)
    assert "<script" not in page and "<img" not in page and "<svg onload" not in page
    assert page.count("&lt;script&gt;") > 10
    assert "root:x:" not in text_of(draw_pdf(spoiled))


def test_templates_take_no_text_for_markup_but_what_we_drew_ourselves() -> None:
    marked = []
    for path in sorted((Path(__file__).parents[2] / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "autoescape false" not in text
        marked += [(path.name, line.strip()) for line in text.split("\n") if "| safe" in line or "|safe" in line]
    assert {name for name, _ in marked} == {"blocks.html", "standalone.html"}  # pictures and the style that we draw
    assert all("svg" in line or "swatch" in line or "style" in line for _, line in marked)
