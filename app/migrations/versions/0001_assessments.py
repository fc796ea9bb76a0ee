"""Organisations, accounts, assessments, and their answers with every change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("about_organisation", sa.String(), nullable=False),
        sa.Column("scope_kind", sa.String(), nullable=False),
        sa.Column("scope_words", sa.Text(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column("outside_moderator", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("legal_adviser_asked", sa.Boolean(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", sa.String(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("submitted_at", moment, nullable=True),
        sa.Column("submitted_by", sa.String(), sa.ForeignKey("account.id"), nullable=True),
    )
    op.create_index("ix_assessment_organisation_changed", "assessment", ["organisation_id", "changed_at"])
    op.create_table(
        "profile_fact",
        _assessment(),
        sa.Column("fact", sa.String(), primary_key=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "answer",
        _assessment(),
        sa.Column("question", sa.String(), primary_key=True),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "profile_fact_change",
        _assessment(),
        sa.Column("fact", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(), sa.ForeignKey("account.id"), nullable=False),
    )
    op.create_table(
        "answer_change",
        _assessment(),
        sa.Column("question", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(), sa.ForeignKey("account.id"), nullable=False),
    )


def _assessment() -> sa.Column[str]:
    foreign_key = sa.ForeignKey("assessment.id", ondelete="CASCADE")
    return sa.Column("assessment_id", sa.String(), foreign_key, primary_key=True)
