"""What an operator sees of each request: an id, a log line, figures; and faults as problems."""

import re
import time
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from app.kernel.private_addresses import masked
from app.kernel.problems import MEDIA_TYPE, Problem, ServerError
from app.kernel.secrets import without_secrets

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# An answer of this type goes on; when it has ended, whoever sends it says how long it was open.
EVENT_STREAM = "text/event-stream"
log = structlog.get_logger("clearsky.requests")


class Metrics:
    """The figures that `/metrics` shows, of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "clearsky_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "clearsky_request_seconds",
            "Seconds from a request's first byte to its answer's last.",
            ["method", "route"],
            registry=self.registry,
        )
        self.under_way = Gauge(
            "clearsky_requests_under_way", "Requests being answered.", registry=self.registry
        )


def problem_response(problem: Problem, request_id: str | None) -> JSONResponse:
    """A problem as an HTTP answer (RFC 9457).

    No cache between keeps it, as it might a 404 of itself (RFC 9111, section 4.2.2): what is not
    there for one caller, or not yet, is for another.
    """
    return JSONResponse(
        problem.document(request_id),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **(problem.headers or {})},
        media_type=MEDIA_TYPE,
    )


class Observing:
    """ASGI middleware around every request; `skip` says which paths are not logged."""

    def __init__(self, app: ASGIApp, metrics: Metrics, skip: Callable[[str], bool]) -> None:
        self.app = app
        self.metrics = metrics
        self.skip = skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(Request(scope).headers.get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        started, status, is_over = time.perf_counter(), 0, False

        def over() -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                self.metrics.under_way.dec()
                self._observe(scope, status, time.perf_counter() - started)

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                if headers.get("content-type", "").startswith(EVENT_STREAM):
                    over()
            await send(message)

        self.metrics.under_way.inc()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, observed)
            except Exception:
                log.exception("request failed", method=scope["method"], path=masked(scope["path"]))
                if status:
                    raise
                fault = ServerError("The server failed; nothing was written.")
                await problem_response(fault, request_id)(scope, receive, observed)
            finally:
                over()

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, not the path: figures are kept for each, and paths have no end.
        route = getattr(scope.get("route"), "path", "unmatched")
        self.metrics.requests.labels(scope["method"], route, status).inc()
        self.metrics.seconds.labels(scope["method"], route).observe(seconds)
        if not self.skip(scope["path"]):
            log.info(
                "request",
                method=scope["method"],
                path=masked(scope["path"]),
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )


def request_id_of(given: str | None) -> str:
    """The id that a request came with, or else a new one: it stands in logs and the journal."""
    if given and _REQUEST_ID.fullmatch(given) and without_secrets(given) == given:
        return given
    return str(uuid7())
