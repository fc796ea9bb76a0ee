"""Accounts: the first one, invitations, signing in and out, passwords; and what was typed outlives a session."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from app import accounts, signing_in
from app.catalogue import Catalogue
from app.links import make_link
from app.main import create_app
from app.organisations import members
from app.passwords import hashed, matches, problem_of
from app.settings import Settings
from tests import people
from tests.fixtures import BASE
from tests.house import assessment_in
from tests.page import Site
from tests.routes.test_assessments import begun, marked
from tests.serving import APPS, served, session_anew

GOOD = "four quiet lamps at noon"


@pytest.fixture
def house(catalogue, tmp_path, database_url):
    """The address of a server of one’s own."""
    with served(catalogue, tmp_path, database_url) as address:
        yield address


@pytest.fixture
def stranger(house) -> Site:
    return Site(house, token="")


def link(house: str, kind: str, **more: str) -> str:
    with APPS[house].state.database.transaction(write=True) as session:
        return f"/links/{make_link(session, kind, **more)}"


def organisation_of(house: str) -> str:
    with APPS[house].state.database.transaction(write=False) as session:
        return session.connection().execute(text("SELECT id FROM organisation")).scalar_one()


def with_account(house: str, email: str = "rosa@example.org", password: str = GOOD) -> str:
    with APPS[house].state.database.transaction(write=True) as session:
        return accounts.make_account(session, email, "Rosa Respondent", hashed(password))


def test_the_first_link_makes_the_one_administrator(house: str, stranger: Site) -> None:
    address = link(house, "first")
    assert "has no access to answers" in stranger.get(address).text_content()
    stranger.send(action="links", name="Ada Admin", email="ada@example.org", password=GOOD)
    assert stranger.url == "/service"
    assert "You see that an organisation has assessments, and never what is in them" in stranger.text()
    stranger.get(address, 404)
    again = Site(house, token="")
    again.get(link(house, "first"))
    again.send(action="links", status=404, name="Eve", email="eve@example.org", password=GOOD)


def test_an_administrator_makes_an_organisation_whose_manager_invites_others(house: str, stranger: Site) -> None:
    stranger.get(link(house, "first"))
    stranger.send(action="links", name="Ada Admin", email="ada@example.org", password=GOOD)
    answer = stranger.client.post("/service/organisations", data={"csrf": stranger.csrf, "name": "Harbour Office"})
    invitation = re.search(r"/links/[\w-]+", answer.text)
    assert invitation
    manager = Site(house, token="")
    assert "You are invited to Harbour Office as manager" in manager.get(invitation[0]).text_content()
    manager.send(action="links", name="Mia Manager", email="mia@example.org", password=GOOD)
    manager.get("/organisation")
    assert manager.text("//h1") == "Harbour Office"
    answer = manager.client.post("/organisation/invitations", data={"csrf": manager.csrf, "role": "respondent"})
    second = re.search(r"/links/[\w-]+", answer.text)
    assert second
    respondent = Site(house, token="")
    respondent.get(second[0])
    respondent.send(action="links", name="Rosa Respondent", email="rosa@example.org", password=GOOD)
    respondent.get("/organisation", 403)
    assert "Rosa Respondent" in manager.get("/organisation").text_content()
    trail = manager.get("/organisation/trail").text_content()
    assert "Rosa Respondent: respondent" in trail and "The organisation “Harbour Office” was made" in trail
    respondent.get(second[0], 404)


def test_an_invitation_can_be_taken_up_with_the_account_one_has(house: str) -> None:
    site = Site(house, token=session_anew(house))
    database, keyring = APPS[house].state.database, APPS[house].state.keyring
    elsewhere = people.organisation(database, keyring, "Elsewhere")
    site.get(link(house, "invitation", organisation=elsewhere, role="reviewer"))
    site.send(button=("as", "myself"), action="links")
    assert "Elsewhere" in site.get("/account").text_content()
    with database.transaction(write=False) as session:
        assert [member.role for member in members(session, elsewhere)] == ["reviewer"]
    site.send(action="organisation", button=("organisation", organisation_of_name(house, "Sample Service")))
    site.get("/organisation")
    assert site.text("//h1") == "Sample Service"


def organisation_of_name(house: str, name: str) -> str:
    with APPS[house].state.database.transaction(write=False) as session:
        found = session.connection().execute(text("SELECT id FROM organisation WHERE name = :n"), {"n": name})
        return found.scalar_one()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Enter your name"),
        ({"email": "rosa"}, "Enter an e-mail address"),
        ({"email": "TAKEN@example.org"}, "There is an account with this address"),
        ({"password": "eleven char"}, "Use at least 12 characters"),
        ({"password": "a" * 201}, "Use at most 200 characters"),
        ({"password": "passwordpassword"[:12] + "2024"}, ""),
        ({"password": "password123456"}, "used too often"),
        ({"password": "aaaaaaaaaaaaaaaa"}, "used too often"),
        ({"password": "my name is Rosaline"}, "Leave your name and address out"),
    ],
)
def test_what_does_not_hold_is_said_and_no_password_comes_back(
    house: str, stranger: Site, fields: dict[str, str], said: str
) -> None:
    with_account(house, "taken@example.org")
    stranger.get(link(house, "invitation", organisation=organisation_of(house), role="respondent"))
    given = {"name": "Rosaline", "email": "rosa@example.org", "password": GOOD} | fields
    if not said:
        stranger.send(action="links", **given)
        return
    stranger.send(action="links", status=422, **given)
    assert said in stranger.errors[0][1]
    assert given["password"] not in stranger.client.get("/").text
    assert stranger.page.get_element_by_id("password").get("value") is None


def test_signing_in_leads_on_and_signing_out_ends_it(house: str, stranger: Site) -> None:
    with_account(house)
    stranger.get("/account")
    assert stranger.text("//h1") == "Sign in"
    stranger.send(action="sign-in", status=422, email="rosa@example.org", password="wrong wrong wrong")
    assert "Address and password do not fit together" in stranger.errors[0][1]
    stranger.send(action="sign-in", email=" Rosa@Example.org", password=GOOD)
    assert stranger.url == "/account"
    stranger.post("/sign-out", 200, {})
    stranger.get("/account")
    assert stranger.text("//h1") == "Sign in"


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x", "/a\nb"])
def test_signing_in_never_leads_to_another_site(house: str, stranger: Site, address: str) -> None:
    with_account(house)
    fields = {"email": "rosa@example.org", "password": GOOD, "then": address}
    assert stranger.client.post("/sign-in", data=fields).headers["location"] == "/"


def test_the_cookie_is_for_this_site_and_no_script(house: str, stranger: Site) -> None:
    with_account(house)
    answer = stranger.client.post("/sign-in", data={"email": "rosa@example.org", "password": GOOD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie and "max-age" not in cookie
    token = answer.cookies[people.COOKIE]
    with APPS[house].state.database.transaction(write=False) as session:
        kept = session.connection().execute(text("SELECT digest FROM signed_in")).scalars().all()
    assert token not in kept and accounts.digest_of(token) in kept


def test_after_failures_one_has_to_wait_whoever_one_is(
    house: str, stranger: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in.passwords, "matches", lambda kept, password: password == GOOD and bool(kept))
    with_account(house)
    for email in ("rosa@example.org", "nobody@example.org"):
        for _ in range(signing_in.FREE):
            answer = stranger.client.post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
            assert answer.status_code == 422
        answer = stranger.client.post("/sign-in", data={"email": email, "password": GOOD})
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 15
        assert "too many failed attempts" in answer.text
    with APPS[house].state.database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE attempt SET last_at = '2020-01-01 00:00:00.000000'"))
    answer = stranger.client.post("/sign-in", data={"email": "rosa@example.org", "password": GOOD})
    assert answer.status_code == 303
    with APPS[house].state.database.transaction(write=False) as session:
        assert "rosa" not in str(session.connection().execute(text("SELECT * FROM attempt")).all())


def test_after_failures_with_many_names_an_address_has_to_wait_and_no_other(
    house: str, stranger: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in.passwords, "matches", lambda kept, password: password == GOOD and bool(kept))
    with_account(house)
    for number in range(signing_in.FREE_FROM_ADDRESS):
        fields = {"email": f"{number}@example.org", "password": "wrong wrong wrong"}
        assert stranger.client.post("/sign-in", data=fields).status_code == 422
    fields = {"email": "rosa@example.org", "password": GOOD}
    assert stranger.client.post("/sign-in", data=fields).status_code == 429
    from_elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert stranger.client.post("/sign-in", data=fields, headers=from_elsewhere).status_code == 303
    assert stranger.client.post("/sign-in", data=fields).status_code == 429


def test_a_password_link_ends_every_session_and_stands_in_the_trail(house: str, stranger: Site) -> None:
    manager = Site(house)
    manager.get("/account")
    database, keyring = APPS[house].state.database, APPS[house].state.keyring
    admin = Site(house, token=people.administrator(database))
    admin.get("/service")
    account = people.reader_of(database, keyring, session_anew(house)).account
    answer = admin.client.post(f"/service/accounts/{account}/reset", data={"csrf": admin.csrf})
    found = re.search(r"/links/[\w-]+", answer.text)
    assert found
    stranger.get(found[0])
    stranger.send(action="links", password=GOOD)
    manager.get("/account")
    assert manager.text("//h1") == "Sign in"
    assert "A link to a new password was made for Maria Sample" in stranger.get("/organisation/trail").text_content()


def test_a_link_to_a_password_does_not_outlive_one_that_its_owner_set(house: str, stranger: Site) -> None:
    account = with_account(house)
    address = link(house, "reset", account=account)
    with APPS[house].state.database.transaction(write=True) as session:
        site = Site(house, token=accounts.begin_session(session, account))
    site.get("/account")
    site.send(action="password", old=GOOD, password="six brisk kettles sing")
    stranger.get(address, 404)


def test_closing_an_account_stands_in_the_trail_and_an_administrator_may_invite_a_manager_then(house: str) -> None:
    state = APPS[house].state
    account = people.reader_of(state.database, state.keyring, session_anew(house)).account
    bo = people.member(state.database, state.keyring, organisation_of(house), "reviewer", "Bo Reviewer")
    admin = Site(house, token=people.administrator(state.database))
    admin.get("/service")
    assert not admin.page.xpath("//form[contains(@action, '/invitations')]")
    answer = admin.client.post(f"/service/accounts/{account}/close", data={"csrf": admin.csrf})
    assert "Invite a manager" in answer.text
    answer = admin.client.post(
        f"/service/organisations/{organisation_of(house)}/invitations", data={"csrf": admin.csrf}
    )
    invitation = re.search(r"/links/[\w-]+", answer.text)
    assert invitation
    second = Site(house, token=bo)
    second.get(invitation[0])
    second.send(button=("as", "myself"), action="links")
    assert "The account of Maria Sample was closed" in second.get("/organisation/trail").text_content()
    assert "account closed" in second.get("/organisation").text_content()


def test_the_only_manager_is_told_why_an_invitation_does_not_fit(house: str) -> None:
    manager = Site(house, token=session_anew(house))
    address = link(house, "invitation", organisation=organisation_of(house), role="respondent")
    manager.get(address)
    manager.post(address, 409, {"as": "myself"})
    assert "An organisation needs a manager" in manager.text("//h1")
    manager.get(address)


@pytest.mark.parametrize("ticked", [True, False])
def test_whoever_removes_a_member_is_asked_about_the_keys_that_they_made(house: str, ticked: bool) -> None:
    state = APPS[house].state
    bo = people.member(state.database, state.keyring, organisation_of(house), "manager", "Bo Second")
    for _ in range(2):
        people.program(state.database, state.keyring, people.reader_of(state.database, state.keyring, bo))
    manager, account = Site(house), people.reader_of(state.database, state.keyring, bo).account
    manager.get("/organisation")
    (box,) = manager.page.xpath("//input[@name='keys']")
    assert box.get("checked") is not None and box.get("id") == f"keys-{account}"
    assert "Revoke the 2 keys for programs that they made" in manager.text()
    manager.send(action=f"{account}/remove", **({} if ticked else {"keys": None}))
    trail = manager.get("/organisation/trail").text_content()
    assert trail.count("The key of the program “Case system” was revoked") == (2 if ticked else 0)
    with state.database.transaction(write=False) as session:
        kept = session.connection().execute(text("SELECT count(*) FROM api_key WHERE revoked_at IS NULL"))
        assert kept.scalar_one() == (0 if ticked else 2)


def test_an_invitation_tells_of_few_addresses_whether_there_is_an_account(house: str, stranger: Site) -> None:
    for number in range(signing_in.FREE + 1):
        with_account(house, f"taken{number}@example.org")
    address = link(house, "invitation", organisation=organisation_of(house), role="respondent")
    given = {"name": "Rosaline", "password": GOOD}

    def asks(email: str, **fields: str) -> httpx.Response:
        return stranger.client.post(address, data=given | {"email": email} | fields)

    for email in ("taken0@example.org", "free@example.org"):
        for _ in range(signing_in.FREE + 1):  # what does not hold in itself says nothing, and counts for nothing
            answer = asks(email, password="short")
            assert answer.status_code == 422 and "There is an account" not in answer.text
    for number in range(signing_in.FREE):
        answer = asks(f"taken{number}@example.org")
        assert answer.status_code == 422 and "There is an account with this address" in answer.text
    for email in (f"taken{signing_in.FREE}@example.org", "free@example.org"):
        answer = asks(email)
        assert answer.status_code == 429 and "There is an account" not in answer.text
        assert 1 <= int(answer.headers["retry-after"]) <= 15
    other = link(house, "invitation", organisation=organisation_of(house), role="respondent")
    assert stranger.client.post(other, data=given | {"email": "free@example.org"}).status_code == 303


def test_many_invitations_from_one_address_of_the_network_have_to_wait_together(house: str, stranger: Site) -> None:
    with_account(house, "taken@example.org")
    given = {"name": "Rosaline", "email": "taken@example.org", "password": GOOD}
    codes = []
    for _ in range(signing_in.FREE_FROM_ADDRESS // signing_in.FREE):
        address = link(house, "invitation", organisation=organisation_of(house), role="respondent")
        codes += [stranger.client.post(address, data=given).status_code for _ in range(signing_in.FREE)]
    assert codes == [422] * signing_in.FREE_FROM_ADDRESS
    address = link(house, "invitation", organisation=organisation_of(house), role="respondent")
    assert stranger.client.post(address, data=given).status_code == 429
    assert stranger.client.post("/sign-in", data={"email": "x@example.org", "password": GOOD}).status_code == 429


def test_a_closed_account_can_do_nothing_more(house: str) -> None:
    manager, database = Site(house), APPS[house].state.database
    manager.get("/account")
    admin = Site(house, token=people.administrator(database))
    admin.get("/service")
    account = people.reader_of(database, APPS[house].state.keyring, session_anew(house)).account
    admin.client.post(f"/service/accounts/{account}/close", data={"csrf": admin.csrf})
    manager.get("/account")
    assert manager.text("//h1") == "Sign in"


def test_a_changed_password_ends_the_other_sessions(house: str) -> None:
    account, state = with_account(house), APPS[house].state
    with state.database.transaction(write=True) as session:
        here, there = (accounts.begin_session(session, account) for _ in range(2))
    site, other = Site(house, token=here), Site(house, token=there)
    site.get("/account")
    site.send(action="password", status=422, old="not the old one", password="six brisk kettles sing")
    assert "This is not the present password" in site.errors[0][1]
    site.send(action="password", old=GOOD, password="six brisk kettles sing")
    assert "Your password was changed" in site.text()
    other.get("/account")
    assert other.text("//h1") == "Sign in"
    other.send(action="sign-in", email="rosa@example.org", password="six brisk kettles sing")


def test_a_session_ends_after_two_hours_without_a_request_and_after_twelve(house: str) -> None:
    site, database = Site(house), APPS[house].state.database
    for column, past in (("seen_at", accounts.IDLE), ("created_at", accounts.LONGEST)):
        site = Site(house, token=session_anew(house))
        site.get("/account")
        assert site.text("//h1") == "Your account"
        with database.transaction(write=True) as session:
            moment = accounts.datetime.now(accounts.UTC) - past - timedelta(minutes=1)
            change = text(f"UPDATE signed_in SET {column} = :m WHERE digest = :d")
            digest = accounts.digest_of(site.client.cookies[people.COOKIE])
            session.connection().execute(change, {"m": moment.isoformat(" "), "d": digest})
        site.get("/account")
        assert site.text("//h1") == "Sign in"


def test_what_was_typed_when_the_session_ended_is_sent_after_signing_in_again(house: str, stranger: Site) -> None:
    database = APPS[house].state.database
    with database.transaction(write=True) as session:
        session.connection().execute(
            text("UPDATE account SET password = :p, email = 'maria@example.org'"), {"p": hashed(GOOD)}
        )
    site = Site(house, token=session_anew(house))
    root = begun(site, "small")
    site.get(f"{root}/sections/work")
    with database.transaction(write=True) as session:
        session.connection().execute(text("DELETE FROM signed_in"))
    site.send(status=401, answer__roster_drawn="operating", note__roster_drawn="Log of “May”\nand June")
    assert "Your session has ended" in site.text()
    site.send(action="sign-in", status=422, email="maria@example.org", password="wrong wrong wrong")
    assert "Address and password do not fit together" in site.errors[0][1]
    fields = dict(site.form("sign-in").form_values()) | {"email": "maria@example.org", "password": GOOD}
    site._arrive(site.client.post("/sign-in", data=fields), 200)
    assert "is not saved yet" in site.text("//h1")
    site.send(action="sections")
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn") == ("operating", "Log of “May”\nand June")


LINE = "Log of “May” & June"
TYPED = {  # by the address that a form is sent to: the state of the assessment, the page where it is typed, and what
    "/review/sections/work": (
        "under_review", "/review/sections/work", {"level.roster_drawn": "on_paper", "comment.roster_drawn": LINE}
    ),
    "/actions/hide_houses": ("submitted", "/actions/hide_houses", {"decision": "refused", "why": LINE}),
    "/profile": ("draft", "/profile", {"fact.runs_houses": "no"}),
    "/impacts": ("draft", "/impacts", {"value.trip_sold": "5", "reason.trip_sold": LINE}),
    "/plans": ("draft", "/what-if", {"name": LINE, "do.draw_rosters": "yes"}),
    "/marking": ("final", "/marking", {"marking": "own", "own": LINE}),
    "/agencies/small/start/about": (
        "", "/agencies/small/start/about", {"scope_kind": "post", "scope_words": LINE, "way": "alone"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", TYPED)
def test_whatever_was_typed_when_the_session_ended_is_kept(house: str, catalogue: Catalogue, form: str) -> None:
    state, page, typed = TYPED[form]
    site, email = with_password(house, "reviewer" if "/review/" in form else "manager")
    database, keyring = APPS[house].state.database, APPS[house].state.keyring
    manager = people.reader_of(database, keyring, session_anew(house))
    root = f"/assessments/{assessment_in(state, database, manager, catalogue)}" if state else ""
    site.get(root + page)
    with database.transaction(write=True) as session:
        session.connection().execute(text("DELETE FROM signed_in"))
    site.post(root + form, 401, dict(site.form(page).form_values()) | typed)
    fields = dict(site.form("sign-in").form_values()) | {"email": email, "password": GOOD}
    site._arrive(site.client.post("/sign-in", data=fields), 200)
    assert "is not saved yet" in site.text("//h1")
    site.send(action=form)
    if form in ("/plans", "/agencies/small/start/about"):  # these make something new, and lead to it
        assert LINE in site.text()
    else:
        site.get(root + page)
        assert typed.items() <= dict(site.form(page).form_values()).items()


def with_password(house: str, role: str) -> tuple[Site, str]:
    """Somebody of the server’s organisation who is signed in, and the address that goes with the password."""
    state, organisation = APPS[house].state, organisation_of(house)
    token = people.member(state.database, state.keyring, organisation, role, "Kim Kept")
    email = f"kim.{organisation}.{role}@example.org".casefold()
    with state.database.transaction(write=True) as session:
        change = text("UPDATE account SET password = :p WHERE email = :e")
        assert session.connection().execute(change, {"p": hashed(GOOD), "e": email}).rowcount == 1
    return Site(house, token=token), email


def test_a_form_of_an_earlier_session_comes_back_to_be_sent_again(house: str) -> None:
    site = Site(house, token=session_anew(house))
    root = begun(site, "small")
    site.get(f"{root}/sections/work")
    site.client.cookies.set(people.COOKIE, session_anew(house))
    site.send(status=403, answer__roster_drawn="operating")
    assert "You signed in anew" in site.text()
    site.send(action="sections")
    site.get(f"{root}/sections/work")
    assert marked(site, "roster_drawn")[0] == "operating"


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_without_this_sessions_token_changes_nothing(house: str, token: str) -> None:
    site = Site(house, token=session_anew(house))
    site.get("/organisation")
    answer = site.client.post("/organisation/invitations", data={"csrf": token, "role": "manager"})
    assert answer.status_code == 403
    with APPS[house].state.database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT count(*) FROM link")).scalar_one() == 0


def test_passwords_are_argon2id_and_none_is_what_nobody_has() -> None:
    kept = hashed(GOOD)
    assert kept.startswith("$argon2id$")
    assert matches(kept, GOOD) and not matches(kept, GOOD + "x")
    assert not matches("", "nobody has this one") and not matches("spoiled", GOOD)
    assert problem_of(GOOD) is None


@pytest.mark.anyio
async def test_by_https_the_cookie_is_bound_to_this_host_and_browsers_are_told_to_stay(
    database_url: str, small_catalogue: Catalogue
) -> None:
    app = create_app(Settings(database_url=database_url, https=True), small_catalogue)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        with app.state.database.transaction(write=True) as session:
            accounts.make_account(session, "rosa@example.org", "Rosa Respondent", hashed(GOOD))
        answer = await caller.post("/sign-in", data={"email": "rosa@example.org", "password": GOOD})
    assert answer.headers["set-cookie"].startswith("__Host-plumbline=") and "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_what_a_role_may_not_do_and_a_used_link_are_said_in_their_own_words(house: str) -> None:
    state = APPS[house].state
    site = Site(
        house, token=people.member(state.database, state.keyring, organisation_of(house), "respondent", "Rosa R")
    )
    assert "does not allow it" in site.get("/organisation", 403).text_content()
    assert "This link is good no more" in site.get("/links/none", 404).text_content()
    manager = Site(house, token=session_anew(house))
    manager.get("/organisation")
    mine = people.reader_of(state.database, state.keyring, session_anew(house)).account
    manager.post(f"/organisation/members/{mine}/remove", 409, {})
    assert "An organisation needs a manager" in manager.text("//h1")


def test_an_error_page_knows_who_is_signed_in_or_leaves_it_open(house: str) -> None:
    manager, stranger = Site(house), Site(house, token="")
    for path, status in (("/service", 403), ("/assessments/none", 404)):
        manager.get(path, status)
        assert "Sign out" in manager.text("//header") and "Sign in" not in manager.text("//header")
    for site in (manager, stranger):  # no such route: nobody has looked who it is
        site.get("/nothing", 404)
        assert "Account" in site.text("//header") and "Sign in" not in site.text("//header")
    stranger.get("/links/none", 404)
    assert "Sign in" in stranger.text("//header")


def test_what_cannot_be_taken_back_says_what_follows_before_its_button(house: str) -> None:
    admin = Site(house, token=people.administrator(APPS[house].state.database))
    for site, page, action in ((admin, "/service", "close"), (Site(house), "/organisation", "remove")):
        site.get(page)
        buttons = site.page.xpath(f"//button[ancestor::form[contains(@action, '{action}')]]")
        assert buttons and all(button.xpath("ancestor::details[summary]//p") for button in buttons)
        assert not site.page.xpath(f"//button[contains(@formaction, '{action}')]")


def test_an_organisation_s_trail_says_whether_it_holds_and_can_be_followed_elsewhere(house: str) -> None:
    site = Site(house)
    site.get("/organisation/trail")
    data = site.client.get("/organisation/trail.json").json()
    assert f"The chain holds: {len(data['entries'])} entries" in site.text() and data["ends_with"] in site.text()
    assert data["entries"][0]["action"] == "organisation"
    with APPS[house].state.database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE trail_entry SET account = 'x' WHERE number = 2"))
    site.get("/organisation/trail")
    assert "The chain does not hold" in site.text() and "Entry 2:" in site.text()
