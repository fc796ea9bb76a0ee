"""What the log says of an error: its kind and where it came from, and never what people wrote."""

import asyncio
import json
import logging
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import structlog
import uvicorn
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.errors import KeyFailure, NotFound
from tests.test_crash import server

SECRET = "Officer Novak sold two stamps"


@pytest.fixture
def begun(request: pytest.FixtureRequest) -> Iterator[None]:
    logs.begin(getattr(request, "param", "json"))
    yield
    logs.end()


def raised(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError("Nothing was raised.")


def fails(words: str = SECRET) -> None:
    local = words  # a value that a traceback with locals would show
    raise ValueError(local)


def fails_for_another() -> None:
    try:
        fails()
    except ValueError as error:
        raise KeyError(SECRET) from error


def fails_in_a_group() -> None:
    raise ExceptionGroup(SECRET, [raised(fails), NotFound(SECRET)])  # type: ignore[list-item]


@pytest.mark.parametrize("call", [fails, fails_for_another, fails_in_a_group])
def test_an_error_is_told_by_kind_and_place_and_not_in_its_words(call: Callable[[], None]) -> None:
    told = logs.described(raised(call))
    assert SECRET not in told
    assert "builtins.ValueError" in told
    assert re.search(r'File ".*test_logs\.py", line \d+, in fails', told)


def test_what_an_error_came_from_stands_before_it() -> None:
    told = logs.described(raised(fails_for_another))
    assert told.index("builtins.ValueError") < told.index("which led to:") < told.index("builtins.KeyError")


def test_an_error_that_came_from_itself_ends() -> None:
    error = ValueError()
    error.__cause__ = KeyError()
    error.__cause__.__cause__ = error
    assert logs.described(error).count("builtins.ValueError") == 1


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("database is locked"),
        FileNotFoundError(2, "No such file or directory", "var/plumbline.key"),
        KeyFailure("The key file has no key “b2”."),
    ],
)
def test_words_that_hold_no_value_are_told(error: Exception) -> None:
    assert logs.described(error).endswith(f": {error}")


def test_words_for_a_reader_are_not_told() -> None:
    assert logs.described(NotFound(SECRET)) == "app.errors.NotFound"


def test_a_refused_row_is_not_told_by_sqlite() -> None:
    engine = create_engine("sqlite://", hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT UNIQUE)"))
        add = text("INSERT INTO note VALUES (:words)")
        connection.execute(add, {"words": SECRET})
        error = raised(lambda: connection.execute(add, {"words": SECRET}))
    told = logs.described(error)
    assert "UNIQUE constraint failed: note.words" in told
    assert SECRET not in told


def test_a_refused_row_is_not_told_by_postgresql_which_repeats_it(new_postgres_database: str) -> None:
    engine = create_engine(new_postgres_database, hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT CONSTRAINT once UNIQUE, number INTEGER NOT NULL)"))
    add = text("INSERT INTO note VALUES (:words, :number)")

    def refused(**row: object) -> str:
        with engine.connect() as connection:
            connection.execute(add, {"words": SECRET, "number": 1})
            error = raised(lambda: connection.execute(add, row))
        assert isinstance(error, SQLAlchemyError)
        assert SECRET in str(error)  # so it is not enough to leave out the statement’s parameters
        return logs.described(error)

    twice, incomplete = refused(words=SECRET, number=2), refused(words=SECRET + "!", number=None)
    assert "psycopg.errors.UniqueViolation: SQLSTATE 23505, once" in twice
    assert "psycopg.errors.NotNullViolation: SQLSTATE 23502" in incomplete
    assert SECRET not in twice + incomplete
    engine.dispose()


def test_a_database_that_does_not_answer_is_told() -> None:
    error = raised(lambda: psycopg.connect("postgresql://plumbline@127.0.0.1:1/none", connect_timeout=2))
    assert "psycopg.OperationalError: connection failed" in logs.described(error)


def test_a_line_is_one_json_object(begun: None, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("request", route="/", status=200)
    structlog.get_logger().error("not started", exc_info=raised(fails))
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["route"], first["status"]) == ("request", "info", "/", 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", first["timestamp"])
    assert second["exception"].endswith("builtins.ValueError")


@pytest.mark.parametrize("begun", ["plain"], indirect=True)
def test_the_plain_form_says_the_same_to_people(begun: None, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().error("not started", route="/", exc_info=raised(fails))
    said = capsys.readouterr().err
    assert "not started" in said and "route=/" in said and "builtins.ValueError" in said
    assert SECRET not in said


def test_lines_of_libraries_go_the_same_way(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> None:
    uvicorn.Config("app")  # sets up handlers of its own
    request.getfixturevalue("begun")
    logging.getLogger("uvicorn.error").error("Exception in %s\nmore", "application", exc_info=raised(fails))
    logging.getLogger("httpx").info("GET https://provider.example/?code=%s", SECRET)
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"]) == ("Exception in application", "error")
    assert said["exception"].endswith("builtins.ValueError")


def test_an_error_that_was_logged_is_not_logged_again_by_the_server(
    begun: None, capsys: pytest.CaptureFixture[str]
) -> None:
    error = raised(fails)
    logs.tell_once(error)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    logging.getLogger("uvicorn.error").error("Traceback (most recent call last):\n…\nValueError: %s", SECRET)
    assert capsys.readouterr().err == ""


def test_a_task_that_nobody_waits_for_is_told_without_its_words(
    begun: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async def forgets() -> None:
        async def task() -> None:
            fails()

        running = asyncio.create_task(task())
        await asyncio.sleep(0)
        del running

    asyncio.run(forgets())
    said = capsys.readouterr().err
    assert "Task exception was never retrieved" in said
    assert SECRET not in said


def test_the_server_s_own_lines_on_requests_are_dropped(begun: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.without_access_lines()
    logging.getLogger("uvicorn.access").error('%s - "%s %s HTTP/%s" %d', "1.2.3.4", "GET", "/links/x", "1.1", 200)
    assert capsys.readouterr().err == ""


def test_without_a_server_only_warnings_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("request")
    structlog.get_logger().warning("heard")
    said = capsys.readouterr()
    assert "request" not in said.err and "heard" in said.err and said.out == ""


def test_a_real_server_writes_json_lines_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_LOGS": "json"}) as (process, address):
        httpx.get(f"{address}/links/Novak?then=Novak", headers={"cookie": "plumbline=Novak"})
        httpx.post(f"{address}/api/v1/score", json={"questionnaire": "border_guard", "answers": {"Novak": "Novak"}})
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /Novak Novak HTTP/1.1\r\n\r\n")
            connection.recv(1000)
        process.terminate()
        assert process.wait(60) == 0
    said = capfd.readouterr().err
    lines = [json.loads(line) for line in said.splitlines()]
    assert "Novak" not in said
    assert [line["event"] for line in lines] == [
        "started",
        "request",
        "request",
        "Invalid HTTP request received.",
        "stopping",
        "stopped",
    ]


def test_a_server_that_cannot_start_says_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "released" / "police" / "1.0.0.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{}", encoding="utf-8")
    more = {"PLUMBLINE_LOGS": "json", "PLUMBLINE_QUESTIONNAIRES": str(tmp_path)}
    with pytest.raises(AssertionError, match="did not start"), server(tmp_path / "plumbline.db", more):
        pass
    line = json.loads(capfd.readouterr().err.splitlines()[0])
    assert (line["event"], line["level"]) == ("not started", "error")
    assert "app.errors.ContentError" in line["exception"] and "1.0.0.json" in line["exception"]
