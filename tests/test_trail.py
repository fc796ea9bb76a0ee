"""The trail: whatever is changed behind the service's back shows, and an exported chain can be followed by anybody."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app.assessments import opened
from app.database import Database
from app.errors import UnsoundFile
from app.keyring import Keyring
from app.organisations import change_role, members
from app.program_keys import keys_of, revoke
from app.replay import differences
from app.retention import delete_assessment
from app.saving import Change
from app.trail import START, Chain, exported
from app.verify_log import End, read_ends, verify_log, write_ends
from tests import people
from tests.test_assessments import Desk, desk  # noqa: F401  (a fixture)


class Undone(Exception):
    """Ends a transaction that shall leave nothing."""


def keys_of_one(desk: Desk) -> str:  # noqa: F811
    with desk.database.transaction(write=False) as session:
        return keys_of(session, desk.reader.organisation)[0].id


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
    # started, facts, two saves, submitted; organisation, its manager, that an assessment was begun
    assert (len(found.ends), found.entries) == (2, 8)


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
        ("UPDATE trail_entry SET words = '' WHERE number = 3", 3, "written words were taken out"),
        (
            "INSERT INTO trail_entry SELECT chain, 6, at, account, action, detail, words, words_digest, seal "
            "FROM trail_entry WHERE number = 5",
            6,
            "it was changed",
        ),
        ("UPDATE assessment SET hash = 'x'", 0, "the questionnaire is not"),
        ("UPDATE assessment SET scope_words = 'large harbour'", 0, "the first lines is not"),
        ("UPDATE assessment SET submitted_at = '2020-01-01 00:00:00.000000'", 0, "the submission is not"),
        ("UPDATE assessment SET submitted_by = NULL", 0, "the submission is not"),
        ("UPDATE assessment SET created_at = '2020-01-01 00:00:00.000000'", 0, "the beginning is not"),
        ("UPDATE assessment SET marking = 'x'", 0, "the marking is not"),
        ("UPDATE organisation SET trail_signature = 'x.y'", 0, "not signed with a key"),
        ("UPDATE organisation SET name = 'Another'", 0, "the name is not"),
        ("UPDATE organisation SET retention_months = 1", 0, "the period is not"),
        ("UPDATE organisation SET is_state = NOT is_state", 0, "the state’s organisation is not"),
        ("UPDATE membership SET role = 'reviewer'", 0, "the role of "),
        ("DELETE FROM membership", 0, "the role of "),
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
    assert (0, "nothing is left of what it belongs to") in _faults(database, keyring)


def test_an_assessment_that_is_gone_with_its_trail_shows(database: Database, keyring: Keyring, filled: str) -> None:
    with database.transaction(write=True) as session:
        for gone in ("trail_entry WHERE chain LIKE 'assessment:%'", "assessment"):
            session.connection().execute(text(f"DELETE FROM {gone}"))
    assert [what for _, what in _faults(database, keyring)] == [
        "the number of assessments is not what the trail says it was last set to"
    ]


def test_a_key_and_a_grant_that_were_changed_or_put_in_show(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
) -> None:
    people.program(database, keyring, desk.reader)
    body = people.organisation(database, keyring, "Ministry")
    people.grant(database, desk.reader, body, "redacted", "funds")
    desk.does(revoke, keys_of_one(desk))
    people.program(database, keyring, desk.reader, ["reports"])
    assert _faults(database, keyring) == []
    for edit, what in (
        ("UPDATE api_key SET scopes = 'trail' WHERE scopes = 'reports'", "the key "),
        ("UPDATE api_key SET expires_at = '2099-01-01 00:00:00.000000' WHERE scopes = 'reports'", "the key "),
        ("UPDATE api_key SET revoked_at = NULL", "the key "),
        ("DELETE FROM api_key", "the key "),
        ("UPDATE sharing SET extent = 'results'", "the showing to "),
        ("DELETE FROM sharing", "the showing to "),
    ):
        with pytest.raises(Undone), database.transaction(write=True) as session:
            assert session.connection().execute(text(edit)).rowcount
            found = list(differences(session, desk.reader, Chain("organisation", desk.reader.organisation)))
            assert found and all(fault.what.startswith(what) for fault in found), edit
            raise Undone


def test_a_chain_that_cannot_be_read_hides_no_other(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
    filled: str,
) -> None:
    people.organisation(database, keyring, "Another")
    with database.transaction(write=True) as session:
        connection = session.connection()
        gone = {"of": desk.reader.organisation}
        connection.execute(text("DELETE FROM organisation_key WHERE organisation_id = :of"), gone)
        connection.execute(text("UPDATE organisation SET name = 'Yet another' WHERE id <> :of"), gone)
    faults = [what for _, what in _faults(database, keyring)]
    assert [what.partition("(")[0] for what in faults].count("it cannot be read ") == 2
    assert "the name is not what the trail says it was last set to" in faults


def test_ends_that_were_kept_elsewhere_show_what_was_put_back_and_what_is_gone(
    desk: Desk,  # noqa: F811
    database: Database,
    keyring: Keyring,
    filled: str,
    tmp_path: Path,
) -> None:
    other = people.organisation(database, keyring, "Another")
    write_ends(verify_log(database, keyring).ends, tmp_path / "ends.json")
    ends = read_ends(tmp_path / "ends.json")
    assert filled not in (tmp_path / "ends.json").read_text().replace(f"assessment:{filled}", "")

    def faults() -> list[str]:
        return [fault.what for fault in verify_log(database, Keyring(keyring.masters), ends).breaks]

    second = desk.begins()
    assert faults() == []
    with database.transaction(write=True) as session:
        delete_assessment(session, desk.reader, filled)
    assert faults() == []  # the organisation’s trail says that one was deleted
    with database.transaction(write=True) as session:
        connection = session.connection()
        for gone in ("trail_entry WHERE chain LIKE '%:' || :id", "organisation_key WHERE organisation_id = :id"):
            connection.execute(text(f"DELETE FROM {gone}"), {"id": other})
        connection.execute(text("DELETE FROM organisation WHERE id = :id"), {"id": other})
    assert faults() == ["it is gone since its end was kept"]
    ends = verify_log(database, keyring).ends
    ends[f"assessment:{second}"] = ends[f"assessment:{second}"]._replace(seal="0" * 64)
    assert faults() == ["it does not go on from entry 1, with which it ended then"]
    ends = ends | {f"assessment:{name}": End(desk.reader.organisation, 1, START) for name in ("gone", second)}
    ends.pop(f"assessment:{second}")
    assert faults() == ["1 of its assessments are gone, and it does not say so"]


@pytest.mark.parametrize("said", ["", "[]", '{"format": "x"}', '{"format": "plumbline-ends/1", "chains": {"a": {}}}'])
def test_a_file_that_holds_no_ends_is_refused(tmp_path: Path, said: str) -> None:
    (tmp_path / "ends.json").write_text(said)
    with pytest.raises(UnsoundFile, match="does not say where trails ended"):
        read_ends(tmp_path / "ends.json")


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


def test_words_that_were_taken_out_show_and_the_seals_hold(database: Database, keyring: Keyring, filled: str) -> None:
    with database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE trail_entry SET words = ''"))
    faults = _faults(database, keyring)
    assert faults and {what for _, what in faults} == {"its written words were taken out"}


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
