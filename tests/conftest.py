"""What every test runs under."""

from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every run and machine, so that a red build can be repeated; a failing one prints how.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ci")

pytest_plugins = ("tests.postgres", "tests.serving", "tests.fixtures", "tests.tiny")

# What is stored is stored alike on either database: these tests run on both.
ON_BOTH = {
    "tests.test_assessments",
    "tests.test_other_assessments",
    "tests.test_keys",
    "tests.test_trail",
    "tests.test_statements",
    "tests.test_database",
    "tests.test_migrations",
    "tests.test_erasure",
    "tests.test_markings",
    "tests.test_retention",
    "tests.test_reviews",
    "tests.test_management_answers",
    "tests.test_sharing",
    "tests.test_program_keys",
    "tests.test_organisations",
    "tests.test_throttle",
    "tests.routes.test_account",
    "tests.routes.test_outside_identity",
    "tests.test_second_factor",
    "tests.routes.test_second_factor",
}


def pytest_configure() -> None:
    """A name that is none would leave its tests out in silence."""
    missing = [name for name in sorted(ON_BOTH) if find_spec(name) is None]
    assert not missing, f"There is no {', '.join(missing)}."


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever stands on a database of its own in these files is tried on SQLite and on PostgreSQL, unless it is about
    SQLite’s file."""
    if metafunc.module.__name__ in ON_BOTH and "database_url" in metafunc.fixturenames:
        is_embedded = metafunc.definition.get_closest_marker("embedded")
        only = "sqlite" if is_embedded else metafunc.config.getoption("--database")
        databases = [only] if is_embedded or only == "postgresql" else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", databases, indirect=True)
