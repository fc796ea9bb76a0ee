"""Answering without an account in a real browser: without scripts, by keyboard, and what the script warns of."""

import json
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, expect

from app.catalogue import Catalogue
from app.verification import verify
from tests.browser.journey import answer, follow, give, saved, through_a_draft
from tests.browser.test_journey import enter, mark, press_to


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Nobody is signed in."""
    context.clear_cookies()
    return context.new_page()


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_draft_is_begun_saved_closed_opened_again_and_finished(
    browser: Browser, address: str, catalogue: Catalogue, scripts: bool
) -> None:
    first = browser.new_context(base_url=address, locale="en-GB", java_script_enabled=scripts)
    file = through_a_draft(first.new_page())
    first.close()
    assert json.loads(file)["answers"]["roster_drawn"]["note"] == "Draw of 2 May, kept at the inspectorate"

    second = browser.new_context(base_url=address, locale="en-GB", java_script_enabled=scripts)
    page = second.new_page()
    give(page, file)
    expect(page.get_by_text("3 of 5 questions are answered.")).to_be_visible()
    follow(page.get_by_role("button", name="Check your answers"))
    follow(page.locator("#q-papers_kept").get_by_role("button", name="Change"))
    answer(page, "papers_kept", "not_applicable", "No papers at this gate")
    follow(page.get_by_role("button", name="Go back to checking"))
    assert page.url.endswith("/draft/check#q-papers_kept")
    follow(page.get_by_role("button", name="Read the report"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PDF").click()
    assert re.fullmatch(r"plumbline-small-\d{4}-\d\d-\d\d-draft\.pdf", download.value.suggested_filename)
    found = verify(download.value.path().read_bytes(), catalogue)
    assert found.holds and found.report.answers["papers_kept"].note == "No papers at this gate"
    assert json.loads(saved(page))["answers"].keys() == found.report.answers.keys()
    assert second.cookies() == []
    second.close()


def test_the_whole_walk_can_be_made_by_keyboard_alone(page: Page) -> None:
    page.goto("/agencies/small")
    enter(page, "a[href='/agencies/small/draft']")
    enter(page, "main .button")
    press_to(page, "#organisation")
    page.keyboard.type("Harbour Office")
    mark(page, "scope_kind", "post")
    press_to(page, "#scope_words")
    page.keyboard.type("small harbour")
    mark(page, "way", "alone")
    press_to(page, "#scope_words", "Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # in a line of text, as in any form
    enter(page, "button[formaction='/draft/profile']")
    mark(page, "fact.runs_houses", "no")
    enter(page, "main .button")
    mark(page, "answer.passage_alone", "option_1")
    mark(page, "answer.roster_drawn", "evidenced")
    mark(page, "answer.papers_kept", "prefer_not_to_say")
    enter(page, "main .button")
    expect(page.locator("#errors")).to_be_focused()
    press_to(page, "#errors a")
    page.keyboard.press("Enter")
    page.keyboard.type("Draw of 2 May")
    enter(page, "main .button")
    enter(page, "#q-papers_kept button")
    assert page.url.endswith("/draft/sections/work#q-papers_kept")
    mark(page, "answer.papers_kept", "unknown")
    enter(page, "main .button")
    press_to(page, "button[formaction='/draft/file']")
    with page.expect_download():
        page.keyboard.press("Enter")
    enter(page, "button[formaction='/draft/report']")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Corruption-risk self-assessment")


def leave(page: Page) -> list[str]:
    """Try to leave by a link, and stay if asked; what was asked."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Privacy").click()
    page.wait_for_timeout(300)
    page.remove_listener("dialog", stay)
    return asked


def test_the_script_warns_before_answers_that_are_in_no_file_are_left_and_keeps_nothing(page: Page) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    file = through_a_draft(page)
    assert leave(page) == [] and page.url.endswith("/privacy"), "All of it is in the file."
    give(page, file)
    follow(page.get_by_role("button", name="Work", exact=True))
    answer(page, "papers_kept", "absent")
    assert leave(page) == ["beforeunload"]
    saved(page)
    follow(page.get_by_role("button", name="Continue"))
    assert leave(page) == []
    give(page, file)
    follow(page.get_by_role("button", name="Work", exact=True))
    answer(page, "papers_kept", "on_paper")
    follow(page.get_by_role("button", name="Return to the list"))
    with page.expect_download():
        page.get_by_role("button", name="As data").click()
    assert leave(page) == ["beforeunload"], "A report is no draft."
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert said == []


def test_forward_and_loading_anew_bring_back_what_the_browsers_own_back_left(page: Page) -> None:
    through_a_draft(page)
    follow(page.get_by_role("button", name="Work", exact=True))
    answer(page, "papers_kept", "on_paper")
    follow(page.get_by_role("button", name="Continue"))
    for step in (page.go_back, page.go_forward):
        with pytest.raises(Error, match="ERR_CACHE_MISS"):  # “Confirm form resubmission”
            step()
        page.wait_for_timeout(300)  # until the browser’s own page on it stands
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Houses")
    assert "papers_kept" in json.loads(saved(page))["answers"]


def test_a_page_that_is_loaded_anew_shows_the_same(page: Page) -> None:
    through_a_draft(page)
    follow(page.get_by_role("button", name="Work", exact=True))
    page.reload()
    expect(page.locator("#note-roster_drawn")).to_have_value("Draw of 2 May, kept at the inspectorate")
    assert json.loads(saved(page))["answers"].keys() == {"passage_alone", "roster_drawn", "names_recur"}
