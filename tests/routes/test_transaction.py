"""One request, one transaction, committed before the answer; slow drawing after it and off the event loop."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import event, text
from starlette.responses import PlainTextResponse, Response

from app.dependencies import Visit
from app.errors import Busy, DrawingFailed, WrongState
from app.models import Organisation
from app.routes import transaction
from app.routes.drawing import DrawnResponse
from app.routes.transaction import TransactionRoute
from tests.fixtures import BASE

pytestmark = pytest.mark.anyio
router = APIRouter(route_class=TransactionRoute)
drawing: list[int] = []
attempts: list[int] = []


@router.post("/organisations/{name}")
def add(visit: Visit, name: str, fail: bool = False) -> Response:
    kept = {"key_number": 1, "trail_number": 0, "trail_seal": "", "trail_signature": ""}
    visit.session.add(Organisation(id=name, name=visit.fields.get("title", ""), **kept))
    visit.session.flush()
    if fail:
        raise WrongState("Not now.")
    return PlainTextResponse(str(threading.get_ident()))


@router.post("/contended/{times}")
def contended(visit: Visit, times: int, again: bool = True, keep: bool = False) -> Response:
    """Others come between so many times; the attempts are counted, and each writes something."""
    attempts.append(1)
    kept = {"key_number": 1, "trail_number": 0, "trail_seal": "", "trail_signature": ""}
    visit.session.add(Organisation(id=f"attempt {len(attempts)}", name=f"{len(attempts)}", **kept))
    visit.session.flush()
    if keep:
        visit.database._of_thread.writes = visit.database.writes + 1
    if len(attempts) <= times:
        raise Busy("Others changed the same at once.", again)
    return PlainTextResponse("done")


@router.get("/organisations")
def names(visit: Visit) -> list[str]:
    rows = visit.session.connection().execute(text("SELECT name FROM organisation"))
    return [row.name for row in rows]


@router.get("/lock")
def lock(visit: Visit) -> bool:
    return bool(visit.session.info["write"])


@router.get("/drawn")
def drawn(visit: Visit) -> Response:
    def draw() -> bytes:
        assert threading.current_thread() is not threading.main_thread(), "the event loop is held up"
        with visit.database.transaction(write=True) as session:
            session.connection()
        drawing.append(1)
        at_once = len(drawing)
        time.sleep(0.05)
        drawing.pop()
        return f"{at_once}".encode()

    return DrawnResponse(draw, "text/plain", "Größe.txt")


@router.get("/not-drawn")
def not_drawn(visit: Visit) -> Response:
    def draw() -> bytes:
        raise DrawingFailed("what was in it")

    return DrawnResponse(draw, "application/pdf", "a.pdf")


@router.get("/defect")
def defect(visit: Visit) -> Response:
    raise ValueError("an answer that somebody gave")


@pytest.fixture
async def client(app: FastAPI, anyio_backend: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    app.include_router(router)
    monkeypatch.setattr(transaction, "may", lambda *_: True)  # the routes of this file are in no matrix
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        yield caller


async def test_a_post_is_committed_when_its_answer_comes(client: httpx.AsyncClient) -> None:
    answer = await client.post("/organisations/a", data={"title": "Größe"})
    assert answer.status_code == 200
    assert (await client.get("/organisations")).json() == ["Größe"]


async def test_a_commit_that_fails_is_not_answered_as_if_it_had_not(app: FastAPI, client: httpx.AsyncClient) -> None:
    def fail(_: object) -> None:
        raise OSError("The disk is full.")

    event.listen(app.state.database.engine, "commit", fail)
    assert (await client.post("/organisations/a")).status_code == 500
    event.remove(app.state.database.engine, "commit", fail)
    assert (await client.get("/organisations")).json() == []


async def test_an_error_in_a_handler_rolls_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/organisations/a?fail=true")
    assert answer.status_code == 409
    assert (await client.get("/organisations")).json() == []


async def test_where_another_came_between_all_of_it_is_done_again(client: httpx.AsyncClient) -> None:
    attempts.clear()
    answer = await client.post("/contended/3")
    assert (answer.status_code, answer.text) == (200, "done")
    assert (await client.get("/organisations")).json() == ["4"]


@pytest.mark.parametrize(("query", "tried"), [("100", 8), ("1?again=false", 1), ("1?keep=true", 1)])
async def test_what_cannot_be_done_now_or_not_again_is_said_and_nothing_is_kept(
    client: httpx.AsyncClient, query: str, tried: int
) -> None:
    attempts.clear()
    answer = await client.post(f"/contended/{query}")
    assert len(attempts) == tried
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "nothing of it was saved" in answer.text
    assert (await client.get("/organisations")).json() == []


async def test_a_get_takes_no_write_lock(client: httpx.AsyncClient) -> None:
    assert (await client.get("/lock")).json() is False


@pytest.mark.embedded("it looks at both ways, on SQLite")
async def test_a_transaction_runs_inline_on_the_embedded_database_and_on_a_thread_on_another(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    here = str(threading.get_ident())
    assert (await client.post("/organisations/a")).text == here
    app.state.database.is_embedded = False
    assert (await client.post("/organisations/b")).text != here
    assert (await client.get("/organisations")).json() == ["", ""]


async def test_a_form_of_another_kind_is_not_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post("/organisations/a", files={"title": b"x"})
    assert answer.status_code == 415
    assert (await client.get("/organisations")).json() == []


async def test_a_form_is_read_as_a_browser_sends_it(app: FastAPI, client: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = b"title=first&title=Z%C3%BCrich+%26+%ff&empty="
    assert (await client.post("/organisations/a", content=body, headers=kind)).status_code == 200
    assert (await client.get("/organisations")).json() == ["Zürich & �"]


async def test_a_form_of_too_many_fields_is_refused(client: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post("/organisations/a", content=b"&".join([b"a=b"] * 5001), headers=kind)
    assert answer.status_code == 413
    assert "The request is too large" in answer.text
    assert (await client.get("/organisations")).json() == []


async def test_slow_files_are_drawn_two_at_a_time_off_the_event_loop_after_the_transaction(
    client: httpx.AsyncClient,
) -> None:
    answers = await asyncio.gather(*(client.get("/drawn") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert max(int(answer.text) for answer in answers) == 2
    assert answers[0].headers["content-disposition"] == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.txt"
    assert answers[0].headers["content-length"] == "1"


@pytest.mark.parametrize("path", ["/not-drawn", "/defect"])
async def test_a_defect_is_answered_with_a_page_that_says_nothing_of_it(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "in it" not in answer.text
    assert "somebody gave" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.embedded("it looks at the folder of SQLite’s file")
async def test_nothing_is_stored_beside_the_database(database_url: str, client: httpx.AsyncClient) -> None:
    await client.post("/organisations/a")
    folder = Path(database_url.removeprefix("sqlite:///")).parent
    assert {file.name for file in folder.iterdir()} <= {
        "plumbline.key",
        "plumbline.db",
        "plumbline.db-wal",
        "plumbline.db-shm",
    }
