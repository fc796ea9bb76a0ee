"""The sample service: what a visitor sees within a minute."""

from sqlalchemy import text

from app.accounts import account_by_email
from app.catalogue import open_catalogue
from app.database import Database
from app.demo import EMAIL, HOUSES, REVIEWED, furnish
from app.keyring import Keyring
from app.passwords import matches
from app.settings import PROJECT
from app.verify_log import verify_log


def test_it_has_finished_assessments_an_account_and_a_trail_that_holds(database: Database, keyring: Keyring) -> None:
    folder = PROJECT / "questionnaires"
    password = furnish(database, keyring, open_catalogue(folder), folder)
    with database.transaction(write=False) as session:
        states = session.connection().execute(text("SELECT agency, state FROM assessment")).all()
        account = account_by_email(session, EMAIL)
    finished = {
        kind: "submitted" if is_finished else "draft" for kinds in HOUSES.values() for kind, is_finished in kinds
    }
    assert dict(states) == finished | {REVIEWED: "final"}
    assert account and matches(account.password, password)
    assert verify_log(database, keyring).breaks == []
