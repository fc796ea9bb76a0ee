"""One assessment from the first page to the report, as a reader makes it; each page on the way can be looked at."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page

Look = Callable[[Page, str], None]


def nothing(page: Page, name: str) -> None:
    """Look at nothing."""


def follow(link_or_button: Locator) -> None:
    """Click, and wait until the next page has loaded: a click alone returns while the old page may still stand."""
    with link_or_button.page.expect_navigation():
        link_or_button.click()


def to_the_list(page: Page, look: Look = nothing, agency: str = "Small agency") -> None:
    """From the first page to the list of sections, with an error on the way."""
    page.goto("/")
    look(page, "home")
    follow(page.locator(".chains").get_by_role("link", name=agency).first)
    look(page, "agency")
    follow(page.get_by_role("link", name="Start an assessment").first)
    look(page, "before")
    page.get_by_label("A legal adviser was asked").check()
    follow(page.get_by_role("button", name="Continue"))
    look(page, "about")
    page.get_by_label("Organisation").fill("")
    page.get_by_label("One post, office or house").check()
    page.get_by_label("By a working group").check()
    follow(page.get_by_role("button", name="Start"))
    look(page, "about-errors")
    page.get_by_label("Organisation").fill("Harbour Office")
    page.get_by_label("What kind of post or region is it?").fill("small harbour")
    page.get_by_label("Number of sittings planned").fill("2")
    page.get_by_label("Number of people").fill("6")
    page.get_by_label("From which levels?").fill("heads of shift and officers")
    follow(page.get_by_role("button", name="Start"))
    look(page, "list-new")


def through_a_draft(page: Page, look: Look = nothing) -> bytes:
    """From the small agency’s page to the report without an account; the file that was saved."""
    page.goto("/agencies/small")
    follow(page.get_by_role("link", name="Answer without an account"))
    look(page, "draft-before")
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-about")
    page.get_by_label("Organisation").fill("Harbour Office")
    page.get_by_label("One post, office or house").check()
    page.get_by_label("By one person at a desk").check()
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-about-errors")
    page.get_by_label("What kind of post or region is it?").fill("small harbour")
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-list-new")
    follow(page.get_by_role("button", name="About your work and your country"))
    look(page, "draft-profile")
    page.get_by_label("Yes").check()
    follow(page.get_by_role("button", name="Continue"))
    answer(page, "passage_alone", "option_2")
    answer(page, "roster_drawn", "evidenced")
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-section-errors")
    answer(page, "roster_drawn", "evidenced", "Draw of 2 May, kept at the inspectorate")
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-section")
    follow(page.get_by_role("button", name="Continue"))
    look(page, "draft-check-open")
    follow(page.get_by_role("button", name="names_recur?").first)
    answer(page, "names_recur", "unknown")
    follow(page.get_by_role("button", name="Go back to checking"))
    look(page, "draft-check")
    follow(page.get_by_role("button", name="Read the report"))
    look(page, "draft-report")
    follow(page.get_by_role("button", name="Return to the list"))
    look(page, "draft-list")
    return saved(page)


def saved(page: Page) -> bytes:
    """The file that the page’s button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the draft as a file").click()
    return download.value.path().read_bytes()


def give(page: Page, file: bytes) -> None:
    """Give a file at the page where a draft goes on."""
    page.goto("/draft")
    held = {"name": "plumbline-draft-small.json", "mimeType": "application/json", "buffer": file}
    page.get_by_label("The file with your draft").set_input_files(held)
    follow(page.get_by_role("button", name="Open the draft"))


def answer(page: Page, question: str, option: str, note: str = "") -> None:
    """Mark an option by its value, and write a note."""
    block = page.locator(f"#q-{question}")
    block.locator(f"input[value='{option}']").check()
    if note:
        block.get_by_label("Note on evidence").fill(note)


def to_the_report(page: Page, look: Look = nothing) -> None:
    """From the list of sections of the small agency through every page to its report."""
    root = page.url
    follow(page.get_by_role("link", name="About your work and your country"))
    look(page, "profile")
    page.get_by_label("Yes").check()
    follow(page.get_by_role("button", name="Save and continue"))
    look(page, "section")
    answer(page, "passage_alone", "option_2")
    answer(page, "roster_drawn", "evidenced")
    answer(page, "papers_kept", "not_applicable")
    look(page, "section-marked")
    follow(page.get_by_role("button", name="Save and continue"))
    look(page, "section-errors")
    answer(page, "roster_drawn", "evidenced", "Draw of 2 May, kept at the inspectorate")
    answer(page, "papers_kept", "not_applicable", "No papers at this gate")
    follow(page.get_by_role("button", name="Save and continue"))
    answer(page, "house_hidden", "on_paper")
    follow(page.get_by_role("button", name="Save and return to the list"))
    look(page, "list")
    follow(page.get_by_role("link", name="Read it here"))
    look(page, "report-draft")
    page.goto(root)
    follow(page.get_by_role("link", name="See what actions would change"))
    look(page, "what-if")
    page.goto(f"{root}/what-if?do.hide_houses=yes&target=moderate")
    look(page, "what-if-path")
    page.get_by_label("Name of a new plan").fill("Before the summer")
    page.get_by_role("checkbox").first.check()
    follow(page.get_by_role("button", name="Save what is ticked as a plan"))
    look(page, "what-if-plan")
    page.goto(root)
    page.goto(f"{root}/compare")
    look(page, "compare-choose")
    page.goto(f"{root}/compare?with={root.rsplit('/', 1)[1]}")
    look(page, "compare")
    page.goto(root)
    follow(page.get_by_role("link", name="Raise an impact that is higher here"))
    page.get_by_label("Impact here").first.select_option("4")
    follow(page.get_by_role("button", name="Save and return to the list"))
    look(page, "impacts-errors")
    page.get_by_label("Why it is higher here").first.fill("One post for the whole coast")
    look(page, "impacts")
    follow(page.get_by_role("button", name="Save and return to the list"))
    follow(page.get_by_role("link", name="Check your answers and submit"))
    look(page, "check-open")
    follow(page.get_by_role("link", name="names_recur?").first)
    answer(page, "names_recur", "unknown")
    follow(page.get_by_role("button", name="Save and go back to checking"))
    look(page, "check")
    follow(page.get_by_role("button", name="Submit the assessment"))
    look(page, "check-errors")
    page.get_by_label("I declare for this organisation").check()
    follow(page.get_by_role("button", name="Submit the assessment"))
    look(page, "report")
    page.goto(root)
    look(page, "list-submitted")
    follow(page.get_by_role("link", name="Read all answers"))
    look(page, "answers")
