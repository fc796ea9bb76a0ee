"""The tables’ versions, applied at start-up.

alembic revision, for developers: write a file in versions/, and raise HEAD.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from app.database import Database

HEAD = "0001"


def migrate(database: Database) -> None:
    """Bring the tables up to date. At the newest version already, Alembic is not even imported (it takes 0.2 s)."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        known = inspect(connection).has_table("alembic_version")
        if known and connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD:
            return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.transaction(write=True) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, HEAD)
