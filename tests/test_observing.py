"""Each request: an id to quote, one line in the log, nothing of what was asked or sent."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from app import logs
from app.errors import KeyFailure, NotFound
from app.observing import Observed
from tests.fixtures import BASE

pytestmark = pytest.mark.anyio
router = APIRouter()
SECRET = "Novak"


@router.get("/defect/{name}")
async def defect(name: str) -> Response:
    raise ValueError(name)


@router.get("/no-key")
async def no_key() -> Response:
    raise KeyFailure("The key file has no key “b2”.")


@router.get("/not-here/{name}")
async def not_here(name: str) -> Response:
    raise NotFound(name)


@pytest.fixture
def logged() -> Iterator[None]:
    logs.begin("json")
    yield
    logs.end()


def read(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    said = capsys.readouterr()
    assert SECRET not in said.err + said.out
    return [json.loads(line) for line in said.err.splitlines() if '"started"' not in line]


@pytest.fixture
async def client(app: FastAPI, anyio_backend: str, logged: None) -> AsyncIterator[httpx.AsyncClient]:
    app.include_router(router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        yield caller


async def test_a_request_is_one_line_with_the_template_of_its_route(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get(f"/links/{SECRET}?then={SECRET}", headers={"cookie": f"plumbline={SECRET}"})
    (line,) = read(capsys)
    assert {name: line[name] for name in ("event", "route", "method", "status", "request_id")} == {
        "event": "request",
        "route": "/links/{token}",
        "method": "GET",
        "status": 404,
        "request_id": answer.headers["x-request-id"],
    }
    assert line["ms"] > 0
    assert line.keys() == {"event", "level", "timestamp", "route", "method", "status", "ms", "request_id"}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/static/plumbline.css", "/static/{path}"),
        ("/api/v1/questionnaires/small", "/api/v1/questionnaires/{questionnaire_id}"),
        (f"/{SECRET}", "none"),
        (f"/static/{SECRET}", "/static/{path}"),
    ],
)
async def test_a_path_is_never_told(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], path: str, route: str
) -> None:
    await client.get(path)
    assert [line["route"] for line in read(capsys)] == [route]


async def test_nothing_that_is_sent_is_told(client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    headers = {"x-request-id": SECRET, "user-agent": SECRET, "referer": f"{BASE}/?q={SECRET}"}
    for body in (f'{{"questionnaire": "{SECRET}"}}', SECRET):
        content = {"content-type": "application/json"} | headers
        await client.post("/api/v1/score", content=body, headers=content)
    await client.post("/sign-in", data={"email": f"{SECRET}@example.org", "password": SECRET}, headers=headers)
    await client.request(SECRET, "/", headers=headers)
    found = read(capsys)
    assert [(line["method"], line["status"]) for line in found] == [
        ("POST", 404),
        ("POST", 400),
        ("POST", 422),
        ("other", 405),
    ]


async def test_each_request_has_an_id_that_page_and_problem_details_repeat(client: httpx.AsyncClient) -> None:
    page, problem = await client.get("/nothing"), await client.get("/api/v1/nothing")
    for answer in (page, problem):
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])
    assert page.headers["x-request-id"] != problem.headers["x-request-id"]
    assert f"quote the number of this request: {page.headers['x-request-id']}" in page.text
    assert problem.json()["request_id"] == problem.headers["x-request-id"]


async def test_a_request_that_middleware_refuses_has_its_id_too(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/", headers={"host": f"{SECRET}.example"})
    assert answer.headers["x-request-id"] in answer.text
    assert [(line["route"], line["status"]) for line in read(capsys)] == [("none", 400)]


async def test_a_defect_is_one_line_with_its_place_and_the_reader_can_quote_its_id(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get(f"/defect/{SECRET}")
    (line,) = read(capsys)
    assert (line["event"], line["level"], line["status"]) == ("request failed", "error", 500)
    assert line["route"] == "/defect/{name}"
    assert line["exception"].endswith("builtins.ValueError") and "in defect" in line["exception"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["request_id"] in answer.text


async def test_what_the_service_itself_cannot_do_is_told_with_its_reason(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await client.get("/no-key")).status_code == 500
    (line,) = read(capsys)
    assert line["exception"].endswith("app.errors.KeyFailure: The key file has no key “b2”.")


async def test_what_is_not_there_is_no_failure(client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    await client.get(f"/not-here/{SECRET}")
    (line,) = read(capsys)
    assert (line["event"], line["level"], line["status"]) == ("request", "info", 404)


async def test_what_asks_every_few_seconds_is_told_only_where_it_fails(
    app: FastAPI, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.get("/health/live")
    await client.get("/health/ready")
    assert read(capsys) == []
    app.state.is_stopping = True
    await client.get("/health/ready")
    assert [(line["route"], line["status"]) for line in read(capsys)] == [("/health/ready", 503)]


async def test_a_caller_that_goes_away_is_told_as_no_status(
    app: FastAPI, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    async def waits(*_: object) -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(Observed(waits)({"type": "http", "method": "GET", "path": "/"}, None, None))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [line["status"] for line in read(capsys)] == [0]
