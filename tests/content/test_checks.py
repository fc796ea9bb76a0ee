"""Every check of the data refuses its bad file, in words that give file, line, key and remedy."""

from pathlib import Path

import pytest
import yaml

from app.content.checks import check, release_faults
from app.content.resolution import resolve
from app.content.sources import Sources, read_sources
from app.errors import ContentError, Fault
from tests.tiny import QUESTIONNAIRES, edit

BAD = sorted((Path(__file__).parents[1] / "bad").glob("*.yaml"))


def faults_of(folder: Path) -> list[Fault]:
    """Every fault that reading and checking find."""
    try:
        return check(read_sources(folder))
    except ContentError as error:
        return error.faults


def test_there_are_bad_files() -> None:
    assert len(BAD) > 50


def test_the_tiny_folder_has_no_fault(tiny: Path) -> None:
    assert faults_of(tiny) == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_file_line_and_remedy(path: Path, tiny: Path) -> None:
    bad = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(tiny, bad["in"], bad["find"].rstrip("\n"), bad["put"].rstrip("\n"))
    faults = faults_of(tiny)
    said = [fault for fault in faults if bad["says"] in str(fault)]
    assert said, f"expected “{bad['says']}” among:\n" + "\n".join(map(str, faults))
    fault = said[0]
    assert fault.file.is_relative_to(tiny)
    lines = fault.file.read_text(encoding="utf-8").splitlines()
    assert 1 <= fault.line <= len(lines)
    assert fault.what.endswith(".")
    assert fault.remedy.endswith(".")


def test_a_fault_names_the_very_line(tiny: Path) -> None:
    line = edit(tiny, "agencies/tiny.yaml", "kind: signal", "kind: sign")
    (fault,) = faults_of(tiny)
    assert fault.line == line
    assert fault.key == "sections.0.questions.3.kind"


def test_broken_utf8_is_a_fault_with_its_line(tiny: Path) -> None:
    path = tiny / "agencies" / "tiny.yaml"
    path.write_bytes(path.read_bytes().replace(b"Tiny border", b"Tin\xff border"))
    (fault,) = faults_of(tiny)
    assert (fault.line, fault.what) == (2, "This is not UTF-8.")


def test_a_missing_file_is_a_fault(tiny: Path) -> None:
    (tiny / "chains.yaml").unlink()
    assert "This file is missing." in str(faults_of(tiny)[0])


def test_faults_of_several_files_are_told_together(tiny: Path) -> None:
    edit(tiny, "agencies/tiny.yaml", "kind: signal", "kind: sign")
    edit(tiny, "scenarios/tiny.yaml", "weight: 3", "weight: 4")
    found = {str(fault.file.relative_to(tiny)) for fault in faults_of(tiny)}
    assert found == {"agencies/tiny.yaml", "scenarios/tiny.yaml"}


def test_every_combination_of_facts_must_leave_a_scenario_open(tiny: Path) -> None:
    edit(tiny, "scenarios/tiny.yaml", "  acts: [ignoring]", "  acts: [ignoring]\n  only_if: holds_people")
    assert "Some combination of profile facts closes every scenario." in "\n".join(map(str, faults_of(tiny)))


def test_an_open_scenario_has_a_control(tiny: Path) -> None:
    edit(tiny, "agencies/tiny.yaml", "          hold_sold: 2\n", "          waved_through: 2\n")
    edit(
        tiny,
        "agencies/tiny.yaml",
        "          waved_through: 1\n          hold_sold: 1\n",
        "          waved_through: 1\n",
    )
    assert "can be open without a control." in "\n".join(map(str, faults_of(tiny)))


def test_an_agency_has_a_scenario(tiny: Path) -> None:
    (tiny / "scenarios" / "tiny.yaml").write_text("[]\n", encoding="utf-8")
    assert any("waved_through" in str(fault) for fault in faults_of(tiny))


def test_counts_are_asked_of_a_release_and_not_of_a_draft(tiny: Path) -> None:
    sources = read_sources(tiny)
    assert check(sources) == []
    faults = "\n".join(map(str, release_faults(sources, resolve(sources, "tiny"))))
    assert "The questionnaire has 7 questions. A release has 24 to 45." in faults
    assert "The questionnaire has 2 sections. A release has 5 to 9." in faults
    assert "The stage “recruitment” of “trafficking” has no scenario and no reason for being left out." in faults


def test_at_least_half_of_a_release_are_the_agencys_own_questions(tiny: Path) -> None:
    sources = read_sources(tiny)
    draft = resolve(sources, "tiny")
    assert "are this agency’s own" not in "\n".join(map(str, release_faults(sources, draft)))
    sources.shared |= dict.fromkeys(("passed_alone", "booth_pairs", "hold_log"), sources.shared["gifts"])
    assert "Only 3 of 7 questions are this agency’s own." in "\n".join(map(str, release_faults(sources, draft)))


def test_a_stage_cannot_be_left_out_and_have_a_scenario(tiny: Path) -> None:
    edit(tiny, "agencies/tiny.yaml", "profile:\n", "stages_left_out:\n  border_crossing: We have none.\nprofile:\n")
    sources = read_sources(tiny)
    assert "is left out, and has a scenario." in "\n".join(map(str, release_faults(sources, resolve(sources, "tiny"))))


def test_each_act_of_a_chain_is_in_a_scenario_or_left_out_with_a_reason_and_not_both(tiny: Path) -> None:
    acts = "acts_left_out:\n  trafficking:\n    tolerating: Nobody here looks.\n    ignoring: Nobody here looks.\n"
    edit(tiny, "agencies/tiny.yaml", "profile:\n", f"{acts}profile:\n")
    sources = read_sources(tiny)
    assert check(sources) == []
    faults = "\n".join(map(str, release_faults(sources, resolve(sources, "tiny"))))
    assert "The act “organising” of “trafficking” is in no scenario and has no reason for being left out." in faults
    assert "The act “ignoring” of “trafficking” is left out, and is in a scenario." in faults
    assert "“tolerating”" not in faults


@pytest.fixture(scope="module")
def shipped() -> Sources:
    return read_sources(QUESTIONNAIRES)


def test_the_shipped_questionnaires_have_no_fault(shipped: Sources) -> None:
    assert len(shipped.agencies) >= 3
    assert check(shipped) == []


@pytest.mark.parametrize(
    ("limits", "is_there"),
    [
        ({"addressee": "parliament"}, True),
        ({"addressee": "parliament", "agencies": ["large"]}, False),
        ({"addressee": "parliament", "not_agencies": ["tiny"]}, False),
        ({"addressee": "tiny", "agencies": ["large"]}, True),
    ],
)
def test_a_recommendation_stands_where_its_agencies_say_and_always_with_its_addressee(
    tiny: Path, limits: dict[str, object], is_there: bool
) -> None:
    sources = read_sources(tiny)
    moved = sources.recommendations["pair_officers"].model_copy(update=limits)
    sources.recommendations["pair_officers"] = moved
    found = [recommendation.id for recommendation in resolve(sources, "tiny").recommendations]
    assert ("pair_officers" in found) is is_there
