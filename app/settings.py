"""The only reader of the environment. Every setting is a variable with the prefix PLUMBLINE_."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """How this server is set up. Without sign-in it answers to this machine alone, so `host` stays a loopback address.

    `allowed_hosts` are the names, without ports, by which browsers may call the server; `max_body` is in bytes.
    """

    model_config = SettingsConfigDict(env_prefix="PLUMBLINE_", frozen=True)

    database_url: str = "sqlite:///var/plumbline.db"
    questionnaires: Path = PROJECT / "questionnaires"
    drafts: bool = True
    organisation: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    max_body: int = Field(default=2 * 1024 * 1024, gt=0)

    @cached_property
    def address(self) -> str:
        """Where the server is reached."""
        return f"http://{self.host}:{self.port}"
