"""Mail, where a server for it is set: a link to whoever it is for, and nothing else.

A mail names the service and carries the link; of what the service holds it says nothing. Slow, since it asks another
server: never call it within a transaction, and always after the link was committed. Knows no tables.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.errors import MailFailed, WrongSettings
from app.settings import Settings

TIMEOUT = 10.0  # seconds
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII
)
_HERE = ("127.0.0.1", "localhost", "::1")


class Words(Protocol):
    """What is needed of a gettext catalogue."""

    def gettext(self, message: str, /) -> str:
        """A message in the reader’s language."""


@dataclass(frozen=True)
class Mailer:
    """The mail server of the settings. On the way to another machine everything is encrypted, or nothing is sent."""

    host: str
    port: int
    is_encrypted: bool
    user: str
    password: str = field(repr=False)
    sender: str

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand one mail to the server. Raises MailFailed; then it was not taken."""
        if not is_address(to):
            raise MailFailed("This is no address.")
        try:
            message = self._written(to, subject, body)
            with self._connected() as server:
                server.send_message(message, self.sender, [to])
        except (OSError, ValueError) as error:  # smtplib’s own are among the first; the second: a header of two lines
            raise MailFailed(f"The mail server did not take it: {type(error).__name__}.") from error

    def _written(self, to: str, subject: str, body: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self.sender.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        return message

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if not self.is_encrypted and not _is_here(self.host):
                server.starttls(context=context)  # raises where the server does not offer it
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def is_address(text: str) -> bool:
    """Whether mail can be sent to it: one plain address, so that nothing else can be put into a header."""
    return _ADDRESS.fullmatch(text) is not None


def mailer_of(settings: Settings) -> Mailer | None:
    """The mail server of the settings, None where they name none. Raises WrongSettings."""
    if not settings.has_mail:
        return None
    try:
        parts = urlsplit(settings.smtp_url.get_secret_value())
        port = parts.port
    except ValueError:
        raise WrongSettings("PLUMBLINE_SMTP_URL cannot be read.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise WrongSettings("PLUMBLINE_SMTP_URL must be like smtp://user:password@host:587 or smtps://….")
    if not is_address(settings.mail_from):
        raise WrongSettings("PLUMBLINE_SMTP_URL is set, and PLUMBLINE_MAIL_FROM is no address.")
    if not settings.public_address:
        raise WrongSettings("PLUMBLINE_SMTP_URL is set; the links in mails need PLUMBLINE_PUBLIC_ADDRESS as well.")
    is_encrypted = parts.scheme == "smtps"
    return Mailer(
        parts.hostname,
        port or (465 if is_encrypted else 587),
        is_encrypted,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        settings.mail_from,
    )


def send_link(mailer: Mailer, words: Words, to: str, link: str) -> None:
    """A link that somebody made for the reader. Raises MailFailed."""
    _ = words.gettext
    body = _("Somebody who works with Plumbline made this link for you. It is good once, and not for long:")
    after = _("If you do not know what it is for, ask whoever you think sent it, or leave it alone.")
    mailer.send(to, _("A link from Plumbline"), f"{body}\n\n{link}\n\n{after}\n")


def send_reset(mailer: Mailer, words: Words, to: str, link: str) -> None:
    """A link to a new password that somebody asked for. Raises MailFailed."""
    _ = words.gettext
    body = _("Somebody, perhaps you, asked for a new password for Plumbline. This link is good once, and for a day:")
    after = _("If it was not you, leave it alone: nothing has changed.")
    mailer.send(to, _("A new password for Plumbline"), f"{body}\n\n{link}\n\n{after}\n")


def _is_here(host: str) -> bool:
    """Whether the server is this machine, on which nobody else reads along."""
    return host in _HERE
