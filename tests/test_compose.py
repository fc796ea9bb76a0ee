"""compose.yaml: what keeps a container from doing more than it must, and settings that there are."""

import json
import re
from typing import Any

import pytest
import yaml

from app.settings import PROJECT, Settings

FILE = PROJECT / "compose.yaml"
SERVICES = ("plumbline", "database")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_it_is_the_service_and_its_database(compose: dict[str, Any]) -> None:
    assert compose["services"].keys() == set(SERVICES)
    assert compose["services"]["plumbline"]["build"] == "."
    assert re.fullmatch(r"postgres:\d+", compose["services"]["database"]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_must(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "devices"}
    assert not any(str(volume).startswith(("/", ".")) for volume in service["volumes"])


def test_neither_runs_as_root(compose: dict[str, Any]) -> None:
    assert compose["services"]["database"]["user"] == "postgres"
    assert "user" not in compose["services"]["plumbline"]  # as the Dockerfile has it


def test_only_the_service_is_reached_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    assert compose["services"]["plumbline"]["ports"] == ["127.0.0.1:8000:8000"]
    database = compose["services"]["database"]
    assert "ports" not in database
    assert [compose["networks"][network]["internal"] for network in database["networks"]] == [True]
    assert compose["services"]["plumbline"]["environment"]["PLUMBLINE_HOST"] == "0.0.0.0"


def test_what_must_last_is_in_volumes_and_both_are_watched(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {volume.partition(":")[0] for name in SERVICES for volume in services[name]["volumes"]} == set(
        compose["volumes"]
    )
    assert "pg_isready" in services["database"]["healthcheck"]["test"]
    assert services["plumbline"]["depends_on"]["database"] == {"condition": "service_healthy"}
    keys = services["plumbline"]["environment"]["PLUMBLINE_KEY_FILE"]
    assert any(keys.startswith(volume.partition(":")[2]) for volume in services["plumbline"]["volumes"])


def test_every_setting_in_it_exists_and_holds(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose["services"]["plumbline"]["environment"]
    for name, value in environment.items():
        assert name.removeprefix("PLUMBLINE_").lower() in Settings.model_fields, name
        assert isinstance(value, str)
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.logs == "json"
    assert settings.allowed_hosts == tuple(json.loads(environment["PLUMBLINE_ALLOWED_HOSTS"]))


def test_no_secret_is_in_the_environment(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            assert not re.search("PASSWORD|TOKEN|SECRET", name) or value.startswith("/run/secrets/"), name
    url = compose["services"]["plumbline"]["environment"]["PLUMBLINE_DATABASE_URL"]
    assert url == "postgresql+psycopg://plumbline@database/plumbline"


def test_secrets_are_files_under_the_names_that_the_settings_look_for(compose: dict[str, Any]) -> None:
    secrets = compose["services"]["plumbline"]["secrets"]
    assert {each["source"] for each in secrets} == set(compose["secrets"])
    for each in secrets:
        assert each["target"].removeprefix("plumbline_") in Settings.model_fields
    assert all(secret.keys() == {"file"} for secret in compose["secrets"].values())
    assert "/secrets/" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    database = compose["services"]["database"]
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{database['secrets'][0]}"


def test_the_service_has_the_time_to_stop_that_it_takes_for_itself(compose: dict[str, Any]) -> None:
    given = seconds(compose["services"]["plumbline"]["stop_grace_period"])
    assert given > Settings().stop_notice + Settings().stop_within + 5
