"""Databases as earlier versions of the program left them, every table and column of them filled.

`at(path, revision)` makes one: Alembic builds the tables, and each function below fills what its revision added, in the
plain SQL of that time. A new revision needs its function in FILLED; the tests look whether any column was forgotten.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlmodel import Session

from app.accounts import Reader
from app.database import Database
from app.keyring import Keyring
from app.keys import new_master_keys
from app.migrations import HEAD, upgrade
from app.organisations import acting
from app.places import second_factor_place
from app.trail import Chain, entry_row
from tests.serving import small

MASTERS = new_master_keys()  # of every database that is made here
DRAFT, SUBMITTED = "draft-of-the-harbour-1", "submitted-by-the-port-1"
NOTE = "Draw of 3 May – “registry”; Ελληνικά, العربية\n  second line"
LOCAL = Chain("organisation", "local")
ACTIONS = "draw_rosters\nhide_houses"
Row = dict[str, Any]


def keyring() -> Keyring:
    """The keys of a database; not one for two of them, since it remembers organisations’ keys by their ids."""
    return Keyring(MASTERS)


def at(where: Path | str, revision: str) -> Database:
    """A filled database at a revision, as the version of the program that made it would have left it: in SQLite’s file,
    or by a URL."""
    database = Database(f"sqlite:///{where}" if isinstance(where, Path) else where)
    for stage in ("0004", HEAD):  # 0005 moves what was there into other tables, so it is filled before as well
        reached = min(stage, revision)
        upgrade(database, keyring(), reached)
        with database.transaction(write=True) as session:
            for filled, fill in FILLED.items():
                if filled <= reached and (stage == "0004" or filled > "0004"):
                    fill(session.connection())
        if reached == revision:
            break
    return database


def reader_of(session: Session) -> Reader:
    """Whoever reads what the harbour wrote, at the newest revision."""
    return acting(session, keyring(), "local", "local")


def contents(database: Database) -> dict[str, list[Row]]:
    """Every row of every table, as it is stored, but for the revision."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        found = {name: connection.execute(text(f'SELECT * FROM "{name}"')).mappings() for name in names}
        return {name: [dict(row) for row in rows] for name, rows in found.items()}


def _insert(connection: Connection, table: str, *rows: Row) -> None:
    for row in rows:
        names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def _assessments(connection: Connection) -> None:
    """0001: a draft, and an assessment that was submitted, with their facts, answers and histories."""
    hash_ = small().hash
    stamp = {"changed_at": "2025-03-01 09:30:00.123456", "changed_by": "local"}
    draft: Row = {
        "id": DRAFT,
        "organisation_id": "local",
        "agency": "small",
        "version": "1.0.0",
        "hash": hash_,
        "state": "draft",
        "about_organisation": "Harbour Office",
        "scope_kind": "post",
        "scope_words": "small harbour",
        "sittings": 3,
        "people": 7,
        "levels": "shift and command",
        "outside_moderator": True,
        "alone": False,
        "legal_adviser_asked": True,
        "profile_version": 2,
        "created_at": "2025-02-27 08:00:00.000001",
        "created_by": "local",
        "changed_at": "2025-03-01 09:30:00.123456",
        "submitted_at": None,
        "submitted_by": None,
    }
    submitted = draft | {
        "id": SUBMITTED,
        "state": "submitted",
        "scope_kind": "region",
        "outside_moderator": False,
        "alone": True,
        "legal_adviser_asked": False,
        "profile_version": 1,
        "submitted_at": "2025-03-02 23:59:59.999999",
        "submitted_by": "second",
    }
    _insert(connection, "organisation", {"id": "local", "name": "Border “Service”"}, {"id": "other", "name": "Other"})
    accounts = [("local", "local", "Local user"), ("second", "local", "Second"), ("stranger", "other", "Stranger")]
    keys = ("id", "organisation_id", "name")
    _insert(connection, "account", *(dict(zip(keys, account, strict=True)) for account in accounts))
    _insert(connection, "assessment", draft, submitted)
    facts = [(DRAFT, 1, True), (DRAFT, 2, False), (SUBMITTED, 1, True)]
    for assessment, version, holds in facts:
        fact = {"assessment_id": assessment, "fact": "runs_houses", "holds": holds}
        _insert(connection, "profile_fact_change", fact | {"version": version} | stamp)
        if (assessment, version) != (DRAFT, 1):
            _insert(connection, "profile_fact", fact)
    answers = [
        (DRAFT, "roster_drawn", [("on_paper", ""), ("evidenced", NOTE)]),
        (DRAFT, "papers_kept", [("not_applicable", "No papers are kept here"), ("unanswered", "")]),
        (SUBMITTED, "passage_alone", [("option_0", "")]),
        (SUBMITTED, "roster_drawn", [("evidenced", NOTE)]),
        (SUBMITTED, "papers_kept", [("absent", "x" * 4000)]),
        (SUBMITTED, "house_hidden", [("unknown", "")]),
        (SUBMITTED, "names_recur", [("prefer_not_to_say", "")]),
    ]
    for assessment, question, given in answers:
        for version, (option, note) in enumerate(given, 1):
            row = {"assessment_id": assessment, "question": question, "option": option, "note": note}
            _insert(connection, "answer_change", row | {"version": version} | stamp)
        _insert(connection, "answer", row | {"version": len(given)})


