"""The only reader of the environment. Every setting is a variable with the prefix PLUMBLINE_."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SecondFactorOf = Literal["optional", "managers", "all"]
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """How this server is set up.

    `key_file` holds the master keys, without which no note can be read; unless given it stands beside an embedded
    database. `https`: whether browsers reach the server by https, which makes cookies stricter. `allowed_hosts` are the
    names, without ports, by which browsers may call the server; `rate_limit` is in requests a minute of one session or
    address, 0 for none; `max_body` is in bytes. `second_factor`: of whom one is asked, of nobody, of managers and
    administrators, or of all. `public_address`: by which browsers reach the server, where that is not what they send.
    `oidc_…`: a provider of sign-in (OpenID Connect), known by its issuer’s address; the client’s secret is given, or
    stands alone in a file; `oidc_name` is what people call it. `smtp_url`: smtp:// (with STARTTLS) or smtps://, a mail
    server by which links can be sent, from the address `mail_from`; needs `public_address`.
    """

    model_config = SettingsConfigDict(env_prefix="PLUMBLINE_", frozen=True)

    database_url: str = "sqlite:///var/plumbline.db"
    key_file: Path | None = None
    questionnaires: Path = PROJECT / "questionnaires"
    drafts: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    https: bool = False
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    rate_limit: int = Field(default=1200, ge=0)
    max_body: int = Field(default=2 * 1024 * 1024, gt=0)
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
        """Where the server is reached."""
        return f"http://{self.host}:{self.port}"

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
