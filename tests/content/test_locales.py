"""The questionnaires' own locale layer: words change, ids, levels, scores and hash do not."""

from pathlib import Path

import pytest

from app.content.documents import activities
from app.content.locales import read_content_locales, spoken, translated
from app.content.resolution import resolve
from app.content.sources import read_sources
from app.errors import ContentError
from scoring.answers import Answer, read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.questionnaire import Questionnaire


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "locales" / "xx" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def questionnaire(tiny: Path) -> Questionnaire:
    write(
        tiny,
        "agencies/tiny.yaml",
        "id: tiny\nversion: 1.0.0\ntitle: Kleiner Grenzschutz\nsitting:\n  people: [Schichtleiterin]\n"
        "profile:\n  - id: holds_people\n    ask: Halten Sie Menschen fest?\n"
        "sections:\n  - id: booths\n    title: Schalter\n"
        "    questions:\n      - id: booth_pairs\n        ask: Wie werden Paare gebildet?\n"
        "        confirmable_by: [Beratungsstellen]\n"
        "        levels:\n          absent: Gar nicht.\n      - use: gifts\n        why: Eigener Grund.\n",
    )
    write(
        tiny,
        "shared/conduct.yaml",
        "questions:\n  - id: gifts\n    ask: Was geschieht mit Geschenken?\n    why: Geteilter Grund.\n",
    )
    write(tiny, "shared/context.yaml", "- id: outer_border\n  ask: Außengrenze?\n")
    write(tiny, "scenarios/tiny.yaml", "- id: waved_through\n  title: Durchgewinkt\n")
    write(tiny, "recommendations/tiny.yaml", "- id: pair_officers\n  title: Zu zweit\n")
    write(tiny, "evidence/paper.yaml", "- id: PAPER-1\n  claim: Eine Behauptung.\n")
    write(tiny, "finder.yaml", "- id: guards\n  does: Eine Grenze bewachen\n")
    return resolve(read_sources(tiny), "tiny")


def test_every_kind_of_word_is_translated(questionnaire: Questionnaire, tiny: Path) -> None:
    said = translated(questionnaire, read_content_locales(tiny)["xx"])
    assert said.title == "Kleiner Grenzschutz"
    assert (said.sitting.people, said.sitting.minutes) == (("Schichtleiterin",), questionnaire.sitting.minutes)
    assert said.question["booth_pairs"].confirmable_by == ("Beratungsstellen",)
    assert [fact.ask for fact in said.profile] == ["Außengrenze?", "Halten Sie Menschen fest?"]
    assert said.sections[0].title == "Schalter"
    assert said.question["booth_pairs"].ask == "Wie werden Paare gebildet?"
    assert [o.label for o in said.question["booth_pairs"].options][:2] == ["Gar nicht.", "By a rule."]
    assert (said.question["gifts"].ask, said.question["gifts"].why) == (
        "Was geschieht mit Geschenken?",
        "Eigener Grund.",
    )
    assert said.scenario["waved_through"].title == "Durchgewinkt"
    assert said.recommendation["pair_officers"].title == "Zu zweit"
    assert said.source["PAPER-1"].claim == "Eine Behauptung."


def test_hash_and_scores_do_not_depend_on_the_language(questionnaire: Questionnaire, tiny: Path) -> None:
    said = translated(questionnaire, read_content_locales(tiny)["xx"])
    given = {"booth_pairs": Answer("operating", "Roster"), "passages_traced": Answer("recurs")}
    results = [assess(Instrument(q), read_answers(q, {}, given)) for q in (questionnaire, said)]
    assert said.hash == questionnaire.hash
    assert results[0] == results[1]


def test_a_translation_of_another_version_is_not_used(questionnaire: Questionnaire, tiny: Path) -> None:
    newer = questionnaire.model_copy(update={"version": "1.1.0"})
    assert translated(newer, read_content_locales(tiny)["xx"]) is newer


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- id: waved_through\n  weight: 2\n", "“weight” is not a word of a scenario."),
        ("- title: Durchgewinkt\n", "This has no id."),
    ],
)
def test_a_key_that_is_not_a_word_is_refused(tiny: Path, text: str, says: str) -> None:
    write(tiny, "scenarios/tiny.yaml", text)
    with pytest.raises(ContentError, match=says):
        read_content_locales(tiny)


def test_a_translation_says_of_which_version_it_is(tiny: Path) -> None:
    write(tiny, "agencies/tiny.yaml", "id: tiny\ntitle: Kleiner Grenzschutz\n")
    with pytest.raises(ContentError, match="does not say of which version"):
        read_content_locales(tiny)


def test_a_line_of_the_finder_is_translated_and_keeps_its_agencies(questionnaire: Questionnaire, tiny: Path) -> None:
    (line,) = [line for line in activities(tiny) if line.id == "guards"]
    said = spoken(line, read_content_locales(tiny)["xx"])
    assert (said.does, said.agencies) == ("Eine Grenze bewachen", line.agencies)
