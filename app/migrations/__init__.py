"""The tables’ versions, applied at start-up.

alembic revision, for developers: write a file in versions/, and raise HEAD.
"""

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from app import models  # noqa: F401  declares the tables
from app.database import Database
from app.errors import Busy
from app.keyring import Keyring
from app.keys import make_master_keys, read_master_keys
from app.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
_VERSION = table("alembic_version", column("version_num"))
_ATTEMPTS, _PAUSE = 6, 0.2


def migrate(database: Database, keyring: Keyring) -> None:
    """Bring the tables up to date. Alembic is imported only where there is something to move (it takes 0.3 s).

    Of several servers that are started at once one does it. The others wait for it, or fail where they would do the
    same: they look again. So it needs no kind of lock that only one database has.
    """
    for attempt in range(_ATTEMPTS):
        try:
            _migrate(database, keyring)
            return
        except (Busy, SQLAlchemyError, sqlite3.OperationalError):
            if attempt + 1 == _ATTEMPTS:
                raise
            time.sleep(_PAUSE * attempt)


def _migrate(database: Database, keyring: Keyring) -> None:
    with database.transaction(write=False) as session:
        connection = session.connection()
        tables, at = inspect(connection).get_table_names(), _version(connection)
    if not tables:
        _create(database)
    elif at != HEAD:
        upgrade(database, keyring)


def _version(connection: Connection, is_locked: bool = False) -> str | None:
    """At which revision the tables are; `is_locked`: and stay, until the transaction ends."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    find = select(_VERSION.c.version_num)
    return connection.execute(find.with_for_update() if is_locked else find).scalar()


def open_keyring(settings: Settings, database: Database) -> Keyring:
    """The keys of a service; a new database makes its key file. Raises KeyFailure where there is data and no file."""
    if not settings.keys_at.exists():
        with database.transaction(write=False) as session:
            encrypted = _is_encrypted(session.connection())
        if not encrypted:
            make_master_keys(settings.keys_at)
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
        if _version(session.connection(), is_locked=True) == to:
            return
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
        if inspect(connection).get_table_names():
            return  # another was faster
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        SQLModel.metadata.create_all(connection)
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
