"""An answer that was carried over, confirmed on a page that saves as it is given; with a server of its own, see
tests/routes/test_carried_over.py."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.catalogue import Catalogue
from tests.browser.journey import answer, follow, to_the_list
from tests.serving import served


@pytest.fixture
def address(catalogue: Catalogue, tmp_path: Path) -> Iterator[str]:
    with served(catalogue, tmp_path) as address:
        yield address


def test_an_answer_carried_over_is_saved_by_its_tick_and_taken_back_without_it(page: Page) -> None:
    to_the_list(page)
    page.goto(f"{page.url}/sections/work")
    answer(page, "roster_drawn", "operating", "Log of May")
    follow(page.get_by_role("button", name="Save and return to the list"))
    to_the_list(page, agency="Unfinished agency")
    page.goto(f"{page.url}/sections/work")
    tick = page.get_by_label(re.compile("I have looked.*for question 2"))
    for ticked, version in ((True, "1-"), (False, "2-"), (True, "3-")):
        tick.set_checked(ticked)
        expect(page.locator("[name='version.roster_drawn']")).to_have_value(re.compile(f"^{version}"))
        other = page.context.new_page()
        other.goto(page.url)
        expect(other.locator("[name='confirmed.roster_drawn']")).to_have_count(0 if ticked else 1)
        other.close()
