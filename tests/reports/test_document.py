"""The document has every part that a report must have, and its figures are those of the result."""

import re
from decimal import Decimal

import pytest
from hypothesis import given

from app.reports import report_context, report_json
from app.reports.blocks import Beside, Block, Document, Facts, Heading, Notice, Points, Table, Text
from app.reports.reading import Reading, translator
from app.reports.worked import worked
from scoring.answers import Answer
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire
from scoring.recommendations import LANES
from scoring.report import About, Report, make_report
from tests.builders import cases
from tests.reports.samples import sample_report


@pytest.fixture(scope="module")
def document() -> Document:
    return drawn(sample_report())


def drawn(report: Report) -> Document:
    return report_context(report, translator("en"))


def section(document: Document, anchor: str) -> list[Block]:
    """The blocks under a heading, up to the next of its level or above."""
    found: list[Block] = []
    level = 0
    for block in document.blocks:
        if isinstance(block, Heading) and level and block.level <= level:
            break
        if level:
            found.append(block)
        elif isinstance(block, Heading) and block.anchor == anchor:
            level = block.level
    assert level, f"no heading {anchor}"
    return found


def words(blocks: list[Block]) -> str:
    said: list[str] = []
    for block in blocks:
        if isinstance(block, Heading | Text):
            said.append(block.text)
        elif isinstance(block, Points):
            said += block.items
        elif isinstance(block, Notice):
            said += [block.title, *block.texts]
        elif isinstance(block, Facts):
            said += [f"{name}: {value}" for name, value in block.rows]
        elif isinstance(block, Table | Beside):
            table = block if isinstance(block, Table) else block.table
            said += [" | ".join([cell.text + " " + cell.small for cell in row.cells]) for row in table.rows]
    return "\n".join(said)


def test_every_part_is_there_in_its_order(document: Document) -> None:
    assert [heading.anchor for heading in document.contents] == [
        "what-it-is",
        "summary",
        "completeness",
        "how-sure",
        "second-look",
        "raised",
        "chains",
        "comparison",
        "register",
        "actions",
        "measures",
        "for-others",
        "other-weights",
        "not-applicable",
        "closed",
        "answers",
        "sources",
        "method",
        "verification",
    ]


def test_the_cover_says_what_the_report_is_not_for(document: Document) -> None:
    said = words(list(document.notices))
    assert (
        "Not a certificate. Not for pay, discipline, funding, licences or ranking posts. Valid for 12 months." in said
    )
    assert "All answers and notes are inside this file, also if pages are removed or blacked out." in said


def test_document_control_names_the_questionnaire_and_its_fingerprint(document: Document) -> None:
    facts, report = dict(document.control.rows), sample_report()
    assert facts["Organisation"] == "Sample Border Service"
    assert facts["Valid until"] == "2027-11-21"
    assert facts["State"] == "submitted, not reviewed"
    assert facts["Questionnaire"] == "worked_example 1.0.0"
    assert facts["Fingerprint of the questionnaire"] == report.questionnaire.hash
    assert facts["Risk model, engine"] == "1.1.0, 1"


def test_a_leap_day_ends_its_year_on_the_last_day_of_february() -> None:
    assert dict(drawn(sample_report(about={"date": "2028-02-29"})).control.rows)["Valid until"] == "2029-02-28"


def test_a_draft_says_what_of_it_is_a_draft() -> None:
    said = words(list(drawn(sample_report(draft=True, state="draft")).notices))
    assert "The assessment is not submitted" in said
    assert "The questionnaire is a draft" in said


def test_the_report_says_what_it_is_not(document: Document) -> None:
    said = words(section(document, "what-it-is"))
    assert "A risk score is not a probability of corruption, and it is not a finding about anybody." in said
    assert "The absence of known cases is never evidence of low risk." in said
    assert "Scores are not comparable across countries or across kinds of agency." in said


