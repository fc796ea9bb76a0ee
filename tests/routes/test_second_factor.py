"""The second factor’s pages: set up, signing in with it, losing it, whoever must have one; no typing is lost to it."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from sqlalchemy import text

from app import accounts
from app.catalogue import Catalogue
from app.links import make_link
from app.passwords import hashed
from tests import people
from tests.page import Site
from tests.routes.test_assessments import begun, marked
from tests.serving import APPS, served

GOOD = "four quiet lamps at noon"
EMAIL = "maria@example.org"


@pytest.fixture
def house(catalogue: Catalogue, tmp_path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server of one’s own, whose manager has a password; its clock stands still."""
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment)
    with served(catalogue, tmp_path, database_url, processes=0) as address:
        with APPS[address].state.database.transaction(write=True) as session:
            change = text("UPDATE account SET password = :p, email = :e")
            session.connection().execute(change, {"p": hashed(GOOD), "e": EMAIL})
        yield address


@pytest.fixture
def stranger(house: str) -> Site:
    return Site(house, token="")


def account_of(house: str) -> str:
    with APPS[house].state.database.transaction(write=False) as session:
        found = accounts.account_by_email(session, EMAIL)
    assert found
    return found.id


def anew(house: str) -> str:
    """The token of another session of the manager’s."""
    account = account_of(house)
    with APPS[house].state.database.transaction(write=True) as session:
        return accounts.begin_session(session, account)


class App:
    """What a phone shows: codes of steps that were not shown before."""

    def __init__(self, page) -> None:
        self.secret = page.xpath("string(//code[@class='address'])").replace(" ", "")
        self.totp, self.next = pyotp.TOTP(self.secret), int(time.time()) // 30 - 1

    def code(self) -> str:
        self.next += 1
        return self.totp.generate_otp(self.next - 1)


def set_up(site: Site) -> tuple[App, list[str]]:
    """Set it up as a reader does; the app, and the recovery codes."""
    site.get("/account")
    site.follow("Set up a second factor")
    app = App(site.page)
    fields = dict(site.form("second-factor").form_values()) | {"code": app.code(), "confirm": GOOD}
    site._arrive(site.client.post("/account/second-factor", data=fields), 200)
    assert site.text("//h1") == "Your second factor is in force"
    return app, [code.text for code in site.page.xpath("//ol//code")]


def sign_in(site: Site, **fields: str) -> None:
    """The first step."""
    site.get("/sign-in")
    sent = dict(site.form("sign-in").form_values()) | {"email": EMAIL, "password": GOOD} | fields
    site._arrive(site.client.post("/sign-in", data=sent), 200)
    assert site.text("//h1") == "Enter the code"


def trail_of(house: str) -> str:
    site = Site(house, token=anew(house))
    return str(site.get("/organisation/trail").text_content())


def test_it_is_set_up_and_asked_for_and_stands_in_the_trail_without_its_secret(house: str, stranger: Site) -> None:
    site, other = Site(house, token=anew(house)), Site(house, token=anew(house))
    app, codes = set_up(site)
    assert len(codes) == 10
    other.get("/account")
    assert other.text("//h1") == "Sign in"
    assert "second factor: yes" in site.get("/organisation").text_content()
    trail = trail_of(house)
    assert "Maria Sample: second factor set up" in trail and app.secret not in trail
    sign_in(stranger, then="/organisation")
    stranger.get("/account")
    assert stranger.text("//h1") == "Sign in"
    sign_in(stranger, then="/organisation")
    stranger.send(action="code", status=422, code="000000")
    assert "This code does not fit" in stranger.errors[0][1]
    stranger.send(action="code", code=app.code())
    assert stranger.url == "/organisation"


def test_a_recovery_code_gets_in_once_and_others_are_made_on_request(house: str, stranger: Site) -> None:
    app, codes = set_up(Site(house, token=anew(house)))
    sign_in(stranger)
    stranger.send(action="code", code=codes[3])
    stranger.get("/account/second-factor")
    assert "9 recovery codes are left" in stranger.text()
    stranger.send(action="codes", status=422, code=codes[3], confirm=GOOD)
    assert "This code does not fit" in stranger.errors[0][1]
    stranger.send(action="codes", status=422, code=codes[4], confirm="wrong wrong wrong")
    assert "This is not the present password" in stranger.errors[0][1]
    fields = dict(stranger.form("codes").form_values()) | {"code": app.code(), "confirm": GOOD}
    stranger._arrive(stranger.client.post("/account/second-factor/codes", data=fields), 200)
    new = [code.text for code in stranger.page.xpath("//ol//code")]
    assert len(new) == 10 and not {*new} & {*codes}
    assert "Maria Sample: new recovery codes" in stranger.get("/organisation/trail").text_content()


