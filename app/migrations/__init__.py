"""The tables’ versions, applied at start-up.

alembic revision, for developers: write a file in versions/, and raise HEAD.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from app import models  # noqa: F401  declares the tables
from app.database import Database
from app.keyring import Keyring
from app.keys import new_master_keys, read_master_keys, write_master_keys
from app.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0006"


def migrate(database: Database, keyring: Keyring) -> None:
    """Bring the tables up to date. Alembic is imported only where there is something to move (it takes 0.3 s)."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        tables = inspect(connection).get_table_names()
        known = "alembic_version" in tables
        at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if not tables:
        _create(database)
    elif at != HEAD:
        upgrade(database, keyring)


def open_keyring(settings: Settings, database: Database) -> Keyring:
    """The keys of a service; a new database makes its key file. Raises KeyFailure where there is data and no file."""
    if not settings.keys_at.exists():
        with database.transaction(write=False) as session:
            encrypted = _is_encrypted(session.connection())
        if not encrypted:
            write_master_keys(settings.keys_at, new_master_keys())
    return Keyring(read_master_keys(settings.keys_at))


def _is_encrypted(connection: Connection) -> bool:
    """Whether anything stands in a database that a master key closed."""
    tables = inspect(connection)
    names = tables.get_table_names()
    if "organisation_key" in names and connection.execute(text("SELECT 1 FROM organisation_key")).first():
        return True
    if "account" not in names or "second_factor" not in {column["name"] for column in tables.get_columns("account")}:
        return False
    return bool(connection.execute(text("SELECT 1 FROM account WHERE second_factor <> ''")).first())


def upgrade(database: Database, keyring: Keyring, to: str = HEAD) -> None:
    """Run every migration that the tables have not had. One of them encrypts what was not."""
    from alembic import command

    config = _config()
    with database.alteration() as session:
        config.attributes |= {"connection": session.connection(), "keyring": keyring}
        command.upgrade(config, to)
    database.compact()  # notes that an earlier version kept in the clear would stay in pages that are free now


def revisions() -> list[str]:
    """Every version that the tables ever had, from the first to HEAD."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _create(database: Database) -> None:
    """The tables of a new database, as the migrations would leave them (a test compares the two)."""
    with database.transaction(write=True) as session:
        connection = session.connection()
        SQLModel.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
