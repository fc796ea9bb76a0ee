"""Organisations’ keys in the database: made, found, and changed for new ones. What they do is in app/keys.py."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, bindparam, insert, select, update

from app.database import Database
from app.errors import Busy
from app.keys import Cipher, MasterKeys, new_organisation_key
from app.models import (
    ACCOUNT,
    ANSWER,
    ASSESSMENT,
    MANAGEMENT_ANSWER,
    ORGANISATION,
    ORGANISATION_KEY,
    PLAN,
    RAISED_IMPACT,
    TRAIL,
    VERIFIED_LEVEL,
)
from app.places import (
    answer_place,
    decision_place,
    impact_place,
    level_place,
    plan_place,
    post_place,
    return_place,
    second_factor_place,
    words_place,
)

BATCH = 200  # rows encrypted anew in one transaction

_KEYS = select(ORGANISATION_KEY.c.number, ORGANISATION_KEY.c.wrapped).where(
    ORGANISATION_KEY.c.organisation_id == bindparam("organisation")
)
_SECRETS = select(ACCOUNT.c.id, ACCOUNT.c.second_factor).where(ACCOUNT.c.second_factor != "")


class Keyring:
    """The master keys, and the ciphers of organisations as they are asked for."""

    def __init__(self, masters: MasterKeys) -> None:
        self.masters = masters
        self._ciphers: dict[tuple[str, int], Cipher] = {}

    def cipher(self, connection: Connection, organisation: str, number: int) -> Cipher:
        """The cipher whose key in use has this number. Raises KeyFailure."""
        known = self._ciphers.get((organisation, number))
        if known is None:
            rows = connection.execute(_KEYS, {"organisation": organisation})
            keys = {row.number: self.masters.unwrap(row.wrapped, organisation, row.number) for row in rows}
            known = self._ciphers[organisation, number] = Cipher(self.masters, keys)
        return known

    def check(self, connection: Connection) -> None:
        """Whether the master keys open the key of every organisation and the secret of every second factor.

        Raises KeyFailure where they do not.
        """
        for row in connection.execute(select(*ORGANISATION_KEY.c)):
            self.masters.unwrap(row.wrapped, row.organisation_id, row.number)
        for row in connection.execute(_SECRETS):
            self.masters.unseal(row.second_factor, second_factor_place(row.id))

    def add_key(self, connection: Connection, organisation: str, number: int) -> None:
        """A new key under this number; whoever calls sets it as the one in use."""
        wrapped = self.masters.wrap(new_organisation_key(), organisation, number)
        row = {"organisation_id": organisation, "number": number, "wrapped": wrapped}
        connection.execute(insert(ORGANISATION_KEY), row)


def wrap_anew(database: Database, masters: MasterKeys) -> int:
    """Wrap every organisation’s key, seal every second factor’s secret, and sign the end of every trail with the master
    key in use; how many were not.

    Once this is done an older master key is needed no more. It may be interrupted, and done again.
    """
    changed = 0
    with database.transaction(write=True) as session:
        connection = session.connection()
        for row in connection.execute(select(*ORGANISATION_KEY.c)).all():
            if not row.wrapped.startswith(f"{masters.current}."):
                key = masters.unwrap(row.wrapped, row.organisation_id, row.number)
                this = update(ORGANISATION_KEY).where(
                    ORGANISATION_KEY.c.organisation_id == row.organisation_id, ORGANISATION_KEY.c.number == row.number
                )
                connection.execute(this.values(wrapped=masters.wrap(key, row.organisation_id, row.number)))
                changed += 1
        changed += _seal_anew(connection, masters)
        for table in (ASSESSMENT, ORGANISATION):
            for row in connection.execute(select(*table.c).with_for_update()).all():
                end = f"{table.name}:{row.id} {row.trail_number} {row.trail_seal}"
                old = row.trail_signature
                # A signature that is wrong stays wrong: it is for verify-log to tell of, not for this to mend.
                if not old.startswith(f"{masters.current}.") and masters.is_signed(old, end):
                    connection.execute(
                        update(table).where(table.c.id == row.id).values(trail_signature=masters.sign(end))
                    )
                    changed += 1
    return changed


def _seal_anew(connection: Connection, masters: MasterKeys) -> int:
    old = _SECRETS.where(~ACCOUNT.c.second_factor.startswith(f"{masters.current}.")).with_for_update()
    rows = connection.execute(old).all()
    for row in rows:
        place = second_factor_place(row.id)
        sealed = masters.seal(masters.unseal(row.second_factor, place), place)
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(second_factor=sealed))
    return len(rows)


def encrypt_anew(database: Database, keyring: Keyring) -> int:
    """Encrypt what is still under an older key of its organisation; how many rows."""
    with database.transaction(write=False) as session:
        ids = session.connection().execute(select(ORGANISATION.c.id, ORGANISATION.c.key_number)).all()
    return sum(changed for row in ids for changed in _batches(database, keyring, row.id, row.key_number))


def _batches(database: Database, keyring: Keyring, organisation: str, number: int) -> Iterator[int]:
    mine = select(ASSESSMENT.c.id).where(ASSESSMENT.c.organisation_id == organisation)
    chains = select("assessment:" + ASSESSMENT.c.id).where(ASSESSMENT.c.organisation_id == organisation)
    places: tuple[tuple[Column[str], ColumnElement[bool], Callable[..., str]], ...] = (
        (ANSWER.c.note, ANSWER.c.assessment_id.in_(mine), answer_place),
        (RAISED_IMPACT.c.reason, RAISED_IMPACT.c.assessment_id.in_(mine), impact_place),
        (PLAN.c.name, PLAN.c.assessment_id.in_(mine), plan_place),
        (VERIFIED_LEVEL.c.comment, VERIFIED_LEVEL.c.assessment_id.in_(mine), level_place),
        (MANAGEMENT_ANSWER.c.why, MANAGEMENT_ANSWER.c.assessment_id.in_(mine), decision_place),
        (MANAGEMENT_ANSWER.c.post, MANAGEMENT_ANSWER.c.assessment_id.in_(mine), post_place),
        (ASSESSMENT.c.returned_because, ASSESSMENT.c.organisation_id == organisation, return_place),
        (TRAIL.c.words, TRAIL.c.chain.in_(chains), words_place),
    )
    for column, belongs, place_of in places:
        keys = tuple(column.table.primary_key.columns)
        old = select(*keys, column).where(belongs, column != "", ~column.startswith(f"{number}."))
        while True:
            try:
                rows = _encrypt_some(database, keyring, organisation, number, old, place_of)
            except Busy as busy:  # somebody saves the same rows at this moment: they are done in the next round
                if not busy.again:
                    raise
                continue
            if not rows:
                break
            yield rows


def _encrypt_some(
    database: Database,
    keyring: Keyring,
    organisation: str,
    number: int,
    old: Select[Any],
    place_of: Callable[..., str],
) -> int:
    """Encrypt a batch of those rows anew whose last column is under an older key; how many there were."""
    *keys, column = old.selected_columns
    with database.transaction(write=True) as session:
        connection = session.connection()
        cipher = keyring.cipher(connection, organisation, number)
        rows = connection.execute(old.limit(BATCH).with_for_update()).all()
        for *where, text in rows:
            place = place_of(*where)
            closed = cipher.close(cipher.open(text, place), place)
            this = (key == value for key, value in zip(keys, where, strict=True))
            connection.execute(update(column.table).where(*this).values({column.name: closed}))
    return len(rows)
