"""What every answer tells a browser: to guess nothing, to show it in no frame, to pass nothing on.

Pages ask no other host for anything: they work without the internet, and tell nobody.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

# Swagger UI and Redoc start themselves by a script in the page, and Redoc searches in a worker.
POLICY_OF_PAGES = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
# Of what is no page nothing is to be run, loaded or framed.
POLICY_OF_ANSWERS = b"default-src 'none'; frame-ancestors 'none'"


def security_headers(hsts_seconds: int, policy: bytes = POLICY_OF_ANSWERS) -> Headers:
    """The headers, made once; `hsts_seconds` is for how long only HTTPS is to be used, or 0."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", policy),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if hsts_seconds:
        headers.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    return headers


class SecurityHeaders:
    """ASGI middleware that gives them to every answer; it stands before all that answers."""

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self.app = app
        self._of_answers = security_headers(hsts_seconds)
        self._of_pages = security_headers(hsts_seconds, POLICY_OF_PAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                own = self._of_pages if _is_page(given) else self._of_answers
                message = {**message, "headers": [*given, *own]}
            await send(message)

        await self.app(scope, receive, guarded)


def _is_page(headers: Headers) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/html") for name, value in headers
    )
