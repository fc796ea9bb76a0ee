"""The two servers that bench_save.py compares: the service, and the same rows written by raw sqlite3.

The raw one has the same middleware and the same durability, takes the same form and writes the same rows (each answer,
its history, when the assessment last changed); it checks nothing and reads nothing.
"""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from app import assessments
from app.accounts import LOCAL, local_reader
from app.assessments import Change, StartedAbout
from app.catalogue import load_catalogue
from app.database import Database
from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from scoring.questionnaire import Questionnaire, Section
from tests.benchmarks.generated import answered, generated
from tests.benchmarks.load import FOLDER

ANSWERS = 10


def questionnaire() -> Questionnaire:
    """The generated questionnaire in sections of ten questions; the first has controls and others."""
    made = generated()
    questions = list(made.questions)
    parts = [tuple(questions[at : at + ANSWERS]) for at in range(0, len(questions), ANSWERS)]
    sections = tuple(Section(id=f"section_{n}", title=f"Section {n}", questions=part) for n, part in enumerate(parts))
    return made.model_copy(update={"sections": sections}).sealed()


def prepare(folder: Path, count: int) -> tuple[str, list[str]]:
    """A database with so many assessments, the last half of each answered; its URL, and their ids."""
    url, asked = f"sqlite:///{folder / 'bench.db'}", questionnaire()
    database, catalogue = Database(url), load_catalogue([asked])
    migrate(database)
    half = [(question, answer) for question, answer in answered(asked).items()][60:]
    about, ids = StartedAbout(organisation="Bench", scope_kind="post"), []
    for _ in range(count):
        with database.transaction(write=True) as session:
            reader = local_reader(session, "Bench")
            ids.append(assessments.start(session, reader, catalogue, asked.id, about))
            opened = assessments.opened(session, reader, catalogue, ids[-1])
            assessments.save_answers(session, reader, opened, [Change(q, *answer, 0) for q, answer in half])
    database.close()
    return url, ids


def service() -> FastAPI:
    """Plumbline itself."""
    return create_app(Settings(database_url=_url()), load_catalogue([questionnaire()]))


def raw() -> FastAPI:
    """The same form at the same address, written as it comes."""
    connection = sqlite3.connect(_url().removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
        connection.execute(f"PRAGMA {pragma}")
    questions = [question.id for question in questionnaire().sections[0].questions]
    app = service()
    router = APIRouter()

    @router.post("/assessments/{assessment}/sections/{section}")
    async def save(request: Request, assessment: str, section: str) -> Response:
        form, now = await request.form(), datetime.now(UTC).isoformat()
        rows = [
            (
                assessment,
                q,
                form[f"answer.{q}"],
                form[f"note.{q}"],
                int(str(form[f"version.{q}"]).partition("-")[0]) + 1,
            )
            for q in questions
        ]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO answer (assessment_id, question, option, note, version) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET option = excluded.option, note = excluded.note, version = excluded.version",
            rows,
        )
        connection.executemany(
            "INSERT INTO answer_change (assessment_id, question, option, note, version, changed_at, changed_by) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*row, now, LOCAL) for row in rows],
        )
        connection.execute("UPDATE assessment SET changed_at = ? WHERE id = ?", (now, assessment))
        connection.execute("COMMIT")
        return RedirectResponse(f"/assessments/{assessment}", 303)

    app.router.routes.clear()
    app.include_router(router)
    return app


def _url() -> str:
    return f"sqlite:///{Path(os.environ[FOLDER]) / 'bench.db'}"
