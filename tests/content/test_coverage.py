"""What is covered is printed from the data, and so is what is left out."""

from pathlib import Path

import pytest

from app.cli import main
from app.content.coverage import coverage, exposure
from app.content.schema import write_schema
from app.content.sources import read_sources
from tests.tiny import QUESTIONNAIRES, edit

MORE = """- id: PAPER-2
  document: paper
  section: Section 2
  claim: Somebody should look twice.
  explicit: true
  kind: recommendation
  measure: true
- id: PAPER-3
  document: paper
  section: Section 3
  claim: Nobody measures this.
  explicit: true
  kind: risk
"""


@pytest.fixture
def covered(tiny: Path) -> Path:
    path = tiny / "evidence" / "paper.yaml"
    path.write_text(path.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    return tiny


def table(folder: Path, heading: str) -> list[list[str]]:
    """The rows under a heading, in words."""
    parts = coverage(read_sources(folder)).split("\n\n")
    (found,) = [part for part in parts if part.startswith(heading)]
    return [line.split(maxsplit=3) for line in found.splitlines()[2:]]


def test_each_stage_of_an_agencys_chains_has_scenarios_and_acts_or_a_reason(covered: Path) -> None:
    edit(covered, "agencies/tiny.yaml", "profile:\n", "stages_left_out:\n  recruitment: Not here.\nprofile:\n")
    rows = table(covered, "Stages and acts of each agency")
    assert ["tiny", "border_crossing", "1", "ignoring"] in rows
    assert ["tiny", "recruitment", "–", "left out: Not here."] in rows
    assert ["tiny", "transport", "–", "left out: no reason given"] in rows
    assert not [row for row in rows if row[1] == "shelter"]


def test_an_act_left_out_is_listed_with_its_reason(covered: Path) -> None:
    acts = "acts_left_out:\n  trafficking:\n    organising: Too small.\nprofile:\n"
    edit(covered, "agencies/tiny.yaml", "profile:\n", acts)
    assert ["tiny", "(trafficking)", "–", "organising left out: Too small."] in table(covered, "Stages and acts")


def test_what_nobody_covers_is_listed_by_chain(covered: Path) -> None:
    rows = [" ".join(row) for row in table(covered, "Stages, acts and actors that nobody covers")]
    assert "trafficking stage transport" in rows
    assert "trafficking act organising" in rows
    assert "trafficking Police: police" in rows
    assert "trafficking act ignoring" not in rows


def test_the_order_of_exposure_is_the_weighted_mean_of_the_baselines(covered: Path) -> None:
    # Two scenarios in two chains: baseline 4 with weight 3, baseline 3 with weight 1; (4·3 + 3·1)/4 = 3.75.
    (row,) = table(covered, "Order of exposure")
    assert " ".join(row).split() == ["tiny", "4.00", "3.00", "–", "3.75", "1", "0", "1"]


def test_claims_are_counted_by_document_and_those_not_cited_are_listed(covered: Path) -> None:
    assert table(covered, "Claims that staff") == [["paper", "1", "0", "0%"], ["all", "1", "0", "0%"]]
    assert [row[0] for row in table(covered, "… not cited")] == ["PAPER-2"]


def test_a_recommendation_of_the_sources_counts_only_where_one_of_ours_cites_it(covered: Path) -> None:
    edit(
        covered,
        "agencies/tiny.yaml",
        "evidence: [PAPER-1]\n      - id: remote_hours",
        "evidence: [PAPER-2]\n      - id: remote_hours",
    )
    assert table(covered, "… not cited") == []
    assert [row[0] for row in table(covered, "Recommendations of the sources")] == ["PAPER-2"]
    edit(covered, "recommendations/tiny.yaml", "evidence: [PAPER-1]", "evidence: [PAPER-2]")
    assert table(covered, "Recommendations of the sources") == []


def test_check_prints_the_coverage_when_asked(
    covered: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLUMBLINE_QUESTIONNAIRES", str(covered))
    write_schema(covered)
    assert main(["check", "--coverage"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Stages and acts of each agency\n")
    assert "\n\nNo fault. agencies: 1" in said


def test_the_shipped_order_of_exposure_follows_the_sources() -> None:
    # For trafficking across borders the sources name border guards and customs first (police level with them), then
    # those who issue visas and papers or register arrivals; judges stand below those who meet victims and offenders.
    sources = read_sources(QUESTIONNAIRES)

    def along(chain: str, *names: str) -> list[float]:
        return [value for name in names if (value := exposure(sources, sources.agencies[name], chain)) is not None]

    at_borders = along("trafficking", "police", "border_guard", "customs")
    issuing = along("trafficking", "consular_post", "immigration_service", "document_issuing")
    assert min(at_borders) > max(issuing)
    firms = (
        "employer",
        "recruitment_agency",
        "transport_carrier",
        "financial_institution",
        "travel_and_marriage_agency",
    )
    assert max(issuing) > max(along("trafficking", *firms))
    (judges,) = along("criminal_justice", "court")
    assert judges < min(along("criminal_justice", "police", "customs", "border_guard", "immigration_service"))
