"""The figures for whoever operates the service: who may read them, what they count, and what they never name."""

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app import assessments, saving
from app.accounts import Reader
from app.catalogue import Catalogue
from app.database import Database
from app.errors import Busy, StaleWrite
from app.main import create_app
from app.metrics import exposed
from app.saving import Change
from app.settings import Settings
from app.started_about import StartedAbout
from tests import people
from tests.fixtures import BASE, SignedClient
from tests.test_crash import server

pytestmark = pytest.mark.anyio
TOKEN = "a token of the metrics"
SENT = {"authorization": f"Bearer {TOKEN}"}
ABOUT = StartedAbout(organisation="Harbour Office", scope_kind="post", scope_words="small harbour", alone=True)


@pytest.fixture
def app(database_url: str, small_catalogue: Catalogue) -> FastAPI:
    return create_app(Settings(database_url=database_url, rate_limit=0, metrics_token=TOKEN), small_catalogue)


@pytest.fixture
async def without(database_url: str, small_catalogue: Catalogue) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=database_url, rate_limit=0), small_catalogue)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        yield caller


def figure(name: str, **labels: str) -> float:
    """One of the figures; 0 where it is not there."""
    families = text_string_to_metric_families(exposed().decode())
    found = [s.value for family in families for s in family.samples if (s.name, s.labels) == (name, labels)]
    return found[0] if found else 0


