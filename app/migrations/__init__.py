"""The tables’ versions, applied at start-up.

alembic revision, for developers: write a file in versions/, and raise HEAD.
"""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from app import models  # noqa: F401  declares the tables
from app.database import Database

HEAD = "0004"


def migrate(database: Database) -> None:
    """Bring the tables up to date. Alembic is imported only where there is something to move (it takes 0.3 s)."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        tables = inspect(connection).get_table_names()
        known = "alembic_version" in tables
        at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if not tables:
        _create(database)
    elif at != HEAD:
        upgrade(database)


def upgrade(database: Database) -> None:
    """Run every migration that the tables have not had."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.transaction(write=True) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, HEAD)


def _create(database: Database) -> None:
    """The tables of a new database, as the migrations would leave them (a test compares the two)."""
    with database.transaction(write=True) as session:
        connection = session.connection()
        SQLModel.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
