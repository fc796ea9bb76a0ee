"""Releases are frozen, drafts are told apart, and the latest version is the newest release."""

import json
from pathlib import Path

import pytest

from app.catalogue import load_catalogue, open_catalogue, read_releases, write_release
from app.content.checks import check
from app.content.resolution import resolve
from app.content.sources import read_sources
from app.errors import ContentError, NotFound
from scoring.questionnaire import Questionnaire
from tests.tiny import edit


@pytest.fixture
def draft(tiny: Path) -> Questionnaire:
    return resolve(read_sources(tiny), "tiny")


def test_a_draft_says_so_in_its_version(draft: Questionnaire) -> None:
    assert (draft.version, draft.draft) == ("1.0.0-draft", True)


def test_resolving_twice_gives_the_same_hash(draft: Questionnaire, tiny: Path) -> None:
    assert resolve(read_sources(tiny), "tiny").hash == draft.hash == draft.content_hash()


def test_a_section_s_condition_is_merged_into_its_questions(draft: Questionnaire) -> None:
    assert draft.question["hold_log"].only_if == {"holds_people": True}


def test_levels_are_spaced_evenly_unless_given(draft: Questionnaire) -> None:
    assert [option.level for option in draft.question["passed_alone"].options] == [0, 0.5, 1]
    assert [option.level for option in draft.question["gifts"].options] == [0, 1 / 3, 2 / 3, 1]


def test_a_recommendation_keeps_only_the_moves_of_this_agency(draft: Questionnaire) -> None:
    assert {r.id for r in draft.recommendations} == {
        "pair_officers", "look_at_passages", "log_the_hold", "pass_a_law", "enter_gifts",
    }  # fmt: skip
    assert draft.recommendation["pass_a_law"].addressee_title == "Parliament"


def test_a_release_is_read_back_as_it_was_written(draft: Questionnaire, tiny: Path) -> None:
    path = write_release(tiny, draft)
    (release,) = read_releases(tiny)
    assert path == tiny / "released" / "tiny" / "1.0.0.json"
    assert (release.version, release.draft, release.hash) == ("1.0.0", False, release.content_hash())
    assert release.hash != draft.hash


def test_a_released_version_cannot_be_released_again(draft: Questionnaire, tiny: Path) -> None:
    write_release(tiny, draft)
    with pytest.raises(ContentError, match="tiny 1.0.0 is released already. Raise the version."):
        write_release(tiny, draft)


def test_an_edited_release_is_refused(draft: Questionnaire, tiny: Path) -> None:
    path = write_release(tiny, draft)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scenarios"][0]["weight"] = 1.0
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        ContentError, match="does not have the hash that it was released with. A release is never edited"
    ):
        read_releases(tiny)


def test_a_release_under_another_name_is_refused(draft: Questionnaire, tiny: Path) -> None:
    path = write_release(tiny, draft)
    path.rename(path.with_name("2.0.0.json"))
    with pytest.raises(ContentError, match="The file’s name is not that of the release in it."):
        read_releases(tiny)


def test_a_file_that_is_no_questionnaire_is_refused(tiny: Path) -> None:
    path = tiny / "released" / "tiny" / "1.0.0.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ContentError, match="This is not a released questionnaire"):
        read_releases(tiny)


def test_text_that_changed_after_its_release_needs_a_higher_version(draft: Questionnaire, tiny: Path) -> None:
    write_release(tiny, draft)
    assert check(read_sources(tiny), read_releases(tiny)) == []
    line = edit(tiny, "agencies/tiny.yaml", "version: 1.0.0", "version: 1.0.0 ")
    edit(tiny, "shared/conduct.yaml", "A gift opens a door.", "A gift opens doors.")
    (fault,) = check(read_sources(tiny), read_releases(tiny))
    assert (fault.line, fault.remedy) == (line, "Raise the version.")


def test_the_draft_is_the_latest_only_where_nothing_is_released(draft: Questionnaire, tiny: Path) -> None:
    assert open_catalogue(tiny).instrument("tiny").questionnaire.version == "1.0.0-draft"
    write_release(tiny, draft)
    assert open_catalogue(tiny).instruments["tiny"].keys() == {"1.0.0"}
    edit(tiny, "agencies/tiny.yaml", "version: 1.0.0", "version: 1.1.0")
    catalogue = open_catalogue(tiny)
    assert catalogue.instrument("tiny").questionnaire.version == "1.0.0"
    assert catalogue.instrument("tiny", "1.1.0-draft").questionnaire.draft
    assert open_catalogue(tiny, drafts=False).instruments["tiny"].keys() == {"1.0.0"}


def test_versions_are_ordered_as_numbers(draft: Questionnaire) -> None:
    releases = [draft.model_copy(update={"version": v, "draft": False}).sealed() for v in ("1.10.0", "1.9.0")]
    assert load_catalogue(releases).instrument("tiny").questionnaire.version == "1.10.0"


def test_an_older_release_is_held_against_its_hash_when_it_is_asked_for(draft: Questionnaire, tiny: Path) -> None:
    older = write_release(tiny, draft)
    write_release(tiny, draft.model_copy(update={"version": "1.10.0-draft"}))
    write_release(tiny, draft.model_copy(update={"version": "1.9.0-draft"}))
    edit(tiny, "agencies/tiny.yaml", "version: 1.0.0", "version: 1.10.0")
    older.write_text(older.read_text(encoding="utf-8").replace("A gift opens a door.", "Gifts are fine."), "utf-8")
    catalogue = open_catalogue(tiny)
    assert list(catalogue.instruments["tiny"]) == ["1.0.0", "1.9.0", "1.10.0"]
    assert catalogue.instrument("tiny").questionnaire.version == "1.10.0"
    assert catalogue.instrument("tiny", "1.9.0").questionnaire.version == "1.9.0"
    with pytest.raises(ContentError, match="does not have the hash"):
        catalogue.instrument("tiny", "1.0.0")


def test_a_newest_release_that_was_edited_keeps_the_service_from_starting(draft: Questionnaire, tiny: Path) -> None:
    path = write_release(tiny, draft)
    path.write_text(path.read_text(encoding="utf-8").replace("A gift opens a door.", "Gifts are fine."), "utf-8")
    with pytest.raises(ContentError, match="does not have the hash"):
        open_catalogue(tiny)


def test_a_release_whose_name_is_no_version_is_refused_at_the_start(draft: Questionnaire, tiny: Path) -> None:
    path = write_release(tiny, draft)
    path.rename(path.with_name("latest.json"))
    with pytest.raises(ContentError, match="The file’s name is not that of the release in it."):
        open_catalogue(tiny)


def test_an_unknown_questionnaire_or_version_is_not_found(draft: Questionnaire) -> None:
    catalogue = load_catalogue([], [draft])
    with pytest.raises(NotFound, match="There is no questionnaire “large”"):
        catalogue.instrument("large")
    with pytest.raises(NotFound, match="“tiny” has no version “9.9.9”; it has 1.0.0-draft."):
        catalogue.instrument("tiny", "9.9.9")


def test_only_a_release_with_this_very_hash_counts_as_released(draft: Questionnaire) -> None:
    release = draft.model_copy(update={"version": "1.0.0", "draft": False}).sealed()
    catalogue = load_catalogue([release], [draft])
    assert catalogue.is_released(release)
    assert not catalogue.is_released(draft)
    assert not catalogue.is_released(release.model_copy(update={"title": "Another"}).sealed())
