"""The marking stands on every page of whatever is drawn, and a file from before there were any is read as it was."""

import json

import pytest

from app.catalogue import load_catalogue
from app.reports import draw_blank_form, draw_html, draw_pdf, report_json
from app.verification import verify
from scoring.report import Report, read_report
from tests.reports.pdf_text import pages_of
from tests.reports.samples import sample_questionnaire, sample_report


def marked(words: str) -> Report:
    return sample_report().model_copy(update={"marking": words})


@pytest.mark.parametrize(
    ("words", "shown"),
    [("", "Handle as confidential"), ("Official – internal", "Official – internal"), ("W" * 40, "W" * 40)],
)
def test_every_page_of_the_pdf_has_it_at_its_head_and_its_foot(words: str, shown: str) -> None:
    pages = pages_of(draw_pdf(marked(words)))
    assert len(pages) >= 12
    for page in pages:
        lines = [line for line in page.splitlines() if line.strip()]
        assert shown in lines[0] and shown in " ".join(lines[-3:])


def test_a_marked_pdf_is_verified_to_the_last_byte() -> None:
    found = verify(draw_pdf(marked("Confidential")), load_catalogue([sample_questionnaire()]))
    assert (found.holds, found.redrawn) == (True, "identical")
    assert found.report.marking == "Confidential"


def test_the_file_that_stands_alone_has_it() -> None:
    assert '<p class="marking">Strictly &lt;b&gt;</p>' in draw_html(marked("Strictly <b>"))


def test_a_report_without_a_marking_is_as_it_was_before_there_were_any() -> None:
    data = report_json(sample_report())
    assert "marking" not in json.loads(data)
    assert read_report(data)[0] == sample_report()
    assert verify(data, load_catalogue([sample_questionnaire()])).holds


def test_a_form_on_paper_says_what_it_becomes() -> None:
    assert all("Confidential once it is marked" in page for page in pages_of(draw_blank_form(sample_questionnaire())))