def test_the_summary_has_headline_shown_score_safeguards_scenarios_actions_and_unknowns(document: Document) -> None:
    said = words(section(document, "summary"))
    assert "at the worst end: 63.6, up to critical: too little known. Interval: 34.6 to 63.6." in said
    assert "As far as shown: 70.6, critical (2 answers rest on nothing that was shown)." in said
    assert "Safeguards that apply: 6. Said to work with evidence: 1; operating: 1; on paper only: 1;" in said
    assert "criminal_justice (too little known)" in said
    assert "S3 | Scenario case_dropped" in re.sub(r"\s*\|\s*", " | ", said)
    assert "Find out first: Q6 reporting_channel? (22.9 points)" in said
    actions = next(b for b in section(document, "summary") if isinstance(b, Table) and b.caption == "First actions")
    assert [row.cells[0].text for row in actions.rows] == ["A1", "A2", "A3", "A4", "A5"]


def test_another_band_as_far_as_shown_is_said_to_be_another() -> None:
    report = sample_report(
        answers={q: Answer("operating") for q in ("post_rotation", "reporting_channel", "coast_plan", "address_list")}
    )
    overall = report.result.overall
    assert overall.band != overall.as_far_as_shown.band
    assert "which is another band" in words(section(drawn(report), "summary"))


def test_a_stage_without_a_part_says_why(document: Document) -> None:
    said = words(section(document, "chains"))
    assert "recruitment  | No part in it. It happens inland." in said
    assert "support  | Closed by the profile." in said


def test_each_chain_is_drawn_and_said_in_words(document: Document) -> None:
    figures = [block.figure for block in section(document, "chains") if isinstance(block, Beside)]
    assert len(figures) == 3
    assert "border_crossing: high to critical, 62.9" in figures[0].alt
    assert "border_crossing" in figures[0].svg


def test_the_lines_of_a_scenario_add_up_to_its_residual_risk(document: Document) -> None:
    for scenario in sample_report().result.scenarios:
        (table,) = [b for b in section(document, f"scenario-{scenario.id}") if isinstance(b, Table)]
        *terms, total = [row.cells[-1].text for row in table.rows]
        added = sum(Decimal(term.replace("−", "-")) for term in terms)
        assert abs(added - Decimal(total)) <= Decimal("0.005") * (len(terms) + 1)
        assert total == f"{scenario.residual[1]:.2f}"


def test_an_unknown_answer_says_as_what_it_counts(document: Document) -> None:
    said = words(section(document, "scenario-case_dropped"))
    assert "Don’t know counted at its worst: Is absent." in said
    assert "Don’t know counted at its worst: option_2." in said


def test_what_an_answer_asks_for_at_once_stands_before_the_plan(document: Document) -> None:
    first = section(document, "actions")[0]
    assert isinstance(first, Notice)
    assert first.urgent
    assert first.texts == ("Q10: Ask today whether anybody is in danger.",)
    assert "Act today on the answers to Q10: see the action plan." in words(section(document, "summary"))


def test_nothing_is_to_be_done_at_once_where_no_answer_asks_for_it() -> None:
    calm = drawn(sample_report(answers={"recurring_officer": Answer("option_0")}))
    assert not [block for block in section(calm, "actions") if isinstance(block, Notice)]
    assert "Act today" not in words(list(calm.blocks))


def test_the_plan_has_its_lanes_in_their_order(document: Document) -> None:
    found = [
        b.anchor.removeprefix("lane-")
        for b in section(document, "actions")
        if isinstance(b, Heading) and b.anchor.startswith("lane-")
    ]
    assert found == [lane for lane in LANES if lane in found]
    assert set(found) >= {"duty", "look_into", "quick_win", "major_project", "find_out", "keep_and_watch", "covered"}


def test_an_action_says_which_answer_called_for_it_and_where_it_leads(document: Document) -> None:
    said = words(section(document, "action-rotate_posts"))
    assert "post_rotation?  | Is on_paper.  | Is evidenced. level 1 → 3" in said
    assert "Benefit: 6.0 points at the worst end, 7.0 at the best end; alone 5.7. Place 3 in the order." in said
    assert "Owner: Head of the service" in said
    assert "Indicator: Share of shifts" in said


