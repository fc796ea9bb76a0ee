"""Servers in processes of their own before one database, and a proxy that hands each request to the next of them.

Each answer ends its connection, so that whoever asks next is handed on: what a process kept to itself would show.
"""

import contextlib
import multiprocessing
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from types import SimpleNamespace

import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.catalogue import Catalogue
from app.connection import BoundedHead
from app.database import Database
from app.main import create_app
from app.migrations import open_keyring
from app.settings import Settings

START = 60  # seconds that a server may take
# Forked from a process that has imported everything and does nothing else, so that a server starts at once.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.processes"])


@contextmanager
def in_processes(catalogue: Catalogue, settings: Settings, number: int) -> Iterator[tuple[str, SimpleNamespace]]:
    """So many servers, started at once; their common address, and what stands behind it for the test’s own use."""
    with ExitStack() as stack:
        listening = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        for one in listening:
            stack.enter_context(_process(settings, catalogue, one))
        ports = [one.getsockname()[1] for one in listening]
        for port in ports:
            httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=START)  # the socket takes calls before the server
        database = Database(settings.database_url)
        stack.callback(database.close)
        state = SimpleNamespace(database=database, keyring=open_keyring(settings, database), settings=settings)
        yield stack.enter_context(proxy(ports)), state


@contextmanager
def _process(settings: Settings, catalogue: Catalogue, listening: socket.socket) -> Iterator[None]:
    process = FORKED.Process(target=_serve, args=(settings, catalogue, listening), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(30)


def _serve(settings: Settings, catalogue: Catalogue, listening: socket.socket) -> None:
    app = OneAnswer(create_app(settings, catalogue))
    config = uvicorn.Config(app, http=BoundedHead, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def proxy(ports: list[int]) -> Iterator[str]:
    """An address whose connections go to these ports in turn."""
    turns = cycle(ports)
    with socket.create_server(("127.0.0.1", 0)) as front:
        threading.Thread(target=_accept, args=(front, turns), daemon=True).start()
        yield f"http://127.0.0.1:{front.getsockname()[1]}"


def _accept(front: socket.socket, turns: Iterator[int]) -> None:
    with contextlib.suppress(OSError):  # closed: the test is over
        while True:
            near = front.accept()[0]
            try:
                far = socket.create_connection(("127.0.0.1", next(turns)))
            except OSError:
                near.close()
                continue
            for pair in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(coming: socket.socket, going: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := coming.recv(65536):
            going.sendall(part)
    with contextlib.suppress(OSError):
        going.shutdown(socket.SHUT_WR)


class OneAnswer:
    """Ends the connection with each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, send_last)
