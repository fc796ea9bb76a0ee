"""The two servers that bench_save.py compares: the service, and the same rows written by raw sqlite3.

The service signs in, checks versions, encrypts notes and seals its trail. The raw one is the same application with one
handler exchanged: the same middleware and routes, the same form read by the same code, the same redirect. It has the
same durability and writes as many rows of the same size (each answer, an entry of the trail, when the assessment last
changed and how its trail ends); it checks nothing, reads nothing and encrypts nothing.
"""

import itertools
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from app import assessments, saving
from app.catalogue import load_catalogue
from app.database import Database
from app.main import create_app
from app.migrations import migrate, open_keyring
from app.routes.assessments import router as routes_of_assessments
from app.routes.transaction import StraightRoute, posted_fields
from app.saving import Change
from app.settings import Settings
from app.started_about import StartedAbout
from scoring.questionnaire import Questionnaire, Section
from tests import people
from tests.benchmarks.generated import answered, generated
from tests.benchmarks.load import FOLDER, URL

ANSWERS, DATABASE = 10, "bench.db"
SEALED = 40  # by how many bytes a text grows when it is encrypted


def questionnaire() -> Questionnaire:
    """The generated questionnaire in sections of ten questions; the first has controls and others."""
    made = generated()
    questions = list(made.questions)
    parts = [tuple(questions[at : at + ANSWERS]) for at in range(0, len(questions), ANSWERS)]
    sections = tuple(Section(id=f"section_{n}", title=f"Section {n}", questions=part) for n, part in enumerate(parts))
    return made.model_copy(update={"sections": sections}).sealed()


def prepare(folder: Path, count: int, url: str = "") -> tuple[list[str], str, str]:
    """A database with so many assessments, the last half of each answered; their ids, and the token of a session with
    what its forms carry."""
    settings, asked = _settings(folder, url), questionnaire()
    database, catalogue = Database(settings.database_url), load_catalogue([asked])
    keyring = open_keyring(settings, database)
    migrate(database, keyring)
    token = people.member(database, keyring, people.organisation(database, keyring, "Bench"))
    reader = people.reader_of(database, keyring, token)
    half = [(question, answer) for question, answer in answered(asked).items()][60:]
    about, ids = StartedAbout(organisation="Bench", scope_kind="post"), []
    for _ in range(count):
        with database.transaction(write=True) as session:
            ids.append(saving.start(session, reader, catalogue, asked.id, about))
            opened = assessments.opened(session, reader, catalogue, ids[-1])
            saving.save_answers(session, reader, opened, [Change(q, *answer, 0) for q, answer in half])
    csrf = people.csrf_of(database, keyring, token)
    database.close()
    return ids, token, csrf


def service() -> FastAPI:
    """Plumbline itself."""
    settings = _settings(Path(os.environ[FOLDER]), os.environ.get(URL, ""))
    return create_app(settings, load_catalogue([questionnaire()]))


def raw() -> FastAPI:
    """The same form at the same address, written as it comes."""
    connection = sqlite3.connect(Path(os.environ[FOLDER]) / DATABASE, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
        connection.execute(f"PRAGMA {pragma}")
    entries = itertools.count(1)
    questions = [question.id for question in questionnaire().sections[0].questions]

    async def save(request: Request, assessment_id: str) -> Response:
        form, now = await posted_fields(request), datetime.now(UTC).isoformat()
        rows = [
            (
                assessment_id,
                q,
                form[f"answer.{q}"],
                form[f"note.{q}"] + " " * SEALED,
                int(form[f"version.{q}"].partition("-")[0]) + 1,
            )
            for q in questions
        ]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO answer (assessment_id, question, option, note, version) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET option = excluded.option, note = excluded.note, version = excluded.version",
            rows,
        )
        number = next(entries)
        detail = json.dumps([row[1:3] for row in rows])
        words = json.dumps({row[1]: row[3] for row in rows}) + " " * SEALED
        connection.execute(
            "INSERT INTO trail_entry (chain, number, at, account, action, detail, words, words_digest, seal) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ("raw", number, now, "bench", "answers", detail, words, "0" * 64, "0" * 64),
        )
        connection.execute(
            "UPDATE assessment SET changed_at = ?, trail_number = ?, trail_seal = ?, trail_signature = ? WHERE id = ?",
            (now, number, "0" * 64, "0" * 73, assessment_id),
        )
        connection.execute("COMMIT")
        return RedirectResponse(f"/assessments/{assessment_id}", 303)

    routes = routes_of_assessments.routes
    place = next(at for at, route in enumerate(routes) if route.name == "save_section")
    routes[place] = StraightRoute(routes[place].path, save, methods=["POST"])
    return service()


def _settings(folder: Path, url: str) -> Settings:
    url = url or f"sqlite:///{folder / DATABASE}"
    return Settings(database_url=url, key_file=folder / "bench.key", rate_limit=0)
