"""The settings: safe without any, read from the environment, and from nowhere else."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy import make_url

from app.cli import main
from app.settings import PROJECT, Settings, wrong_settings


def test_without_any_setting_the_server_answers_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUMBLINE_HOST", raising=False)
    settings = Settings()
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert settings.database_url == "sqlite:///var/plumbline.db"
    assert (settings.questionnaires / "risk_model.yaml").is_file()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_of_every_network_tells_an_address_that_opens(host: str) -> None:
    assert Settings(host=host).address == "http://127.0.0.1:8000"


def test_every_setting_is_read_from_a_variable_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_PORT", "8123")
    monkeypatch.setenv("PLUMBLINE_DRAFTS", "false")
    monkeypatch.setenv("PLUMBLINE_ALLOWED_HOSTS", '["forms.example.org"]')
    monkeypatch.setenv("PLUMBLINE_HTTPS", "true")
    settings = Settings()
    assert (settings.port, settings.drafts, settings.https) == (8123, False, True)
    assert settings.allowed_hosts == ("forms.example.org",)


def test_a_secret_may_stand_in_a_file_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plumbline_database_password").write_text("a/b@c:d\n", encoding="utf-8")
    (tmp_path / "plumbline_metrics_token").write_text("0123456789abcdef\n", encoding="utf-8")
    monkeypatch.setenv("PLUMBLINE_DATABASE_URL", "postgresql+psycopg://plumbline@database/plumbline")
    settings = Settings(_secrets_dir=tmp_path)
    assert settings.metrics_token and settings.metrics_token.get_secret_value() == "0123456789abcdef"
    assert settings.database == "postgresql+psycopg://plumbline:a%2Fb%40c%3Ad@database/plumbline"
    assert make_url(settings.database).password == "a/b@c:d"
    assert "a/b" not in repr(settings) and "0123" not in repr(settings)


def test_a_database_without_a_password_of_its_own_is_where_its_url_says() -> None:
    assert Settings().database == Settings().database_url
    assert Settings(database_password="of another").database == Settings().database_url


@pytest.mark.parametrize("origin", ["*", "https://*.example.org", "portal.example", "https://a.example/", "null"])
def test_sites_are_named_one_by_one(origin: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=(origin,))


def test_a_token_that_could_be_guessed_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(metrics_token="guess me")
    assert "guess me" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PLUMBLINE_PORT", "eighty", "PLUMBLINE_PORT: Input should be a valid integer"),
        ("PLUMBLINE_ALLOWED_HOSTS", "forms.example.org", 'A list is written as JSON: ["forms.example.org"]'),
        ("PLUMBLINE_METRICS_TOKEN", "hush", "PLUMBLINE_METRICS_TOKEN: "),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert words in said and "hush" not in said


def test_a_secret_that_cannot_be_read_is_named_with_the_reason() -> None:
    error = SettingsError("error getting value for field “metrics_token”")
    error.__cause__ = PermissionError(13, "Permission denied", "/run/secrets/plumbline_metrics_token")
    assert wrong_settings(error).endswith("Permission denied: '/run/secrets/plumbline_metrics_token'")


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
        if (field.default is None or str(field.default) == "") and name != "key_file":
            assert "none" in named[name], name
        elif name not in ("key_file", "questionnaires"):
            assert all(f"`{word}`" in named[name] for word in words), name
