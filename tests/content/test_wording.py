"""Plain language is measured over each file, and abbreviations are spelled out where they are first met."""

from pathlib import Path

from app.content.checks import check
from app.content.sources import read_sources
from tests.tiny import edit


def faults_of(folder: Path) -> list[str]:
    return [str(fault) for fault in check(read_sources(folder))]


def test_a_file_of_long_sentences_is_refused_although_none_is_too_long(tiny: Path) -> None:
    long = " ".join(["word"] * 45) + ". "
    edit(tiny, "shared/conduct.yaml", "why: ", f"why: {long * 30}")
    (fault,) = faults_of(tiny)
    assert "conduct.yaml:" in fault
    assert "words on average. Stay under 20." in fault


def test_what_the_sources_say_has_its_own_length(tiny: Path) -> None:
    edit(tiny, "evidence/paper.yaml", "claim: ", f"claim: {' '.join(['word'] * 80)} ")
    assert faults_of(tiny) == []


def test_an_abbreviation_may_be_used_once_it_is_spelled_out(tiny: Path) -> None:
    edit(tiny, "agencies/tiny.yaml", "The work is done one to one.", "The United Nations (UN) say so.")
    edit(tiny, "agencies/tiny.yaml", "why: Alone means unseen.", "why: Alone means unseen, says the UN.")
    assert faults_of(tiny) == []
