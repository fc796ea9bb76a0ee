"""The sample service: what a visitor sees within a minute."""

from pathlib import Path

from sqlalchemy import text

from app.accounts import account_by_email
from app.catalogue import open_catalogue
from app.database import Database
from app.demo import EMAIL, HOUSES, REVIEWED, furnish
from app.keyring import Keyring
from app.passwords import matches
from app.settings import PROJECT
from app.verification import verify
from app.verify_log import verify_log
from tests.page import Site
from tests.serving import APPS, served


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


def test_its_manager_signs_in_and_opens_a_finished_report_and_its_pdf(tmp_path: Path) -> None:
    folder = PROJECT / "questionnaires"
    catalogue = open_catalogue(folder)
    with served(catalogue, tmp_path) as address:
        state = APPS[address].state
        password = furnish(state.database, state.keyring, catalogue, folder)
        with state.database.transaction(write=False) as session:
            of = text("SELECT id FROM assessment WHERE agency = :agency")
            reviewed = session.connection().execute(of, {"agency": REVIEWED}).scalar_one()
        site, root = Site(address, token=""), f"/assessments/{reviewed}"
        site.get("/sign-in")
        site.send(action="sign-in", email=EMAIL, password=password)
        for at, linked in (("/", root), (root, f"{root}/report"), (f"{root}/report", f"{root}/report.pdf")):
            site.get(at)
            assert linked in site.page.xpath("//main//a/@href"), at
        assert "signed off by the reviewer" in site.text() and "What the review found" in site.text()
        found = verify(site.client.get(f"{root}/report.pdf").content, catalogue)
    assert found.holds and found.redrawn == "identical"