async def test_without_a_token_there_are_no_metrics(without: httpx.AsyncClient) -> None:
    for headers in ({}, SENT, {"authorization": "Bearer "}, {"authorization": "Bearer None"}):
        assert (await without.get("/metrics", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer é"]
)
async def test_without_the_token_nobody_reads_them(visitor: httpx.AsyncClient, sent: str) -> None:
    answer = await visitor.get("/metrics", headers={"authorization": sent.encode()} if sent else {})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "plumbline_" not in answer.text


@pytest.mark.parametrize("role", ["respondent", "manager", "reviewer", "administrator", "guest"])
async def test_no_session_opens_them(app: FastAPI, visitor: SignedClient, role: str) -> None:
    database, keyring = app.state.database, app.state.keyring
    others = {"administrator": people.administrator, "guest": people.guest}
    if role in others:
        token = others[role](database)
    else:
        token = people.member(database, keyring, people.organisation(database, keyring), role)
    visitor.sign_in(app, token)
    assert (await visitor.get("/metrics")).status_code == 401
    assert (await visitor.get("/metrics", headers=SENT)).status_code == 200


async def test_they_are_prometheus_text_that_can_be_read(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/metrics", headers=SENT)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert names >= {
        "plumbline_requests",
        "plumbline_request_seconds",
        "plumbline_answers_saved",
        "plumbline_answer_conflicts",
        "plumbline_sign_in_failures",
        "plumbline_drawing_seconds",
        "plumbline_database_trouble",
        "process_resident_memory_bytes",
    }


async def test_requests_are_counted_by_the_template_of_their_route(visitor: httpx.AsyncClient) -> None:
    labels = {"route": "/agencies/{agency_id}", "method": "GET"}
    before = [figure("plumbline_requests_total", **labels, status=status) for status in ("2xx", "4xx")]
    timed = figure("plumbline_request_seconds_count", route=labels["route"])
    await visitor.get("/agencies/small")
    await visitor.get("/agencies/nowhere")
    after = [figure("plumbline_requests_total", **labels, status=status) for status in ("2xx", "4xx")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]
    assert figure("plumbline_request_seconds_count", route=labels["route"]) == timed + 2


async def test_no_label_holds_what_a_caller_sends(client: httpx.AsyncClient) -> None:
    sent = "Novak"
    for path in (f"/{sent}", f"/links/{sent}", f"/assessments/{sent}/report", f"/agencies/{sent}?q={sent}"):
        await client.get(path, headers={"user-agent": sent})
    await client.request(sent.upper(), "/")
    await client.post("/sign-in", data={"email": f"{sent}@example.org", "password": sent})
    said = exposed().decode()
    assert sent.lower() not in said.lower()
    labels = set(re.findall(r'(\w+)="', said))
    assert labels <= {"route", "method", "status", "le", "reason", "kind"}


async def test_sign_ins_that_fail_are_counted_by_reason(visitor: httpx.AsyncClient) -> None:
    wrong = figure("plumbline_sign_in_failures_total", reason="wrong")
    waits = figure("plumbline_sign_in_failures_total", reason="must_wait")
    for _ in range(7):
        await visitor.post("/sign-in", data={"email": "nobody@example.org", "password": "not this"})
    assert figure("plumbline_sign_in_failures_total", reason="wrong") == wrong + 5
    assert figure("plumbline_sign_in_failures_total", reason="must_wait") == waits + 2


async def test_what_is_drawn_is_timed_by_kind(visitor: httpx.AsyncClient) -> None:
    before = figure("plumbline_drawing_seconds_count", kind="application/pdf")
    assert (await visitor.get("/agencies/small/form.pdf")).status_code == 200
    assert figure("plumbline_drawing_seconds_count", kind="application/pdf") == before + 1
    assert figure("plumbline_drawing_seconds_sum", kind="application/pdf") > 0


def test_answers_are_counted_once_they_are_committed(
    database: Database, reader: Reader, small_catalogue: Catalogue
) -> None:
    saved, met = figure("plumbline_answers_saved_total"), figure("plumbline_answer_conflicts_total")
    with database.transaction(write=True) as session:
        name = saving.start(session, reader, small_catalogue, "small", ABOUT)

    def save(*changes: Change, fail: bool = False) -> None:
        with database.transaction(write=True) as session:
            opened = assessments.opened(session, reader, small_catalogue, name)
            saving.save_answers(session, reader, opened, changes)
            assert figure("plumbline_answers_saved_total") == saved
            if fail:
                raise ZeroDivisionError

    options = [o.id for o in small_catalogue.latest["small"].questionnaire.question["passage_alone"].options]
    first = Change("passage_alone", options[0], "", 0)
    with pytest.raises(ZeroDivisionError):
        save(first, fail=True)
    save(first)
    assert figure("plumbline_answers_saved_total") == saved + 1
    saved += 1
    with pytest.raises(StaleWrite):
        save(first._replace(option=options[1]))
    assert figure("plumbline_answers_saved_total") == saved
    assert figure("plumbline_answer_conflicts_total") == met + 1


@pytest.mark.embedded("SQLite has one lock for all writers")
def test_a_database_that_is_busy_is_told_from_one_that_does_not_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, gone = (figure("plumbline_database_trouble_total", kind=kind) for kind in ("busy", "no_answer"))
    with database.transaction(write=True), pytest.raises(Busy):
        other = Database(database.engine.url)
        with other.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA busy_timeout = 1")  # type: ignore[union-attr]
        with other.transaction(write=True):
            raise AssertionError("Two write at once.")
    assert figure("plumbline_database_trouble_total", kind="busy") == busy + 1
    database.close()

    def refuse(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(database.engine.dialect, "connect", refuse)
    with pytest.raises(Busy), database.transaction(write=False):
        pass
    assert figure("plumbline_database_trouble_total", kind="no_answer") == gone + 1


def test_several_processes_of_one_server_are_added_up(tmp_path: Path) -> None:
    settings, asked = {"PLUMBLINE_WORKERS": "2", "PLUMBLINE_METRICS_TOKEN": TOKEN}, 60
    counted = f'plumbline_requests_total{{method="GET",route="/help",status="2xx"}} {float(asked)}'
    with server(tmp_path / "plumbline.db", settings) as (_, address):
        lines = [httpx.get(f"{address}/help").status_code for _ in range(asked)]  # each on a connection of its own
        assert set(lines) == {200}
        for _ in range(10):
            assert counted in httpx.get(f"{address}/metrics", headers=SENT).text
