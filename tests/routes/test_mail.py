"""Links by mail: sent in addition to being shown, never lost to a mail that fails; asking for one tells nothing."""

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app import accounts, forgotten, links
from app.catalogue import Catalogue
from app.mail import Mailer
from app.passwords import hashed
from tests import people
from tests.page import Site
from tests.post import Post, post
from tests.serving import APPS, served, session_anew

GOOD = "four quiet lamps at noon"
PUBLIC = "https://plumbline.example.org"


@pytest.fixture
def office() -> Iterator[Post]:
    with post() as made:
        yield made


@pytest.fixture
def house(catalogue: Catalogue, tmp_path: Path, office: Post, database_url: str) -> Iterator[str]:
    """The address of a server that has a mail server, in this process, whose limits a test exchanges."""
    more = {"smtp_url": f"smtp://127.0.0.1:{office.port}", "mail_from": "p@example.org", "public_address": PUBLIC}
    with served(catalogue, tmp_path, database_url, processes=0, **more) as address:
        yield address


def with_account(house: str, password: str = GOOD, email: str = "rosa@example.org") -> str:
    kept = hashed(password) if password else ""
    with APPS[house].state.database.transaction(write=True) as session:
        return accounts.make_account(session, email, "Rosa Respondent", kept)


def arrived(office: Post, count: int) -> bool:
    """Whether so many mails come within a while: what sends them runs when the answer is out."""
    deadline = time.monotonic() + 10
    while len(office.mails) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(office.mails) == count


def invitation(house: str) -> Site:
    """A manager before an invitation that was just made."""
    site = Site(house)
    site.get("/organisation")
    answer = site.client.post("/organisation/invitations", data={"csrf": site.csrf, "role": "respondent"})
    site._arrive(answer, 200)
    return site


def test_an_invitation_is_shown_and_can_be_sent(house: str, office: Post) -> None:
    site = invitation(house)
    shown = site.page.xpath("string(//code)")
    fields = dict(site.form("/mail").form_values()) | {"to": "rosa@example.org"}
    site._arrive(site.client.post(site.form("/mail").action, data=fields), 200)
    assert site.text("//h1") == "The link was sent" and "took the mail to rosa@example.org" in site.text()
    assert office.envelopes[0].rcpt_tos == ["rosa@example.org"]
    assert office.link() == f"{PUBLIC}/links/{shown.rpartition('/')[2]}" == site.page.xpath("string(//code)")
    stranger = Site(house, token="")
    assert "You are invited" in stranger.get(office.link().removeprefix(PUBLIC)).text_content()


@pytest.mark.parametrize(
    ("to", "status"), [("rosa", 422), ("a@b.example\nBcc: c@d.example", 422), ("a@b.example", 502)]
)
def test_a_mail_that_could_not_be_sent_loses_no_link(house: str, office: Post, to: str, status: int) -> None:
    office.refuses = "550 no"
    site = invitation(house)
    token = site.page.xpath("string(//code)").rpartition("/")[2]
    fields = dict(site.form("/mail").form_values()) | {"to": to}
    site._arrive(site.client.post(f"/links/{token}/mail", data=fields), status)
    assert site.text("//h1") == "The link was not sent" and site.errors[0][0] == "#to"
    assert site.page.xpath("string(//code)").endswith(token)
    office.refuses = ""
    fields = dict(site.form("/mail").form_values()) | {"to": "rosa@example.org"}
    assert site.client.post(f"/links/{token}/mail", data=fields).status_code == 200
    Site(house, token="").get(f"/links/{token}")


