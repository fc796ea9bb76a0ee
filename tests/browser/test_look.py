"""Every page as it looks: accessible by WCAG 2.2 AA in light and dark, whole at each width and size, printable."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from app import sharing
from app.catalogue import Catalogue
from tests import people
from tests.browser.journey import Look, answer, follow, give, through_a_draft, to_the_list, to_the_report
from tests.browser.test_signing_in import first_step, newcomer, set_up, sign_out
from tests.provider import CLIENT, SECRET, provider
from tests.serving import APPS, SESSIONS, served

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OTHERS = (
    "/method",
    "/help",
    "/draft",
    "/privacy",
    "/accessibility",
    "/nothing",
    "/find?does=checks_crossings",
    "/?q=booth",
    "/agencies/small/preview",
    "/agencies/border_guard",
    "/agencies/border_guard/preview",
    "/agencies/border_guard/example",
)


def violations(page: Page) -> list[str]:
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {v['help']}: {[node['html'][:120] for node in v['nodes'][:3]]}" for v in found]


def travel(page: Page, look: Look) -> None:
    """Look at every page there is, error states and the report among them."""
    to_the_list(page, look)
    root = page.url
    to_the_report(page, look)
    handled(page, look, root)
    for path in (*OTHERS, f"{root}/trail", "/account", "/organisation/trail", "/organisation"):
        page.goto(path)
        look(page, path)
    page.get_by_role("button", name="Make a link").click()
    look(page, "organisation with a link")
    page.goto(page.locator("code.address").inner_text())
    look(page, "invitation")
    page.get_by_role("button", name="Go on").click()
    look(page, "invitation-errors")
    answered_and_reviewed(page, look, root)
    file = through_a_draft(page, look)
    give(page, b"{")
    look(page, "draft-open-errors")
    give(page, file.replace(b'"option_2"', b'"option_9"'))
    look(page, "draft-left-out")
    keys_for_programs(page, look)
    share_with_another(page, look)
    work_for_the_service(page, look)
    with_second_factor(page, look)
    signed_out(page, look)


def answered_and_reviewed(page: Page, look: Look, root: str) -> None:
    """Management’s answers, and the same window in a reviewer’s hands."""
    page.goto(f"{root}/actions")
    look(page, "actions")
    page.locator("ol.tasks a").first.click()
    look(page, "action")
    page.get_by_label("Refused").check()
    follow(page.get_by_role("button", name="Save and go to the next"))
    look(page, "action-errors")
    address = re.match("https?://[^/]+", root)
    assert address
    mine, state = page.context.cookies(), APPS[address[0]].state
    organisation = people.reader_of(state.database, state.keyring, SESSIONS[address[0]]).organisation
    token = people.member(state.database, state.keyring, organisation, "reviewer", f"Rita{root[-20:]}")
    page.context.add_cookies([{"name": people.COOKIE, "value": token, "url": address[0]}])
    page.goto(f"{root}/review")
    look(page, "review-new")
    follow(page.get_by_role("button", name="Begin the review"))
    page.goto(f"{root}/review/sections/work")
    look(page, "review-section")
    page.locator("#level-roster_drawn-2").check()
    page.locator("#comment-roster_drawn").fill("Two of three draws have no record")
    page.locator("#level-passage_alone-1").check()
    follow(page.get_by_role("button", name="Save and return to the list"))
    follow(page.get_by_role("button", name="Give it back"))
    look(page, "review-errors")
    page.get_by_label("I have looked at what I recorded").check()
    follow(page.get_by_role("button", name="Sign the review off"))
    look(page, "review-final")
    page.goto(f"{root}/report")
    look(page, "report-reviewed")
    page.context.clear_cookies()
    page.context.add_cookies(mine)


def handled(page: Page, look: Look, root: str) -> None:
    """How a report is marked, redacted and deleted."""
    page.goto(f"{root}/redacted")
    look(page, "redacted")
    for path, button in (
        (f"{root}/marking", "Save"),
        (f"{root}/delete", "Delete it"),
        ("/organisation/retention", "Save"),
    ):
        page.goto(path)
        look(page, path)
        if path.endswith("marking"):
            page.get_by_label("Other words, written below").check()
        elif path.endswith("retention"):
            page.get_by_label("Months").fill("many")
        page.get_by_role("button", name=button, exact=True).click()
        look(page, f"{path} with errors")


def keys_for_programs(page: Page, look: Look) -> None:
    """The keys, an error, and a key that is shown once."""
    page.goto("/organisation/keys")
    look(page, "keys")
    follow(page.get_by_role("button", name="Make a key"))
    look(page, "keys-errors")
    page.get_by_label("Which program is it for?").fill("Case system")
    page.get_by_label("Which assessments there are").check()
    follow(page.get_by_role("button", name="Make a key"))
    look(page, "keys with a new one")


def share_with_another(page: Page, look: Look) -> None:
    """What a manager sees on the way to a grant, and a coordinator of the other organisation after it."""
    address = re.match("https?://[^/]+", page.url)
    assert address
    state, mine = APPS[address[0]].state, page.context.cookies()
    other = people.organisation(state.database, state.keyring, "Ministry of Inner Affairs")
    boss = people.reader_of(state.database, state.keyring, people.member(state.database, state.keyring, other))
    with state.database.transaction(write=True) as session:
        code = sharing.make_code(session, boss)
    page.goto("/organisation/sharing")
    look(page, "sharing")
    follow(page.get_by_role("button", name="Find it"))
    look(page, "sharing-errors")
    page.get_by_label("Its sharing code").fill(code)
    follow(page.get_by_role("button", name="Find it"))
    look(page, "grant")
    page.get_by_label("It funds us").check()
    page.get_by_label("Results").check()
    follow(page.get_by_role("button", name="Show it"))
    look(page, "grant-errors")
    page.get_by_label("It funds us").uncheck()
    page.get_by_label("None of these").check()
    follow(page.get_by_role("button", name="Show it"))
    look(page, "sharing with a grant")
    follow(page.get_by_role("button", name="Make a sharing code"))
    look(page, "sharing with a code")
    token = people.member(state.database, state.keyring, other, "coordinator", "Cora Coordinator")
    page.context.add_cookies([{"name": people.COOKIE, "value": token, "url": address[0]}])
    page.goto("/shared")
    look(page, "shared with us")
    page.get_by_role("link", name="Small agency").first.click()
    look(page, "shared assessment")
    page.context.clear_cookies()
    page.context.add_cookies(mine)
    page.goto("/organisation/trail")
    look(page, "trail with looks")


def work_for_the_service(page: Page, look: Look) -> None:
    """The pages of an administrator, in the same window."""
    address = re.match("https?://[^/]+", page.url)
    assert address
    mine = page.context.cookies()
    token = people.administrator(APPS[address[0]].state.database)
    page.context.add_cookies([{"name": people.COOKIE, "value": token, "url": address[0]}])
    page.goto("/service")
    look(page, "service")
    page.get_by_role("button", name="Make it, with a link").click()
    look(page, "service-errors")
    page.context.clear_cookies()
    page.context.add_cookies(mine)


def with_second_factor(page: Page, look: Look) -> None:
    """The pages of somebody who sets one up and signs in with it, in the same window."""
    address, mine = re.match("https?://[^/]+", page.url), page.context.cookies()
    assert address
    page.context.clear_cookies()
    email = newcomer(address[0])
    first_step(page, email)
    _, codes = set_up(page, look)
    page.goto("/account/second-factor")
    look(page, "second factor in force")
    sign_out(page)
    first_step(page, email)
    look(page, "code")
    page.get_by_label("Code", exact=True).fill("123456")
    follow(page.get_by_role("button", name="Sign in"))
    look(page, "code-errors")
    page.get_by_label("Code", exact=True).fill(codes[0])
    follow(page.get_by_role("button", name="Sign in"))
    page.context.clear_cookies()
    page.context.add_cookies(mine)


def signed_out(page: Page, look: Look) -> None:
    """What a reader meets whose session has ended while something was typed; another session takes over at the end."""
    page.goto("/agencies/small/start/about")
    mine = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you typed is not saved yet")
    look(page, "kept")
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    look(page, "sign-in-errors")
    page.context.add_cookies(mine)


@pytest.mark.parametrize(
    "context", [{"color_scheme": scheme} for scheme in ("light", "dark")], indirect=True, ids=["light", "dark"]
)
def test_no_page_breaks_a_rule_of_wcag_2_2_aa(page: Page) -> None:
    broken: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if found := violations(page):
            broken[name] = found

    travel(page, look)
    assert not broken


@pytest.mark.parametrize("context", [{"viewport": {"width": 320, "height": 900}}], indirect=True, ids=["320"])
def test_a_page_on_which_two_answers_meet_breaks_no_rule_and_does_not_scroll_sideways(
    context: BrowserContext, page: Page
) -> None:
    to_the_list(page)
    root = page.url
    for path, mine, theirs in (
        ("sections/work", ("roster_drawn", "operating"), ("roster_drawn", "absent")),
        ("profile", ("runs_houses", "yes"), ("runs_houses", "no")),
    ):
        page.goto(f"{root}/{path}")
        other = context.new_page()
        other.goto(page.url)
        answer(other, *theirs)
        follow(other.get_by_role("button", name="Save and continue"))
        answer(page, *mine)
        follow(page.get_by_role("button", name="Save and continue"))
        expect(page.locator("#errors")).to_contain_text("Somebody else changed")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": 320, "height": 900}, "color_scheme": scheme} for scheme in ("light", "dark")],
    indirect=True,
    ids=["320 light", "320 dark"],
)
def test_what_is_not_saved_is_said_without_breaking_a_rule_or_hiding_the_focus(
    context: BrowserContext, page: Page
) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    answer(page, "roster_drawn", "evidenced")
    expect(page.locator("#unsaved-roster_drawn")).to_contain_text("Not saved yet")
    context.set_offline(True)
    answer(page, "papers_kept", "absent")
    expect(page.get_by_role("status")).to_contain_text("No connection")
    context.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("Not everything is saved")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    hidden = """() => {
        const line = document.querySelector("[role=status]").getBoundingClientRect();
        const active = document.activeElement, focus = active.getBoundingClientRect();
        return active.closest("form") && focus.bottom > line.top && focus.top < line.bottom ? active.outerHTML : null;
    }"""
    page.locator("#answer-passage_alone-1").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(hidden) is None


@pytest.fixture
def other_ways(catalogue: Catalogue, tmp_path: Path) -> Iterator[str]:
    """A server with a provider of sign-in and a mail server that is not there."""
    with provider() as theirs:
        more = {"oidc_issuer": theirs.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        more |= {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "p@example.org", "public_address": "https://p.example"}
        with served(catalogue, tmp_path, processes=0, **more, oidc_name="Agency sign-in") as address:
            state = APPS[address].state
            state.settings = state.settings.model_copy(update={"public_address": address})
            yield address


@pytest.mark.parametrize(
    "context",
    [
        {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        for width, scheme in ((320, "light"), (320, "dark"), (768, "light"), (1280, "dark"))
    ],
    indirect=True,
    ids=["320 light", "320 dark", "768", "1280 dark"],
)
def test_the_pages_of_other_ways_to_sign_in_break_no_rule_and_do_not_scroll_sideways(
    context: BrowserContext, page: Page, other_ways: str
) -> None:
    def look(name: str) -> None:
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name

    context.add_cookies([{"name": people.COOKIE, "value": SESSIONS[other_ways], "url": other_ways}])
    page.goto(f"{other_ways}/organisation")
    page.get_by_role("button", name="Make a link").click()
    look("organisation with a link")
    invitation = page.locator("code.address").inner_text()
    page.get_by_label("Or send it by mail").fill("rosa@example.org")
    follow(page.get_by_role("button", name="Send it"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The link was not sent")
    look("link that was not sent")
    page.goto(f"{other_ways}/account")
    look("account")
    follow(page.get_by_role("button", name="Be able to sign in with Agency"))
    page.wait_for_url("**/account?outside=on")  # by way of the provider, though forms stay on this site
    look("linked")
    context.clear_cookies()
    for path in ("/sign-in", "/forgotten", invitation.removeprefix(other_ways), "/sign-in/provider/back?code=x"):
        page.goto(f"{other_ways}{path}")
        look(path)
    page.goto(f"{other_ways}/forgotten")
    page.get_by_label("E-mail address").fill("rosa@example.org")
    follow(page.get_by_role("button", name="Send the link"))
    look("asked for a link")
    page.goto(f"{other_ways}/sign-in?then=/account")
    page.get_by_role("link", name="Sign in with Agency sign-in").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


SIZES = {
    "320": {"viewport": {"width": 320, "height": 900}},
    "768": {"viewport": {"width": 768, "height": 900}},
    "1280": {"viewport": {"width": 1280, "height": 900}},
    "1280 at twice the size": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}


@pytest.mark.parametrize("context", SIZES.values(), indirect=True, ids=SIZES)
def test_no_page_scrolls_sideways(page: Page) -> None:
    wide: dict[str, int] = {}

    def look(page: Page, name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[name] = over

    travel(page, look)
    assert not wide


@pytest.mark.parametrize(
    "context", [{"viewport": {"width": 320, "height": 700}, "has_touch": True}], indirect=True, ids=["phone"]
)
def test_what_is_touched_is_large_enough(page: Page) -> None:
    small: dict[str, list[str]] = {}
    measure = """() => [...document.querySelectorAll('.choice, .button, summary, .masthead a')]
        .filter(e => e.checkVisibility())
        .filter(e => { const r = e.getBoundingClientRect(); return r.height < 24 || r.width < 24 })
        .map(e => e.outerHTML.slice(0, 80))"""

    def look(page: Page, name: str) -> None:
        if found := page.evaluate(measure):
            small[name] = found

    travel(page, look)
    assert not small


def test_the_preview_prints_every_question_with_its_reason_and_no_buttons(page: Page) -> None:
    page.goto("/agencies/small/preview")
    page.emulate_media(media="print")
    expect(page.get_by_text("Gates are sold.")).to_be_visible()
    expect(page.get_by_role("link", name="Start an assessment")).to_be_hidden()
    expect(page.get_by_role("link", name="Back")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_page_prints_dark_on_light_whatever_the_screen_shows(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/agencies/small")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_the_first_page_loads_at_most_four_files_all_from_here(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/", wait_until="networkidle")
    assert len(asked) <= 4 and all(url.startswith(address) for url in asked)
