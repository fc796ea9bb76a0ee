"""A report with a review and with management’s answers: both views are there, and what was left open says so."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf

from app.catalogue import load_catalogue
from app.reports import draw_html, draw_pdf, report_json
from app.reports.blocks import Heading, Table
from app.verification import verify
from scoring.report import ManagementAnswer, Report
from scoring.review import Verified
from tests.reports.pdf_text import flat, text_of
from tests.reports.samples import ANSWERS, sample_report
from tests.reports.test_document import drawn, section, words
from tests.reports.test_pdf import STREAM_LENGTH

LEVELS = {
    "post_rotation": Verified(option="on_paper", comment="The order of 2019"),
    "booth_draw": Verified(option="operating", comment="Two of five draws have no record"),
    "camera_review": Verified(option="operating"),
    "address_list": Verified(comment="Nobody could say who keeps it"),
}
MANAGEMENT = {
    "rotate_posts": ManagementAnswer(decision="accepted", post="Head of shifts", due="2027-03-31", money="no"),
    "never_alone": ManagementAnswer(decision="refused", why="Two posts have one officer at night, by law"),
    "open_a_channel": ManagementAnswer(decision="changed", why="By telephone, not by mail"),
    "appoint_somebody": ManagementAnswer(decision="accepted", post="The head", due="2027-01-15", money="yes"),
}


@pytest.fixture(scope="module")
def reviewed() -> Report:
    return sample_report(state="final", levels=LEVELS, management=MANAGEMENT)


def test_both_scores_stand_side_by_side_with_their_difference(reviewed: Report) -> None:
    table = next(block for block in section(drawn(reviewed), "review") if isinstance(block, Table))
    assert reviewed.review
    overall, verified = reviewed.result.overall, reviewed.review.result.overall
    cells = [cell.text for cell in table.rows[0].cells]
    assert cells[:2] == ["Overall", f"{overall.score:.1f}"] and cells[3] == f"{verified.score:.1f}"
    assert float(cells[5].replace("−", "-")) == pytest.approx(verified.score - overall.score, abs=0.051)
    assert verified.score > overall.score
    assert len(table.rows) == 1 + len(reviewed.result.chains)


def test_where_they_differ_is_said_with_the_comment_and_where_they_agree_is_counted(reviewed: Report) -> None:
    said = words(section(drawn(reviewed), "review"))
    assert "3 were looked at; 2 hold as given, 1 do not" in said
    assert "booth_draw?  | Is evidenced.  | Is operating.  | Two of five draws have no record" in said
    assert "camera_review" not in said
    assert "signed off" in said
    began = words(section(drawn(sample_report(state="under_review", levels=LEVELS)), "review"))
    assert "is not signed off" in began


def test_each_answer_has_the_reviewers_level_and_comment_beside_it(reviewed: Report) -> None:
    said = words(section(drawn(reviewed), "answers"))
    assert "Is operating. Two of five draws have no record" in said
    assert "holds as answered The order of 2019" in said
    assert "a comment alone Nobody could say who keeps it" in said
    plain = drawn(sample_report())
    assert all(len(block.columns) == 3 for block in section(plain, "answers") if isinstance(block, Table))
    assert not [block for block in plain.blocks if isinstance(block, Heading) and block.anchor == "review"]


def test_a_review_that_found_nothing_else_says_so() -> None:
    found = {question: Verified(option=answer.option, comment="Seen") for question, answer in ANSWERS.items()}
    found.pop("cell_register")
    said = words(section(drawn(sample_report(state="final", levels=found)), "review"))
    assert "Nowhere: every answer that was looked at holds as it was given." in said


def test_managements_answer_stands_below_each_action_and_what_is_open_says_so(reviewed: Report) -> None:
    said = words(section(drawn(reviewed), "actions"))
    assert "accepted  | –  | Head of shifts  | 2027-03-31  | takes none" in said
    assert "refused  | Two posts have one officer at night, by law  | –  | –  | –" in said
    open_ = "no answer from management"
    assert f"changed  | By telephone, not by mail  | {open_}  | {open_}  | {open_}" in said
    assert "it accepted 1, changed 1 and refused 1; to 3 there is no answer" in said
    assert f"{open_}  | –  | –  | –  | –" in said
    assert not [block for block in section(drawn(reviewed), "actions") if isinstance(block, Table) and block.blank]
    measures = words(section(drawn(reviewed), "measures"))
    assert "accepted  | –  | The head  | 2027-01-15  | takes money" in measures


def test_after_submission_nothing_answered_is_no_answer_and_before_it_there_are_lines_to_write_on() -> None:
    asked = words(section(drawn(sample_report(management={})), "actions"))
    assert asked.count("no answer from management  | –") == 6
    blank = section(drawn(sample_report(state="draft")), "actions")
    assert len([block for block in blank if isinstance(block, Table) and block.blank]) == 6


def test_a_refusal_without_a_reason_is_printed_as_left_open() -> None:
    bare = {"rotate_posts": ManagementAnswer(decision="refused")}
    said = words(section(drawn(sample_report(management=bare)), "actions"))
    assert "refused  | no answer from management  | –  | –  | –" in said


def test_the_pdf_holds_both_standards_and_verifies_to_the_byte(reviewed: Report, tmp_path: Path) -> None:
    data = draw_pdf(reviewed)
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    for profile in (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_3A):
        failures = validate_pdf(path, profile=profile).failures
        assert not [failure for failure in failures if failure.rule_id != STREAM_LENGTH]
    text = flat(text_of(data))
    assert "Two of five draws have no record" in text and "no answer from management" in text
    catalogue = load_catalogue([reviewed.questionnaire], [])
    found = verify(data, catalogue)
    assert found.holds and found.redrawn == "identical"
    assert verify(report_json(reviewed), catalogue).holds
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.attachments) == 1


def test_the_page_that_stands_alone_has_them_as_well(reviewed: Report) -> None:
    html = draw_html(reviewed)
    assert "What the review found" in html and "Two of five draws have no record" in html
