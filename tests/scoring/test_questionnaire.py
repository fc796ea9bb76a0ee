"""The questionnaire as a value: its parts by id, its hash, its conditions."""

import hashlib
import json

import pytest
from pydantic import ValidationError

from scoring.questionnaire import Evidence, Questionnaire, Stage, holds
from tests.builders import control, questionnaire, recommendation, scenario

ASKED = questionnaire(
    [scenario("bought_stamp", impact={"victims": 2, "justice": 3, "reach": 5, "institution": 1})],
    [control("stamps_counted", bought_stamp="3 key")],
    [recommendation("count", lifts={"stamps_counted": "operating"})],
)


@pytest.mark.parametrize(
    ("condition", "profile", "wanted"),
    [
        ({}, {}, True),
        ({"holds_people": True}, {}, True),
        ({"holds_people": True}, {"holds_people": True}, True),
        ({"holds_people": True}, {"holds_people": False}, False),
        ({"holds_people": False}, {"holds_people": False}, True),
        ({"holds_people": True, "takes_cash": False}, {"holds_people": True, "takes_cash": True}, False),
    ],
)
def test_a_condition_holds_unless_a_given_fact_speaks_against_it(condition, profile, wanted):
    assert holds(condition, profile) is wanted


def test_parts_are_found_by_their_id():
    evidence = Evidence(id="SRC-001", document="Paper", year=None, section="2", claim="It happens.", explicit=True)
    asked = ASKED.model_copy(update={"evidence": (evidence,)})
    assert asked.question["stamps_counted"].links[0].key
    assert asked.scenario["bought_stamp"].impact.largest == 5
    assert asked.recommendation["count"].effort == "S"
    assert asked.source["SRC-001"] is evidence


def test_the_hash_is_over_all_of_the_content_but_itself():
    assert ASKED.hash == ASKED.content_hash() == ASKED.sealed().hash
    assert ASKED.model_copy(update={"hash": ""}).content_hash() == ASKED.hash
    assert ASKED.model_copy(update={"title": "Another"}).content_hash() != ASKED.hash


def test_a_questionnaire_comes_back_whole_from_its_own_json():
    again = Questionnaire.model_validate_json(ASKED.model_dump_json())
    assert again == ASKED
    assert again.content_hash() == ASKED.hash


def test_a_key_that_nobody_reads_is_an_error():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Stage.model_validate({"id": "trial", "title": "Trial", "tilte": "Trial"})


def test_a_value_never_changes():
    with pytest.raises(ValidationError, match="frozen"):
        ASKED.title = "Another"


def test_the_hash_can_be_worked_out_from_the_json_alone():
    content = ASKED.model_dump(mode="json", exclude={"hash"}, exclude_defaults=True)
    assert "hint" not in content["sections"][0]["questions"][0]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert ASKED.content_hash() == "sha256:" + hashlib.sha256(canonical).hexdigest()


def test_a_key_that_holds_its_default_does_not_change_the_hash():
    spelled = Questionnaire.model_validate_json(ASKED.model_dump_json())
    brief = Questionnaire.model_validate_json(ASKED.model_dump_json(exclude_defaults=True))
    assert spelled.content_hash() == brief.content_hash()
