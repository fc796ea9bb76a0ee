"""Signing in with a provider: the way there and back, and every answer that must not be believed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from lxml import html
from sqlalchemy import text

from app import accounts, signing_in
from app import provider as providers
from app.catalogue import Catalogue
from app.cli import main
from app.errors import WrongSettings
from app.links import make_link
from app.main import create_app
from app.passwords import hashed
from app.provider import provider_of
from app.settings import PROJECT, Settings
from tests import people
from tests.page import Site, house_rules
from tests.provider import CLIENT, SECRET, Provider, provider
from tests.serving import APPS, served, session_anew

GOOD = "four quiet lamps at noon"


@pytest.fixture
def theirs() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def house(catalogue: Catalogue, tmp_path: Path, theirs: Provider, database_url: str) -> Iterator[str]:
    """The address of a server that signs people in with the provider."""
    more = {
        "oidc_issuer": theirs.address,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_name": "Agency",
    }
    with served(catalogue, tmp_path, database_url, processes=0, **more) as address:
        yield address


@pytest.fixture
def stranger(house: str) -> Site:
    return Site(house, token="")


def there(site: Site, start: str = "/sign-in/provider?then=/account") -> str:
    """Leave for the provider and sign in; where it sends the browser back to."""
    leaving = site.client.get(start)
    assert leaving.status_code == 303, leaving.text
    back = httpx.get(leaving.headers["location"])
    assert back.status_code == 302
    return str(back.headers["location"])


def back(site: Site, address: str) -> httpx.Response:
    return site.client.get(address)


def linked(house: str, subject: str = "subject-1", **more: Any) -> str:
    """An account that the provider knows; its id."""
    state = APPS[house].state
    with state.database.transaction(write=True) as session:
        account = accounts.make_account(session, "rosa@example.org", "Rosa Respondent", hashed(GOOD), **more)
        row = {"i": state.settings.oidc_issuer, "s": subject, "a": account}
        made = "INSERT INTO outside_identity (issuer, subject, account_id, since) VALUES (:i, :s, :a, '2026-01-01')"
        session.connection().execute(text(made), row)
    return account


def sessions(house: str, account: str) -> int:
    with APPS[house].state.database.transaction(write=False) as session:
        found = text("SELECT count(*) FROM signed_in WHERE account_id = :a")
        return int(session.connection().execute(found, {"a": account}).scalar_one())


def test_whoever_is_linked_signs_in_and_is_led_on(house: str, stranger: Site) -> None:
    linked(house)
    stranger.get("/account")
    assert "Sign in with Agency" in stranger.text()
    answer = back(stranger, there(stranger))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert 'plumbline-outside=""' in answer.headers["set-cookie"]
    assert "Rosa Respondent" in stranger.get("/account").text_content()


def test_the_cookie_of_the_way_says_nothing_and_is_for_this_browser_and_ten_minutes(house: str, stranger: Site) -> None:
    leaving = stranger.client.get("/sign-in/provider")
    cookie = leaving.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "max-age=600", "path=/"))
    asked = parse_qs(urlsplit(leaving.headers["location"]).query)
    assert asked["nonce"][0] not in cookie and asked["state"][0] not in leaving.headers["set-cookie"]
    assert asked["scope"] == ["openid"] and asked["redirect_uri"] == [f"{house}/sign-in/provider/back"]


def test_nobody_gets_an_account_by_signing_in_there_whatever_address_they_bring(house: str, stranger: Site) -> None:
    with APPS[house].state.database.transaction(write=True) as session:
        accounts.make_account(session, "rosa@example.org", "Rosa Respondent", hashed(GOOD))
    answer = back(stranger, there(stranger))
    assert answer.status_code == 403 and "No account here is known by that name" in answer.text
    stranger.get("/account")
    assert stranger.text("//h1") == "Sign in"


def test_an_address_that_the_provider_names_never_matches_an_account(
    house: str, stranger: Site, theirs: Provider
) -> None:
    with APPS[house].state.database.transaction(write=True) as session:
        account = accounts.make_account(session, "rosa@example.org", "Rosa Respondent", hashed(GOOD))
    theirs.claims = {"email": "rosa@example.org", "email_verified": True}
    assert back(stranger, there(stranger)).status_code == 403
    assert sessions(house, account) == 0


def leads_on(answer: httpx.Response) -> None:
    """A page that leads to the provider; its link is not followed here, since that would be the way itself."""
    page = html.document_fromstring(answer.text)
    house_rules(page)
    assert answer.status_code == 200 and page.findtext(".//h1") == "On to Agency"
    assert page.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=/sign-in/provider/go"]
    assert page.xpath("//main//a/@href") == ["/sign-in/provider/go"]


def test_an_invitation_is_taken_up_with_the_provider_instead_of_a_password(house: str, stranger: Site) -> None:
    state = APPS[house].state
    organisation = people.organisation(state.database, state.keyring, "Harbour Office")
    with state.database.transaction(write=True) as session:
        token = make_link(session, "invitation", organisation=organisation, role="manager")
    stranger.get(f"/links/{token}")
    stranger.send(action="links", status=422, button=("as", "provider"), name="", email="rosa")
    assert [anchor for anchor, _ in stranger.errors] == ["#name", "#email"]
    fields = {"name": "Rosa Respondent", "email": "rosa@example.org", "as": "provider"}
    leads_on(stranger.client.post(f"/links/{token}", data=fields))
    answer = back(stranger, there(stranger, "/sign-in/provider/go"))
    assert answer.status_code == 303
    stranger.get("/organisation")
    assert stranger.text("//h1") == "Harbour Office" and "Rosa Respondent" in stranger.text()
    stranger.get(f"/links/{token}", 404)
    again = Site(house, token="")
    assert back(again, there(again)).headers["location"] == "/account"
    with_password = Site(house, token="")
    with_password.get("/sign-in")
    with_password.send(action="sign-in", status=422, email="rosa@example.org", password=GOOD)


def test_an_invitation_for_somebody_who_is_linked_already_gives_that_account_its_role(
    house: str, stranger: Site
) -> None:
    account, state = linked(house), APPS[house].state
    organisation = people.organisation(state.database, state.keyring, "Harbour Office")
    with state.database.transaction(write=True) as session:
        token = make_link(session, "invitation", organisation=organisation, role="reviewer")
    fields = {"name": "Somebody Else", "email": "else@example.org", "as": "provider"}
    stranger.client.post(f"/links/{token}", data=fields)
    assert back(stranger, there(stranger, "/sign-in/provider/go")).status_code == 303
    with state.database.transaction(write=False) as session:
        assert [m.organisation_name for m in accounts.memberships(session, account)] == ["Harbour Office"]
        assert accounts.account_by_email(session, "else@example.org") is None


def test_an_account_links_its_identity_with_its_password_and_takes_it_off_again(house: str, stranger: Site) -> None:
    site = with_password(house)
    site.get("/account")
    site.send(action="outside-identity", status=422, linking="wrong wrong wrong")
    assert site.errors == [("#linking", "This is not the present password")]
    fields = dict(site.form("outside-identity").form_values()) | {"linking": GOOD}
    leads_on(site.client.post("/account/outside-identity", data=fields))
    answer = back(site, there(site, "/sign-in/provider/go"))
    assert answer.headers["location"] == "/account?outside=on"
    assert "From now on you can sign in with Agency" in site.get("/account?outside=on").text_content()
    assert "Maria Sample can sign in with the provider" in site.get("/organisation/trail").text_content()
    assert back(stranger, there(stranger)).headers["location"] == "/account"
    site.get("/account")
    site.send(action="unlink")
    assert "no longer signs in with the provider" in site.get("/organisation/trail").text_content()
    other = Site(house, token="")
    assert back(other, there(other)).status_code == 403


def with_password(house: str) -> Site:
    with APPS[house].state.database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE account SET password = :p"), {"p": hashed(GOOD)})
    return Site(house, token=session_anew(house))


def test_an_identity_is_linked_in_the_session_that_asked_and_with_one_account_only(house: str, stranger: Site) -> None:
    site = with_password(house)
    site.get("/account")
    for token, status in ((people.guest(APPS[house].state.database), 403), ("", 403)):
        site.client.post("/account/outside-identity", data={"csrf": site.csrf, "linking": GOOD})
        address = there(site, "/sign-in/provider/go")
        before = site.client.cookies[people.COOKIE]
        site.client.cookies.set(people.COOKIE, token)
        answer = back(site, address)
        assert answer.status_code == status and "Begin the sign-in anew" in answer.text
        site.client.cookies.set(people.COOKIE, before)
    linked(house)
    site.client.post("/account/outside-identity", data={"csrf": site.csrf, "linking": GOOD})
    answer = back(site, there(site, "/sign-in/provider/go"))
    assert answer.status_code == 403 and "That identity is linked already" in answer.text


def test_an_account_without_a_password_keeps_its_identity(house: str, stranger: Site) -> None:
    account = linked(house)
    with APPS[house].state.database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE account SET password = '' WHERE id = :a"), {"a": account})
    back(stranger, there(stranger))
    stranger.get("/account")
    assert "Your account has no password" in stranger.text()
    assert stranger.client.post("/account/outside-identity/unlink", data={"csrf": stranger.csrf}).status_code == 409


def test_a_second_factor_is_asked_for_on_this_way_too(house: str, stranger: Site) -> None:
    account, state = linked(house), APPS[house].state
    with state.database.transaction(write=False) as session:
        found = accounts.account_by_id(session, account)
    assert found
    sealed, offer = signing_in.offered(state.keyring, found)
    import pyotp

    totp = pyotp.TOTP(offer.secret)
    signing_in.set_up(state.database, state.keyring, found, sealed, totp.at(time.time() - 30), GOOD)
    stranger._arrive(back(stranger, there(stranger)), 200)
    assert stranger.text("//h1") == "Enter the code"
    stranger.send(action="code", code=totp.at(time.time()))
    assert stranger.url == "/account"


def wrong(theirs: Provider, what: str) -> None:
    now = int(time.time())
    claims: dict[str, dict[str, Any]] = {
        "nonce of another sign-in": {"nonce": "another"},
        "no nonce": {"nonce": None},
        "another audience": {"aud": "another"},
        "several audiences, for another": {"aud": [CLIENT, "another"], "azp": "another"},
        "no audience": {"aud": None},
        "expired": {"exp": now - 120},
        "no end": {"exp": None},
        "made in the future": {"iat": now + 3600},
        "another issuer": {"iss": "https://elsewhere.example"},
        "nobody": {"sub": None},
        "a name that is none": {"sub": ""},
    }
    theirs.claims = claims.get(what, {})
    if what == "another key":
        theirs.signs_with = RSAKey.generate_key(2048, parameters={"kid": "one"})
    elif what == "a key that nobody knows":
        theirs.signs_with = RSAKey.generate_key(2048, parameters={"kid": "two"})
    elif what == "no signature":
        theirs.algorithm = "none"
    elif what == "signed with the secret":
        theirs.algorithm, theirs.signs_with = "HS256", OctKey.import_key(SECRET, {"kid": "one"})  # type: ignore[assignment]
    elif what == "mixed up: the answer is another provider’s":
        theirs.back = {"iss": "https://elsewhere.example"}
    elif what == "mixed up: it does not say whose it is":
        theirs.about = {"authorization_response_iss_parameter_supported": True}
    elif what == "a code of another sign-in":
        theirs.back = {"code": "another"}
    elif what == "no token":
        theirs.id_token = lambda nonce: 7  # type: ignore[assignment,method-assign,return-value]


@pytest.mark.parametrize(
    "what",
    [
        "nonce of another sign-in",
        "no nonce",
        "another audience",
        "several audiences, for another",
        "no audience",
        "expired",
        "no end",
        "made in the future",
        "another issuer",
        "nobody",
        "a name that is none",
        "another key",
        "a key that nobody knows",
        "no signature",
        "signed with the secret",
        "mixed up: the answer is another provider’s",
        "mixed up: it does not say whose it is",
        "a code of another sign-in",
        "no token",
    ],
)
def test_what_does_not_hold_signs_nobody_in(house: str, stranger: Site, theirs: Provider, what: str) -> None:
    account = linked(house)
    wrong(theirs, what)
    answer = back(stranger, there(stranger))
    assert answer.status_code == 502 and "The sign-in provider’s answer does not hold" in answer.text
    assert sessions(house, account) == 0 and people.COOKIE not in answer.cookies


def test_a_provider_that_says_whose_its_answer_is_and_has_a_new_key_is_believed(
    house: str, stranger: Site, theirs: Provider
) -> None:
    linked(house)
    back(stranger, there(stranger))
    theirs.key = theirs.signs_with = RSAKey.generate_key(2048, parameters={"kid": "two"})
    theirs.about, theirs.back = {"authorization_response_iss_parameter_supported": True}, {"iss": theirs.address}
    theirs.claims = {"aud": [CLIENT, "another"], "azp": CLIENT, "exp": int(time.time()) - 30}
    other = Site(house, token="")
    assert back(other, there(other)).headers["location"] == "/account"
    assert theirs.asked.count("about") == 1  # kept for a while


def test_a_state_is_good_once_in_the_browser_that_began_and_for_ten_minutes(
    house: str, stranger: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(house)
    stranger.client.get("/sign-in/provider")
    cookie = stranger.client.cookies["plumbline-outside"]
    address = there(stranger)
    for site in (Site(house, token=""), stranger):  # another browser; an earlier cookie of the same
        site.client.cookies.delete("plumbline-outside") if site is stranger else None
        site.client.cookies.set("plumbline-outside", cookie if site is stranger else "")
        assert back(site, address).status_code == 403
    stranger = Site(house, token="")
    address = there(stranger)
    kept = stranger.client.cookies["plumbline-outside"]
    assert back(stranger, address).status_code == 303
    again = Site(house, token="")
    again.client.cookies.set("plumbline-outside", kept)
    answer = back(again, address)
    assert answer.status_code == 403 and "was used already" in answer.text
    late, moment = Site(house, token=""), time.time()
    address = there(late)
    monkeypatch.setattr(time, "time", lambda: moment + 700)
    assert back(late, address).status_code == 403


def test_whoever_turns_back_there_is_not_signed_in(house: str, stranger: Site) -> None:
    state = parse_qs(urlsplit(there(stranger)).query)["state"][0]
    answer = back(stranger, f"/sign-in/provider/back?error=access_denied&state={state}")
    assert answer.status_code == 403 and "you turned back there" in answer.text


def test_failures_have_to_wait_as_they_do_with_a_password(house: str, stranger: Site) -> None:
    for _ in range(signing_in.FREE_FROM_ADDRESS):
        assert back(stranger, "/sign-in/provider/back?state=x&code=y").status_code == 403
    assert back(stranger, "/sign-in/provider/back?state=x&code=y").status_code == 429


def test_a_provider_that_cannot_be_reached_is_told_of_in_words(
    house: str, stranger: Site, theirs: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(house)
    address = there(stranger)
    theirs.status = 500
    answer = back(stranger, address)
    assert answer.status_code == 503 and "The sign-in provider cannot be reached" in answer.text
    monkeypatch.setattr(APPS[house].state, "provider", providers.Provider("http://127.0.0.1:9", CLIENT, ""))
    answer = stranger.client.get("/sign-in/provider")
    assert answer.status_code == 503 and "or sign in with a password" in answer.text


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
    ],
)
def test_what_a_provider_publishes_has_to_be_its_own_and_safe(
    house: str, stranger: Site, theirs: Provider, about: dict[str, str]
) -> None:
    linked(house)
    theirs.about = about
    answer = stranger.client.get("/sign-in/provider")
    if answer.status_code == 303:
        answer = back(stranger, there(stranger))
    assert answer.status_code == 502


def test_no_transaction_is_open_while_the_provider_is_asked(
    house: str, stranger: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(house)
    database, seen = APPS[house].state.database, []
    asked = providers.Provider._asked

    def look(self: providers.Provider, *what: Any) -> Any:
        seen.append(database.engine.pool.checkedout() - len(database._idle))  # those kept for the next do nothing
        return asked(self, *what)

    monkeypatch.setattr(providers.Provider, "_asked", look)
    assert back(stranger, there(stranger)).status_code == 303
    assert len(seen) == 3 and set(seen) == {0}


def test_without_a_provider_the_pages_lead_to_the_password(catalogue: Catalogue, tmp_path: Path) -> None:
    with served(catalogue, tmp_path) as address:
        site = Site(address)
        for path in ("/sign-in/provider", "/sign-in/provider/go", "/sign-in/provider/back?code=x"):
            assert site.client.get(path).headers["location"] == "/sign-in"
        site.get("/account")
        assert "sign in with" not in site.text().lower()
        answer = site.client.post("/account/outside-identity", data={"csrf": site.csrf})
        assert answer.headers["location"] == "/account"


def test_settings_that_do_not_hold_are_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good: dict[str, Any] = {"oidc_issuer": "https://login.example.org", "oidc_client_id": CLIENT}
    assert provider_of(Settings()) is None and provider_of(Settings(**good)) is not None
    for changed, said in (
        ({"oidc_client_id": ""}, "PLUMBLINE_OIDC_CLIENT_ID is not"),
        ({"oidc_issuer": "http://login.example.org"}, "must begin with https"),
        ({"oidc_client_secret_file": tmp_path / "none"}, "cannot be read"),
    ):
        with pytest.raises(WrongSettings, match=said):
            provider_of(Settings(**(good | changed)))
    monkeypatch.setattr(providers.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PLUMBLINE_OIDC_ISSUER", "https://login.example.org")
    assert main(["serve"]) == 1
    assert "authlib is not installed" in capsys.readouterr().err
    with pytest.raises(WrongSettings, match="authlib is not installed"):
        create_app(Settings(**good))


def test_what_signs_in_with_a_provider_is_imported_only_where_there_is_one() -> None:
    code = "import sys; from app.main import create_app; create_app(); print({'authlib', 'joserfc'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
