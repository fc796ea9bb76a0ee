"""A folder with one small agency, whole and without a fault, that tests copy and change."""

import shutil
from pathlib import Path

import pytest

TINY = Path(__file__).parent
QUESTIONNAIRES = TINY.parents[1] / "questionnaires"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the folder, beside the real chains and risk model."""
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for name in ("chains.yaml", "risk_model.yaml"):
        shutil.copy(QUESTIONNAIRES / name, folder / name)
    return folder


def edit(folder: Path, name: str, find: str, put: str) -> int:
    """Replace the first `find`, which must be there, and return the line on which it stood."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert find in text, f"{name} no longer holds what the bad file changes"
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    return text[: text.index(find)].count("\n") + 1
