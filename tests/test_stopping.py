"""A server that is told to stop while people work: it says so first, finishes what is under way, and loses nothing.

The server is the real one, in a process of its own, and gets SIGTERM as whatever runs it would send it.
"""

import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.database import Database
from app.migrations import open_keyring
from app.settings import Settings
from tests import people
from tests.fillers import Filler
from tests.test_crash import AGENCY, SEED, START, Client, Saved, server

CLIENTS, WITHIN = 4, 60


def told_to_stop(process: subprocess.Popen[bytes]) -> float:
    """Send the signal, wait, and return how many seconds it took; the status must be that of success."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(WITHIN) == 0
    return time.monotonic() - began


def token_of(database: Path) -> str:
    """Of a session of a new manager."""
    settings = Settings(database_url=f"sqlite:///{database}")
    opened = Database(settings.database_url)
    keyring = open_keyring(settings, opened)
    token = people.member(opened, keyring, people.organisation(opened, keyring))
    opened.close()
    return token


@pytest.mark.parametrize("workers", ["1", "2"])
def test_whatever_was_acknowledged_is_there_and_nothing_else(tmp_path: Path, workers: str) -> None:
    database, saved = tmp_path / "plumbline.db", Saved(enough=40)
    clients = [Client(random.Random(SEED + number)) for number in range(CLIENTS)]
    more = {"PLUMBLINE_STOP_NOTICE": "0", "PLUMBLINE_WORKERS": workers}
    with server(database, more) as (process, address), ThreadPoolExecutor(CLIENTS) as pool:
        token = token_of(database)
        for client in clients:
            client.begin(Filler(address, token))
        tabs = [(client, filler, client.look(filler)) for client in clients for filler in [Filler(address, token)]]
        running = [pool.submit(client.save, filler, sheet, saved) for client, filler, sheet in tabs]
        assert saved.reached.wait(START)
        told_to_stop(process)
        for person in running:
            person.result()
    assert not database.with_name("plumbline.db-wal").exists()  # the last connection was closed, not cut off
    with server(database) as (_, address):
        for client in clients:
            acknowledged = dict(client.acknowledged)
            client.look(Filler(address, token))
            assert client.acknowledged == acknowledged


def test_reports_under_way_are_still_delivered(tmp_path: Path) -> None:
    database, reports = tmp_path / "plumbline.db", 6
    with server(database, {"PLUMBLINE_STOP_NOTICE": "0"}) as (process, address), ThreadPoolExecutor(reports) as pool:
        path = f"{address}/agencies/{AGENCY}/example.pdf"
        drawing = [pool.submit(httpx.get, path, timeout=WITHIN) for _ in range(reports)]
        while not any(each.done() for each in drawing):  # two are drawn at a time, so the rest is under way or waits
            time.sleep(0.01)
        undone = sum(not each.done() for each in drawing)
        told_to_stop(process)
        assert undone > 1
        for answer in [each.result() for each in drawing]:
            assert answer.status_code == 200
            assert answer.content.startswith(b"%PDF") and answer.content.rstrip().endswith(b"%%EOF")


def test_it_is_not_ready_before_it_stops_answering(tmp_path: Path) -> None:
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_STOP_NOTICE": "2"}) as (process, address):
        assert httpx.get(f"{address}/health/ready").status_code == 200
        process.send_signal(signal.SIGTERM)
        seen: list[int] = []
        while not seen or seen[-1] == 200:
            seen.append(httpx.get(f"{address}/health/ready").status_code)
        assert seen[-1] == 503
        assert httpx.get(f"{address}/health/live").status_code == 200
        assert httpx.get(f"{address}/").status_code == 200  # whoever still comes is served
        assert process.wait(WITHIN) == 0
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{address}/health/live")


def test_who_sends_the_signal_twice_does_not_want_to_wait(tmp_path: Path) -> None:
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_STOP_NOTICE": "60"}) as (process, address):
        process.send_signal(signal.SIGTERM)
        while httpx.get(f"{address}/health/ready").status_code == 200:
            time.sleep(0.01)
        assert told_to_stop(process) < WITHIN


def test_ctrl_c_stops_it_at_once(tmp_path: Path) -> None:
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_STOP_NOTICE": "60"}) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN) == 0


def test_a_request_that_never_ends_does_not_keep_it(tmp_path: Path) -> None:
    more = {"PLUMBLINE_STOP_NOTICE": "0", "PLUMBLINE_STOP_WITHIN": "1"}
    with server(tmp_path / "plumbline.db", more) as (process, address):
        host, _, port = address.removeprefix("http://").partition(":")
        with httpx.Client() as client, ThreadPoolExecutor(1) as pool:

            def drips():
                yield b"{"
                time.sleep(20)
                yield b"}"

            headers = {"content-type": "application/json", "host": f"{host}:{port}"}
            sent = pool.submit(client.post, f"{address}/api/v1/score", content=drips(), headers=headers)
            time.sleep(0.5)
            assert told_to_stop(process) < 15
            with suppress(httpx.TransportError):
                assert sent.result().status_code == 500


def test_a_server_that_cannot_start_says_why_and_fails(tmp_path: Path) -> None:
    database = tmp_path / "plumbline.db"
    with server(database):
        pass
    database.with_suffix(".key").write_text("{}", encoding="utf-8")
    with pytest.raises(AssertionError, match="did not start"), server(database):
        pass


def test_no_worker_stays_behind_where_their_parent_is_killed(tmp_path: Path) -> None:
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_WORKERS": "2", "PLUMBLINE_STOP_NOTICE": "0"}) as (_, address):
        assert httpx.get(f"{address}/health/live").status_code == 200
    deadline = time.monotonic() + WITHIN
    with pytest.raises(httpx.ConnectError):
        while time.monotonic() < deadline:
            with suppress(httpx.ReadError, httpx.RemoteProtocolError):
                httpx.get(f"{address}/health/live")
            time.sleep(0.05)
