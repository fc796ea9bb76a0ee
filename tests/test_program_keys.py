"""Keys for programs: a digest is kept, they end by time and by hand, and every change of one is in the trail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app import program_keys
from app.accounts import Reader, digest_of
from app.database import Database
from app.errors import BadRequest, MustWait, NotFound
from app.keyring import Keyring
from app.program_keys import FREE, SCOPES, ProgramKey
from app.trail import entries
from tests import people


class Desk:
    def __init__(self, database: Database, keyring: Keyring, reader: Reader) -> None:
        self.database, self.keyring, self.reader = database, keyring, reader

    def makes(self, *scopes: str, days: int = 90) -> str:
        with self.database.transaction(write=True) as session:
            return program_keys.make_key(session, self.reader, "Case system", scopes or SCOPES, days)

    def of(self, token: str) -> program_keys.Program | None:
        with self.database.transaction(write=False) as session:
            return program_keys.program_of(session, self.keyring, token)

    def made(self) -> list[ProgramKey]:
        with self.database.transaction(write=False) as session:
            return program_keys.keys_of(session, self.reader.organisation)

    def revokes(self, key_id: str, reader: Reader | None = None) -> None:
        with self.database.transaction(write=True) as session:
            program_keys.revoke(session, reader or self.reader, key_id)

    def rows(self, table: str) -> str:
        with self.database.transaction(write=False) as session:
            return str(session.connection().execute(text(f"SELECT * FROM {table}")).all())


@pytest.fixture
def desk(database: Database, keyring: Keyring, reader: Reader) -> Desk:
    return Desk(database, keyring, reader)


def test_a_key_reads_for_its_organisation_and_only_its_digest_is_kept(desk: Desk) -> None:
    token = desk.makes("reports")
    found = desk.of(token)
    assert found and (found.reader.organisation, found.reader.role) == (desk.reader.organisation, "program")
    assert found.scopes == {"reports"} and not found.reader.may_write
    assert token.startswith("plumbline_") and len(token) == len("plumbline_") + 43
    kept = desk.rows("api_key") + desk.rows("trail_entry")
    assert digest_of(token) in kept and token not in kept and token.removeprefix("plumbline_") not in kept


@pytest.mark.parametrize("token", ["", "plumbline_", "plumbline_" + "x" * 43, "local"])
def test_what_is_no_key_is_nobody_s(desk: Desk, token: str) -> None:
    desk.makes()
    assert desk.of(token) is None


def test_a_key_ends_by_itself(desk: Desk) -> None:
    token = desk.makes(days=1)
    assert desk.made()[0].expires_at - desk.made()[0].created_at == timedelta(days=1)
    with desk.database.transaction(write=True) as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.connection().execute(program_keys.update(program_keys.API_KEY).values(expires_at=past))
    assert desk.of(token) is None and desk.made()[0].has_expired


def test_a_revoked_key_is_good_no_more_and_is_revoked_once(desk: Desk) -> None:
    token, other = desk.makes(), desk.makes()
    newest, oldest = desk.made()
    desk.revokes(oldest.id)
    assert desk.of(token) is None and desk.of(other) is not None
    assert [key.revoked_at is None for key in desk.made()] == [True, False]
    with pytest.raises(NotFound):
        desk.revokes(oldest.id)
    assert newest.made_by == "Maria Sample"


def test_nobody_revokes_or_lists_the_key_of_another_organisation(desk: Desk) -> None:
    token = desk.makes()
    elsewhere = people.organisation(desk.database, desk.keyring, "Elsewhere")
    other = people.reader_of(desk.database, desk.keyring, people.member(desk.database, desk.keyring, elsewhere))
    with pytest.raises(NotFound):
        desk.revokes(desk.made()[0].id, other)
    assert desk.of(token) is not None
    assert Desk(desk.database, desk.keyring, other).made() == []


@pytest.mark.parametrize(
    ("scopes", "days"), [([], 90), (["write"], 90), (["reports", "x"], 90), (["reports"], 0), (["reports"], 366)]
)
def test_a_key_without_a_scope_or_for_too_long_is_not_made(desk: Desk, scopes: list[str], days: int) -> None:
    with desk.database.transaction(write=True) as session, pytest.raises(BadRequest):
        program_keys.make_key(session, desk.reader, "Case system", scopes, days)
    assert desk.made() == []


def test_the_last_use_is_kept_to_the_minute(desk: Desk) -> None:
    token = desk.makes()
    assert desk.made()[0].used_at is None
    first = desk.of(token)
    assert first and first.is_to_be_seen
    with desk.database.transaction(write=True) as session:
        program_keys.used(session, first)
    again = desk.of(token)
    assert again and not again.is_to_be_seen and desk.made()[0].used_at
    with desk.database.transaction(write=True) as session:
        past = datetime.now(UTC) - timedelta(seconds=61)
        session.connection().execute(program_keys.update(program_keys.API_KEY).values(used_at=past))
    later = desk.of(token)
    assert later and later.is_to_be_seen


def test_making_and_revoking_are_in_the_trail(desk: Desk) -> None:
    desk.makes("trail", "assessments", days=30)
    key = desk.made()[0].id
    desk.revokes(key)
    with desk.database.transaction(write=False) as session:
        found = entries(session, desk.reader.cipher, f"organisation:{desk.reader.organisation}")
    said = {"key": key, "name": "Case system"}
    assert [(entry.action, entry.detail, entry.account) for entry in found[-2:]] == [
        ("program key", said | {"scopes": ["assessments", "trail"], "days": 30}, desk.reader.account),
        ("program key revoked", said, desk.reader.account),
    ]


def test_failures_from_one_address_have_to_wait_and_others_do_not(desk: Desk) -> None:
    for _ in range(FREE):
        program_keys.count_failure(desk.database, "192.0.2.1")
    with pytest.raises(MustWait) as waiting:
        program_keys.count_failure(desk.database, "192.0.2.1")
    assert 0 < waiting.value.seconds <= 15
    program_keys.count_failure(desk.database, "192.0.2.2")
    assert "192.0.2" not in desk.rows("attempt")
