"""What every request passes: host, origin, size, rate and headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.accounts import begin_session
from app.authorisation import matrix
from app.catalogue import Catalogue
from app.errors import TooLarge
from app.main import create_app
from app.middleware import BodyLimit
from app.settings import Settings
from tests import people
from tests.fixtures import BASE

pytestmark = pytest.mark.anyio
SCORE, WHAT_IF = "/api/v1/score", "/api/v1/what-if"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "LOCALHOST:1", "[::1]:8000", "[::1]"])
async def test_the_server_answers_to_its_own_names_on_any_port(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", "", "::1"])
async def test_any_other_name_is_refused(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/api/v1/questionnaires", headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Unknown host"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"origin": "http://127.0.0.1:8000"}, 415),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 415),
        ({"sec-fetch-site": "none"}, 415),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8000"}, 403),
    ],
)
async def test_what_another_site_sends_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await client.post(SCORE, headers=headers)).status_code == status


async def test_another_site_may_link_to_a_page(client: httpx.AsyncClient) -> None:
    assert (await client.get("/", headers={"sec-fetch-site": "cross-site"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/questionnaires", "/nothing", "/static/plumbline.css"])
async def test_every_answer_has_the_strict_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers["permissions-policy"].split(", "))


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
async def test_no_other_site_is_let_in(client: httpx.AsyncClient, method: str) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = await client.request(method, SCORE, headers=asked)
    assert answer.status_code in (403, 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/api/v1/questionnaires", "/static/plumbline.css", "/health/live", "/nothing"])
async def test_every_answer_says_what_it_is_and_text_in_which_signs(client: httpx.AsyncClient, path: str) -> None:
    kind = (await client.get(path)).headers["content-type"]
    assert kind.endswith("charset=utf-8") or kind in ("application/json", "application/problem+json")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-store"),
        ("/api/v1/questionnaires", "no-store"),
        ("/static/plumbline.css", "no-cache"),
        ("/static/plumbline.css?v=0", "public, max-age=31536000, immutable"),
    ],
)
async def test_only_files_named_by_their_content_are_kept(client: httpx.AsyncClient, path: str, kept: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == kept


async def test_a_body_over_the_limit_is_refused_by_its_announced_length(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        SCORE, content=b"x" * (2 * 1024 * 1024 + 1), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert "2048 KiB" in answer.json()["detail"]


async def test_a_body_over_the_limit_is_refused_when_no_length_is_announced(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1024 * 1024

    answer = await client.post(SCORE, content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_a_length_of_more_digits_than_a_number_may_have_is_too_large(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json", "content-length": "9" * 5000}
    assert (await client.post(SCORE, content=b"{}", headers=headers)).status_code == 413


async def test_the_body_is_read_no_further_than_the_limit() -> None:
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 10, "more_body": True}

    async def reads_all(scope: object, receive, send: object) -> None:
        while True:
            await receive()

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    with pytest.raises(TooLarge):
        await BodyLimit(reads_all, limit=25)(scope, receive, receive)
    assert read == 3


async def test_a_length_that_is_no_number_does_not_lift_the_limit(app: FastAPI) -> None:
    sent: list[int] = []

    async def send(message: dict) -> None:
        sent.append(message.get("status", 0))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 20, "more_body": False}

    async def reads(scope: object, receive, send: object) -> None:
        await receive()

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"-1")]}
    with pytest.raises(TooLarge):
        await BodyLimit(reads, limit=10)(scope, receive, send)


WATCHED = ("/health/live", "/health/ready", "/metrics")


@pytest.mark.parametrize("path", WATCHED)
async def test_whoever_watches_comes_by_any_name(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"host": "10.0.0.7:8000"})).status_code != 400


@asynccontextmanager
async def open_to(database_url: str, catalogue: Catalogue, *origins: str) -> AsyncIterator[httpx.AsyncClient]:
    """A server that lets pages of these sites call the scoring endpoints."""
    app = create_app(Settings(database_url=database_url, rate_limit=0, cors_origins=origins), catalogue)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        yield caller


SITE = "https://portal.example"
BODY = {"questionnaire": "small"}
FROM = {"origin": SITE, "sec-fetch-site": "cross-site"}
ASKS = FROM | {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
SCORING = ["/api/v1/questionnaires", "/api/v1/questionnaires/small", "/api/v1/questionnaires/small/schema"]
OPEN = [*SCORING, "/api/v1/openapi.json"]


def allowed(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


async def test_no_site_may_call_anything_unless_it_is_named(
    database_url: str, small_catalogue: Catalogue, client: httpx.AsyncClient
) -> None:
    for path in (*OPEN, "/"):
        assert allowed(await client.get(path, headers=FROM)) == set()
    preflight = await client.options(SCORE, headers=ASKS)
    assert (preflight.status_code, allowed(preflight)) == (405, set())
    assert (await client.post(SCORE, json=BODY, headers=FROM)).status_code == 403


async def test_a_named_site_may_call_the_scoring_endpoints_without_cookies(
    database_url: str, small_catalogue: Catalogue
) -> None:
    async with open_to(database_url, small_catalogue, SITE, "http://localhost:3000") as caller:
        preflight = await caller.options(SCORE, headers=ASKS)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == SITE
        assert preflight.headers["access-control-allow-methods"] == "GET, POST"
        assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in preflight.headers
        scored = await caller.post(SCORE, json=BODY, headers=FROM)
        assert (scored.status_code, scored.headers["access-control-allow-origin"]) == (200, SITE)
        assert "access-control-allow-credentials" not in scored.headers
        assert "Origin" in scored.headers["vary"]
        problem = await caller.post(SCORE, json={"questionnaire": "none"}, headers=FROM)
        assert (problem.status_code, problem.headers["access-control-allow-origin"]) == (404, SITE)
        assert "x-request-id" in problem.headers["access-control-expose-headers"].lower()
        for path in OPEN:
            assert (await caller.get(path, headers=FROM)).headers["access-control-allow-origin"] == SITE


@pytest.mark.parametrize("origin", ["https://evil.example", "https://portal.example.evil.example", "null", ""])
async def test_a_site_that_is_not_named_may_not(database_url: str, small_catalogue: Catalogue, origin: str) -> None:
    async with open_to(database_url, small_catalogue, SITE) as caller:
        preflight = await caller.options(SCORE, headers=ASKS | {"origin": origin})
        assert preflight.status_code == 400
        assert "access-control-allow-origin" not in preflight.headers
        assert (await caller.post(SCORE, json=BODY, headers=FROM | {"origin": origin})).status_code == 403
        got = await caller.get(OPEN[0], headers=FROM | {"origin": origin})
        assert "access-control-allow-origin" not in got.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_named_site_may_only_read_and_score(database_url: str, small_catalogue: Catalogue, method: str) -> None:
    async with open_to(database_url, small_catalogue, SITE) as caller:
        asks = ASKS | {"access-control-request-method": method}
        assert (await caller.options(SCORE, headers=asks)).status_code == 400
        asks = ASKS | {"access-control-request-headers": "authorization"}
        assert (await caller.options(SCORE, headers=asks)).status_code == 400


async def test_no_page_and_nothing_stored_is_open_to_a_named_site(
    database_url: str, small_catalogue: Catalogue
) -> None:
    async with open_to(database_url, small_catalogue, SITE) as caller:
        beside = [path for _, path in map(str.split, matrix()) if not path.startswith((*OPEN, SCORE, WHAT_IF))]
        assert len(beside) > 30
        for path in (*beside, "/api/v1/scores", "/api/v1/questionnaires-of-others"):
            assert allowed(await caller.get(path, headers=FROM)) == set(), path
            assert allowed(await caller.options(path, headers=ASKS)) == set(), path
            refused = await caller.post(path, data={"name": "x"}, headers=FROM)
            assert refused.status_code == (405 if path.startswith(WATCHED) else 403), path


async def test_an_account_is_counted_in_whatever_browser_and_from_whatever_address(
    database_url: str, small_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.middleware.time.monotonic", lambda: 601.0)
    app = create_app(Settings(database_url=database_url, rate_limit=4), small_catalogue)
    async with app.router.lifespan_context(app):
        database, keyring = app.state.database, app.state.keyring
        token = people.member(database, keyring, people.organisation(database, keyring))
        account = people.reader_of(database, keyring, token).account
        answers = []
        for number in range(6):
            with database.transaction(write=True) as session:
                another = begin_session(session, account)
            transport = httpx.ASGITransport(app=app, client=(f"198.51.100.{number}", 1))
            async with httpx.AsyncClient(
                transport=transport, base_url=BASE, cookies={people.COOKIE: another}
            ) as caller:
                answers.append(await caller.get("/account"))
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0", "0", "0"]
        assert answers[-1].headers["retry-after"] == answers[-1].headers["ratelimit-reset"] == "59"
        assert "Too many attempts" in answers[-1].text
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as visitor:
            assert (await visitor.get("/")).status_code == 200


async def test_a_body_that_does_not_come_is_not_waited_for(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.middleware.BODY_SECONDS", 0.05)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"{"
        await anyio.sleep(5)

    for path, kind in ((SCORE, "application/json"), ("/sign-in", "application/x-www-form-urlencoded")):
        answer = await client.post(path, content=pieces(), headers={"content-type": kind})
        assert answer.status_code == 408
        assert "came too slowly" in answer.text


@pytest.mark.parametrize("hosts", [(b"evil.example", b"127.0.0.1"), (b"127.0.0.1", b"evil.example"), ()])
async def test_there_is_one_host_and_no_other(
    app: FastAPI, client: httpx.AsyncClient, hosts: tuple[bytes, ...]
) -> None:
    sent: list[int] = []

    async def send(message: dict) -> None:
        sent.append(message.get("status", 0))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(b"host", host) for host in hosts],
    }  # fmt: skip
    await app(scope, receive, send)
    assert sent[0] == 400


async def test_whoever_comes_through_a_proxy_s_odd_header_is_not_led_elsewhere(client: httpx.AsyncClient) -> None:
    odd = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-http-method-override": "DELETE"}
    answer = await client.post("/organisation/invitations", data={"role": "reviewer"}, headers=odd)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text and f"{BASE}/links/" in answer.text


async def test_by_https_a_defect_s_page_too_says_that_browsers_come_by_nothing_else(
    database_url: str, small_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr("app.routes.home.page", defect)
    app = create_app(Settings(database_url=database_url, https=True), small_catalogue)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        for path, status in (
            ("/privacy", 500),
            ("/health/live", 200),
            ("/nothing", 404),
            ("/static/plumbline.css", 200),
        ):
            answer = await caller.get(path)
            assert answer.status_code == status
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "path", ["/static/..%2f..%2fapp%2fsettings.py", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/", "/static/%00"]
)
async def test_nothing_but_static_files_is_served_as_one(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_too_many_requests_within_a_minute_are_refused_each_reader_apart(
    database_url: str, small_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 600.0
    monkeypatch.setattr("app.middleware.time.monotonic", lambda: now)
    app = create_app(Settings(database_url=database_url, rate_limit=3), small_catalogue)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        for left in ("2", "1", "0"):
            answer = await caller.get("/api/v1/questionnaires")
            assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (200, left)
        refused = await caller.get("/api/v1/questionnaires")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert refused.json()["title"] == "Too many attempts"
        assert (await caller.get("/static/plumbline.css")).status_code == 200
        caller.cookies.set("plumbline", "a session")
        assert (await caller.get("/")).status_code == 200
        for number in range(40):  # whoever names a new session each time is stopped by the address
            caller.cookies.set("plumbline", f"invented {number}")
            last = (await caller.get("/")).status_code
        assert last == 429
        caller.cookies.clear()
        now = 660.0
        assert (await caller.get("/")).status_code == 200
