"""The two servers that bench_endpoint.py compares: the service with a generated questionnaire, and a bare endpoint.

The bare one is what anybody would write with FastAPI who validates the same body and replies with a model of the same
size: no middleware, no look at the answers, no score.
"""

import os
from pathlib import Path

from fastapi import FastAPI

from app.api_models import ScoreReply, ScoreRequest
from app.catalogue import load_catalogue
from app.main import create_app
from app.settings import Settings
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.result import assess
from tests.benchmarks.generated import answered, generated
from tests.benchmarks.load import FOLDER


def service() -> FastAPI:
    """Plumbline itself; its database is not touched by a scoring call."""
    folder = Path(os.environ[FOLDER])
    return create_app(Settings(database_url=f"sqlite:///{folder / 'bench.db'}"), load_catalogue([generated()]))


def bare() -> FastAPI:
    """Validates the same body, builds a reply of the same size from plain values, serialises it."""
    questionnaire = generated()
    result = assess(Instrument(questionnaire), read_answers(questionnaire, {}, answered(questionnaire)), [])
    values = result.model_dump()
    app = FastAPI()

    @app.post("/api/v1/score")
    async def score(body: ScoreRequest) -> ScoreReply:
        return ScoreReply(**values, about=body.about)

    return app
