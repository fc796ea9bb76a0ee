"""Mail: handed to a real server on a port; encrypted on the way to another machine, or not sent; one plain address."""

import datetime
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import mail
from app.cli import main
from app.errors import MailFailed, WrongSettings
from app.i18n import translations
from app.mail import Mailer, is_address, mailer_of, send_link
from app.settings import Settings
from tests.post import Post, post

GOOD: dict[str, Any] = {"mail_from": "plumbline@example.org", "public_address": "https://plumbline.example.org"}
LINK = "https://plumbline.example.org/links/abc"


@pytest.fixture
def office() -> Iterator[Post]:
    with post() as made:
        yield made


def mailer(url: str) -> Mailer:
    found = mailer_of(Settings(smtp_url=url, **GOOD))
    assert found
    return found


def test_a_mail_names_the_service_and_carries_the_link_and_nothing_else(office: Post) -> None:
    send_link(mailer(f"smtp://127.0.0.1:{office.port}"), translations("en"), "mia@example.org", LINK)
    sent = office.mails[0]
    assert (sent["From"], sent["To"]) == ("plumbline@example.org", "mia@example.org")
    assert sent["Subject"] == "A link from Plumbline" and sent["Auto-Submitted"] == "auto-generated"
    assert office.link() == LINK
    words = sent.get_content().lower()
    assert not any(word in words for word in ("corrupt", "traffick", "agency", "assess", "answer", "risk"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mia",
        "mia@",
        "@example.org",
        "mia@example.org\nBcc: all@example.org",
        "mia@example.org\r\n\r\nHello",
        "mia@example.org, eve@example.org",
        "mia@example.org;eve@example.org",
        "Mia <mia@example.org>",
        "mia@example.org>",
        "mia@exa mple.org",
        "mia@example.org.",
        "mia\u00a0@example.org",
        "-" * 65 + "@example.org",
    ],
)
def test_nothing_but_one_plain_address_is_written_to(office: Post, address: str) -> None:
    assert not is_address(address)
    with pytest.raises(MailFailed):
        mailer(f"smtp://127.0.0.1:{office.port}").send(address, "A", "B")
    assert office.mails == []


def test_no_line_can_be_put_into_a_subject(office: Post) -> None:
    with pytest.raises(MailFailed):
        mailer(f"smtp://127.0.0.1:{office.port}").send("mia@example.org", "A\nBcc: all@example.org", "B")
    assert office.mails == []


def test_a_server_that_is_not_there_or_does_not_take_it_is_a_failure(office: Post) -> None:
    office.refuses = "550 no"
    with pytest.raises(MailFailed, match="SMTPDataError"):
        mailer(f"smtp://127.0.0.1:{office.port}").send("mia@example.org", "A", "B")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(MailFailed, match="ConnectionRefusedError"):
            mailer(f"smtp://127.0.0.1:{taken.getsockname()[1]}").send("mia@example.org", "A", "B")


def test_to_another_machine_nothing_is_sent_without_encryption(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_is_here", lambda host: False)
    with pytest.raises(MailFailed, match="SMTPNotSupportedError"):
        mailer(f"smtp://127.0.0.1:{office.port}").send("mia@example.org", "A", "B")
    with pytest.raises(MailFailed):
        mailer(f"smtps://127.0.0.1:{office.port}").send("mia@example.org", "A", "B")
    assert office.mails == []


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server on this machine shows, and the file by which it is trusted."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    path = folder / "server.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_with_starttls_the_server_is_checked_before_the_password_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, trusted = certificate(tmp_path)
    monkeypatch.setattr(mail, "_is_here", lambda host: False)
    with post(shown) as office:
        theirs = mailer(f"smtp://user:p%40ss%3Aword@localhost:{office.port}")
        with pytest.raises(MailFailed, match="SSLCertVerificationError"):
            theirs.send("mia@example.org", "A", "B")
        assert office.said == []
        made = ssl.create_default_context
        monkeypatch.setattr(mail.ssl, "create_default_context", lambda: made(cafile=str(trusted)))
        theirs.send("mia@example.org", "A", "B")
        assert office.said == [(b"user", b"p@ss:word")] and len(office.mails) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"smtp_url": "http://mail.example.org"}, "must be like smtp://"),
        ({"smtp_url": "smtp://mail.example.org:port"}, "cannot be read"),
        ({"mail_from": ""}, "PLUMBLINE_MAIL_FROM is no address"),
        ({"mail_from": "Plumbline <a@example.org>"}, "PLUMBLINE_MAIL_FROM is no address"),
        ({"public_address": ""}, "need PLUMBLINE_PUBLIC_ADDRESS"),
    ],
)
def test_settings_that_do_not_hold_are_said_before_anything_starts(
    changed: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = {"smtp_url": "smtp://user:secret@mail.example.org"} | GOOD | changed
    with pytest.raises(WrongSettings, match=said):
        mailer_of(Settings(**settings))
    for name, value in settings.items():
        monkeypatch.setenv(f"PLUMBLINE_{name.upper()}", value)
    assert main(["serve"]) == 1
    assert said in capsys.readouterr().err


def test_the_password_of_the_mail_server_is_not_shown() -> None:
    settings = Settings(smtp_url="smtp://user:secret@mail.example.org", oidc_client_secret="secret", **GOOD)
    assert "secret" not in repr(settings).replace("client_secret", "") and "secret" not in repr(mailer_of(settings))
    found = mailer_of(settings)
    assert found and (found.host, found.port, found.user, found.password) == (
        "mail.example.org",
        587,
        "user",
        "secret",
    )
