"""Rate limits: how often an address, and a principal, may ask; counted before anything is done.

Even a kept answer is counted, so counting must cost less than giving one: what is kept of a caller
is one number, in the process's memory. Limits hold for each process by itself.
"""

import hashlib
import math
from dataclasses import dataclass
from time import monotonic

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.addresses import AddressList, address_of, caller_at
from app.kernel.observing import problem_response, request_id_of
from app.kernel.principals import one_spelling
from app.kernel.private_addresses import credentials_in, is_private
from app.kernel.problems import TooManyRequests
from app.kernel.security_headers import Headers

# Callers that are remembered of one limit; beyond it those that have asked least are forgotten.
_MOST = 100_000
# What adding up fractions of a second may be off by.
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int


class Allowance:
    """What each caller has left of a rate (the generic cell rate algorithm).

    A caller may ask as often as the rate says at once, and gets that back evenly over its seconds:
    kept is only when a caller will have everything back. No window begins or ends for all at once.
    """

    def __init__(self, name: str, rate: Rate) -> None:
        self.name = name
        self.policy = f'"{name}";q={rate.requests};w={rate.seconds}'
        self._seconds = rate.seconds
        self._each = rate.seconds / rate.requests
        self._back_at: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._back_at)

    def take(self, caller: str, now: float) -> bool:
        """Takes a request of what the caller has left; False where that is nothing."""
        back_at = self._back_at.get(caller, now)
        # Each request comes by here: a comparison costs a third of max().
        back_at = (back_at if back_at > now else now) + self._each
        if back_at - now > self._seconds + _SLACK:
            return False
        if len(self._back_at) >= _MOST:
            self._forget(now)
        self._back_at[caller] = back_at
        return True

    def is_spent(self, caller: str, now: float) -> bool:
        """Whether nothing is left."""
        return self.seconds_until_one(caller, now) > 0

    def left(self, caller: str, now: float) -> str:
        """What is left, as an item of the field RateLimit."""
        back_in = max(self._back_at.get(caller, now) - now, 0.0)
        remaining = int((self._seconds - back_in) / self._each + _SLACK)
        return f'"{self.name}";r={remaining};t={math.ceil(back_in)}'

    def seconds_until_one(self, caller: str, now: float) -> float:
        """How long the caller has to wait until one request is left; 0 where one is."""
        back_in = self._back_at.get(caller, now) - now
        wait = back_in + self._each - self._seconds
        return wait if wait > _SLACK else 0.0

    def _forget(self, now: float) -> None:
        # Who has everything back is as if never seen; that may be all, or not enough.
        kept = sorted((at, caller) for caller, at in self._back_at.items() if at > now)
        self._back_at = {caller: at for at, caller in kept[-_MOST // 2 :]}


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates that hold; None for one that does not."""

    address: Rate | None
    principal: Rate | None
    failures: Rate | None

    @property
    def hold(self) -> bool:
        """Whether one of them does."""
        return any(rate is not None for rate in (self.address, self.principal, self.failures))


class Limiting:
    """ASGI middleware that refuses callers who ask too often; `exempt` are not counted.

    Who has shown too many credentials that speak for nobody shows others in vain, until time has
    passed; credentials that are known to be good are taken all the while.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        exempt: AddressList,
        headers: Headers,
        registry: CollectorRegistry,
    ) -> None:
        self.app = app
        self._exempt = exempt
        self._headers = headers
        self._address = _allowance("address", limits.address)
        self._principal = _allowance("principal", limits.principal)
        self._failures = _allowance("failures", limits.failures)
        # Whom credentials were for when they were last looked up; to count, and for nothing else.
        self._names: dict[bytes, str] = {}
        self._refused = Counter(
            "clearsky_requests_over_limit",
            "Requests refused because the caller asked too often, by the limit.",
            ["limit"],
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._exempt.holds(scope):
            await self.app(scope, receive, send)
            return
        now = monotonic()
        address = caller_at(address_of(scope))
        shown = _credentials(scope)
        principal = None if shown is None else self._names.get(shown)
        failures = self._failures if shown is not None and principal is None else None
        if failures is not None and failures.is_spent(address, now):
            await self._refuse(failures, address, now, scope, receive, send)
            return
        policies, left = [], []
        for limit, who in ((self._address, address), (self._principal, principal)):
            if limit is not None and who is not None:
                if not limit.take(who, now):
                    await self._refuse(limit, who, now, scope, receive, send)
                    return
                policies.append(limit.policy)
                left.append(limit.left(who, now))
        told = _fields(policies, left)

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                if shown is not None:
                    self._learn(shown, address, scope, message["status"])
                message = {**message, "headers": [*message["headers"], *told]}
            await send(message)

        await self.app(scope, receive, counting)

    def _learn(self, shown: bytes, address: str, scope: Scope, status: int) -> None:
        """Counts a request by its credentials where they had to be looked up, or are no good."""
        if status == 401:
            self._names.pop(shown, None)
            if self._failures is not None:
                self._failures.take(address, monotonic())
            return
        principal = scope.get("state", {}).get("principal")
        if principal is not None and shown not in self._names:
            if len(self._names) >= _MOST:
                self._names.clear()
            self._names[shown] = principal
            if self._principal is not None:
                self._principal.take(principal, monotonic())

    async def _refuse(
        self, limit: Allowance, who: str, now: float, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._refused.labels(limit.name).inc()
        given = dict(scope["headers"]).get(b"x-request-id")
        request_id = request_id_of(given.decode("latin-1") if given else None)
        wait = math.ceil(limit.seconds_until_one(who, now))
        problem = TooManyRequests(limit.name, retry_after=max(wait, 1))
        response = problem_response(problem, request_id)
        response.raw_headers.extend(_fields([limit.policy], [limit.left(who, now)]))
        response.raw_headers.append((b"x-request-id", request_id.encode()))
        response.raw_headers.extend(self._headers)
        await response(scope, receive, send)


def _allowance(name: str, rate: Rate | None) -> Allowance | None:
    return None if rate is None else Allowance(name, rate)


def _credentials(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            # No key itself is kept in memory.
            return hashlib.sha256(one_spelling(value)).digest()
    if is_private(scope["path"]):
        return hashlib.sha256(credentials_in(scope["path"])).digest()
    return None


def _fields(policies: list[str], left: list[str]) -> Headers:
    # draft-ietf-httpapi-ratelimit-headers: two lists, their items in one order.
    if not policies:
        return []
    return [
        (b"ratelimit-policy", ", ".join(policies).encode()),
        (b"ratelimit", ", ".join(left).encode()),
    ]