def test_each_action_leaves_lines_for_the_managements_answer(document: Document) -> None:
    called = [b for b in section(document, "actions") if isinstance(b, Heading) and b.level == 3]
    blank = [b for b in section(document, "actions") if isinstance(b, Table) and b.blank]
    assert len(called) == len(blank) == 6
    assert [column.title for column in blank[0].columns] == [
        "Accepted, changed or refused",
        "Why",
        "By which function",
        "By when",
        "Money",
    ]


def test_a_signal_is_something_to_look_into(document: Document) -> None:
    assert "a signal, to be looked into" in words(section(document, "action-trace_passages"))


def test_what_is_for_others_stands_under_their_names(document: Document) -> None:
    said = words(section(document, "for-others"))
    assert "Donor" in said and "Recommendation pay_for_cameras" in said
    assert "Parliament" in said and "Recommendation adopt_a_law" in said


def test_not_applicable_stands_with_its_reason_and_the_stress_test(document: Document) -> None:
    said = words(section(document, "not-applicable"))
    assert "Q7 gift_register?  | No gift was ever offered in kind" in said
    assert "Overall  | 63.6" in said


def test_what_the_profile_closed_is_listed(document: Document) -> None:
    said = words(section(document, "closed"))
    assert "has_cells?  | no" in said
    assert "Sections not asked: Cells." in said
    assert "S5 Scenario held_until_paid  | 80.0" in said
    assert "Answers kept but not scored, since the profile hides their questions: Q12." in said


def test_all_answers_stand_with_their_notes(document: Document) -> None:
    said = words(section(document, "answers"))
    assert "Is evidenced. level 1 | Compared on 3 May, audit room 12" in said
    assert "Prefer not to say" in said
    assert "Is operating. hidden by the profile, not scored" in said


def test_sources_say_how_they_are_meant(document: Document) -> None:
    said = words(section(document, "sources"))
    assert "SRC-001  | Officers decide alone. 2 | explicit" in said
    assert "SRC-002  | Rotate posts. 7 | good practice; the reading is ours" in said
    assert "STD-001  | Codes of conduct. Article 8 | other standard" in said
    assert "A paper (2011)" in said and "A book (year not stated)" in said


def test_the_method_works_the_worst_scenario_with_its_own_numbers(document: Document) -> None:
    said = words(section(document, "method"))
    assert "S3 Scenario case_dropped" in said
    assert "E = (1 × 1) / 1 = 1" in said
    assert "X = 4 + 2 × (1 − 0.5) = 5" in said
    assert "L = 5 + 0 × 0.5 × (5 − 5) = 5" in said
    assert "IR = 4 × 5 × 4 = 80" in said
    assert "RR = 80 × (1 − 0.8 × 0) = 80" in said
    assert "(62.93 + 80.00 + 48.00) / 3 = 63.64" in said


@given(cases())
def test_a_scenario_worked_by_hand_comes_to_the_figure_of_the_engine(
    case: tuple[Questionnaire, dict[str, bool], dict[str, Answer]],
) -> None:
    asked, profile, answers = case
    report = make_report(Instrument(asked), profile, answers, About(), state="draft")
    reading = Reading(report, translator("en"))
    for scenario in report.result.scenarios:
        *_, last = worked(reading, asked.scenario[scenario.id])
        assert last.value == pytest.approx(scenario.residual[1], abs=1e-9)


def test_the_verification_says_what_it_proves(document: Document) -> None:
    said = words(section(document, "verification"))
    assert "plumbline verify report.pdf" in said
    assert "It does not prove who wrote it" in said


def test_the_json_holds_everything_and_reads_back_as_the_same_report() -> None:
    report = sample_report()
    assert Report.model_validate_json(report_json(report)) == report
    assert report_json(report) == report_json(sample_report())