def test_it_is_turned_off_with_password_and_code(house: str, stranger: Site) -> None:
    site = Site(house, token=anew(house))
    app, _ = set_up(site)
    site.get("/account/second-factor")
    fields = {"csrf": site.csrf, "code": app.code(), "confirm": GOOD}
    site.post("/account/second-factor/off", 200, fields)
    assert "Your second factor is turned off" in site.text()
    stranger.get("/sign-in")
    stranger.send(action="sign-in", email=EMAIL, password=GOOD)
    assert "second factor: no" in stranger.get("/organisation").text_content()
    assert "Maria Sample: second factor turned off" in stranger.get("/organisation/trail").text_content()


def test_what_does_not_hold_while_it_is_set_up_keeps_the_secret_that_was_scanned(house: str) -> None:
    site = Site(house, token=anew(house))
    site.get("/account/second-factor")
    secret = App(site.page).secret
    site.send(action="second-factor", status=422, code="", confirm="")
    assert site.errors == [("#code", "Enter the code"), ("#confirm", "Enter your present password")]
    site.send(action="second-factor", status=422, code="12345", confirm=GOOD)
    assert site.errors == [("#code", "This code does not fit, or was used already; wait for the next one")]
    assert App(site.page).secret == secret
    site.send(action="second-factor", status=422, code=App(site.page).code(), confirm="wrong wrong wrong")
    assert site.errors == [("#confirm", "This is not the present password")]
    assert App(site.page).secret == secret


def test_what_was_typed_when_the_session_ended_outlives_the_second_step_too(house: str) -> None:
    site = Site(house, token=anew(house))
    app, _ = set_up(site)
    root = begun(site, "small")
    site.get(f"{root}/sections/work")
    with APPS[house].state.database.transaction(write=True) as session:
        session.connection().execute(text("DELETE FROM signed_in"))
    site.send(status=401, answer__roster_drawn="operating", note__roster_drawn="Log of “May”\nand June")
    fields = dict(site.form("sign-in").form_values()) | {"email": EMAIL, "password": GOOD}
    site._arrive(site.client.post("/sign-in", data=fields), 200)
    assert "What you typed is kept in this page" in site.text()
    site.send(action="code", status=422, code="000000")
    fields = dict(site.form("code").form_values()) | {"code": app.code()}
    site._arrive(site.client.post("/sign-in/code", data=fields), 200)
    assert "is not saved yet" in site.text("//h1")
    site.send(action="sections")
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn") == ("operating", "Log of “May”\nand June")


def test_a_ticket_that_is_good_no_more_leads_to_the_first_step_and_loses_nothing(house: str, stranger: Site) -> None:
    fields = {"ticket": "spoiled", "code": "000000", "then": "/account", "kept.note.x": "typed before"}
    stranger._arrive(stranger.client.post("/sign-in/code", data=fields), 422)
    assert "More than five minutes have passed" in stranger.errors[0][1]
    assert dict(stranger.form("sign-in").form_values())["kept.note.x"] == "typed before"


def test_a_link_to_a_password_leaves_the_second_factor_and_asks_for_a_code(house: str, stranger: Site) -> None:
    app, _ = set_up(Site(house, token=anew(house)))
    stranger.get(link_of(house, "reset"))
    fields = {"password": "six brisk kettles sing"}
    stranger._arrive(stranger.client.post(stranger.url, data=fields), 200)
    assert stranger.text("//h1") == "Enter the code"
    stranger.get("/account")
    assert stranger.text("//h1") == "Sign in"
    sign_in(stranger, password="six brisk kettles sing")
    stranger.send(action="code", code=app.code())
    stranger.get("/account")
    assert stranger.text("//h1") == "Your account"


def link_of(house: str, kind: str) -> str:
    with APPS[house].state.database.transaction(write=True) as session:
        return f"/links/{make_link(session, kind, account=account_of(house))}"


