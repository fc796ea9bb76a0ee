"""Answers are saved as they are given, in a real browser: offline, in two tabs, signed out, and without scripts."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests import people
from tests.browser.journey import answer, follow, to_the_list
from tests.serving import session_anew

SAVED = "All changes saved"
OFFLINE = "No connection: your answers are kept in this page and will be sent as soon as the connection is back"
SIGNED_OUT = "You are no longer signed in: your answers are kept in this page; sign in again in another tab"
PARTLY = "Not everything is saved: what is missing is said under the question"
WITHOUT_SCRIPTS = pytest.mark.parametrize(
    "context", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"]
)


@pytest.fixture
def work(page: Page) -> str:
    """The address of a section of a new assessment, which the page shows."""
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    return page.url


@pytest.fixture
def asked(page: Page) -> list[str]:
    """What the browser asked before it left the page; it leaves."""
    found: list[str] = []
    page.on("dialog", lambda dialog: (found.append(dialog.type), dialog.accept()))
    return found


def says(page: Page, words: str) -> None:
    """Wait until the line says exactly this, and nothing is on its way."""
    expect(page.get_by_role("status")).to_have_text(words, timeout=15_000)


def saved(page: Page, question: str) -> tuple[str, str]:
    """The option and note that another reader’s page, opened now, shows."""
    other = page.context.new_page()
    other.goto(page.url)
    block = other.locator(f"#q-{question}")
    chosen = block.locator("input[type=radio]:checked")
    found = chosen.get_attribute("value") if chosen.count() else ""
    note = block.locator("textarea").input_value()
    other.close()
    return found or "", note


def posts(page: Page) -> list[dict[str, str]]:
    """The fields of every request that the page’s script posts from now on."""
    sent: list[dict[str, str]] = []

    def look(request: Request) -> None:
        if request.resource_type == "fetch" and request.method == "POST":
            sent.append(dict(httpx.QueryParams(request.post_data)))

    page.on("request", look)
    return sent


def under(page: Page, question: str) -> str:
    """What stands under a question."""
    return page.locator(f"#unsaved-{question}").inner_text()


def test_an_answer_is_saved_as_it_is_chosen_with_that_question_s_fields_alone(page: Page, work: str) -> None:
    sent = posts(page)
    says(page, "")
    answer(page, "roster_drawn", "operating")
    says(page, SAVED)
    assert saved(page, "roster_drawn") == ("operating", "")
    assert [sorted(fields) for fields in sent] == [
        ["answer.roster_drawn", "csrf", "note.roster_drawn", "version.roster_drawn"]
    ]


def test_a_note_is_saved_when_it_rests_and_when_it_is_left(page: Page, work: str) -> None:
    answer(page, "roster_drawn", "operating")
    says(page, SAVED)
    note = page.locator("#note-roster_drawn")
    note.press_sequentially("Log of May")
    expect(page.get_by_role("status")).to_contain_text("Saving …")
    says(page, SAVED)
    assert page.evaluate("document.activeElement.id") == "note-roster_drawn"
    assert saved(page, "roster_drawn") == ("operating", "Log of May")
    sent = posts(page)
    note.press_sequentially(" and June")
    with page.expect_request(lambda request: request.method == "POST", timeout=1000):
        note.blur()
    says(page, SAVED)
    assert saved(page, "roster_drawn") == ("operating", "Log of May and June")
    assert len(sent) == 1


def test_the_answers_that_arrow_keys_pass_by_are_not_saved(page: Page, work: str) -> None:
    sent = posts(page)
    page.locator("#answer-roster_drawn-1").focus()
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    says(page, SAVED)
    assert [fields["answer.roster_drawn"] for fields in sent] == ["operating"]


def test_the_button_after_many_saves_is_no_conflict_with_oneself(page: Page, work: str) -> None:
    for option in ("absent", "on_paper", "operating"):
        answer(page, "roster_drawn", option)
        says(page, SAVED)
    answer(page, "roster_drawn", "on_paper", "Order of June")
    follow(page.get_by_role("button", name="Save and return to the list"))
    expect(page.locator("#errors")).to_have_count(0)
    page.goto(work)
    assert saved(page, "roster_drawn") == ("on_paper", "Order of June")
    assert page.said == []  # type: ignore[attr-defined]


def test_the_button_waits_for_a_save_on_its_way_and_then_sends_once(page: Page, work: str) -> None:
    held: list[Route] = []
    saves: list[str] = []
    page.on("request", lambda r: saves.append(r.resource_type) if r.method == "POST" else None)
    page.route(re.compile("/sections/"), lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request(lambda request: request.method == "POST"):
        answer(page, "roster_drawn", "absent")
    answer(page, "roster_drawn", "operating")
    button = page.get_by_role("button", name="Save and return to the list")
    button.click()
    button.click()
    assert page.url == work
    with page.expect_navigation():
        held[0].continue_()
    assert page.url == work.rpartition("/sections/")[0]
    assert saves == ["fetch", "fetch", "document"]
    page.unroute_all()
    page.goto(work)
    assert saved(page, "roster_drawn") == ("operating", "")


def test_an_answer_that_lacks_its_note_says_so_quietly_and_is_saved_with_it(page: Page, work: str) -> None:
    answer(page, "roster_drawn", "evidenced")
    says(page, PARTLY)
    assert under(page, "roster_drawn").startswith("Not saved yet. Name the evidence")
    assert "unsaved-roster_drawn" in page.locator("#note-roster_drawn").get_attribute("aria-describedby")
    expect(page.get_by_role("alert")).to_have_count(0)
    answer(page, "papers_kept", "absent")
    says(page, PARTLY)
    assert saved(page, "papers_kept") == ("absent", "") and saved(page, "roster_drawn") == ("", "")
    page.locator("#note-roster_drawn").fill("Draw of 2 May")
    says(page, SAVED)
    assert under(page, "roster_drawn") == ""
    assert saved(page, "roster_drawn") == ("evidenced", "Draw of 2 May")
    assert page.said == []  # type: ignore[attr-defined]


def test_an_answer_can_be_left_open_again_once_it_is_saved(page: Page, work: str) -> None:
    leave_open = page.locator("#q-roster_drawn").get_by_label("Leave open for now")
    expect(leave_open).to_be_hidden()
    answer(page, "roster_drawn", "absent")
    leave_open.check()
    says(page, SAVED)
    assert saved(page, "roster_drawn") == ("", "")


def test_without_a_connection_answers_are_kept_and_sent_when_it_is_back(
    context: BrowserContext, page: Page, work: str, asked: list[str]
) -> None:
    answer(page, "passage_alone", "option_1")
    says(page, SAVED)
    context.set_offline(True)
    answer(page, "roster_drawn", "absent")
    says(page, OFFLINE)
    answer(page, "papers_kept", "on_paper", "Order of June")
    answer(page, "roster_drawn", "operating", "Log of May")
    says(page, OFFLINE)
    page.get_by_role("button", name="Save and continue").click()
    says(page, OFFLINE)
    assert page.url == work
    context.set_offline(False)
    says(page, SAVED)
    assert saved(page, "roster_drawn") == ("operating", "Log of May")
    assert saved(page, "papers_kept") == ("on_paper", "Order of June")
    follow(page.get_by_role("button", name="Save and continue"))
    expect(page.locator("#errors")).to_have_count(0)
    assert asked == []


def test_without_the_browser_s_word_that_the_connection_is_back_it_is_tried_again(page: Page, work: str) -> None:
    tries = 0

    def fail_twice(route: Route) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            route.abort("connectionreset")
        elif tries == 2:
            route.fulfill(status=502, body="Bad gateway")
        else:
            route.continue_()

    page.route(re.compile("/sections/work$"), fail_twice)
    answer(page, "roster_drawn", "operating")
    says(page, OFFLINE)
    says(page, SAVED)
    assert tries == 3
    page.unroute_all()
    assert saved(page, "roster_drawn") == ("operating", "")


def test_a_save_whose_answer_got_lost_does_not_collide_with_the_next_one(page: Page, work: str) -> None:
    lost = 0

    def lose_the_first(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile("/sections/work$"), lose_the_first)
    answer(page, "roster_drawn", "absent")
    says(page, OFFLINE)
    answer(page, "roster_drawn", "operating", "Log of May")
    says(page, SAVED)
    page.unroute_all()
    assert saved(page, "roster_drawn") == ("operating", "Log of May")


def test_signed_out_answers_are_kept_until_somebody_signed_in_again_in_another_tab(
    page: Page, work: str, address: str
) -> None:
    sent = posts(page)
    page.context.clear_cookies()
    answer(page, "roster_drawn", "operating")
    says(page, SIGNED_OUT)
    page.get_by_role("button", name="Save and continue").click()
    says(page, SIGNED_OUT)
    assert page.url == work
    page.context.add_cookies([{"name": people.COOKIE, "value": session_anew(address), "url": address}])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # refused: the token is of the old session
    expect(page.get_by_role("status")).to_contain_text("were not accepted")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    says(page, SAVED)
    assert saved(page, "roster_drawn") == ("operating", "")
    assert sent[-1]["csrf"] != sent[0]["csrf"]


def test_leaving_is_asked_about_only_while_something_is_not_saved(page: Page, work: str, asked: list[str]) -> None:
    back = page.get_by_role("link", name="Back")
    follow(back)
    page.goto(work)
    answer(page, "roster_drawn", "operating", "Log of May")
    page.locator("#note-roster_drawn").blur()
    says(page, SAVED)
    follow(back)
    assert asked == []
    page.goto(work)
    page.route(re.compile("/sections/work$"), lambda route: None)
    page.locator("#note-roster_drawn").press_sequentially("Order of June")
    follow(page.get_by_role("link", name="Method and sources"))
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("lost", ["on its way", "refused", "lacking"])
def test_leaving_is_asked_about_whatever_keeps_an_answer_from_being_saved(
    page: Page, work: str, asked: list[str], lost: str
) -> None:
    hold: dict[str, Callable[[Route], None]] = {
        "on its way": lambda route: None,
        "refused": lambda route: route.fulfill(status=413, body=""),
        "lacking": lambda route: route.continue_(),
    }
    page.route(re.compile("/sections/work$"), hold[lost])
    with page.expect_request(lambda request: request.method == "POST"):
        answer(page, "roster_drawn", "evidenced")
    if lost != "on its way":
        expect(page.get_by_role("status")).to_have_text(re.compile("not accepted|Not everything"))
    follow(page.get_by_role("link", name="Back"))
    assert asked == ["beforeunload"]


def test_two_tabs_that_answer_in_turn_never_lose_an_answer(context: BrowserContext, page: Page, work: str) -> None:
    other = context.new_page()
    other.goto(work)
    answer(page, "passage_alone", "option_1")
    says(page, SAVED)
    answer(other, "papers_kept", "absent")
    says(other, SAVED)
    answer(other, "roster_drawn", "on_paper", "Order of June")
    other.locator("#note-roster_drawn").blur()
    says(other, SAVED)
    answer(page, "roster_drawn", "operating")
    says(page, PARTLY)
    assert under(page, "roster_drawn").startswith("Not saved: somebody else changed this answer")
    assert saved(page, "roster_drawn") == ("on_paper", "Order of June")
    assert saved(page, "passage_alone")[0] == "option_1" and saved(page, "papers_kept")[0] == "absent"
    follow(page.get_by_role("button", name="Save and continue"))
    expect(page.locator("#q-roster_drawn")).to_contain_text("The one saved meanwhile: Is on_paper. Note: Order of June")
    expect(page.locator("#q-roster_drawn")).to_contain_text("Mine, as marked below: Is operating.")


def test_of_two_answers_that_met_none_is_saved_before_the_button_is_pressed(
    context: BrowserContext, page: Page, work: str, asked: list[str]
) -> None:
    other = context.new_page()
    other.goto(work)
    answer(other, "roster_drawn", "on_paper", "Order of June")
    follow(other.get_by_role("button", name="Save and return to the list"))
    answer(page, "roster_drawn", "operating")
    follow(page.get_by_role("button", name="Save and return to the list"))
    page.get_by_label("Mine, as marked below").check()
    answer(page, "papers_kept", "absent")
    says(page, PARTLY)
    assert saved(page, "roster_drawn") == ("on_paper", "Order of June")
    assert saved(page, "papers_kept") == ("absent", "")
    follow(page.get_by_role("button", name="Save and return to the list"))
    page.goto(work)
    assert saved(page, "roster_drawn") == ("operating", "")
    assert asked == []


def test_what_is_saved_again_and_again_is_not_said_again_and_again(page: Page, work: str) -> None:
    answer(page, "roster_drawn", "absent")
    says(page, SAVED)
    page.evaluate(
        """() => {
            window.changes = [];
            const line = document.querySelector("[role=status]");
            new MutationObserver((all) => changes.push(...all.map((one) => one.target.ariaHidden ?? "said")))
                .observe(line, {childList: true, characterData: true, subtree: true});
        }"""
    )
    for option in ("on_paper", "operating"):
        answer(page, "roster_drawn", option)
        says(page, SAVED)
    assert set(page.evaluate("changes")) == {"true"}


def test_no_answer_is_stored_outside_the_page(context: BrowserContext, page: Page, work: str) -> None:
    context.set_offline(True)
    answer(page, "roster_drawn", "operating", "Log of May")
    says(page, OFFLINE)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("indexedDB.databases()") == []
    assert page.locator("form[data-autosave]").get_attribute("autocomplete") == "off"


@WITHOUT_SCRIPTS
def test_without_scripts_the_button_saves_and_no_line_promises_more(page: Page, work: str) -> None:
    answer(page, "roster_drawn", "operating", "Log of May")
    assert page.get_by_role("status").inner_text() == ""
    assert saved(page, "roster_drawn") == ("", "")
    follow(page.get_by_role("button", name="Save and return to the list"))
    page.goto(work)
    assert saved(page, "roster_drawn") == ("operating", "Log of May")


@WITHOUT_SCRIPTS
def test_without_scripts_an_answer_that_lacks_its_note_comes_back_as_it_was_given(page: Page, work: str) -> None:
    answer(page, "roster_drawn", "evidenced")
    follow(page.get_by_role("button", name="Save and continue"))
    expect(page.locator("#errors")).to_contain_text("Name the evidence")
    expect(page.locator("#answer-roster_drawn-4")).to_be_checked()
    expect(page.locator("#q-roster_drawn").get_by_label("Leave open for now")).to_be_hidden()
