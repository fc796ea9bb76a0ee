"""The only reader of the environment. Every setting is a variable with the prefix PLUMBLINE_, or a file of that name in
lower case where containers find their secrets."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SecondFactorOf = Literal["optional", "managers", "all"]
PROJECT = Path(__file__).resolve().parent.parent
SECRETS = Path("/run/secrets")
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.\[\]:-]+$")]


class Settings(BaseSettings):
    """How this server is set up.

    `key_file` holds the master keys, without which no note can be read; unless given it stands beside an embedded
    database. `https`: whether browsers reach the server by https, which makes cookies stricter. `allowed_hosts` are the
    names, without ports, by which browsers may call the server; `rate_limit` is in requests a minute of one session or
    address, 0 for none; `max_body` is in bytes.

    `database_password` goes into `database_url`, which can then be shown. `metrics_token`: who sends it reads the
    metrics, which are off without one. `cors_origins` are the sites whose pages may call the scoring endpoints;
    `proxies` the addresses whose word on where a request comes from is taken. `stop_notice` and `stop_within` are
    seconds: between not being ready and taking no more requests, and for those under way then.

    `second_factor`: of whom one is asked, of nobody, of managers, coordinators and administrators, or of all.
    `public_address`: by which browsers reach the server, where that is not what they send. `oidc_…`: a provider of
    sign-in (OpenID Connect), known by its issuer’s address; the client’s secret is given, or stands alone in a file;
    `oidc_name` is what people call it. `smtp_url`: smtp:// (with STARTTLS) or smtps://, a mail server by which links
    can be sent, from the address `mail_from`; needs `public_address`.
    """

    model_config = SettingsConfigDict(
        env_prefix="PLUMBLINE_",
        frozen=True,
        hide_input_in_errors=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    database_url: str = "sqlite:///var/plumbline.db"
    database_password: SecretStr | None = None
    key_file: Path | None = None
    questionnaires: Path = PROJECT / "questionnaires"
    drafts: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    https: bool = False
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    rate_limit: int = Field(default=1200, ge=0)
    max_body: int = Field(default=2 * 1024 * 1024, gt=0)
    cors_origins: tuple[Origin, ...] = ()
    proxies: tuple[str, ...] = ("127.0.0.1",)
    workers: int = Field(default=1, ge=1, le=64)
    logs: Literal["json", "plain"] = "plain"
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    stop_notice: int = Field(default=1, ge=0, le=300)
    stop_within: int = Field(default=30, ge=1, le=600)
    second_factor: SecondFactorOf = "optional"
    public_address: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    oidc_issuer: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    oidc_name: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

    @cached_property
    def address(self) -> str:
        """Where the server is reached from this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  told, not opened
        return f"http://{host}:{self.port}"

    @cached_property
    def database(self) -> str:
        """The database’s URL with its password, where that is a setting of its own."""
        parts = urlsplit(self.database_url)
        if self.database_password is None or not parts.netloc:  # a file has no password
            return self.database_url
        user, _, where = parts.netloc.rpartition("@")
        password = quote(self.database_password.get_secret_value(), safe="")
        return parts._replace(netloc=f"{user.partition(':')[0]}:{password}@{where}").geturl()

    @cached_property
    def provider_name(self) -> str:
        """What people call the provider of sign-in; empty where there is none."""
        return self.oidc_issuer and (self.oidc_name or self.oidc_issuer.split("/")[2])

    @cached_property
    def has_mail(self) -> bool:
        """Whether links can be sent by mail."""
        return bool(self.smtp_url.get_secret_value())

    @cached_property
    def keys_at(self) -> Path:
        """Where the master keys are."""
        scheme, _, rest = self.database_url.partition(":///")
        embedded = Path(rest) if scheme.startswith("sqlite") and rest else Path("var/plumbline.db")
        return self.key_file or embedded.with_suffix(".key")


def wrong_settings(error: ValueError) -> str:
    """Which settings do not hold, and why, without what they were set to."""
    if isinstance(error, ValidationError):
        return "\n".join(f"PLUMBLINE_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
    if isinstance(error.__cause__, OSError):
        return f"{error}: {error.__cause__}"
    return f'{error}. A list is written as JSON: ["forms.example.org"]'


def count_together_in(folder: str) -> None:
    """Have the processes that are started from now on put their counts into one folder, where they are added up."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # the name that prometheus_client asks for
