"""The settings: safe without any, read from the environment, and from nowhere else."""

import re
from pathlib import Path

import pytest

from app.settings import PROJECT, Settings


def test_without_any_setting_the_server_answers_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUMBLINE_HOST", raising=False)
    settings = Settings()
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert settings.database_url == "sqlite:///var/plumbline.db"
    assert (settings.questionnaires / "risk_model.yaml").is_file()


def test_every_setting_is_read_from_a_variable_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_PORT", "8123")
    monkeypatch.setenv("PLUMBLINE_DRAFTS", "false")
    monkeypatch.setenv("PLUMBLINE_ALLOWED_HOSTS", '["forms.example.org"]')
    monkeypatch.setenv("PLUMBLINE_HTTPS", "true")
    settings = Settings()
    assert (settings.port, settings.drafts, settings.https) == (8123, False, True)
    assert settings.allowed_hosts == ("forms.example.org",)


@pytest.mark.parametrize("package", ["app", "scoring"])
def test_nothing_but_the_settings_reads_the_environment(package: str) -> None:
    files = [file for file in (PROJECT / package).rglob("*.py") if file.name != "settings.py"]
    assert files
    assert [str(file) for file in files if re.search(r"os\.environ|getenv", _code(file))] == []


def _code(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_the_readme_names_every_setting_with_its_default() -> None:
    table = (PROJECT / "README.md").read_text(encoding="utf-8").partition("<!-- settings -->")[2]
    lines = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `PLUMBLINE_")]
    named = {name.strip(" `").removeprefix("PLUMBLINE_").lower(): said for name, said in lines}
    assert named.keys() == Settings.model_fields.keys()
    for name, field in Settings.model_fields.items():
        words = field.default if isinstance(field.default, tuple) else [field.default]
        if name not in ("key_file", "questionnaires"):
            assert all(f"`{word}`" in named[name] for word in words if word is not None and str(word)), name
