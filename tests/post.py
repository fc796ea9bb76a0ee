"""A small mail server for tests, on a port of this machine, that keeps what it is handed."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope


class Post:
    """Mails in the order in which they came; `refuses`: the answer to the next ones."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.said: list[tuple[bytes, bytes]] = []
        self.refuses, self.port = "", 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.envelopes.append(envelope)
        self.mails.append(BytesParser(EmailMessage, policy=SMTP).parsebytes(envelope.content))  # type: ignore[arg-type]
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.said.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss:word")

    def link(self) -> str:
        """The link in the last mail."""
        words = self.mails[-1].get_content().split()
        return next(word for word in words if word.startswith("http"))


@contextmanager
def post(tls: ssl.SSLContext | None = None) -> Iterator[Post]:
    """One that listens. With TLS it asks for STARTTLS and for a user."""
    made = Post()
    more: dict[str, Any] = {"authenticator": made.authenticate, "auth_required": True} if tls else {}
    with socket.socket() as free:  # the controller looks whether it is there by the port that it was given
        free.bind(("127.0.0.1", 0))
        made.port = free.getsockname()[1]
    controller = Controller(
        made, hostname="127.0.0.1", port=made.port, tls_context=tls, require_starttls=tls is not None, **more
    )
    controller.start()
    yield made
    controller.stop()
