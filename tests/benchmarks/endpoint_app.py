"""The two servers that bench_endpoint.py compares: the service with a generated questionnaire, and a bare endpoint.

The bare one stands in the same application, behind the same middleware. It is what anybody would write with FastAPI who
validates the same body and builds a reply of the same models from figures that are there already: no look at the
answers, no score.
"""

import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from app.api_models import ScoreReply, ScoreRequest
from app.catalogue import load_catalogue
from app.main import create_app
from app.settings import Settings
from scoring.answers import read_answers
from scoring.engine import Instrument
from scoring.figures import assess
from scoring.result import (
    AsFarAsShown,
    ChainResult,
    Closed,
    Completeness,
    Identity,
    Overall,
    Safeguards,
    ScenarioResult,
    StageResult,
)
from tests.benchmarks.generated import answered, generated
from tests.benchmarks.load import FOLDER


def service() -> FastAPI:
    """Plumbline itself; its database is not touched by a scoring call."""
    folder = Path(os.environ[FOLDER])
    settings = Settings(database_url=f"sqlite:///{folder / 'bench.db'}", rate_limit=0)
    return create_app(settings, load_catalogue([generated()]))


def bare() -> FastAPI:
    """Validates the same body, builds a reply of the same size model by model, serialises it."""
    questionnaire = generated()
    result = assess(Instrument(questionnaire), read_answers(questionnaire, {}, answered(questionnaire)), [])
    values = result.model_dump()
    app, router = service(), APIRouter()

    @router.post("/api/v1/score")
    async def score(body: ScoreRequest) -> ScoreReply:
        return ScoreReply(**_parts(values), about=body.about)

    app.router.routes.clear()
    app.include_router(router)
    return app


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "questionnaire": Identity(**values["questionnaire"]),
        "completeness": Completeness(**values["completeness"]),
        "overall": Overall(**_shown(values["overall"])),
        "safeguards": Safeguards(**values["safeguards"]),
        "chains": [
            ChainResult(**{**_shown(chain), "stages": [StageResult(**stage) for stage in chain["stages"]]})
            for chain in values["chains"]
        ],
        "scenarios": [ScenarioResult(**scenario) for scenario in values["scenarios"]],
        "closed": Closed(**values["closed"]),
    }


def _shown(scored: dict[str, Any]) -> dict[str, Any]:
    return {**scored, "as_far_as_shown": AsFarAsShown(**scored["as_far_as_shown"])}
