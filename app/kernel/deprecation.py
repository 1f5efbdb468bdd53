"""Routes and parameters that will go, and how their callers learn of it (RFC 9745, RFC 8594).

docs/deprecation.md has the policy. A route is deprecated by a decorator on its endpoint; every
answer of the route then says so, refusals and answers that were kept among them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.route_index import RouteIndex

E = TypeVar("E", bound=Callable[..., Any])
Headers = list[tuple[bytes, bytes]]
_ATTRIBUTE = "deprecated_as"
# What the policy promises between the two dates, at the least.
NOTICE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when a route is deprecated, when it goes, and where it is told what to do instead.

    With `parameters`, only those of its query are deprecated, and only who asks with one is told.
    """

    since: date
    sunset: date
    see: str
    parameters: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.sunset < self.since + NOTICE:
            raise ValueError(
                f"A sunset on {self.sunset} is too soon: what is deprecated on {self.since} stays"
                f" for at least {NOTICE.days} days."
            )

    def concerns(self, query: bytes) -> bool:
        """Whether it is of concern to who asks with this query."""
        given = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
        return not self.parameters or not self.parameters.isdisjoint(given)

    @property
    def headers(self) -> Headers:
        """`Deprecation` (RFC 9745, section 2.1) and `Sunset` (RFC 8594, section 3)."""
        sunset = format_datetime(_start_of(self.sunset), usegmt=True)
        return [
            (b"deprecation", b"@%d" % _start_of(self.since).timestamp()),
            (b"sunset", sunset.encode()),
        ]

    @property
    def link(self) -> bytes:
        """What `Link` says of it (RFC 9745, section 3; RFC 8594, section 6)."""
        return f'<{self.see}>; rel="deprecation", <{self.see}>; rel="sunset"'.encode()


def deprecated(
    *, since: date, sunset: date, see: str, parameters: tuple[str, ...] = ()
) -> Callable[[E], E]:
    """Marks an endpoint, or parameters of its query, as deprecated; stands below the route's own.

    The dates begin in UTC; `see` is an address. Raises ValueError, and so stops the start, where
    less than a year lies between them.
    """
    told = Deprecation(since, sunset, see, frozenset(parameters))

    def mark(endpoint: E) -> E:
        setattr(endpoint, _ATTRIBUTE, told)
        return endpoint

    return mark


def deprecation_of(endpoint: Callable[..., Any]) -> Deprecation | None:
    """How an endpoint is deprecated, if it is."""
    found: Deprecation | None = getattr(endpoint, _ATTRIBUTE, None)
    return found


class Deprecating:
    """ASGI middleware that tells the callers of what is deprecated.

    It stands inside of what keeps answers, so that they are kept with what it says.
    """

    def __init__(self, app: ASGIApp, index: RouteIndex) -> None:
        self.app = app
        self.index = index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.index.find(scope) if scope["type"] == "http" else None
        told = None if route is None else deprecation_of(route.endpoint)
        if told is None or not told.concerns(scope["query_string"]):
            await self.app(scope, receive, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(_added(message["headers"], told))}
            await send(message)

        await self.app(scope, receive, telling)


def _added(headers: Headers, told: Deprecation) -> Iterator[tuple[bytes, bytes]]:
    # One Link, with what the answer itself says there: kept answers have each header once.
    links = [value for name, value in headers if name == b"link"]
    yield from (pair for pair in headers if pair[0] != b"link")
    yield from told.headers
    yield b"link", b", ".join([*links, told.link])


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
