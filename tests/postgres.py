"""A real PostgreSQL for tests: the machine’s own server in a folder of its own, and a new database for each test."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

HINT = "These tests need PostgreSQL’s server. On Debian: apt install postgresql."
UNPRIVILEGED = "postgres"  # whom Debian’s package makes; the server refuses to be run by root


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server, without a database; stopped and removed at the end."""
    commands = {name: _command(name) for name in ("initdb", "pg_ctl")}
    folder = Path(tempfile.mkdtemp(prefix="plumbline-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    try:
        if os.getuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
        _run(commands["initdb"], "-D", str(data), "-A", "trust", "-U", "plumbline", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _run(commands["pg_ctl"], "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        yield f"127.0.0.1:{port}"
        _run(commands["pg_ctl"], "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_postgres_database(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database, removed after the test."""
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(f"postgresql://plumbline@{postgres}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"postgresql+psycopg://plumbline@{postgres}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _command(name: str) -> str:
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), *filter(None, [shutil.which(name)])]
    assert found, HINT
    return str(found[0])


def _run(*command: str) -> None:
    as_whom = ["runuser", "-u", UNPRIVILEGED, "--"] if getpass.getuser() == "root" else []
    done = subprocess.run([*as_whom, *command], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, f"{HINT}\n{done.stdout}{done.stderr}"
