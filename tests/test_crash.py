"""A server that is killed while people save: what it acknowledged is there when it starts again.

The server is the real one, in a process of its own. It is killed once so many answers were acknowledged, which a seeded
chance says, in the middle of whatever it does then. What was sent and not acknowledged may be there, but never in part.
"""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from app.database import Database
from app.database_file import verify
from app.migrations import open_keyring
from app.settings import PROJECT, Settings
from app.verify_log import verify_log
from scoring.answers import Answer
from tests import people
from tests.fillers import Filler, Sheet

CLIENTS, MOST, SEED = 4, 200, 20261125
AGENCY = "border_guard"
START = 60  # seconds that a server may take


@dataclass
class Client:
    """Somebody with an assessment: what was acknowledged of it, and what was sent last and not acknowledged."""

    chance: random.Random
    section: str = ""
    acknowledged: dict[str, Answer] = field(default_factory=dict)
    pending: dict[str, Answer] = field(default_factory=dict)

    def begin(self, filler: Filler) -> None:
        self.section = filler.sections(filler.begin(AGENCY))[0]
        self.acknowledged = filler.open(self.section).answers

    def save(self, filler: Filler, sheet: Sheet, saved: "Saved") -> None:
        """Save a few answers, again and again, until the server is gone."""
        while True:
            questions = self.chance.sample(list(sheet.options), 3)
            note = f"Log {self.chance.getrandbits(64)}"
            self.pending = {q: Answer(self.chance.choice(sheet.options[q]), note) for q in questions}
            try:
                reply = filler.post(sheet, self.pending)
            except httpx.TransportError:
                return
            assert reply.status_code == 303, reply.status_code
            self.acknowledged |= self.pending
            self.pending = {}
            saved.one_more()

    def look(self, filler: Filler) -> Sheet:
        """Find everything that was acknowledged, and of what was not, all or nothing."""
        sheet = filler.open(self.section)
        found = sheet.answers
        came = {**self.acknowledged, **self.pending}
        assert found in (self.acknowledged, came)
        self.acknowledged, self.pending = found, {}
        return sheet


class Saved:
    """Counts what is acknowledged, and says when it is enough."""

    def __init__(self, enough: int) -> None:
        self.left, self.lock, self.reached = enough, threading.Lock(), threading.Event()

    def one_more(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left <= 0:
                self.reached.set()


@contextmanager
def server(
    database: Path, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`plumbline serve` on a free port, with more settings; killed at the end at the latest."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"PLUMBLINE_DATABASE_URL": f"sqlite:///{database}", "PLUMBLINE_PORT": str(port)} | {
        "PLUMBLINE_RATE_LIMIT": "0",
        **more,
    }
    command = [sys.executable, "-m", "app.cli", "serve"]
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START
    while True:
        assert process.poll() is None and time.monotonic() < deadline, "The server did not start."
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
def test_whatever_was_acknowledged_is_there_after_the_server_was_killed(tmp_path: Path, kills: int) -> None:
    database, chance = tmp_path / "plumbline.db", random.Random(SEED)
    clients = [Client(random.Random(SEED + number)) for number in range(CLIENTS)]
    settings = Settings(database_url=f"sqlite:///{database}")
    with server(database) as (_, address):
        opened = Database(settings.database_url)
        keyring = open_keyring(settings, opened)
        token = people.member(opened, keyring, people.organisation(opened, keyring))
        opened.close()
        for client in clients:
            client.begin(Filler(address, token))
    for _ in range(kills):
        saved = Saved(enough=chance.randint(1, MOST))
        with server(database) as (process, address), ThreadPoolExecutor(CLIENTS) as pool:
            tabs = [(client, filler, client.look(filler)) for client in clients for filler in [Filler(address, token)]]
            running = [pool.submit(client.save, filler, sheet, saved) for client, filler, sheet in tabs]
            is_reached = saved.reached.wait(START)
            process.kill()
            for person in running:
                person.result()
            assert is_reached
    with server(database) as (_, address):
        for client in clients:
            client.look(Filler(address, token))
            assert any(answer.note for answer in client.acknowledged.values())
        assert verify(database).rows["assessment"] == CLIENTS
    opened = Database(settings.database_url)
    assert verify_log(opened, keyring).breaks == []
    opened.close()