def _plans(connection: Connection) -> None:
    """0002: a plan beside each of the two."""
    made = {"name": "What we do in May", "actions": ACTIONS, "created_at": "2025-04-01 10:00:00.000002"}
    for number, assessment in enumerate((DRAFT, SUBMITTED)):
        _insert(
            connection, "plan", made | {"id": f"plan-{number}", "assessment_id": assessment, "created_by": "second"}
        )


def _raised_impacts(connection: Connection) -> None:
    """0003: an impact raised, another raised and taken back."""
    for version, (scenario, value) in enumerate([("trip_sold", 4), ("stay_sold", 5), ("trip_sold", 0)], 1):
        row = {"assessment_id": DRAFT, "version": version, "scenario": scenario, "value": value}
        stamp = {"changed_at": "2025-05-01 11:00:00.000003", "changed_by": "local"}
        _insert(connection, "impact_change", row | {"reason": f"Reason {version}"} | stamp)


def _rounds(connection: Connection) -> None:
    """0004: the draft is the round after the one that was submitted."""
    connection.execute(text(f"UPDATE assessment SET follows = '{SUBMITTED}' WHERE id = '{DRAFT}'"))


def _people(connection: Connection) -> None:
    """0005: accounts that sign in, one that is closed, and links; the trail and the keys are made on the way there."""
    connection.execute(
        text("UPDATE account SET email = id || '@example.org', closed_at = '2025-06-01 12:00:00.000004'")
    )
    since = {"since": "2025-06-01 12:00:00.000005"}
    _insert(connection, "membership", {"account_id": "local", "organisation_id": "local", "role": "manager"} | since)
    _noted(connection, LOCAL, "", ("role", {"account": "local", "role": "manager"}))
    seen = {"created_at": "2025-06-01 12:00:00.000006", "seen_at": "2025-06-01 13:00:00.000007"}
    _insert(connection, "signed_in", {"digest": "a", "account_id": "local", "organisation_id": "local"} | seen)
    link = {"organisation_id": "local", "role": "reviewer", "account_id": "local", "created_by": "local"}
    _insert(
        connection, "link", link | {"digest": "b", "kind": "invitation", "expires_at": "2099-01-01 00:00:00.000008"}
    )
    _insert(connection, "attempt", {"digest": "c", "failures": 3, "last_at": "2025-06-01 14:00:00.000009"})


