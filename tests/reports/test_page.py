"""The report as a page and as a file that stands alone: everything of it, escaped, and nothing fetched."""

import re

import pytest
from lxml import html

from app.reports import draw_html, report_context
from app.reports.blocks import Facts, Heading, Points, Table, Text
from app.reports.reading import translator
from app.templating import draw
from scoring.answers import Answer
from tests.page import house_rules
from tests.reports.samples import sample_report

HOSTILE = '<script>alert(1)</script> "quoted" & {{ 7 * 7 }}'


@pytest.fixture(scope="module")
def alone() -> html.HtmlElement:
    return html.document_fromstring(draw_html(sample_report()))


@pytest.fixture(scope="module")
def page() -> html.HtmlElement:
    document = report_context(sample_report(), translator("en"))
    return html.document_fromstring(
        draw("report/page.html", document=document, downloads={"pdf": "/r.pdf", "json": "/r.json"}, is_example=False)
    )


def test_the_page_keeps_the_house_rules(page: html.HtmlElement) -> None:
    house_rules(page)


def test_the_page_offers_the_pdf_and_the_data(page: html.HtmlElement) -> None:
    assert {"/r.pdf", "/r.json"} <= set(page.xpath("//main//a/@href"))


def test_the_file_that_stands_alone_fetches_nothing(alone: html.HtmlElement) -> None:
    assert not alone.xpath("//link | //script | //img | //iframe | //object")
    assert all(link.startswith("#") for link in alone.xpath("//a/@href"))
    assert not re.search(r"url\(|@import", alone.xpath("string(//style)"))
    assert "default-src 'none'" in alone.xpath("string(//meta[@http-equiv]/@content)")


def test_the_file_that_stands_alone_has_its_style_inside(alone: html.HtmlElement) -> None:
    style = alone.xpath("string(//style)")
    assert "--ink" in style
    assert ".stacks" in style


def test_every_link_leads_somewhere_and_no_id_stands_twice(alone: html.HtmlElement) -> None:
    ids = alone.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in alone.xpath("//a/@href")} <= set(ids)


def test_page_and_file_say_everything_that_the_document_says(page: html.HtmlElement, alone: html.HtmlElement) -> None:
    document = report_context(sample_report(), translator("en"))
    said = []
    for block in document.blocks:
        if isinstance(block, Heading | Text):
            said.append(block.text)
        elif isinstance(block, Points):
            said += block.items
        elif isinstance(block, Facts):
            said += [text for pair in block.rows for text in pair]
        elif isinstance(block, Table):
            said += [part for row in block.rows for cell in row.cells for part in (cell.text, cell.small)]
            said += [block.caption, *(column.title for column in block.columns)]
    for drawn in (page, alone):
        text = re.sub(r"\s+", " ", drawn.text_content())
        assert [part for part in said if re.sub(r"\s+", " ", part) not in text] == []


def test_what_people_wrote_is_never_markup() -> None:
    report = sample_report(about={"organisation": HOSTILE}, answers={"camera_review": Answer("operating", HOSTILE)})
    drawn = draw_html(report)
    assert "<script" not in drawn
    assert html.document_fromstring(drawn).text_content().count(HOSTILE) >= 3


def test_every_picture_is_described_in_words(alone: html.HtmlElement) -> None:
    pictures = alone.xpath("//*[@role='img']")
    assert len(pictures) == 12
    assert all(len(picture.get("aria-label")) > 20 for picture in pictures)
    assert {svg.get("aria-hidden") for svg in alone.iter("svg")} == {"true"}


def test_nothing_in_the_page_has_a_style_of_its_own(page: html.HtmlElement) -> None:
    assert not page.xpath("//*[@style] | //style")
    assert page.xpath("//*[local-name()='rect']/@width")
