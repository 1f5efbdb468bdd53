"""create_app(): the only place that wires everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from app import __version__, tables
from app.agreements import action_items_router, agreements_router, decisions_router
from app.calendars import addresses_router as calendar_addresses_router
from app.calendars import router as calendars_router
from app.codes import router as codes_router
from app.dialogues import dialogues_router, meetings_router
from app.directory import organizations_router, parties_router, people_router
from app.documents import router as documents_router
from app.exchange import imports_router
from app.feed import redactions_router
from app.feed import router as feed_router
from app.feed.streams import END_STREAMS, Streams
from app.kernel.addresses import AddressList
from app.kernel.answering import Answering
from app.kernel.authentication import Recognizer, principal_of
from app.kernel.bodies import BodyLimit, Bound
from app.kernel.cross_origin import CrossOrigin
from app.kernel.database import open_engine
from app.kernel.deprecation import Deprecating, deprecation_of
from app.kernel.limiting import Limiting, Limits, Rate
from app.kernel.observing import Metrics, Observing, problem_response
from app.kernel.problems import (
    MOST_ERRORS,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
)
from app.kernel.prompting import Prompting
from app.kernel.route_index import RouteIndex
from app.kernel.security_headers import SecurityHeaders, security_headers
from app.kernel.sessions import Database
from app.kernel.spooling import Spools
from app.kernel.turns import Turns
from app.kernel.validation import problem_errors
from app.keys import router as keys_router
from app.openapi import DESCRIPTION, allowed_methods, openapi_of
from app.operations import router as operations_router
from app.reporting import assessments_router, progress_router, reports_router
from app.reviewing import router as reviewing_router
from app.settings import IMPORTS, SECONDS_OF, Settings, current_settings, listed
from app.webhooks import router as webhooks_router
from app.webhooks.addresses import Addresses
from app.webhooks.running import delivering

_PROBLEM_OF_STATUS: dict[int, type[Problem]] = {
    problem.status: problem for problem in (NotFound, MethodNotAllowed)
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, for `settings` or else for those that the process was started with."""
    settings = settings or current_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        # As many threads as connections: a request that has one never waits for the other.
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        async with delivering(settings, app.state.webhook_addresses, app.state.metrics.registry):
            yield {END_STREAMS: app.state.streams.end}
        await app.state.database.stop_asking()
        app.state.database.close()

    app = FastAPIOffline(
        title="Clear Sky",
        version=__version__,
        summary="The shared record of environmental cooperation between Korea and China",
        description=DESCRIPTION,
        lifespan=lifespan,
        static_url="/docs-assets",
        redirect_slashes=False,
        # /metrics and the log are ours; without an exporter, asking for one costs a third of a hit.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.database = _opened(settings)
    app.state.operators = _addresses(listed(settings.metrics_from), settings)
    app.state.openid = _recognizer(settings)
    app.state.streams = Streams(
        most=settings.streams,
        most_of_each=settings.streams_per_caller,
        heartbeat=settings.stream_heartbeat,
        recognize=partial(principal_of, app),
        registry=app.state.metrics.registry,
    )
    app.state.spools = Spools(max(1, settings.threads // 4))
    app.state.reading_uploads = Turns(max(1, settings.threads // 4), "Other files are being read.")
    app.state.webhook_addresses = Addresses(listed(settings.webhook_networks))
    for module in (
        progress_router,
        reports_router,
        assessments_router,
        reviewing_router,
        dialogues_router,
        meetings_router,
        decisions_router,
        agreements_router,
        action_items_router,
        parties_router,
        organizations_router,
        people_router,
        documents_router,
        codes_router,
        imports_router,
        redactions_router,
        feed_router,
        keys_router,
        webhooks_router,
        calendars_router,
        calendar_addresses_router,
        operations_router,
    ):
        # Not include_router(): that matches each route anew at each level, one after another.
        app.router.routes.extend(module.router.routes)
    index = RouteIndex(app.router)
    app.router.middleware_stack = index
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(
        BodyLimit,
        bound=Bound(settings.body_limit, settings.body_timeout),
        of_paths={
            IMPORTS: Bound(
                *settings.bounds_of_body(IMPORTS),
                "CLEARSKY_IMPORT_LIMIT",
                "CLEARSKY_IMPORT_TIMEOUT",
            )
        },
    )
    app.add_middleware(Prompting, index=index)
    if any(map(deprecation_of, index.endpoints)):
        app.add_middleware(Deprecating, index=index)
    app.add_middleware(Observing, metrics=app.state.metrics, skip=_is_probe)
    app.add_middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds)
    answering = Answering(app.build_middleware_stack(), app.state.metrics)
    app.middleware_stack = _guarded(answering, app.state.metrics, settings)
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    return app


def _opened(settings: Settings) -> Database:
    """The database of the settings, for as many connections as there are threads."""

    def engine_of(url: str) -> Engine:
        return open_engine(url, connections=settings.threads, busy_timeout=settings.busy_timeout)

    return Database(
        engine_of(settings.database_url),
        replica=None if settings.replica_url is None else engine_of(settings.replica_url),
        kept_bytes=settings.kept_answers_bytes,
    )


def _guarded(app: ASGIApp, metrics: Metrics, settings: Settings) -> ASGIApp:
    """The application behind what the settings put before it: rate limits, other origins."""
    headers = security_headers(settings.hsts_seconds)
    limits = Limits(
        address=_rate(settings.rate_limit),
        principal=_rate(settings.rate_limit_principal),
        failures=_rate(settings.rate_limit_failures),
    )
    if limits.hold:
        exempt = _addresses(settings.not_counted, settings)
        app = Limiting(app, limits, exempt, headers, metrics.registry)
    origins = listed(settings.cors_origins)
    return CrossOrigin(app, origins, headers) if origins else app


def _rate(text: str) -> Rate | None:
    requests, _, unit = text.partition("/")
    return Rate(int(requests), SECONDS_OF[unit]) if unit else None


def _addresses(names: list[str], settings: Settings) -> AddressList:
    return AddressList(names, proxies_are_known=bool(listed(settings.trusted_proxies)))


def _recognizer(settings: Settings) -> Recognizer | None:
    """Whoever knows the tokens of the provider that the settings name, if they name one."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    # Cryptography takes a while to import: only whoever needs it waits for it.
    from app.openid.claims import ClaimsMapping  # noqa: PLC0415
    from app.openid.recognizing import OpenId  # noqa: PLC0415

    return OpenId(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=settings.oidc_algorithms.split(","),
        clock_skew=settings.oidc_clock_skew,
        mapping=ClaimsMapping(
            role_claim=settings.oidc_role_claim,
            party_claim=settings.oidc_party_claim,
            organization_claim=settings.oidc_organization_claim,
            roles=settings.oidc_roles,
            parties=settings.oidc_parties,
            organizations=settings.oidc_organizations,
        ),
    )


def _is_probe(path: str) -> bool:
    return path in ("/healthz", "/readyz", "/metrics")


async def _invalid_request(request: Request, error: Exception) -> Response:
    errors = problem_errors(cast(RequestValidationError, error).errors()[:MOST_ERRORS])
    detail = f"{errors[0].detail}." if errors else None
    return problem_response(InvalidRequest(detail, errors=errors), request.state.request_id)


async def _refused(request: Request, error: Exception) -> Response:
    refusal = cast(HTTPException, error)
    if not isinstance(refusal, Problem):
        kind = _PROBLEM_OF_STATUS.get(refusal.status_code, InvalidRequest)
        headers = dict(refusal.headers or {})
        if kind is MethodNotAllowed:
            headers["Allow"] = allowed_methods(request.app, request.url.path)
        refusal = kind(_DETAILS.get(kind), headers=headers)
    return problem_response(refusal, request.state.request_id)


_DETAILS: dict[type[Problem], str] = {
    NotFound: "There is no such route.",
    MethodNotAllowed: "The route does not take this method.",
}

__all__ = ["create_app", "tables"]
