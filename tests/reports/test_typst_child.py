"""A PDF that cannot be drawn is said to be one, and characters without a sign are replaced and nothing else."""

import json
from pathlib import Path

import pytest

from app.errors import DrawingFailed
from app.reports import draw_pdf, pdf, typst_child
from tests.reports.samples import sample_report


def test_characters_that_typst_names_are_taken_out_of_its_words() -> None:
    diagnostic = (
        'error: PDF/A-3a, PDF/UA-1 error: the text `"中"` could not be displayed with font `"Libertinus Serif"`\n'
        'error: the text contains the disallowed codepoint `"\\u{feff}"`\n'
        'error: PDF/A-3a error: the PDF contains the codepoint `"\\u{e000}"`\n'
        'error: the text `"a\\u{301}\\""` could not be displayed'
    )
    assert typst_child._refused(diagnostic) == {"中", "\ufeff", "\ue000", "\u0301"}


def test_only_values_are_cleaned_and_nothing_else_changes() -> None:
    document = json.dumps({"中": ["a中b", 1, None, {"c": "中中", "d": True}]}, ensure_ascii=False)
    assert json.loads(typst_child._without(document, {"中"}, "▯")) == {"中": ["a▯b", 1, None, {"c": "▯▯", "d": True}]}


def test_what_typst_refuses_for_another_reason_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "report.typ"
    broken.write_text("#panic()", encoding="utf-8")
    monkeypatch.setattr(pdf, "_TEMPLATE", broken)
    with pytest.raises(DrawingFailed, match="Typst could not draw"):
        draw_pdf(sample_report())


def test_a_drawing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT", 0.01)
    with pytest.raises(DrawingFailed, match="not drawn within"):
        draw_pdf(sample_report())
