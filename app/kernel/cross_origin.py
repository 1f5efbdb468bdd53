"""Pages of other origins (CORS): none may read an answer, but those that the operator lists."""

from collections.abc import Sequence

from starlette.datastructures import Headers as RequestHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from app.kernel.security_headers import Headers

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ASKED = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Min-Revision",
    "Revision-Reason",
    "X-Request-ID",
)
_TOLD = (
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Revision",
    "Sunset",
    "X-Request-ID",
)


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS for these origins, without credentials: keys are sent by name, no cookie is.

    A preflight, which nothing else sees, is answered with the security headers too.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str], headers: Headers) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_ASKED,
            expose_headers=_TOLD,
        )
        self._headers = headers

    def preflight_response(self, request_headers: RequestHeaders) -> Response:
        """The answer to a preflight."""
        response = super().preflight_response(request_headers)
        response.raw_headers.extend(self._headers)
        return response
