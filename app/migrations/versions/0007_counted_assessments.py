"""How many assessments an organisation has goes into its trail, which from now on says of each that it was begun.

No table changes. So an assessment that is taken out of the tables together with its own trail shows.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context, op

from app.trail import Chain, entry_row

revision = "0007"
down_revision = "0006"

_ENTRY = ("chain", "number", "account", "action", "detail", "words", "words_digest", "seal")


def upgrade() -> None:
    """Add the entry to each trail."""
    connection, keyring = op.get_bind(), context.config.attributes["keyring"]
    trail = sa.table("trail_entry", *map(sa.column, _ENTRY), sa.column("at", sa.DateTime(timezone=True)))
    count = "(SELECT count(*) FROM assessment a WHERE a.organisation_id = o.id) AS assessments"
    for row in connection.execute(sa.text(f"SELECT o.*, {count} FROM organisation o")).all():  # noqa: S608
        cipher = keyring.cipher(connection, row.id, row.key_number)
        chain = Chain("organisation", row.id, row.trail_number, row.trail_seal)
        said = {"count": row.assessments}
        connection.execute(sa.insert(trail), entry_row(cipher, chain, datetime.now(UTC), "", "assessments", said))
        ends = "trail_number = :trail_number, trail_seal = :trail_seal, trail_signature = :trail_signature"
        connection.execute(
            sa.text(f"UPDATE organisation SET {ends} WHERE id = :id"),  # noqa: S608
            chain.head(keyring.masters) | {"id": row.id},
        )
