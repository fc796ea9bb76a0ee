"""The documents that the questionnaires rest on, with what has to be said about each."""

from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from app.content.authoring import Source
from app.content.source_files import read_source


@lru_cache
def documents(folder: Path) -> tuple[Source, ...]:
    """Every document of questionnaires/sources.yaml, in its order. Raises ContentError."""
    return tuple(TypeAdapter(list[Source]).validate_python(read_source(folder / "sources.yaml").data))
