"""What pages show of the sources besides questionnaires: the documents they rest on, and the lines of the finder."""

from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from app.content.authoring import Activity, Source
from app.content.source_files import read_source


@lru_cache
def documents(folder: Path) -> tuple[Source, ...]:
    """Every document of questionnaires/sources.yaml, in its order. Raises ContentError."""
    return tuple(TypeAdapter(list[Source]).validate_python(read_source(folder / "sources.yaml").data))


@lru_cache
def activities(folder: Path) -> tuple[Activity, ...]:
    """Every line of questionnaires/finder.yaml, in its order. Raises ContentError."""
    return tuple(TypeAdapter(list[Activity]).validate_python(read_source(folder / "finder.yaml").data))
