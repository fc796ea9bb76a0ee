"""Accounts that sign in, organisations’ keys, encrypted notes, and the trail in place of the tables of changes.

What was kept of changes goes into trails, in the order in which it happened.
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.keyring import Keyring
from app.places import answer_place, impact_place
from app.trail import START, Chain, entry_row

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the new tables, fill them from the old ones, drop those."""
    _make_tables()
    connection, keyring = op.get_bind(), context.config.attributes["keyring"]
    for organisation in connection.execute(sa.text("SELECT id, name FROM organisation")).all():
        _move_organisation(connection, keyring, organisation.id, organisation.name)
    for table in ("answer_change", "profile_fact_change", "impact_change"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "organisation_key",
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("wrapped", sa.String(), nullable=False),
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), primary_key=True, index=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )
    op.create_table(
        "signed_in",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "link",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=True, index=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("created_by", sa.String(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "raised_impact",
        sa.Column("assessment_id", sa.String(), sa.ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("scenario", sa.String(), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "trail_entry",
        sa.Column("chain", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_digest", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
    )
    with op.batch_alter_table("account") as table:
        table.drop_index("ix_account_organisation_id")
        table.drop_column("organisation_id")
        table.add_column(sa.Column("email", sa.String(), nullable=True))
        table.add_column(sa.Column("password", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("is_administrator", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("created_at", _MOMENT, nullable=False, server_default="1970-01-01 00:00:00"))
        table.add_column(sa.Column("closed_at", _MOMENT, nullable=True))
        table.create_unique_constraint("uq_account_email", ["email"])
    with op.batch_alter_table("organisation") as table:
        table.add_column(sa.Column("key_number", sa.Integer(), nullable=False, server_default="1"))
        _add_trail(table)
    with op.batch_alter_table("assessment") as table:
        table.add_column(sa.Column("impacts_version", sa.Integer(), nullable=False, server_default="0"))
        _add_trail(table)
    for name, columns in {
        "account": ("password", "is_administrator", "created_at"),
        "organisation": ("key_number", "trail_number", "trail_seal", "trail_signature"),
        "assessment": ("impacts_version", "trail_number", "trail_seal", "trail_signature"),
    }.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.alter_column(column, server_default=None)


def _add_trail(table: Any) -> None:
    table.add_column(sa.Column("trail_number", sa.Integer(), nullable=False, server_default="0"))
    table.add_column(sa.Column("trail_seal", sa.String(), nullable=False, server_default=START))
    table.add_column(sa.Column("trail_signature", sa.String(), nullable=False, server_default=""))


def _move_organisation(connection: sa.Connection, keyring: Keyring, organisation: str, name: str) -> None:
    keyring.add_key(connection, organisation, 1)
    cipher = keyring.cipher(connection, organisation, 1)
    trail = sa.table("trail_entry", *map(sa.column, _ENTRY[:2]), sa.column("at", _MOMENT), *map(sa.column, _ENTRY[3:]))
    chain = Chain("organisation", organisation)
    said = {"name": name, "moved": "what was kept before trails were"}
    connection.execute(sa.insert(trail), entry_row(cipher, chain, datetime.now(UTC), "", "organisation", said))
    _keep_end(connection, "organisation", organisation, chain.head(keyring.masters))
    mine = sa.text("SELECT * FROM assessment WHERE organisation_id = :o").bindparams(o=organisation)
    for assessment in connection.execute(mine.columns(created_at=_MOMENT, submitted_at=_MOMENT)).mappings().all():
        chain = Chain("assessment", assessment["id"])
        for at, account, action, detail, words in sorted(_events(connection, assessment), key=lambda event: event[0]):
            row = entry_row(cipher, chain, at, account, action, detail | {"moved": True}, words)
            connection.execute(sa.insert(trail), row)
        _keep_end(connection, "assessment", assessment["id"], chain.head(keyring.masters))
        _move_impacts(connection, cipher, assessment["id"])
        for answer in _all(connection, "answer", assessment["id"]):
            this = sa.text("UPDATE answer SET note = :note WHERE assessment_id = :a AND question = :q")
            closed = cipher.close(answer["note"], answer_place(assessment["id"], answer["question"]))
            connection.execute(this, {"note": closed, "a": assessment["id"], "q": answer["question"]})


_ENTRY = ("chain", "number", "at", "account", "action", "detail", "words", "words_digest", "seal")
Event = tuple[datetime, str, str, dict[str, Any], dict[str, str]]


def _events(connection: sa.Connection, assessment: Any) -> Iterator[Event]:
    """What happened to an assessment: what was saved at one moment is one event."""
    text = {name: assessment[name] for name in ("agency", "version", "hash", "follows")}
    yield _utc(assessment["created_at"]), assessment["created_by"], "started", text, {}
    for (at, by), rows in _by_moment(_all(connection, "profile_fact_change", assessment["id"])):
        facts = {row["fact"]: bool(row["holds"]) for row in rows}
        yield at, by, "facts", {"version": rows[0]["version"], "facts": facts}, {}
    for (at, by), rows in _by_moment(_all(connection, "answer_change", assessment["id"])):
        answers = [{name: row[name] for name in ("question", "option", "version")} for row in rows]
        yield at, by, "answers", {"answers": answers}, {row["question"]: row["note"] for row in rows if row["note"]}
    for (at, by), rows in _by_moment(_all(connection, "impact_change", assessment["id"])):
        values = {row["scenario"]: row["value"] or None for row in rows}
        reasons = {row["scenario"]: row["reason"] for row in rows if row["reason"]}
        yield at, by, "impacts", {"version": rows[-1]["version"], "impacts": values}, reasons
    if assessment["submitted_at"]:
        states = {"from": "draft", "to": "submitted"}
        yield _utc(assessment["submitted_at"]), assessment["submitted_by"], "state", states, {}


def _move_impacts(connection: sa.Connection, cipher: Any, assessment: str) -> None:
    changes = sorted(_all(connection, "impact_change", assessment), key=lambda row: row["version"])
    for row in {row["scenario"]: row for row in changes}.values():
        if row["value"]:
            values = {"a": assessment, "s": row["scenario"], "v": row["value"]}
            closed = cipher.close(row["reason"], impact_place(assessment, row["scenario"]))
            connection.execute(sa.text("INSERT INTO raised_impact VALUES (:a, :s, :v, :r)"), values | {"r": closed})
    version = sa.text("UPDATE assessment SET impacts_version = :v WHERE id = :a")
    connection.execute(version, {"v": len(changes), "a": assessment})


def _all(connection: sa.Connection, table: str, assessment: str) -> list[Any]:
    found = sa.text(f"SELECT * FROM {table} WHERE assessment_id = :a").bindparams(a=assessment)  # noqa: S608
    if table != "answer":
        found = found.columns(changed_at=_MOMENT)  # type: ignore[assignment]
    return list(connection.execute(found).mappings())


def _by_moment(rows: list[Any]) -> Iterator[tuple[tuple[datetime, str], list[Any]]]:
    """What was written together; of two changes of one thing at one moment the second is apart."""

    def moment(row: Any) -> tuple[datetime, str]:
        return _utc(row["changed_at"]), row["changed_by"]

    for key, written in itertools.groupby(sorted(rows, key=lambda row: (moment(row), row["version"])), moment):
        together: list[dict[str, Any]] = []
        for row in written:
            name = next(row[column] for column in ("question", "fact", "scenario") if column in row)
            apart = next((those for those in together if name not in those), None)
            if apart is None:
                together.append(apart := {})
            apart[name] = row
        yield from ((key, list(those.values())) for those in together)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _keep_end(connection: sa.Connection, table: str, owner: str, head: dict[str, Any]) -> None:
    columns = "trail_number = :trail_number, trail_seal = :trail_seal, trail_signature = :trail_signature"
    connection.execute(sa.text(f"UPDATE {table} SET {columns} WHERE id = :id"), head | {"id": owner})  # noqa: S608
