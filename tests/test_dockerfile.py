"""The Dockerfile: what the image has, what it has not, and what is looked at before there is one."""

import json
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import requires
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.settings import PROJECT
from tests.test_crash import server

Step = tuple[str, str]


def steps() -> list[list[Step]]:
    """The instructions of each stage, with what follows each of them in one line."""
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", lines, flags=re.MULTILINE))
    stages: list[list[Step]] = []
    for line in filter(None, joined.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, rest))
    return stages


def of(stage: list[Step], name: str) -> list[str]:
    return [rest for step, rest in stage if step == name]


def copied() -> set[str]:
    """What is taken from the project."""
    given = [rest.split() for stage in steps() for rest in of(stage, "COPY") if not rest.startswith("--from")]
    return {source for *sources, _ in given for source in sources}


def test_there_are_two_stages_and_the_last_begins_anew() -> None:
    build, last = steps()
    assert of(build, "FROM") == ["python:3.12-slim AS build"]
    assert of(last, "FROM") == ["python:3.12-slim"]
    assert [rest for rest in of(last, "COPY") if rest.startswith("--from")] == ["--from=build /srv/venv /srv/venv"]


def test_packages_are_installed_from_locks_with_hashes_and_nothing_is_compiled() -> None:
    build, last = steps()
    installs = [part.strip() for run in of(build, "RUN") for part in run.split("&&") if "install" in part]
    assert [line.rpartition(" -r ")[2] for line in installs] == ["requirements.lock", "requirements-image.lock"]
    for line in installs:
        assert all(flag in line for flag in ("--no-deps", "--require-hashes", "--only-binary :all:"))
    assert not any(re.search(r"\b(pip|apt|apt-get|uv)\b", run) for run in of(last, "RUN"))


def test_the_image_has_no_compiler_and_its_data_are_checked_as_it_is_built() -> None:
    _, last = steps()
    checks = " ".join(of(last, "RUN"))
    for tool in ("cc", "gcc", "make"):
        assert f"! command -v {tool} " in checks
    assert "-m app.cli check" in checks
    assert "compileall" in checks


def test_it_does_not_run_as_root_and_owns_nothing_but_what_it_writes() -> None:
    _, last = steps()
    assert of(last, "USER") == ["plumbline"]
    assert last.index(("USER", "plumbline")) < [name for name, _ in last].index("CMD")
    assert re.findall(r"chown \S+ (\S+)", " ".join(of(last, "RUN"))) == ["var"]
    assert not any("--chown" in rest for rest in of(last, "COPY"))
    assert of(last, "VOLUME") == ["/srv/plumbline/var"]


def test_nothing_secret_stands_in_it() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search("PASSWORD|TOKEN|SECRET", text)
    assert not any(name == "ARG" for stage in steps() for name, _ in stage)


def test_what_is_copied_is_there_and_no_more_is_sent_to_the_engine() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert copied() == let_through
    assert all((PROJECT / name).exists() for name in copied())
    assert not any(fnmatch(name, pattern) for name in copied() for pattern in ("secrets*", "var*", "tests*", ".*"))


def test_it_serves_by_the_command_of_the_readme() -> None:
    _, last = steps()
    assert json.loads(of(last, "CMD")[0]) == ["/srv/venv/bin/python", "-m", "app.cli", "serve"]
    assert of(last, "STOPSIGNAL") == ["SIGTERM"]


def test_its_health_check_says_yes_to_a_server_that_is_ready_and_else_no(tmp_path: Path) -> None:
    _, last = steps()
    (said,) = of(last, "HEALTHCHECK")
    python, *rest = json.loads(said.partition("CMD ")[2])
    assert python == "/srv/venv/bin/python"
    assert "curl" not in said

    def check(port: str) -> int:
        return subprocess.run([sys.executable, *rest], env={"PLUMBLINE_PORT": port}, capture_output=True).returncode

    # Whatever names the server is called by, the check comes by the container’s own address.
    with server(tmp_path / "plumbline.db", {"PLUMBLINE_ALLOWED_HOSTS": '["forms.example.org"]'}) as (_, address):
        assert httpx.get(f"{address}/").status_code == 400
        assert check(address.rpartition(":")[2]) == 0
    assert check(address.rpartition(":")[2]) != 0


@pytest.mark.parametrize("extra", ["postgres", "oidc"])
def test_the_lock_of_the_image_has_what_the_tests_ran_with(extra: str) -> None:
    image, tested = (pins(PROJECT / f"requirements-{name}.lock") for name in ("image", "test"))
    assert image.items() <= tested.items()
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in wanted["optional-dependencies"][extra]:
        assert re.match(r"[\w-]+", line)[0].lower() in image


def test_no_lock_names_a_host() -> None:
    locks = list(PROJECT.glob("*.lock"))
    assert len(locks) == 3
    for lock in locks:
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


@pytest.mark.parametrize("name", ["", "-test", "-image"])
def test_every_package_of_a_lock_has_its_version_and_hashes(name: str) -> None:
    lock = PROJECT / f"requirements{name}.lock"
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line and line[0] not in "# "]
    assert lines and all(re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*\\$", line) for line in lines)
    assert len(pins(lock)) == len(lines) and all(hashes for _, hashes in pins(lock).values())


@pytest.mark.parametrize(
    ("name", "extras"), [("requirements.lock", []), ("requirements-image.lock", ["postgres", "oidc"])]
)
def test_the_locks_name_whatever_the_service_needs(name: str, extras: list[str]) -> None:
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for extra in extras for line in wanted["optional-dependencies"][extra]]
    left, needed = [Requirement(line) for line in lines or wanted["dependencies"]], set[tuple[str, frozenset[str]]]()
    while left:
        one = left.pop()
        this = canonicalize_name(one.name), frozenset(one.extras)
        if this not in needed:
            needed.add(this)
            theirs = [Requirement(line) for line in requires(one.name) or ()]
            left += [each for each in theirs if is_needed(each, one.extras)]
    both = pins(PROJECT / "requirements.lock") | pins(PROJECT / name)
    assert {package for package, _ in needed} <= {canonicalize_name(package) for package in both}
    assert len(needed) > len(lines)


def is_needed(requirement: Requirement, extras: set[str]) -> bool:
    """On this machine, of a package that was asked for with some extras."""
    return not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in extras or {""})


def pins(lock: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """By package, its version and hashes."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for entry in re.split(r"^(?=\w)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if match := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==(\S+)", entry):
            found[match[1].lower()] = (match[2], frozenset(re.findall(r"sha256:(\w+)", entry)))
    return found
