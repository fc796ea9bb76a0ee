"""The form to mark by hand holds every question with every option, and nothing that was answered."""

import pikepdf

from app.catalogue import open_catalogue
from app.reports import draw_blank_form
from app.reports.blank_form import blank_form
from app.reports.blocks import Choices, Heading, Table
from app.reports.reading import translator
from app.settings import PROJECT
from scoring.questionnaire import RESERVED
from tests.reports.pdf_text import pages_of, text_of
from tests.reports.samples import sample_questionnaire

ASKED = sample_questionnaire()


def test_every_question_stands_there_with_its_options_and_room_for_a_note() -> None:
    blocks = blank_form(ASKED, translator("en")).blocks
    questions = list(ASKED.questions)
    headings = [b.text for b in blocks if isinstance(b, Heading) and b.anchor.startswith("question-")]
    assert headings == [f"{place}.  {q.ask}" for place, q in enumerate(questions, 1)]
    choices = [b for b in blocks if isinstance(b, Choices)]
    assert len(choices) == len(ASKED.profile) + len(questions)
    for question, choice in zip(questions, choices[len(ASKED.profile) :], strict=True):
        reserved = len(RESERVED) - 1 if question.not_applicable else len(RESERVED) - 2
        assert choice.items[: len(question.options)] == tuple(option.label for option in question.options)
        assert len(choice.items) == len(question.options) + reserved
    assert sum(isinstance(b, Table) and b.blank for b in blocks) == len(questions) + 3  # and what it is about


def test_a_draft_says_so_on_the_form() -> None:
    assert blank_form(sample_questionnaire(draft=True), translator("en")).marks == ("DRAFT",)
    assert blank_form(ASKED, translator("en")).marks == ()


def test_it_is_drawn_as_a_tagged_pdf_without_attachments(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "form.pdf"
    file.write_bytes(draw_blank_form(ASKED))
    with pikepdf.open(file) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert not pdf.attachments
    text = " ".join(pages_of(file.read_bytes()))
    assert "Keep it locked away" in text
    assert "Prefer not to say" in text


def test_the_form_of_every_agency_has_every_question_and_option_on_its_pages() -> None:
    catalogue = open_catalogue(PROJECT / "questionnaires", drafts=True)
    assert len(catalogue.latest) == 35
    for instrument in catalogue.latest.values():
        asked = instrument.questionnaire
        text = _run_together(text_of(draw_blank_form(asked)))
        expected = [text for q in asked.questions for text in (q.ask, *(option.label for option in q.options))]
        expected += [fact.ask for fact in asked.profile]
        missing = [words for words in expected if _run_together(words) not in text]
        assert not missing, asked.id


def _run_together(text: str) -> str:
    """Without spaces: a line may end within a word that has a hyphen."""
    return text.replace(" ", "")
