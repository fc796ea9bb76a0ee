"""What comes out of a printer: the marking on each page of a report that is printed from the browser."""

from io import BytesIO

import pikepdf
from playwright.sync_api import Page

from tests.reports.pdf_text import pages_of


def test_a_report_that_is_printed_has_its_marking_on_every_page(page: Page) -> None:
    page.goto("/agencies/border_guard/example")
    marking = page.locator(".marking").inner_text()
    printed = page.pdf(format="A4")
    with pikepdf.open(BytesIO(printed)) as pdf:
        assert len(pdf.pages) > 12
    assert marking and all(marking in text for text in pages_of(printed))
