"""The trail: whatever is changed behind the service's back shows, and an exported chain can be followed by anybody."""

import hashlib
import json

import pytest
from sqlalchemy import text

from app.assessments import opened
from app.database import Database
from app.keyring import Keyring
from app.organisations import change_role, members
from app.saving import Change
from app.trail import START, exported
from app.verify_log import verify_log
from tests import people
from tests.test_assessments import Desk, desk  # noqa: F401  (a fixture)


def _faults(database: Database, keyring: Keyring) -> list[tuple[int, str]]:
    return [(fault.number, fault.what) for fault in verify_log(database, Keyring(keyring.masters)).breaks]


@pytest.fixture
def filled(desk: Desk) -> str:  # noqa: F811
    name = desk.begins()
    desk.answers_all(name)
    desk.saves(name, Change("roster_drawn", "operating", "Log of May", 1), Change("house_hidden", "absent", "", 1))
    desk.submits(name)
    return name


def test_a_chain_that_nobody_touched_holds(database: Database, keyring: Keyring, filled: str) -> None:
    found = verify_log(database, keyring)
    assert found.breaks == []
    assert (found.chains, found.entries) == (2, 7)  # started, facts, two saves, submitted; organisation, its manager


@pytest.mark.parametrize(
    ("edit", "number", "what"),
    [
        ("UPDATE trail_entry SET detail = replace(detail, 'absent', 'operating') WHERE number = 4", 4, "was changed"),
        ("UPDATE trail_entry SET account = 'somebody' WHERE number = 3", 3, "was changed"),
        ("UPDATE trail_entry SET at = '2020-01-01 00:00:00.000000' WHERE number = 3", 3, "was changed"),
        ("UPDATE trail_entry SET words_digest = '' WHERE number = 3", 3, "was changed"),
        (
            "UPDATE trail_entry SET words = (SELECT words FROM trail_entry WHERE number = 3) WHERE number = 4",
            4,
            "words",
        ),
        ("DELETE FROM trail_entry WHERE number = 3", 4, "entries are missing before it: 3 to 3"),
        ("DELETE FROM trail_entry WHERE number = 5", 0, "it ends with entry 4; its owner names entry 5"),
        ("UPDATE answer SET option = 'evidenced' WHERE question = 'house_hidden'", 0, "answer house_hidden is not"),
        ("UPDATE answer SET note = '' WHERE question = 'roster_drawn'", 0, "answer roster_drawn is not what"),
        ("DELETE FROM answer WHERE question = 'names_recur'", 0, "answer names_recur is not what"),
        ("UPDATE profile_fact SET holds = NOT holds", 0, "fact runs_houses is not what"),
        ("UPDATE organisation SET trail_signature = 'x.y'", 0, "not signed with a key"),
    ],
)
def test_every_edit_behind_the_services_back_shows(
    database: Database, keyring: Keyring, filled: str, edit: str, number: int, what: str
) -> None:
    if "trail_entry" in edit:
        edit = edit.replace("number = ", "chain LIKE 'assessment:%' AND number = ")
    with database.transaction(write=True) as session:
        assert session.connection().execute(text(edit)).rowcount
    assert any(number == at and what in said for at, said in _faults(database, keyring))


def test_whoever_cuts_the_end_and_seals_it_anew_lacks_the_signature(
    database: Database, keyring: Keyring, filled: str
) -> None:
    with database.transaction(write=True) as session:
        connection = session.connection()
        connection.execute(text("DELETE FROM trail_entry WHERE chain LIKE 'assessment:%' AND number = 5"))
        connection.execute(
            text(
                "UPDATE assessment SET state = 'draft', trail_number = 4, "
                "trail_seal = (SELECT seal FROM trail_entry WHERE chain LIKE 'assessment:%' AND number = 4)"
            )
        )
    assert _faults(database, keyring) == [(0, "its end was not signed with a key of this service’s key file")]


def test_a_trail_whose_assessment_is_gone_shows(database: Database, keyring: Keyring, filled: str) -> None:
    with database.transaction(write=True) as session:
        session.connection().execute(text("DELETE FROM assessment"))
    assert _faults(database, keyring) == [(0, "nothing is left of what it belongs to")]


def test_an_exported_chain_can_be_followed_with_a_few_lines(desk: Desk, filled: str) -> None:  # noqa: F811
    with desk.database.transaction(write=False) as session:
        assessment = opened(session, desk.reader, desk.catalogue, filled)
        data = json.loads(json.dumps(exported(session, desk.reader.cipher, assessment.chain)))
    seal = START
    for entry in data["entries"]:
        said = [entry[name] for name in ("number", "at", "account", "action", "detail", "words_digest")]
        line = json.dumps([seal, data["chain"], *said], ensure_ascii=False, separators=(",", ":"))
        seal = hashlib.sha256(line.encode()).hexdigest()
        assert seal == entry["seal"]
        if entry["words"]:
            assert hashlib.sha256(entry["words"].encode()).hexdigest() == entry["words_digest"]
    assert seal == data["ends_with"]
    assert "Log of May" in data["entries"][3]["words"]


def test_words_that_were_deleted_leave_a_chain_that_holds(database: Database, keyring: Keyring, filled: str) -> None:
    with database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE trail_entry SET words = ''"))
    faults = verify_log(database, keyring).breaks
    assert {fault.number for fault in faults} == {0}  # the seals hold; only what stands can no longer be compared
    assert all("is not what the trail says" in fault.what for fault in faults)


def test_roles_are_in_the_organisations_trail_and_one_manager_stays(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    token = people.member(database, keyring, desk.reader.organisation, "respondent", "Rosa Respondent")
    rosa = people.reader_of(database, keyring, token)
    desk.does(change_role, rosa.account, "reviewer")
    with pytest.raises(Exception, match="needs a manager"):
        desk.does(change_role, desk.reader.account, "respondent")
    with database.transaction(write=False) as session:
        roles = {member.name: member.role for member in members(session, desk.reader.organisation)}
    assert roles == {"Rosa Respondent": "reviewer", "Maria Sample": "manager"}
    assert verify_log(database, keyring).breaks == []
