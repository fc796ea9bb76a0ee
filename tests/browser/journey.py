"""One assessment from the first page to the report, as a reader makes it; each page on the way can be looked at."""

from collections.abc import Callable

from playwright.sync_api import Page

Look = Callable[[Page, str], None]


def nothing(page: Page, name: str) -> None:
    """Look at nothing."""


def to_the_list(page: Page, look: Look = nothing, agency: str = "Small agency") -> None:
    """From the first page to the list of sections, with an error on the way."""
    page.goto("/")
    look(page, "home")
    page.locator(".chains").get_by_role("link", name=agency).first.click()
    look(page, "agency")
    page.get_by_role("link", name="Start an assessment").first.click()
    look(page, "before")
    page.get_by_label("A legal adviser was asked").check()
    page.get_by_role("button", name="Continue").click()
    look(page, "about")
    page.get_by_label("Organisation").fill("")
    page.get_by_label("One post, office or house").check()
    page.get_by_label("By a working group").check()
    page.get_by_role("button", name="Start").click()
    look(page, "about-errors")
    page.get_by_label("Organisation").fill("Harbour Office")
    page.get_by_label("What kind of post or region is it?").fill("small harbour")
    page.get_by_label("Number of sittings planned").fill("2")
    page.get_by_label("Number of people").fill("6")
    page.get_by_label("From which levels?").fill("heads of shift and officers")
    page.get_by_role("button", name="Start").click()
    look(page, "list-new")


def answer(page: Page, question: str, option: str, note: str = "") -> None:
    """Mark an option by its value, and write a note."""
    block = page.locator(f"#q-{question}")
    block.locator(f"input[value='{option}']").check()
    if note:
        block.get_by_label("Note on evidence").fill(note)


def to_the_report(page: Page, look: Look = nothing) -> None:
    """From the list of sections of the small agency through every page to its report."""
    root = page.url
    page.get_by_role("link", name="About your work and your country").click()
    look(page, "profile")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Save and continue").click()
    look(page, "section")
    answer(page, "passage_alone", "option_2")
    answer(page, "roster_drawn", "evidenced")
    answer(page, "papers_kept", "not_applicable")
    look(page, "section-marked")
    page.get_by_role("button", name="Save and continue").click()
    look(page, "section-errors")
    answer(page, "roster_drawn", "evidenced", "Draw of 2 May, kept at the inspectorate")
    answer(page, "papers_kept", "not_applicable", "No papers at this gate")
    page.get_by_role("button", name="Save and continue").click()
    answer(page, "house_hidden", "on_paper")
    page.get_by_role("button", name="Save and return to the list").click()
    look(page, "list")
    page.get_by_role("link", name="Read it here").click()
    look(page, "report-draft")
    page.goto(root)
    page.get_by_role("link", name="Check your answers and submit").click()
    look(page, "check-open")
    page.get_by_role("link", name="names_recur?").first.click()
    answer(page, "names_recur", "unknown")
    page.get_by_role("button", name="Save and go back to checking").click()
    look(page, "check")
    page.get_by_role("button", name="Submit the assessment").click()
    look(page, "check-errors")
    page.get_by_label("I declare for this organisation").check()
    page.get_by_role("button", name="Submit the assessment").click()
    look(page, "report")
    page.goto(root)
    look(page, "list-submitted")
    page.get_by_role("link", name="Read all answers").click()
    look(page, "answers")