def _review_and_sharing(connection: Connection) -> None:
    """0006: a reviewed assessment with management’s answers, a body it is shared with, a program’s key, codes."""
    moment = "2025-07-01 12:00:00.000010"
    connection.execute(text("UPDATE organisation SET is_state = true, retention_months = 60"))
    for account in ("local", "second", "stranger"):
        sealed = {"sealed": MASTERS.seal("secret", second_factor_place(account)), "id": account}
        change = "UPDATE account SET second_factor = :sealed, second_factor_step = 7 WHERE id = :id"
        connection.execute(text(change), sealed)
    done = f"state = 'final', marking = 'official', final_at = '{moment}', final_by = 'second'"
    connection.execute(text(f"UPDATE assessment SET {done} WHERE id = '{SUBMITTED}'"))
    level = {
        "assessment_id": SUBMITTED,
        "question": "papers_kept",
        "option": "on_paper",
        "comment": "",
        "version": 1,
        "answer_version": 1,
    }
    _insert(connection, "verified_level", level)
    decided = {"decision": "accepted", "why": "", "post": "", "due": "2025-12-31", "money": "yes", "version": 1}
    _insert(connection, "management_answer", {"assessment_id": SUBMITTED, "recommendation": "draw_rosters"} | decided)
    _noted(
        connection,
        Chain("assessment", SUBMITTED),
        "second",
        ("levels", {"levels": [{name: level[name] for name in ("question", "option", "version", "answer_version")}]}),
        (
            "management",
            {"action": "draw_rosters"} | {name: decided[name] for name in ("decision", "due", "money", "version")},
        ),
        ("marking", {"marking": "official"}),
        ("state", {"from": "under_review", "to": "final"}),
    )
    granted = {"relation": "none", "extent": "results", "since": moment, "granted_by": "local"}
    _insert(connection, "sharing", {"organisation_id": "local", "with_id": "other"} | granted)
    key = {"id": "key-1", "digest": "d", "organisation_id": "local", "name": "Case system", "scopes": "read"}
    key |= {"created_by": "local", "created_at": moment, "expires_at": moment, "revoked_at": moment, "used_at": moment}
    _insert(connection, "api_key", key)
    states = ("of the state", {"is_state": True}), ("retention", {"months": 60})
    _noted(connection, Chain("organisation", "other"), "", *states)
    _noted(
        connection,
        LOCAL,
        "local",
        *states,
        ("shown to", {"body": "other", "name": "Other", "relations": [], "extent": "results"}),
        ("program key", {"key": "key-1", "name": "Case system", "scopes": ["read"], "days": 0}),
        ("program key revoked", {"key": "key-1", "name": "Case system"}),
    )
    _insert(connection, "recovery_code", {"digest": "e", "account_id": "local"})
    known = {"issuer": "https://login.example.org", "subject": "f", "account_id": "local", "since": moment}
    _insert(connection, "outside_identity", known)


def _noted(connection: Connection, owner: Chain, account: str, *said: tuple[str, Row]) -> None:
    """What was done to an assessment or an organisation, in its trail."""
    end = text(f"SELECT trail_number, trail_seal FROM {owner.owner} WHERE id = :id")
    chain = Chain(owner.owner, owner.id, *connection.execute(end, {"id": owner.id}).one())
    cipher = keyring().cipher(connection, "local" if owner.owner == "assessment" else owner.id, 1)
    for action, detail in said:
        row = entry_row(cipher, chain, datetime(2025, 7, 1, 12, tzinfo=UTC), account, action, detail)
        _insert(connection, "trail_entry", row | {"at": "2025-07-01 12:00:00.000000"})
    columns = "trail_number = :trail_number, trail_seal = :trail_seal, trail_signature = :trail_signature"
    head = chain.head(MASTERS) | {"id": owner.id}
    connection.execute(text(f"UPDATE {owner.owner} SET {columns} WHERE id = :id"), head)


def _counted(connection: Connection) -> None:
    """0007: no table changed; its entry is written by the migration itself."""


FILLED: dict[str, Callable[[Connection], None]] = {
    "0001": _assessments,
    "0002": _plans,
    "0003": _raised_impacts,
    "0004": _rounds,
    "0005": _people,
    "0006": _review_and_sharing,
    "0007": _counted,
}
