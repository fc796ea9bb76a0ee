"""Verify finds out every edit, and says what it proves and what it does not."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from app import verification
from app.catalogue import Catalogue, load_catalogue
from app.reports import draw_pdf, report_json
from app.reports.pdf import ATTACHMENT
from app.verification import verify
from scoring.errors import InvalidReport
from scoring.report import Report
from tests.reports.samples import sample_questionnaire, sample_report

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue([sample_questionnaire()])


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw_pdf(sample_report())


def edited(report: Report, edit: Edit) -> bytes:
    data = json.loads(report_json(report))
    edit(data)
    return json.dumps(data).encode()


def with_attachment(drawn: bytes, data: bytes) -> bytes:
    saved = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        pdf.attachments[ATTACHMENT] = pikepdf.AttachedFileSpec(pdf, data, mime_type="application/json")
        pdf.save(saved)
    return saved.getvalue()


def test_a_pdf_as_it_was_drawn_holds(drawn: bytes, catalogue: Catalogue) -> None:
    found = verify(drawn, catalogue)
    assert found.holds
    assert (found.origin, found.redrawn, found.differences) == ("released", "identical", ())
    assert found.words.startswith("THE REPORT HOLDS.")
    assert "the same to the last byte" in found.words
    assert "What it does not prove: who wrote it, or that its answers are true." in found.words


def test_the_data_alone_hold_too(catalogue: Catalogue) -> None:
    found = verify(report_json(sample_report()), catalogue)
    assert found.holds
    assert (found.origin, found.redrawn) == ("released", "not compared")
    assert found.words.startswith("THE DATA HOLD. No pages were compared.")


@pytest.mark.parametrize(
    ("edit", "pointer"),
    [
        (lambda d: d["result"]["overall"].update(score=12.3), "/result/overall/score"),
        (lambda d: d["result"]["overall"].update(band="low"), "/result/overall/band"),
        (lambda d: d["result"]["chains"][0]["interval"].__setitem__(0, 1.0), "/result/chains/trafficking/interval/0"),
        (
            lambda d: d["result"]["scenarios"][0]["because"][1].update(points=0.5),
            "/result/scenarios/arranged_lane/because/1/points",
        ),
        (lambda d: d["result"]["safeguards"].update(absent=0), "/result/safeguards/absent"),
        (
            lambda d: d["result"]["recommendations"][0].update(benefit=99.0),
            "/result/recommendations/protect_addresses/benefit",
        ),
        (lambda d: d["answers"]["post_rotation"].update(option="operating"), "/result/overall/score"),
        (lambda d: d["answers"].pop("address_list"), "/result/completeness/answered"),
        (lambda d: d["questionnaire"]["scenarios"][0].update(weight=1.0), "/questionnaire/hash"),
        (lambda d: d["questionnaire"]["risk_model"]["control_reach"].update(value=0.9), "/questionnaire/hash"),
    ],
)
def test_an_edited_figure_is_named(edit: Edit, pointer: str, catalogue: Catalogue) -> None:
    found = verify(edited(sample_report(), edit), catalogue)
    assert not found.holds
    assert pointer in [difference.pointer for difference in found.differences]
    assert found.words.startswith("THE REPORT DOES NOT HOLD.")
    assert pointer in found.words


def test_an_answer_that_its_question_does_not_have_is_named(catalogue: Catalogue) -> None:
    found = verify(edited(sample_report(), lambda d: d["answers"]["post_rotation"].update(option="perfect")), catalogue)
    assert not found.holds
    assert "/answers/post_rotation" in found.words
    assert "has no option “perfect”" in found.words


def test_a_figure_edited_inside_the_pdf_is_named(drawn: bytes, catalogue: Catalogue) -> None:
    data = edited(sample_report(), lambda d: d["result"]["overall"].update(score=12.3))
    found = verify(with_attachment(drawn, data), catalogue)
    assert not found.holds
    assert "/result/overall/score: stated 12.3, recomputed 63.6" in found.words


def test_pages_that_say_something_else_than_the_data_are_found_out(drawn: bytes, catalogue: Catalogue) -> None:
    other = draw_pdf(sample_report(about={"organisation": "Another Service"}))
    found = verify(with_attachment(other, report_json(sample_report())), catalogue)
    assert not found.holds
    assert found.redrawn == "different"
    assert found.pages == tuple(range(1, len(pikepdf.open(BytesIO(drawn)).pages) + 1))
    assert "Pages: NOT those that belong to the data inside. They differ at page 1, 2," in found.words


def test_one_page_that_was_painted_over_is_named(drawn: bytes, catalogue: Catalogue) -> None:
    saved = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        pdf.pages[2].contents_add(b"1 g 50 700 500 60 re f")
        pdf.save(saved)
    found = verify(saved.getvalue(), catalogue)
    assert not found.holds
    assert found.pages == (3,)


def test_a_page_that_was_taken_out_is_noticed(drawn: bytes, catalogue: Catalogue) -> None:
    saved = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        last = len(pdf.pages)
        del pdf.pages[-1]
        pdf.save(saved)
    assert verify(saved.getvalue(), catalogue).pages == (last,)


def test_a_file_that_was_only_saved_anew_is_not_called_the_original(drawn: bytes, catalogue: Catalogue) -> None:
    saved = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        pdf.save(saved)
    found = verify(saved.getvalue(), catalogue)
    assert not found.holds
    assert found.pages == ()
    assert "the file was changed or saved anew after it was drawn" in found.words


def test_pages_drawn_by_another_version_are_not_compared(
    drawn: bytes, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "drawn_here", lambda pages: False)
    found = verify(drawn, catalogue)
    assert found.holds
    assert found.redrawn == "not compared"
    assert "which is not the version here" in found.words


def test_a_draft_is_called_a_draft(catalogue: Catalogue) -> None:
    found = verify(report_json(sample_report(draft=True, state="draft")), catalogue)
    assert found.origin == "draft"
    assert "It is a draft: nobody has released it" in found.words
    assert "State: a draft, not submitted." in found.words
    assert "with a released questionnaire" not in found.words


def test_a_questionnaire_that_nobody_released_is_called_unknown() -> None:
    found = verify(report_json(sample_report()), load_catalogue([]))
    assert (found.holds, found.origin) == (True, "unknown")
    assert "NOT among the released questionnaires" in found.words


def test_an_edited_questionnaire_under_the_hash_of_a_release_is_not_called_released(catalogue: Catalogue) -> None:
    found = verify(edited(sample_report(), lambda d: d["questionnaire"].update(does="It does nothing.")), catalogue)
    assert found.origin == "unknown"
    assert "/questionnaire/hash" in found.words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "its format is not"),
        (b"%PDF-1.7 and nothing", "damaged"),
        (b'{"format": "plumbline-report/1"}', "cannot be read"),
    ],
)
def test_what_is_no_report_is_refused_in_words(data: bytes, words: str, catalogue: Catalogue) -> None:
    with pytest.raises(InvalidReport, match=words):
        verify(data, catalogue)


def test_a_pdf_that_is_no_report_is_refused_in_words(catalogue: Catalogue) -> None:
    saved = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(saved)
    with pytest.raises(InvalidReport, match="no attachment “report.json”"):
        verify(saved.getvalue(), catalogue)


def test_a_locked_pdf_is_refused_in_words(drawn: bytes, catalogue: Catalogue) -> None:
    saved = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        pdf.save(saved, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(InvalidReport, match="locked with a password"):
        verify(saved.getvalue(), catalogue)


def test_a_questionnaire_that_contradicts_itself_is_named(catalogue: Catalogue) -> None:
    found = verify(edited(sample_report(), lambda d: d["questionnaire"].update(scenarios=[])), catalogue)
    assert not found.holds
    assert "There is no scenario." in found.words


def test_nothing_in_a_report_commands_the_terminal(catalogue: Catalogue) -> None:
    data = edited(sample_report(), lambda d: d["questionnaire"].update(version="\x1b[2J1.0.0"))
    assert "\x1b" not in verify(data, catalogue).words
