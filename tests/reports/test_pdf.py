"""The PDF holds both standards, carries its data, and draws whatever stands in a report."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf

from app.reports import draw_pdf, report_json
from app.reports.document import ALTERNATIVE
from app.reports.pdf import drawing
from app.reports.read import attached_data
from scoring.answers import Answer
from scoring.report import Report
from tests.reports.pdf_text import flat, pages_of, text_of
from tests.reports.samples import sample_report

# Of a stream whose last byte is a carriage return the validator takes that byte for the end of the line, so the
# length is looked up in the file itself (ISO 32000-1, 7.3.8.1: what counts is the byte after `Length` bytes).
STREAM_LENGTH = "PDFA3A-STREAM-LENGTH-001"
MARKUP = "#let x = 1; *bold* _it_ `raw` $x^2$ <b>tag</b> {{ jinja }} \\u{41} @ref // comment [link](x) -- ~ = heading"


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw_pdf(sample_report())


@pytest.fixture(scope="module")
def pdf(drawn: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(drawn))


def length_holds(data: bytes, number: int) -> bool:
    start = data.index(b"stream\n", data.index(f"\n{number} 0 obj\n".encode())) + len(b"stream\n")
    (length,) = re.findall(rb"/Length (\d+)", data[data.index(f"\n{number} 0 obj\n".encode()) : start])
    end = start + int(length)
    return data[end : end + len(b"\nendstream\n")] == b"\nendstream\n"


@pytest.mark.parametrize("profile", [ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_3A])
def test_both_standards_are_held(drawn: bytes, profile: ValidationProfile, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(drawn)
    report = validate_pdf(path, profile=profile)
    real = [
        failure
        for failure in report.failures
        if failure.rule_id != STREAM_LENGTH or not length_holds(drawn, failure.object_id.object_number)
    ]
    assert not real
    assert report.rules.total > 100


def test_the_validator_does_find_what_is_wrong(drawn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    with pikepdf.open(BytesIO(drawn)) as pdf:
        del pdf.Root["/MarkInfo"]
        del pdf.Root["/Lang"]
        pdf.save(path)
    assert not validate_pdf(path, profile=ValidationProfile.PDF_UA_1).is_compliant


def test_the_marks_of_both_standards_are_there(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as metadata:
        assert metadata.get("pdfuaid:part") == "1"
        assert (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) == ("3", "A")
        assert metadata.get("dc:title") == "Corruption-risk self-assessment: Worked example"
    assert pdf.Root.MarkInfo.Marked


def test_language_title_and_date_are_set(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo["/Title"]) == "Corruption-risk self-assessment: Worked example"
    assert str(pdf.docinfo["/Author"]) == "Sample Border Service"
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261121")
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_every_section_has_a_bookmark(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles[:5] == [
        "Document control",
        "Contents",
        "What this report is, and what it is not",
        "Summary",
        "Completeness",
    ]
    assert titles[-3:] == ["Sources", "Method, worked by hand", "Verification"]


def test_every_page_has_its_number_of_all(drawn: bytes, pdf: pikepdf.Pdf) -> None:
    pages = pages_of(drawn)
    assert len(pages) == len(pdf.pages) >= 12
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Sample Border Service – Worked example" in page


def test_a_draft_says_so_on_every_page() -> None:
    for report in (sample_report(state="draft"), sample_report(draft=True)):
        assert all("DRAFT" in page for page in pages_of(draw_pdf(report)))


def test_what_is_submitted_on_a_release_is_no_draft(drawn: bytes) -> None:
    assert "DRAFT" not in text_of(drawn)


def test_the_attachment_is_the_reports_json(drawn: bytes, pdf: pikepdf.Pdf) -> None:
    assert attached_data(drawn) == report_json(sample_report())
    (associated,) = pdf.Root.AF
    assert str(associated.AFRelationship) == "/Source"
    assert str(associated.EF.F.Subtype) == "/application/json"


def test_the_same_report_gives_the_same_bytes(drawn: bytes) -> None:
    assert draw_pdf(sample_report()) == drawn


def test_it_says_what_it_was_drawn_by(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.docinfo["/Keywords"]) == f"plumbline-report/1; en; {drawing()}"


def structure(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every element of the tree of tags."""
    found, waiting = [], [pdf.Root.StructTreeRoot.K]
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Array):
            waiting += list(element)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append(element)
            if "/K" in element:
                waiting.append(element.K)
    return found


def below(element: pikepdf.Dictionary) -> set[str]:
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, pikepdf.Array) else [kids]
    kids = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return {str(kid.S) for kid in kids}.union(*(below(kid) for kid in kids))