def test_an_administrator_hands_over_a_link_that_turns_a_lost_one_off_with_the_password(
    house: str, stranger: Site
) -> None:
    set_up(Site(house, token=anew(house)))
    state = APPS[house].state
    admin = Site(house, token=people.administrator(state.database))
    admin.get("/service")
    account = account_of(house)
    answer = admin.client.post(f"/service/accounts/{account}/second-factor", data={"csrf": admin.csrf})
    found = re.search(r"/links/[\w-]+", answer.text)
    assert found
    stranger.get(found[0])
    assert stranger.text("//h1") == "Turn off the second factor"
    stranger.send(action="links", status=422, password="wrong wrong wrong")
    assert "This is not the present password" in stranger.errors[0][1]
    stranger.send(action="links", password=GOOD)
    assert stranger.url == "/account" and "You have none" in stranger.text()
    stranger.get(found[0], 404)
    trail = trail_of(house)
    assert "A link that turns off the second factor was made for Maria Sample" in trail
    assert "Maria Sample: second factor turned off" in trail
    assert admin.client.post(f"/service/accounts/{account}/second-factor", data={"csrf": admin.csrf}).status_code == 409


def ask_of(house: str, monkeypatch: pytest.MonkeyPatch, whom: str) -> None:
    state = APPS[house].state
    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"second_factor": whom}))


def test_whoever_must_have_one_is_led_to_it_and_can_do_nothing_else(
    house: str, stranger: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_of(house, monkeypatch, "managers")
    stranger.get("/sign-in")
    stranger.send(action="sign-in", email=EMAIL, password=GOOD, then="/organisation")
    assert stranger.text("//h1") == "Set up a second factor" and "asks for a second factor of you" in stranger.text()
    for path in ("/", "/account", "/organisation", "/agencies/small/start"):
        assert stranger.client.get(path).headers["location"] == "/account/second-factor"
    answer = stranger.client.post("/account/elsewhere", data={"csrf": stranger.csrf})
    assert answer.status_code == 403
    asked = {"Accept": "application/json"}
    assert stranger.client.post("/account/elsewhere", data={"csrf": stranger.csrf}, headers=asked).status_code == 403
    stranger.get("/account/second-factor")
    fields = dict(stranger.form("second-factor").form_values()) | {"code": App(stranger.page).code(), "confirm": GOOD}
    stranger._arrive(stranger.client.post("/account/second-factor", data=fields), 200)
    stranger.follow("Go on")
    assert stranger.url == "/"


def test_what_was_typed_while_it_became_a_duty_is_kept(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(house, token=anew(house))
    root = begun(site, "small")
    site.get(f"{root}/sections/work")
    ask_of(house, monkeypatch, "all")
    site.send(status=403, answer__roster_drawn="operating")
    assert "asks for a second factor of you" in site.text()
    form = dict(site.form("sections").form_values())
    window = Site(house, token=site.client.cookies[people.COOKIE])
    window.get("/account/second-factor")
    fields = dict(window.form("second-factor").form_values()) | {"code": App(window.page).code(), "confirm": GOOD}
    answer = window.client.post("/account/second-factor", data=fields)
    site.client.cookies.clear()
    site.client.cookies.set(people.COOKIE, answer.cookies[people.COOKIE])
    site._arrive(site.client.post(f"{root}/sections/work", data=form), 403)
    site.send(action="sections")
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn")[0] == "operating"


@pytest.mark.parametrize(
    ("whom", "led"),
    [
        ("optional", set()),
        ("managers", {"manager", "coordinator", "administrator"}),
        ("all", {"manager", "coordinator", "administrator", "respondent", "reviewer", "guest"}),
    ],
)
def test_of_whom_one_is_asked(house: str, monkeypatch: pytest.MonkeyPatch, whom: str, led: set[str]) -> None:
    ask_of(house, monkeypatch, whom)
    database, keyring = APPS[house].state.database, APPS[house].state.keyring
    organisation = people.organisation(database, keyring, "Elsewhere")
    tokens = {
        role: people.member(database, keyring, organisation, role, f"{role.title()} Sample")
        for role in ("respondent", "manager", "reviewer", "coordinator")
    }
    tokens |= {"administrator": people.administrator(database), "guest": people.guest(database)}
    found = {
        role
        for role, token in tokens.items()
        if Site(house, token=token).client.get("/").headers.get("location") == "/account/second-factor"
    }
    assert found == led


def test_an_account_without_a_password_sets_one_up_by_its_code_alone(house: str) -> None:
    database = APPS[house].state.database
    site = Site(house, token=people.guest(database))
    site.get("/account/second-factor")
    assert not site.page.xpath("//input[@name='confirm']")
    fields = dict(site.form("second-factor").form_values()) | {"code": App(site.page).code()}
    site._arrive(site.client.post("/account/second-factor", data=fields), 200)
    with database.transaction(write=False) as session:
        guest = accounts.account_by_email(session, "guest@example.org")
    assert guest and guest.second_factor
