"""A database of its own for a test, and the service called without a socket."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import Reader, local_reader
from app.catalogue import Catalogue, load_catalogue
from app.database import Database
from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from tests.serving import small, unfinished

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def anyio_backend() -> str:
    """What the service runs on."""
    return "asyncio"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'plumbline.db'}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database with its tables."""
    made = Database(database_url)
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def reader(database: Database) -> Reader:
    with database.transaction(write=True) as session:
        return local_reader(session, "Sample Service")


@pytest.fixture
def small_catalogue() -> Catalogue:
    """`small`, released, and `unfinished`, a draft."""
    return load_catalogue([small()], [unfinished()])


@pytest.fixture
def app(database_url: str, small_catalogue: Catalogue) -> FastAPI:
    return create_app(Settings(database_url=database_url), small_catalogue)


@pytest.fixture
async def client(app: FastAPI, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the service as a program would."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as caller:
        yield caller
