"""What every test runs under."""

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

pytest_plugins = ("tests.serving", "tests.fixtures", "tests.tiny")
