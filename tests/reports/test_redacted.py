"""The redacted report: nothing that must not be shown is anywhere in it, and it says what it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf

from app.catalogue import Catalogue, load_catalogue, open_catalogue
from app.examples import example_report
from app.reports import draw_pdf, draw_redacted, redacted_context, report_context
from app.reports.blocks import Figure, Table
from app.reports.document import ALTERNATIVE
from app.reports.reading import translator
from app.settings import PROJECT
from app.templating import draw
from app.verification import verify
from scoring.answers import Answer
from scoring.errors import InvalidReport
from scoring.redacted import OverallStanding, redacted
from scoring.report import Report
from tests.reports import worked_out
from tests.reports.pdf_text import pages_of, text_of
from tests.reports.samples import sample_questionnaire, sample_report
from tests.reports.test_review import LEVELS, MANAGEMENT
from tests.reports.told import everything, pieces_of, secrets, told
from tests.reports.worked_out import Trial, reviewed

QUESTIONNAIRES = PROJECT / "questionnaires"
AGENCIES = sorted(path.stem for path in (QUESTIONNAIRES / "agencies").glob("*.yaml"))
NOTE = "Duty book of the Northern Harbour, 3 May, Captain Example"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return open_catalogue(QUESTIONNAIRES, drafts=True)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw_redacted(redacted(sample_report(), scope="post"))


def said(report: Report) -> tuple[str, set[str]]:
    """Everything that the PDF and the page of its redacted report say, and the pieces that they are made of."""
    value = redacted(report, scope="region")
    document = redacted_context(value, translator("en"))
    page = draw(
        "report/redacted.html", signed=None, document=document, is_named=True, here="/assessments/a/redacted", back="/"
    )
    return f"{everything(draw_redacted(value))} {page} {value.model_dump_json()}", pieces_of(document)


@pytest.mark.parametrize("agency", AGENCIES)
def test_nothing_of_an_agencys_answers_and_texts_is_in_it(agency: str, catalogue: Catalogue) -> None:
    report = example_report(catalogue, QUESTIONNAIRES, agency)
    found = secrets(report)
    assert len(found) > 300
    assert told(found, *said(report)) == set()


def test_there_are_agencies() -> None:
    assert len(AGENCIES) == 35


def test_the_search_finds_what_a_full_report_tells() -> None:
    report = sample_report(answers={"camera_review": Answer("operating", NOTE)})
    text, pieces = everything(draw_pdf(report)), pieces_of(report_context(report, translator("en")))
    found = told(secrets(report), text, pieces)
    assert NOTE.casefold() in found
    assert "one post: the smallest crossing" in found
    assert "scenario arranged_lane" in found and "recommendation rotate_posts" in found
    assert "is operating." in found  # of two words, so as a whole cell


def trials(catalogue: Catalogue, agencies: Iterable[str]) -> Iterator[Trial]:
    """The examples of agencies, to be tried out."""
    for agency in agencies:
        yield Trial(catalogue.instrument(agency), example_report(catalogue, QUESTIONNAIRES, agency))


def test_whoever_knows_all_answers_but_one_can_seldom_work_that_one_out(catalogue: Catalogue) -> None:
    """31 of 1,507, and 6 of 43 at the most: scoring/redacted.py and the page say so, and what raises it has to."""
    counts = [(len(trial.given_away()), len(trial.asked)) for trial in trials(catalogue, AGENCIES)]
    assert sum(found for found, _ in counts) <= 0.025 * sum(asked for _, asked in counts)
    assert max(found / asked for found, asked in counts) <= 0.15


def test_nor_where_a_reviewers_bands_stand_beside_nor_two_that_they_do_not_know(catalogue: Catalogue) -> None:
    """The court is among those whose example gives away most; two answers were given away by 9 pairs of 12 once."""
    for trial in trials(catalogue, ("border_guard", "court", "victim_shelter")):
        beside = replace(trial, report=reviewed(trial.report, trial.instrument))
        assert redacted(beside.report).overall.verified
        assert len(beside.given_away()) <= 0.15 * len(trial.asked)
        assert trial.pairs_given_away(12) == 0


def test_the_count_finds_what_a_score_would_give_away(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    (trial,) = trials(catalogue, ["border_guard"])
    assert trial.given_away() == []
    monkeypatch.setattr(worked_out, "redacted", lambda report: report.result.overall.score)
    (trial,) = trials(catalogue, ["border_guard"])
    assert len(trial.given_away()) > 0.8 * len(trial.asked)
    assert trial.pairs_given_away(4) > 2


def test_nothing_that_was_written_is_in_it() -> None:
    about = {"scope": "One post: Northern Harbour night gate", "answered_by": "Captain Example, two sittings"}
    answers = {"camera_review": Answer("operating", NOTE)}
    report = sample_report(about=about, answers=answers, state="final", levels=LEVELS, management=MANAGEMENT)
    text, pieces = said(report)
    assert told(secrets(report), text, pieces) == set()
    assert "harbour" not in text.casefold() and "captain" not in text.casefold()


def test_it_has_no_attachment_and_holds_both_standards(drawn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "redacted.pdf"
    path.write_bytes(drawn)
    for profile in (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A):
        report = validate_pdf(path, profile=profile)
        assert not report.failures and report.rules.total > 100
    with pikepdf.open(path) as pdf:
        assert not pdf.attachments
        assert "/AF" not in pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) == ("2", "A")


def test_every_page_says_that_it_is_redacted(drawn: bytes) -> None:
    pages = pages_of(drawn)
    assert 2 <= len(pages) <= 3
    assert all(page.count("Redacted, to be shown outside") == 2 for page in pages)
    assert "it cannot be recomputed from itself" in text_of(drawn)


def test_verify_says_that_it_cannot_be_recomputed(drawn: bytes) -> None:
    with pytest.raises(InvalidReport, match="redacted report: it holds no answers, so it cannot be recomputed"):
        verify(drawn, load_catalogue([sample_questionnaire()]))


def test_verify_says_so_of_one_of_an_older_format_too(drawn: bytes) -> None:
    older = BytesIO()
    with pikepdf.open(BytesIO(drawn)) as pdf:
        assert str(pdf.docinfo["/Keywords"]).startswith("plumbline-redacted/2; ")
        pdf.docinfo["/Keywords"] = "plumbline-redacted/1; en; 1"
        pdf.save(older)
    with pytest.raises(InvalidReport, match="redacted report: it holds no answers"):
        verify(older.getvalue(), load_catalogue([sample_questionnaire()]))


def test_it_has_bands_and_no_score_interval_stage_or_count_of_actions(drawn: bytes) -> None:
    report = sample_report()
    document = redacted_context(redacted(report), translator("en"))
    (chains,) = (block for block in document.blocks if isinstance(block, Table) and block.columns[0].title == "Chain")
    assert [column.title for column in chains.columns] == ["Chain", "Band, worst end"]
    text = text_of(drawn)
    for score in (report.result.overall, *report.result.chains):
        assert f"{score.score:.0f}" not in re.findall(r"[0-9]+", text)
    for word in ("Interval:", "trials", "Stage", "Called for", "Actions, counted"):
        assert word not in text


def test_how_complete_it_is_is_said_in_tenths() -> None:
    for tenths, said in ((0, "fewer than 1 in 10"), (7, "at least 7 in 10")):
        value = redacted(sample_report()).model_copy(update={"tenths": tenths})
        assert said in pieces_of(redacted_context(value, translator("en")))


def test_the_picture_shows_the_part_of_the_scale_that_a_band_takes_up_and_no_mark() -> None:
    value = redacted(sample_report())
    overall = value.overall.model_copy(update={"band": "critical", "band_best": "moderate", "too_little_known": False})

    def ends(standing: OverallStanding) -> tuple[float, float]:
        (figure,) = (
            block
            for block in redacted_context(value.model_copy(update={"overall": standing}), translator("en")).blocks
            if isinstance(block, Figure)
        )
        assert 'class="mark"' not in figure.svg
        left, right = re.findall(r'class="range"[^>]* d="M([0-9.]+) [0-9.]+H([0-9.]+)v', figure.svg)[0]
        return round((float(left) - 150) / 3.6), round((float(right) - 150) / 3.6)

    assert ends(overall) == (20, 100)
    assert ends(overall.model_copy(update={"band": "high"})) == (20, 60)
    assert ends(overall.model_copy(update={"band": "high", "too_little_known": True})) == (0, 60)


def test_the_quarter_of_decisions_that_accept_an_action_is_said_in_words() -> None:
    value = redacted(sample_report())
    words = ("less than a quarter", "a quarter and a half", "a half and three quarters", "at least three quarters")
    for accepted, said in enumerate(words):
        pieces = pieces_of(redacted_context(value.model_copy(update={"accepted": accepted}), translator("en")))
        assert any("the management accepted" in piece and said in piece for piece in pieces)
    assert not any("the management accepted" in piece for piece in pieces_of(redacted_context(value, translator("en"))))


def test_the_same_report_gives_the_same_bytes(drawn: bytes) -> None:
    assert draw_redacted(redacted(sample_report(), scope="post")) == drawn


def test_the_organisations_name_can_be_left_out_everywhere() -> None:
    without = draw_redacted(redacted(sample_report(), named=False))
    assert "sample border service" not in everything(without).casefold()
    assert "An organisation that is not named here" in text_of(without)
    with pikepdf.open(BytesIO(without)) as pdf:
        assert str(pdf.docinfo["/Author"]) == ""


def test_what_it_is_about_is_said_coarsely_or_not_at_all(drawn: bytes) -> None:
    assert "one post, not named here" in text_of(drawn)
    document = redacted_context(redacted(sample_report(about={"date": "in May"})), translator("en"))
    facts = dict(document.control.rows)
    assert (facts["What it is about"], facts["Date"], document.date) == ("not given", "not given", None)


def test_a_chain_that_is_not_shown_says_so_and_has_no_figure(drawn: bytes) -> None:
    text = text_of(drawn)
    assert "not shown: fewer than 3 risks" in text
    assert "Scenario" not in text


@pytest.mark.parametrize("name", ["边防部队", "Sample 🛂 Service"])
def test_a_name_that_no_font_covers_does_not_lose_it(name: str) -> None:
    text = text_of(draw_redacted(redacted(sample_report(about={"organisation": name}))))
    assert ALTERNATIVE in text and "have no sign for some characters" in text


def test_a_draft_questionnaire_is_called_one() -> None:
    document = redacted_context(redacted(sample_report(draft=True)), translator("en"))
    assert document.marks == ("DRAFT",)
    assert "a draft that is not released" in dict(document.control.rows)["Questionnaire"]


def test_a_signed_off_review_is_scored_beside_and_named() -> None:
    text = text_of(draw_redacted(redacted(sample_report(state="final", levels=LEVELS, management=MANAGEMENT))))
    assert "With the reviewer’s levels" in text
    assert "final: reviewed, and signed off by the reviewer" in text
    assert "Only those answers are confirmed that a reviewer looked at." in text
    assert "With the reviewer’s levels" not in text_of(draw_redacted(redacted(sample_report())))
