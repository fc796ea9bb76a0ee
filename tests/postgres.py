"""A real PostgreSQL for tests: the machine’s own server in a folder of its own, and a new database for each test.

With `--database=postgresql` every test that has a database has one of PostgreSQL’s, and pages are served by two
processes before it. What is about SQLite’s file is marked `embedded`, with the reason; it is left out then, and named.
"""

import atexit
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

HINT = "These tests need PostgreSQL’s server. On Debian: apt install postgresql."
UNPRIVILEGED = "postgres"  # whom Debian’s package makes; the server refuses to be run by root
_numbers = count()
_kept: dict[Path, str] = {}  # the databases of folders
_chosen: list[str] = []
_left_out: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ("sqlite", "postgresql")
    parser.addoption("--database", choices=choices, default="sqlite", help="what every test’s database is one of")


def pytest_configure(config: pytest.Config) -> None:
    _chosen[:] = [config.getoption("--database")]
    if is_chosen() and not hasattr(config, "workerinput"):
        _command("initdb")  # fails here, in one line, and not in each test


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite’s file, each with its reason."""
    if not is_chosen():
        return
    left_out = [item for item in items if item.get_closest_marker("embedded")]
    for item in left_out:
        mark = item.get_closest_marker("embedded")
        assert mark and mark.args, f"{item.nodeid} does not say why it is about SQLite’s file."
        _left_out[f"{item.nodeid.partition('::')[0]}: {mark.args[0]}"] += 1
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out."""
    if _left_out:
        terminalreporter.section(f"left out on PostgreSQL: {_left_out.total()} tests, about SQLite’s file")
        for line, number in sorted(_left_out.items()):
            terminalreporter.write_line(f"{number:4} {line}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that is spread over processes: what each of them left out, which is the same."""
    if hasattr(session.config, "workerinput"):
        session.config.workeroutput["left_out"] = dict(_left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _left_out.update(dict(Counter(node.workeroutput["left_out"]) - _left_out))


def is_chosen() -> bool:
    """Whether every test’s database is one of PostgreSQL’s."""
    return _chosen == ["postgresql"]


@cache
def server(durable: bool = False) -> str:
    """The address of a server, without a database; stopped and removed when the tests end. `durable`: it waits for the
    disk, which tests need not, since no power is cut."""
    commands = {name: _command(name) for name in ("initdb", "pg_ctl")}
    folder = Path(tempfile.mkdtemp(prefix="plumbline-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a run that is stopped stops its server as well
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
    _run(commands["initdb"], "-D", str(data), "-A", "trust", "-U", "plumbline", "-E", "UTF8", "--locale=C.UTF-8")
    settings = {
        "listen_addresses": "127.0.0.1",
        "fsync": "on" if durable else "off",
        "max_connections": "300",
        "timezone": "UTC",
    }
    options = " ".join([f"-p {port} -k {folder}", *(f"-c {name}={value}" for name, value in settings.items())])
    _run(commands["pg_ctl"], "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    atexit.register(_run, commands["pg_ctl"], "-D", str(data), "-m", "immediate", "stop")
    return f"127.0.0.1:{port}"


def new_database(durable: bool = False) -> str:
    """The URL of a new database."""
    name, at = f"test_{os.getpid()}_{next(_numbers)}", server(durable)
    with psycopg.connect(f"postgresql://plumbline@{at}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://plumbline@{at}/{name}"


def drop(url: str) -> None:
    """Remove a database, whoever is still connected."""
    at, _, name = url.partition("://")[2].rpartition("/")
    with psycopg.connect(f"postgresql://{at}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def kept_in(folder: Path) -> str:
    """The URL of the database that belongs to a folder: a file in it, or one of PostgreSQL’s."""
    if not is_chosen():
        return f"sqlite:///{folder / 'plumbline.db'}"
    if folder not in _kept:
        _kept[folder] = new_database()
    return _kept[folder]


@pytest.fixture
def new_postgres_database() -> Iterator[str]:
    """The URL of a new database, removed after the test."""
    url = new_database()
    yield url
    drop(url)


@pytest.fixture(autouse=True)
def _dropped(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test, the databases of its folders go."""
    has_folder = is_chosen() and "tmp_path" in request.fixturenames
    own = request.getfixturevalue("tmp_path") if has_folder else None
    yield
    for folder in [folder for folder in _kept if own and folder.is_relative_to(own)]:
        drop(_kept.pop(folder))


def _command(name: str) -> str:
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), *filter(None, [shutil.which(name)])]
    if not found:
        raise pytest.UsageError(HINT)
    return str(found[0])


def _run(*command: str) -> None:
    as_whom = ["runuser", "-u", UNPRIVILEGED, "--"] if getpass.getuser() == "root" else []
    done = subprocess.run([*as_whom, *command], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, f"{HINT}\n{done.stdout}{done.stderr}"
