"""A server that is killed while people save: what it acknowledged is there when it starts again.

The server is the real one, in a process of its own; on PostgreSQL there are two, of which one is killed and the other
goes on. It is killed once so many answers were acknowledged, which a seeded chance says, in the middle of whatever it
does then. What was sent and not acknowledged may be there, but never in part.
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
from contextlib import ExitStack, contextmanager
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
from tests.postgres import is_chosen, kept_in

CLIENTS, MOST, MORE, SEED = 4, 200, 20, 20261125
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
        """Save a few answers, again and again, until the server is gone, or enough was saved after another went."""
        while not saved.is_over():
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
        self.left, self.lock = enough, threading.Lock()
        self.reached, self.killed = threading.Event(), threading.Event()

    def one_more(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left <= 0:
                self.reached.set()

    def is_over(self) -> bool:
        """Whether a server was killed, and as many answers more were saved as two clients send at least."""
        return self.killed.is_set() and self.left < -MORE


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
    chance, servers = random.Random(SEED), 2 if is_chosen() else 1
    clients = [Client(random.Random(SEED + number)) for number in range(CLIENTS)]
    database, settings = (
        tmp_path / "plumbline.db",
        Settings(database_url=kept_in(tmp_path), key_file=tmp_path / "a.key"),
    )
    where = {"PLUMBLINE_DATABASE_URL": settings.database_url, "PLUMBLINE_KEY_FILE": str(settings.keys_at)}
    with ExitStack() as running:
        standing = [running.enter_context(server(database, where)) for _ in range(servers)]
        opened = Database(settings.database_url)
        running.callback(opened.close)
        keyring = open_keyring(settings, opened)
        token = people.member(opened, keyring, people.organisation(opened, keyring))
        for client in clients:
            client.begin(Filler(standing[0][1], token))
        for kill in range(kills):
            saved, victim = Saved(enough=chance.randint(1, MOST)), kill % servers
            with ThreadPoolExecutor(CLIENTS) as pool:
                tabs = [(client, Filler(standing[number % servers][1], token)) for number, client in enumerate(clients)]
                at_work = [pool.submit(client.save, at, client.look(at), saved) for client, at in tabs]
                is_reached = saved.reached.wait(START)
                standing[victim][0].kill()
                saved.killed.set()
                for person in at_work:
                    person.result()
                assert is_reached
            standing[victim] = running.enter_context(server(database, where))
        for client in clients:
            client.look(Filler(standing[0][1], token))
            assert any(answer.note for answer in client.acknowledged.values())
        if opened.is_embedded:
            assert verify(database).rows["assessment"] == CLIENTS
        assert verify_log(opened, keyring).breaks == []
