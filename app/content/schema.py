"""questionnaires/schema.json: the shape of the authors’ files, for editors; generated, and checked to be fresh."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from app.content.authoring import (
    Agency,
    AuthoredRecommendation,
    AuthoredScenario,
    Chains,
    Claim,
    Model,
    Module,
    OwnFact,
    Source,
)
from app.errors import Fault

_FILES: dict[str, type] = {
    "agencies/*.yaml": Agency,
    "chains.yaml": Chains,
    "evidence/*.yaml": list[Claim],
    "recommendations/*.yaml": list[AuthoredRecommendation],
    "risk_model.yaml": Model,
    "scenarios/*.yaml": list[AuthoredScenario],
    "shared/*.yaml": Module,
    "shared/context.yaml": list[OwnFact],
    "sources.yaml": list[Source],
}


def schema() -> str:
    """JSON Schema of each kind of file, by the pattern of its path."""
    adapters: dict[str, TypeAdapter[object]] = {name: TypeAdapter(shape) for name, shape in _FILES.items()}
    by_file, shared = TypeAdapter.json_schemas([(name, "validation", adapter) for name, adapter in adapters.items()])
    files = {name: by_file[name, "validation"] for name in _FILES}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The files of questionnaires/",
        "files": files,
        **shared,
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_schema(folder: Path) -> Path:
    """Write it."""
    path = folder / "schema.json"
    path.write_text(schema(), encoding="utf-8")
    return path


def schema_faults(folder: Path) -> list[Fault]:
    """A fault where the file is not what the models give today."""
    path = folder / "schema.json"
    if path.exists() and path.read_text(encoding="utf-8") == schema():
        return []
    return [Fault(path, 1, "", "This is not the schema of today’s files.", "Run `plumbline schema`.")]
