"""Review and management’s answers, markings and retention, sharing, keys for programs, second factors.

Beside them, names of plans are encrypted like every other written word.
"""

import sqlalchemy as sa
from alembic import context, op

from app.places import plan_place

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, add the columns, encrypt the plans’ names."""
    _make_tables()
    _add_columns()
    connection, keyring = op.get_bind(), context.config.attributes["keyring"]
    found = (
        "SELECT p.id, p.name, a.organisation_id, o.key_number FROM plan p JOIN assessment a ON a.id = p.assessment_id"
    )
    found += " JOIN organisation o ON o.id = a.organisation_id"
    for plan in connection.execute(sa.text(found)).all():
        cipher = keyring.cipher(connection, plan.organisation_id, plan.key_number)
        closed = {"name": cipher.close(plan.name, plan_place(plan.id)), "id": plan.id}
        connection.execute(sa.text("UPDATE plan SET name = :name WHERE id = :id"), closed)


def _make_tables() -> None:
    op.create_table(
        "verified_level",
        *_of_assessment("question"),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answer_version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "management_answer",
        *_of_assessment("recommendation"),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("money", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sharing",
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("with_id", sa.String(), sa.ForeignKey("organisation.id"), primary_key=True, index=True),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("extent", sa.String(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(), sa.ForeignKey("account.id"), nullable=False),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("used_at", _MOMENT, nullable=True),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), nullable=False, index=True),
    )
    op.create_table(
        "outside_identity",
        sa.Column("issuer", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("since", _MOMENT, nullable=False),
    )


def _of_assessment(key: str) -> tuple[sa.Column[str], sa.Column[str]]:
    owner = sa.Column(
        "assessment_id", sa.String(), sa.ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True
    )
    return owner, sa.Column(key, sa.String(), primary_key=True)


def _add_columns() -> None:
    with op.batch_alter_table("organisation") as table:
        table.add_column(sa.Column("is_state", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("retention_months", sa.Integer(), nullable=True))
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("second_factor", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("second_factor_step", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("assessment") as table:
        table.add_column(sa.Column("marking", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("returned_because", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("final_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("final_by", sa.String(), nullable=True))
        table.create_foreign_key("fk_assessment_final_by", "account", ["final_by"], ["id"])
    for name, columns in {
        "organisation": ("is_state",),
        "account": ("second_factor", "second_factor_step"),
        "assessment": ("marking", "returned_because"),
    }.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.alter_column(column, server_default=None)
