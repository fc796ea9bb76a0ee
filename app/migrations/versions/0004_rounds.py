"""An assessment may follow an earlier one as its next round."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("assessment") as table:
        table.add_column(sa.Column("follows", sa.String(), nullable=True))
        table.create_foreign_key("fk_assessment_follows", "assessment", ["follows"], ["id"])
