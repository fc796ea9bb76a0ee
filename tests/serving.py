"""A server for the tests of pages and browsers, on a port of its own, with its own database.

It serves `border_guard` as a release, whatever state its text is in; `small`, a released questionnaire made here, with
everything a form can hold; and `unfinished`, the same as a draft.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn
from starlette.types import ASGIApp

from app.accounts import begin_session
from app.catalogue import Catalogue, load_catalogue
from app.connection import BoundedHead
from app.content.resolution import resolve
from app.content.sources import read_sources
from app.database import Database
from app.keyring import Keyring
from app.main import create_app
from app.settings import PROJECT, Settings
from scoring.questionnaire import Evidence, Questionnaire
from tests import builders, people
from tests.postgres import is_chosen, kept_in
from tests.processes import in_processes

SESSIONS: dict[str, str] = {}  # by a server’s address, the token of its manager’s session


class State(NamedTuple):
    """What stands behind an address."""

    database: Database
    keyring: Keyring


class Served(NamedTuple):
    """What a test needs of the application that is served, in whichever process."""

    state: State


APPS: dict[str, Served] = {}  # by a server’s address


def released(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire as if it had been released."""
    version = questionnaire.version.removesuffix("-draft")
    return questionnaire.model_copy(update={"draft": False, "version": version}).sealed()


def small() -> Questionnaire:
    """Two sections, a fact that closes one of them, and one question of each kind with all that a question can have."""
    trips = builders.scenario("trip_sold", impact=3)
    stay = builders.scenario("stay_sold", stage="shelter", only_if={"runs_houses": True})
    passage = builders.exposure("passage_alone", trip_sold=2, stay_sold=1)
    dangerous = passage.options[-1].model_copy(update={"act_now": "Lock the gate today."})
    passage = passage.model_copy(
        update={
            "options": (*passage.options[:-1], dangerous),
            "hint": "Choose the last line.",
            "evidence": ("SRC-001",),
        }
    )
    roster = builders.control("roster_drawn", evidence_asked="Date of the last draw.", trip_sold="3 key")
    roster = roster.model_copy(update={"confirmable_by": ("carriers",)})
    papers = builders.control("papers_kept", not_applicable=True, trip_sold=1)
    house = builders.control("house_hidden", stay_sold="3 key")
    names = builders.signal("names_recur", stay_sold=2)
    made = builders.questionnaire(
        [trips, stay],
        {"work": [passage, roster, papers], "houses": [house, names]},
        [
            builders.recommendation("draw_rosters", lifts={"roster_drawn": "evidenced", "papers_kept": "evidenced"}),
            builders.recommendation("hide_houses", lifts={"house_hidden": "evidenced"}, duty="victim_safety"),
            builders.recommendation("look_into_names", follows={"names_recur": "option_1"}),
        ],
        name="small",
    )
    source = Evidence(
        id="SRC-001", document="A study", year=2011, section="Chapter 2", claim="Gates are sold.", explicit=True
    )
    stages = {"return_reintegration": "Others do this.", "recruitment": "Recruiting happens elsewhere."}
    return made.model_copy(update={"title": "Small agency", "evidence": (source,), "stages_left_out": stages}).sealed()


def unfinished() -> Questionnaire:
    """The small questionnaire as a draft of its own."""
    update = {"id": "unfinished", "title": "Unfinished agency", "version": "1.0.0-draft", "draft": True}
    return small().model_copy(update=update).sealed()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """What the server serves."""
    border_guard = resolve(read_sources(PROJECT / "questionnaires"), "border_guard")
    return load_catalogue([released(border_guard), small()], [unfinished()])


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """An application on a port of its own: its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http=BoundedHead, log_level="warning", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "The server did not start."
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def served(
    catalogue: Catalogue, folder: Path, url: str | None = None, processes: int = 2, **more: Any
) -> Iterator[str]:
    """A server on a port of its own, with a database of the folder, and a manager who is signed in; `more` are
    settings.

    On PostgreSQL it is that many processes behind one address, and each request goes to the next of them; none where a
    test changes something within the server.
    """
    url = url or kept_in(folder)
    settings = Settings(database_url=url, key_file=folder / "plumbline.key", rate_limit=0, **more)
    apart = is_chosen() and processes
    start = in_processes(catalogue, settings, processes) if apart else _in_this_process(catalogue, settings)
    with start as (address, database, keyring):
        APPS[address] = Served(State(database, keyring))
        SESSIONS[address] = people.member(database, keyring, people.organisation(database, keyring))
        yield address


@contextmanager
def _in_this_process(catalogue: Catalogue, settings: Settings) -> Iterator[tuple[str, Database, Keyring]]:
    app = create_app(settings, catalogue)
    with running(app) as address:
        yield address, app.state.database, app.state.keyring


def session_anew(address: str) -> str:
    """The token of another session of a server’s manager, as after signing in again."""
    state = APPS[address].state
    account = people.reader_of(state.database, state.keyring, SESSIONS[address]).account
    with state.database.transaction(write=True) as session:
        return begin_session(session, account)


@pytest.fixture(scope="session")
def address(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server listens for as long as the tests run."""
    with served(catalogue, tmp_path_factory.mktemp("served")) as address:
        yield address