def test_only_whoever_made_a_link_sends_it_and_not_without_end(
    house: str, office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = invitation(house)
    token = site.page.xpath("string(//code)").rpartition("/")[2]
    admin = Site(house, token=people.administrator(APPS[house].state.database))
    admin.get("/service")
    fields = {"csrf": admin.csrf, "to": "eve@example.org"}
    assert admin.client.post(f"/links/{token}/mail", data=fields).status_code == 404
    assert admin.client.post("/links/none/mail", data=fields).status_code == 404
    monkeypatch.setattr(links, "MAILS", 2)
    fields = {"csrf": site.csrf, "to": "rosa@example.org"}
    assert [site.client.post(f"/links/{token}/mail", data=fields).status_code for _ in range(3)] == [200, 200, 429]
    assert len(office.mails) == 2


def test_a_link_to_a_password_that_an_administrator_made_can_be_sent(house: str, office: Post) -> None:
    account, admin = with_account(house), Site(house, token=people.administrator(APPS[house].state.database))
    admin.get("/service")
    admin._arrive(admin.client.post(f"/service/accounts/{account}/reset", data={"csrf": admin.csrf}), 200)
    fields = dict(admin.form("/mail").form_values()) | {"to": "rosa@example.org"}
    assert admin.client.post(admin.form("/mail").action, data=fields).status_code == 200
    assert office.link().startswith(f"{PUBLIC}/links/")


def ask(site: Site, email: str, status: int = 200) -> str:
    site.get("/sign-in")
    site.follow("Forgotten the password?")
    fields = dict(site.form("forgotten").form_values()) | {"email": email}
    site._arrive(site.client.post("/forgotten", data=fields), status)
    return site.text()


def test_a_forgotten_password_is_set_by_a_link_that_comes_to_the_accounts_own_address(house: str, office: Post) -> None:
    state, site = APPS[house].state, Site(house, token="")
    account = people.reader_of(state.database, state.keyring, session_anew(house)).account
    with state.database.transaction(write=True) as session:
        change = text("UPDATE account SET password = :p, email = 'maria@example.org'")
        session.connection().execute(change, {"p": hashed(GOOD)})
    assert "is on its way" in ask(site, " Maria@Example.org ")
    assert arrived(office, 1) and office.mails[0]["To"] == "maria@example.org"
    site.get(office.link().removeprefix(PUBLIC))
    site.send(action="links", password="six brisk kettles sing")
    assert "A link to a new password was made for Maria Sample" in site.get("/organisation/trail").text_content()
    with state.database.transaction(write=False) as session:
        assert accounts.account_by_id(session, account)


def test_who_comes_back_is_asked_for_an_address_and_a_new_password_and_nothing_else(house: str, office: Post) -> None:
    with_account(house)
    site, asked = Site(house, token=""), set[str]()
    ask(site, "rosa@example.org")
    assert arrived(office, 1)
    for path in ("/sign-in", "/forgotten", office.link().removeprefix(PUBLIC)):
        asked |= set(map(str, site.get(path).xpath("//main//form//*[@name and not(@type='hidden')]/@name")))
    assert asked == {"email", "password"}


def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(house: str, office: Post) -> None:
    with_account(house)
    with_account(house, password="", email="outside@example.org")
    closed = with_account(house, email="closed@example.org")
    with APPS[house].state.database.transaction(write=True) as session:
        accounts.close_account(session, closed)
    said = {
        ask(Site(house, token=""), email)
        for email in ("rosa@example.org", "nobody@example.org", "outside@example.org", "closed@example.org")
    }
    assert len(said) == 1
    assert arrived(office, 1)
    time.sleep(0.3)
    assert [mail["To"] for mail in office.mails] == ["rosa@example.org"]


def test_the_answer_takes_as_long_whether_or_not_there_is_such_an_account(
    house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_account(house)
    monkeypatch.setattr(Mailer, "send", lambda *what: time.sleep(1))
    monkeypatch.setattr(forgotten, "FREE", 100)
    monkeypatch.setattr(forgotten, "FREE_FROM_ADDRESS", 100)
    site, took = Site(house, token=""), dict[str, list[float]](rosa=[], nobody=[])
    for _ in range(5):
        for name, times in took.items():
            began = time.perf_counter()
            assert site.client.post("/forgotten", data={"email": f"{name}@example.org"}).status_code == 200
            times.append(time.perf_counter() - began)
    assert max(map(statistics.median, took.values())) < 0.8, took  # the mail alone takes a second


def test_a_link_is_not_asked_for_without_end_for_anybody(house: str, office: Post) -> None:
    for email in ("rosa@example.org", "nobody@example.org"):
        site = Site(house, token="")
        for _ in range(forgotten.FREE):
            ask(site, email)
        assert "too many failed attempts" in ask(site, email, 429)
    assert "Enter an e-mail address" in ask(Site(house, token=""), "rosa@example.org\nBcc: x@example.org", 422)


def test_without_a_mail_server_nothing_offers_mail(address: str) -> None:
    site = invitation(address)
    assert not re.search("send it by mail", site.text().lower())
    token = site.page.xpath("string(//code)").rpartition("/")[2]
    answer = site.client.post(f"/links/{token}/mail", data={"csrf": site.csrf, "to": "rosa@example.org"})
    assert answer.status_code == 303
    stranger = Site(address, token="")
    assert stranger.client.get("/forgotten").headers["location"] == "/sign-in"
    assert stranger.client.post("/forgotten", data={"email": "rosa@example.org"}).status_code == 303
    assert "Forgotten the password? Ask whoever runs" in stranger.get("/sign-in").text_content()
