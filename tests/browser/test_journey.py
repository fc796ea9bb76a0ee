"""The whole journey in a real browser: with scripts and without, and by keyboard alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.journey import answer, follow, to_the_list, to_the_report


@pytest.mark.parametrize("context", [{}, {"java_script_enabled": False}], indirect=True, ids=["scripts", "no scripts"])
def test_an_assessment_is_made_from_the_first_page_to_the_report(page: Page) -> None:
    to_the_list(page)
    to_the_report(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("All answers")
    assert page.said == []  # type: ignore[attr-defined]


def test_the_report_is_downloaded_as_a_pdf_that_can_be_filed(page: Page, tmp_path: Path) -> None:
    to_the_list(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="As a PDF").click()
    assert re.fullmatch(r"plumbline-small-\d{4}-\d\d-\d\d-draft\.pdf", download.value.suggested_filename)
    download.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def press_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press a key until the focus is on what the selector finds."""
    for _ in range(120):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"The keyboard does not reach {selector} on {page.url}.")


def enter(page: Page, selector: str) -> None:
    press_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def mark(page: Page, name: str, value: str) -> None:
    """Mark one of a group’s radios as a keyboard does: Tab to the group, then arrows."""
    press_to(page, f"input[name='{name}']")
    page.keyboard.press("Space")
    press_to(page, f"input[name='{name}'][value='{value}']:checked", "ArrowDown")


def test_the_whole_journey_can_be_made_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    enter(page, "a[href='/agencies/small']")
    enter(page, "a.button")
    press_to(page, "#adviser")
    page.keyboard.press("Space")
    enter(page, "main .button")
    press_to(page, "#organisation")
    page.keyboard.press("Control+A")
    page.keyboard.type("Harbour Office")
    mark(page, "scope_kind", "service")
    press_to(page, "#weakest_post")
    page.keyboard.type("small harbour")
    mark(page, "way", "alone")
    enter(page, "main .button")
    root = page.url
    enter(page, f"a[href$='{root.rpartition('/')[2]}/profile']")
    mark(page, "fact.runs_houses", "no")
    enter(page, "button[value='continue']")
    mark(page, "answer.passage_alone", "option_1")
    mark(page, "answer.roster_drawn", "evidenced")
    mark(page, "answer.papers_kept", "prefer_not_to_say")
    enter(page, "button[value='continue']")
    expect(page.locator("#errors")).to_be_focused()
    press_to(page, "#errors a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "note-roster_drawn"
    page.keyboard.type("Draw of 2 May")
    enter(page, "button[value='continue']")
    enter(page, "#q-papers_kept a")
    assert page.url.endswith("#q-papers_kept")
    mark(page, "answer.papers_kept", "unknown")
    enter(page, "button[value='continue']")
    assert page.url == f"{root}/check#q-papers_kept"
    press_to(page, "#declaration")
    page.keyboard.press("Space")
    enter(page, "main .button")
    assert page.url == f"{root}/report"


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_what_has_to_be_done_now_appears_when_its_answer_is_chosen(page: Page) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    act = page.get_by_text("Lock the gate today.")
    expect(act).to_be_hidden()
    answer(page, "passage_alone", "option_2")
    expect(act).to_be_visible()
    answer(page, "passage_alone", "option_1")
    expect(act).to_be_hidden()


def test_the_note_asks_for_what_the_marked_answer_needs(page: Page) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    note = page.locator("#q-papers_kept .note")
    expect(note).to_be_hidden()
    for option, words in {
        "on_paper": "If you like: the record that shows it.",
        "operating": "Which record would show it? You may leave this empty.",
        "evidenced": "Needed for this answer. What shows it, when was that, and where is it kept?",
        "not_applicable": "Needed for this answer. Why does it not apply to you?",
    }.items():
        answer(page, "papers_kept", option)
        expect(note).to_contain_text(words, use_inner_text=True)
        assert len(note.locator(".hint span:visible").all()) == 1


def test_typing_is_not_lost_by_leaving_the_page_without_a_warning(page: Page) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/profile")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    follow(page.get_by_role("link", name="Back"))
    assert asked == []
    page.go_back()
    page.get_by_label("Yes").check()
    follow(page.get_by_role("link", name="Back"))
    page.wait_for_url(re.compile("/assessments/[^/]+$"))
    assert asked == ["beforeunload"]


def test_two_readers_at_one_question_see_both_answers_and_choose(context: BrowserContext, page: Page) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    other = context.new_page()
    other.goto(page.url)
    answer(other, "roster_drawn", "on_paper", "Order of June")
    follow(other.get_by_role("button", name="Save and continue"))
    answer(page, "roster_drawn", "operating", "Log of May")
    follow(page.get_by_role("button", name="Save and continue"))
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_label("The one saved meanwhile").check()
    follow(page.get_by_role("button", name="Save and return to the list"))
    follow(page.get_by_role("link", name="Work", exact=True))
    expect(page.locator("#q-roster_drawn").get_by_label("Note on evidence")).to_have_value("Order of June")


def test_a_ticked_action_is_worked_out_at_once_and_without_scripts_by_the_button(page: Page) -> None:
    to_the_list(page)
    root = page.url
    page.goto(f"{root}/what-if")
    outcome = page.locator("#outcome")
    expect(outcome.get_by_role("heading", level=2)).to_have_text("As answered")
    page.get_by_role("checkbox").first.check()
    expect(outcome.get_by_role("heading", level=2)).to_contain_text("With 1 action")
    assert "do." in page.url
    by_script = outcome.inner_text()
    page.reload()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    follow(page.get_by_role("button", name="Show the outcome"))
    assert page.locator("#outcome").inner_text() == by_script


def test_an_error_page_leads_back_to_the_first_page(page: Page) -> None:
    page.goto("/nothing")
    follow(page.get_by_role("link", name="Go to the list of agencies"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Find out where")
