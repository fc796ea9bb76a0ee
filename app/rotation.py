"""New keys for every organisation. Knows no HTTP."""

from sqlalchemy import func, select, update

from app.database import Database
from app.keyring import Keyring, encrypt_anew
from app.models import ORGANISATION, ORGANISATION_KEY
from app.organisations import acting, note


def new_organisation_keys(database: Database, keyring: Keyring) -> int:
    """Give every organisation a new key, which its trail says, and encrypt all its words with it, in many small
    transactions; how many rows.

    It may be interrupted: what is not done yet is read with the old key, which is kept, and done when it runs again.
    """
    with database.transaction(write=True) as session:
        connection = session.connection()
        for name in connection.execute(select(ORGANISATION.c.id).with_for_update()).scalars().all():
            newest = select(func.max(ORGANISATION_KEY.c.number)).where(ORGANISATION_KEY.c.organisation_id == name)
            number = (connection.execute(newest).scalar_one() or 0) + 1
            keyring.add_key(connection, name, number)
            connection.execute(update(ORGANISATION).where(ORGANISATION.c.id == name).values(key_number=number))
            note(session, acting(session, keyring, name, ""), "key", {"number": number})
    return encrypt_anew(database, keyring)
