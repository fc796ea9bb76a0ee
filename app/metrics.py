"""What is counted and timed, for Prometheus. Knows neither web nor database.

No label holds an id, an agency or an organisation: whoever reads the figures learns how the service does, not who uses
it for what. Several processes of one server are added up; each has its own count where nothing joins them.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    exposition,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4
disable_created_metrics()  # type: ignore[no-untyped-call]
_REGISTRY = CollectorRegistry()
_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_REQUESTS = Counter(
    "plumbline_requests",
    "Requests that were answered, by the template of the route.",
    ("route", "method", "status"),
    registry=_REGISTRY,
)
_REQUEST_SECONDS = Histogram(
    "plumbline_request_seconds",
    "How long requests took.",
    ("route",),
    buckets=_SECONDS,
    registry=_REGISTRY,
)
ANSWERS_SAVED = Counter("plumbline_answers_saved", "Answers that were saved.", registry=_REGISTRY)
ANSWERS_MET = Counter(
    "plumbline_answer_conflicts", "Answers not saved since somebody else had changed them.", registry=_REGISTRY
)
SIGN_IN_FAILURES = Counter("plumbline_sign_in_failures", "Sign-ins that were refused.", ("reason",), registry=_REGISTRY)
DRAWING_SECONDS = Histogram(
    "plumbline_drawing_seconds",
    "How long reports and forms took to draw, with the wait for others.",
    ("kind",),
    buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
    registry=_REGISTRY,
)
DATABASE_TROUBLE = Counter(
    "plumbline_database_trouble",
    "Transactions that failed since the database was busy, or did not answer.",
    ("kind",),
    registry=_REGISTRY,
)
for _reason in ("wrong", "must_wait"):
    SIGN_IN_FAILURES.labels(_reason)  # there from the start, so that the first one is seen as a rise
for _kind in ("busy", "no_answer"):
    DATABASE_TROUBLE.labels(_kind)
_IS_JOINED: bool = values.ValueClass._multiprocess
if not _IS_JOINED:
    ProcessCollector(registry=_REGISTRY)


def method_of(name: str) -> str:
    """The method of a request, or `other`: callers may invent any, and each would be a series of its own."""
    return name if name in _METHODS else "other"


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered."""
    _REQUESTS.labels(route, method, f"{status // 100}xx" if status else "none").inc()
    _REQUEST_SECONDS.labels(route).observe(seconds)


def exposed() -> bytes:
    """All figures in Prometheus’ text format."""
    registry = _REGISTRY
    if _IS_JOINED:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return exposition.generate_latest(registry)
