"""create_app(): settings, catalogue, database, middleware, routes, error pages. Nothing is opened before start-up."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app import failures
from app.api_documentation import ADDRESS, documented
from app.catalogue import Catalogue, open_catalogue
from app.database import THREADS, Database
from app.errors import PlumblineError
from app.logs import without_access_lines
from app.mail import mailer_of
from app.middleware import BodyLimit, OwnSite, RateLimit, ScoringOrigins, SecurityHeaders, secure
from app.migrations import migrate, open_keyring
from app.observing import HEADER, Observed
from app.pages import cookie_name
from app.provider import provider_of
from app.routes import (
    account,
    administration,
    agencies,
    api,
    assessments,
    compare,
    draft_files,
    health,
    home,
    impacts,
    links,
    mail,
    management_answers,
    markings,
    metrics,
    organisation,
    outside_identity,
    program_keys,
    programs,
    reports,
    retention,
    reviews,
    second_factor,
    shared,
    sharing,
    signing_in,
    trail,
    what_if,
)
from app.settings import Settings
from app.stopping import noticing
from app.templating import STATIC
from scoring.errors import InvalidAnswers


def create_app(settings: Settings | None = None, catalogue: Catalogue | None = None) -> FastAPI:
    """The service. Raises WrongSettings, and ContentError at start-up if the questionnaires’ data do not hold."""
    settings = settings or Settings()
    provider, mailer = provider_of(settings), mailer_of(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            app.state.database = Database(settings.database)
            app.state.keyring = open_keyring(settings, app.state.database)
            migrate(app.state.database, app.state.keyring)
            app.state.catalogue = catalogue or open_catalogue(settings.questionnaires, settings.drafts)
        except Exception as error:
            structlog.get_logger().error("not started", exc_info=error)
            raise
        app.state.threads = CapacityLimiter(THREADS)
        app.state.settings, app.state.is_stopping = settings, False
        app.state.provider, app.state.mailer = provider, mailer
        gc.collect()
        gc.freeze()  # the catalogue lives as long as the process: the collector need not walk through it again
        log = structlog.get_logger()
        log.info("started")
        with noticing(partial(setattr, app.state, "is_stopping", True), settings.stop_notice, settings.stop_within):
            yield
        app.state.database.close()
        log.info("stopped")

    app = FastAPI(
        title="Plumbline",
        summary="Where an agency can be corrupted in the context of human trafficking, scored.",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=ADDRESS,
        redirect_slashes=False,
        middleware=[
            Middleware(Observed),
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(OwnSite, hosts=settings.allowed_hosts, origins=settings.cors_origins),
            *([Middleware(ScoringOrigins, origins=settings.cors_origins)] if settings.cors_origins else ()),
            Middleware(RateLimit, limit=settings.rate_limit, cookie=cookie_name(settings.https)),
            Middleware(BodyLimit, limit=settings.max_body),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
        ],
        exception_handlers={
            PlumblineError: failures.domain_failure,
            InvalidAnswers: failures.invalid_answers,
            HTTPException: failures.http_failure,
            RequestValidationError: failures.invalid_request,
            ClientDisconnect: failures.gone,
            Exception: partial(_unexpected, https=settings.https),
        },
    )
    # The first that fits is taken, so the busiest stand first.
    pages = (
        assessments.router,
        home.router,
        agencies.router,
        reports.router,
        what_if.router,
        impacts.router,
        reviews.router,
        management_answers.router,
        compare.router,
        trail.router,
        draft_files.router,
        signing_in.router,
        outside_identity.router,
        links.router,
        mail.router,
        markings.router,
        retention.router,
        account.router,
        second_factor.router,
        organisation.router,
        program_keys.router,
        sharing.router,
        shared.router,
        administration.router,
    )
    for router in (
        api.scoring_router,
        pages[0],
        api.router,
        *pages[1:],
        programs.router,
        health.router,
        metrics.router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.openapi = partial(documented, app)  # type: ignore[method-assign]
    without_access_lines()
    return app


async def _unexpected(request: Request, error: Exception, https: bool) -> Response:
    """A defect is answered outside all middleware, so its page takes its headers here."""
    response = await failures.unexpected(request, error)
    secure(response.raw_headers, request.scope, https)
    response.raw_headers.append((HEADER, request.scope["request_id"].encode()))
    return response
