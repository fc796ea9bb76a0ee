"""The service as one process or several, which stop as they should."""

import multiprocessing
import signal
import sys
import threading
from functools import partial
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI

from app import logs
from app.connection import BoundedHead
from app.main import create_app
from app.settings import Settings, count_together_in


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; the process then leaves with status 0."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # before the server takes it up, and once it has stopped
    logs.begin(settings.logs)
    if settings.workers == 1:
        _run(partial(create_app, settings), settings)
        return
    with TemporaryDirectory(prefix="plumbline-") as folder:
        count_together_in(folder)
        _run("app.server:worker", settings, workers=settings.workers)


def worker() -> FastAPI:
    """The service in one of several processes, each of which reads the settings anew."""
    settings = Settings()
    logs.begin(settings.logs)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    return create_app(settings)


def _leave_with_parent() -> None:
    """Stop once the process that started this one is gone: where it was killed, nobody would stop this one, and it
    would hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        signal.raise_signal(signal.SIGTERM)


def _run(application: object, settings: Settings, **more: int) -> None:
    uvicorn.run(
        application,  # type: ignore[arg-type]
        factory=True,
        host=settings.host,
        port=settings.port,
        http=BoundedHead,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=settings.stop_within,
        **more,  # type: ignore[arg-type]
    )
