"""How alike two agencies' own questions are is measured, and near-copies are refused."""

from pathlib import Path

import pytest

from app.content.checks.likeness import likeness_faults, pairs
from app.content.sources import Sources, read_sources
from tests.tiny import QUESTIONNAIRES

OWN = ("passed_alone", "remote_hours", "booth_pairs", "passages_traced")


def twin(tiny: Path, **changed: str) -> Sources:
    """The folder with a second agency: the first one with its ids changed, and some of its words."""
    text = (tiny / "agencies" / "tiny.yaml").read_text(encoding="utf-8").replace("id: tiny\n", "id: twin\n")
    for name in (*OWN, "held_alone", "hold_logged"):
        text = text.replace(f"id: {name}\n", f"id: {name}_too\n")
    for find, put in changed.items():
        text = text.replace(find.replace("_", " "), put)
    (tiny / "agencies" / "twin.yaml").write_text(text, encoding="utf-8")
    return read_sources(tiny)


def test_an_agency_with_its_name_changed_is_refused_question_by_question(tiny: Path) -> None:
    faults = {fault.what for fault in likeness_faults(twin(tiny))}
    assert "“booth_pairs_too” is nearly “booth_pairs” of another agency (100% of its wording)." in faults
    assert all(fault.file.name == "twin.yaml" for fault in likeness_faults(read_sources(tiny)))


def test_a_word_changed_here_and_there_does_not_make_another_question(tiny: Path) -> None:
    sources = twin(tiny, officers="inspectors")
    assert any("booth_pairs" in fault.what for fault in likeness_faults(sources))


def test_questions_of_one_agency_and_shared_ones_are_not_compared(tiny: Path) -> None:
    assert pairs(read_sources(tiny)) == []


def test_the_shipped_questions_are_far_from_copies() -> None:
    shares = [pair.share for pair in pairs(read_sources(QUESTIONNAIRES))]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] < 0.5


@pytest.mark.parametrize("common", [2, 60])
def test_a_run_that_very_many_questions_share_is_a_turn_of_phrase(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    monkeypatch.setattr("app.content.checks.likeness.COMMON", common - 1)
    assert bool(pairs(twin(tiny))) is (common > 2)
