"""How a request comes in: its head must be short and come soon, both of which uvicorn leaves to a proxy.

Else a client could make the server keep a head without end, or hold thousands of connections open by a byte now and
then. What a body may be and how long it may take is in app/middleware.py.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 20.0


class BoundedHead(HttpToolsProtocol):
    """uvicorn’s protocol, which hangs up on a head that is too long or too slow."""

    _come = 0  # bytes of a head that is not whole yet
    _fields = 0  # bytes of the fields that were read of it
    _is_in_head = True
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and has so long to say what is wanted."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        super().on_message_begin()
        self._come, self._fields, self._is_in_head = 0, 0, True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field of a head that may have come in one piece, whole; the parser makes a 400 of what is raised."""
        self._fields += len(name) + len(value)
        if self._fields > HEAD_BYTES:
            raise ValueError("The head is too long.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there; the rest is its body."""
        self._is_in_head = False
        self._wait_no_more()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count what came of a head that is not whole yet."""
        super().data_received(data)
        if self._is_in_head:
            self._come += len(data)
            if self._come > HEAD_BYTES:
                self._hang_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        is_idle = self.cycle is None or self.cycle.response_complete
        if self._waiting is None and is_idle and not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._hang_up, HTTPStatus.REQUEST_TIMEOUT)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _hang_up(self, status: HTTPStatus) -> None:
        if not self.transport.is_closing():
            said = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(said.encode())
            self.transport.close()
