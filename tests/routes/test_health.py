"""Whether a process lives, and whether it can serve."""

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.anyio


async def test_a_process_with_its_database_is_ready(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (200, "ok")


async def test_without_its_database_it_lives_and_is_not_ready(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = app.state.database
    database.close()
    monkeypatch.setattr(database.engine.dialect, "connect", _refuse)
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/health/ready")).status_code == 503


async def test_a_process_that_is_about_to_stop_lives_and_is_not_ready(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.is_stopping = True
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/health/ready")).status_code == 503


def _refuse(*_: object, **__: object) -> None:
    import sqlite3

    raise sqlite3.OperationalError("unable to open database file")