def test_every_table_has_a_header(pdf: pikepdf.Pdf) -> None:
    tables = [element for element in structure(pdf) if str(element.S) == "/Table"]
    assert len(tables) > 20
    assert all({"/THead", "/TH"} <= below(table) for table in tables)


def test_every_figure_is_described_in_words(pdf: pikepdf.Pdf) -> None:
    figures = [element for element in structure(pdf) if str(element.S) == "/Figure"]
    assert len(figures) == 12  # three chains, the bars of four scenarios, and five pictures
    said = {str(figure.get("/Alt", "")) for figure in figures}
    assert all("band" not in words and len(words) > 20 for words in said)
    assert any("Inherent risk" in words and "residual risk" in words for words in said)
    assert any("drawn as links" in words for words in said)


def test_what_is_written_in_a_note_stays_literal() -> None:
    report = sample_report(answers={"camera_review": Answer("operating", MARKUP)})
    assert flat(MARKUP) in text_of(draw_pdf(report))


def test_every_answer_and_note_is_in_the_text(drawn: bytes) -> None:
    text, report = text_of(drawn), sample_report()
    for question in report.questionnaire.questions:
        given = report.answers[question.id]
        assert question.ask in text
        assert given.note in text


@pytest.mark.parametrize(
    "name", ["Straż Graniczna Łódź", "Пограничная служба", "Συνοριακή Φύλαξη", "حرس الحدود", "משמר הגבול", "სასაზღვრო"]
)
def test_names_in_the_scripts_of_the_fonts_are_set(name: str) -> None:
    drawn = draw_pdf(sample_report(about={"organisation": name}))
    text = text_of(drawn)
    assert ALTERNATIVE not in text
    assert set(name) <= set(text)
    with pikepdf.open(BytesIO(drawn)) as pdf:
        assert str(pdf.docinfo["/Author"]) == name


@pytest.mark.parametrize(
    "name", ["边防部队", "กองตรวจคนเข้าเมือง", "የድንበር ጠባቂ", "Sample 🛂 Service", "Sample \ue000 \x01 \ufeffService"]
)
def test_a_name_that_no_font_covers_does_not_lose_the_report(name: str, tmp_path: Path) -> None:
    report = sample_report(about={"organisation": name}, answers={"camera_review": Answer("operating", f"{name} 文")})
    drawn = draw_pdf(report)
    text = text_of(drawn)
    assert ALTERNATIVE in text
    assert "The fonts of this PDF have no sign for some characters of this report." in text
    assert Report.model_validate_json(attached_data(drawn)).about.organisation == name
    path = tmp_path / "report.pdf"
    path.write_bytes(drawn)
    failures = validate_pdf(path, profile=ValidationProfile.PDF_UA_1).failures
    assert not failures


def test_what_draws_knows_nothing_of_the_servers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os\nprint(sorted(os.environ))")
    monkeypatch.setattr("app.reports.pdf._CHILD", child)
    monkeypatch.setenv("PLUMBLINE_DATABASE_PASSWORD", "secret")
    assert "PLUMBLINE" not in draw_pdf(sample_report()).decode()


def test_a_report_without_any_line_about_it_is_drawn() -> None:
    blank = {"organisation": "", "scope": "", "answered_by": "", "date": ""}
    text = text_of(draw_pdf(sample_report(about=blank)))
    assert "Organisation not given" in text
    assert "12 months from its date" in text


def test_the_summary_is_one_page(drawn: bytes) -> None:
    pages = [flat(page) for page in pages_of(drawn)]
    (place,) = [i for i, page in enumerate(pages) if "Overall residual risk at the worst end" in page]
    assert "Find out first" in pages[place]
    assert "Questions that were asked" in pages[place + 1]


def test_no_line_of_text_is_over_a_hundred_characters(drawn: bytes) -> None:
    lines = [line.strip() for page in pages_of(drawn) for line in page.splitlines()]
    text = [line for line in lines if len(line) > 60 and "sha256:" not in line and ". . ." not in line]
    assert len(text) > 50
    assert not [line for line in text if len(line) > 100]


@pytest.mark.parametrize(("said", "holds"), [(b"abc\r", True), (b"abc", True), (b"abcdef", False)])
def test_a_length_is_looked_up_in_the_file_itself(said: bytes, holds: bool) -> None:
    written = said if holds else b"abc"
    file = b"\n12 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(said), written)
    assert length_holds(file, 12) is holds
