"""The pages on how long assessments are kept, and on deleting one."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.catalogue import Catalogue
from tests import people
from tests.page import Site
from tests.routes.test_assessments import begun, submitted
from tests.serving import APPS, SESSIONS, served


@pytest.fixture
def house(catalogue: Catalogue, tmp_path: Path) -> Iterator[str]:
    """The address of a server of one’s own."""
    with served(catalogue, tmp_path) as address:
        yield address


@pytest.fixture
def site(house: str) -> Site:
    return Site(house)


def aged(house: str, root: str, days: int) -> None:
    """Make an assessment so many days older."""
    when = datetime.now(UTC) - timedelta(days=days)
    with APPS[house].state.database.transaction(write=True) as session:
        change = "UPDATE assessment SET changed_at = :when, submitted_at = :when WHERE id = :id"
        session.connection().execute(text(change), {"when": when, "id": root.rsplit("/", 1)[1]})


def keep_for(site: Site, months: str, status: int = 200, **more: str) -> None:
    site.get("/organisation/retention")
    site.send(action="retention", status=status, months=months, **more)


def test_deleting_wants_a_tick_and_leaves_one_entry(site: Site) -> None:
    root = begun(site, "small")
    submitted(site, root)
    site.get(root)
    assert "It is kept until a manager deletes it." in site.text()
    site.follow("Delete it for good")
    assert "Backups of the service, until whoever runs it deletes them" in site.text()
    site.send(action="delete", status=422)
    assert site.errors == [("#understood", "Confirm that you are sure before it is deleted")]
    site.send(action="delete", understood="yes")
    assert site.url == "/organisation/trail"
    assert site.text("//tbody/tr[1]/td[4]") == "An assessment was deleted"
    assert site.text("//tbody/tr[1]/td[3]") == "Maria Sample"
    site.get(root, 404)
    assert "Harbour Office" not in site.get("/").text_content()


@pytest.mark.embedded("PostgreSQL’s files are its own to clear")
def test_a_draft_can_be_deleted_too_and_the_files_know_nothing_of_it(site: Site, house: str, tmp_path: Path) -> None:
    root = begun(site, "small")
    site.get(f"{root}/delete")
    assert "In progress, last saved on" in site.text()
    name = root.rsplit("/", 1)[1].encode()
    assert any(name in file.read_bytes() for file in tmp_path.iterdir())
    site.send(action="delete", understood="yes")
    deadline = time.monotonic() + 10  # the log is emptied just after the answer
    while any(name in file.read_bytes() for file in tmp_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_period_is_set_said_and_taken_back(site: Site) -> None:
    root = begun(site, "small")
    keep_for(site, "24")
    assert "The period was saved." in site.text()
    assert "It is deleted on" in site.get(root).text_content()
    assert "Assessments are kept for 24 months" in site.get("/organisation/trail").text_content()
    assert "Will be deleted on" not in site.get("/").text_content()
    keep_for(site, "2")
    assert "Will be deleted on" in site.get("/").text_content()
    keep_for(site, "")
    assert "It is kept until a manager deletes it." in site.get(root).text_content()


@pytest.mark.parametrize("months", ["0", "601", "1.5", "-3", "two", "٣", "99999999999999999999"])
def test_what_is_no_period_comes_back_beside_its_field(site: Site, months: str) -> None:
    keep_for(site, months, 422)
    assert site.errors == [("#months", "Enter a whole number of months from 1 to 600, or nothing")]
    assert site.page.xpath("string(//input[@name='months']/@value)") == months


def test_a_period_that_would_delete_something_wants_to_be_confirmed(site: Site, house: str) -> None:
    root = begun(site, "small")
    aged(house, root, 400)
    keep_for(site, "12", 422)
    assert "1 assessment is older than this and would be deleted soon" in site.errors[0][1]
    site.send(action="retention", confirmed="yes")
    assert "The period was saved." in site.text()
    site.get(root)  # nothing is deleted by a page


def test_a_respondent_sees_when_it_goes_and_cannot_change_that(site: Site, house: str) -> None:
    root = begun(site, "small")
    keep_for(site, "24")
    state = APPS[house].state
    organisation = people.reader_of(state.database, state.keyring, SESSIONS[house]).organisation
    respondent = Site(house, token=people.member(state.database, state.keyring, organisation, "respondent"))
    text = respondent.get(root).text_content()
    assert "It is deleted on" in text and "Delete it for good" not in text
    respondent.get(f"{root}/delete", 403)


def test_an_account_is_closed_and_then_erased(site: Site, house: str) -> None:
    state = APPS[house].state
    organisation = people.reader_of(state.database, state.keyring, SESSIONS[house]).organisation
    token = people.member(state.database, state.keyring, organisation, "reviewer", "Rosalinde Zitterbart")
    account = people.reader_of(state.database, state.keyring, token).account
    admin = Site(house, token=people.administrator(state.database))
    admin.get("/service")
    assert admin.client.post(f"/service/accounts/{account}/erase", data={"csrf": admin.csrf}).status_code == 409
    admin.client.post(f"/service/accounts/{account}/close", data={"csrf": admin.csrf})
    assert "Erase name and address for good" in admin.get("/service").text_content()
    admin.client.post(f"/service/accounts/{account}/erase", data={"csrf": admin.csrf})
    assert "Rosalinde" not in admin.get("/service").text_content()
    assert "Rosalinde" not in site.get("/organisation").text_content()
    assert f"Erased account {account[:4]}: removed" in site.get("/organisation/trail").text_content()
