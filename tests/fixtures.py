"""A database of its own for a test, and the service called without a socket."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import Reader
from app.catalogue import Catalogue, load_catalogue
from app.database import Database
from app.keyring import Keyring
from app.keys import new_master_keys
from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from tests import people
from tests.postgres import is_chosen
from tests.serving import small, unfinished

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def anyio_backend() -> str:
    """What the service runs on."""
    return "asyncio"


@pytest.fixture
def database_url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """SQLite’s, or that of a new database of the kind that `ON_BOTH` or the whole run asks for."""
    if getattr(request, "param", "sqlite") == "postgresql" or is_chosen():
        url: str = request.getfixturevalue("new_postgres_database")
        return url
    return f"sqlite:///{tmp_path / 'deep' / 'plumbline.db'}"


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(new_master_keys())


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """A new database with its tables."""
    made = Database(database_url)
    migrate(made, keyring)
    yield made
    made.close()


@pytest.fixture
def reader(database: Database, keyring: Keyring) -> Reader:
    """The manager of an organisation."""
    return people.reader_of(database, keyring, people.member(database, keyring, people.organisation(database, keyring)))


@pytest.fixture
def small_catalogue() -> Catalogue:
    """`small`, released, and `unfinished`, a draft."""
    return load_catalogue([small()], [unfinished()])


@pytest.fixture
def app(database_url: str, tmp_path: Path, small_catalogue: Catalogue) -> FastAPI:
    keys = tmp_path / "deep" / "plumbline.key"
    return create_app(Settings(database_url=database_url, key_file=keys, rate_limit=0), small_catalogue)


class SignedClient(httpx.AsyncClient):
    """A program that is signed in and puts into its forms what a page would have put there."""

    csrf = ""

    async def post(self, url: Any, *, data: Any = None, **options: Any) -> httpx.Response:
        if self.csrf and isinstance(data, dict | None) and "content" not in options and "json" not in options:
            data = {"csrf": self.csrf, **(data or {})}
        return await super().post(url, data=data, **options)

    def sign_in(self, app: FastAPI, token: str) -> None:
        self.cookies.set(people.COOKIE, token)
        self.csrf = people.csrf_of(app.state.database, app.state.keyring, token)


@pytest.fixture
async def visitor(app: FastAPI, anyio_backend: str) -> AsyncIterator[SignedClient]:
    """Calls the service and is not signed in."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), SignedClient(transport=transport, base_url=BASE) as caller:
        yield caller


@pytest.fixture
async def client(app: FastAPI, visitor: SignedClient) -> SignedClient:
    """Calls the service as the manager of an organisation."""
    database, keyring = app.state.database, app.state.keyring
    visitor.sign_in(app, people.member(database, keyring, people.organisation(database, keyring)))
    return visitor
