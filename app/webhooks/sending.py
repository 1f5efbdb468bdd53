"""Sending one message to one address, in bounded time: what is answered is not looked at."""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from app.webhooks.addresses import Addresses, ForbiddenAddressError, UnresolvedError
from app.webhooks.models import Outcome

# Of a receiver that asks for patience.
LONGEST_WAIT = 24 * 3600.0
_ASKS_FOR_PATIENCE = (429, 503)
_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt has ended; `retry_after` is in seconds, where the receiver has said so."""

    outcome: Outcome
    milliseconds: int
    status: int | None = None
    retry_after: float = 0.0


class Sender:
    """Sends messages over connections of its own; used in one event loop.

    No proxy, cookie or redirect plays a part. `trust` says whose certificates are good.
    """

    def __init__(
        self, addresses: Addresses, *, timeout: float, trust: ssl.SSLContext | None = None
    ) -> None:
        self.timeout = timeout
        trust = trust or httpx.create_ssl_context()
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=trust,
                max_connections=None,
                max_keepalive_connections=50,
                keepalive_expiry=5.0,
                network_backend=CheckedBackend(addresses, listed=scheme == "http"),
            )
            for scheme in ("https", "http")
        }

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Sends a body to an address, and says how that ended."""
        started = time.monotonic()
        outcome, status, retry_after = Outcome.MALFORMED, None, 0.0
        try:
            async with asyncio.timeout(self.timeout):
                status, retry_after = await self._posted(url, headers, body)
            outcome = _outcome_of(status)
        except (TimeoutError, httpcore.TimeoutException):
            outcome = Outcome.TIMED_OUT
        except ForbiddenAddressError:
            outcome = Outcome.FORBIDDEN_ADDRESS
        except UnresolvedError:
            outcome = Outcome.UNRESOLVED
        except (httpcore.NetworkError, OSError) as error:
            outcome = Outcome.UNTRUSTED if _is_of_tls(error) else Outcome.UNREACHABLE
        except (httpcore.ProtocolError, httpx.InvalidURL, ValueError):
            outcome = Outcome.MALFORMED
        return Answer(outcome, round((time.monotonic() - started) * 1000), status, retry_after)

    async def close(self) -> None:
        """Closes its connections."""
        for pool in self._pools.values():
            await pool.aclose()

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, float]:
        parsed = httpx.URL(url)
        target = httpcore.URL(
            scheme=parsed.raw_scheme,
            host=parsed.raw_host,
            port=parsed.port,
            target=parsed.raw_path,
        )
        sent = {"Host": parsed.netloc.decode("ascii"), **headers, "Content-Length": str(len(body))}
        each = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout)
        async with self._pools[parsed.scheme].stream(
            "POST", target, headers=list(sent.items()), content=body, extensions={"timeout": each}
        ) as answer:
            taken = 0
            # Read so that the connection can be used again; a longer answer is cut off.
            async for chunk in answer.aiter_stream():
                taken += len(chunk)
                if taken > _LONGEST_ANSWER:
                    break
            return answer.status, wait_of(answer.status, answer.headers)


class CheckedBackend(httpcore.AnyIOBackend):
    """Connects to the very addresses that were checked; TLS still goes by the host's name."""

    def __init__(self, addresses: Addresses, *, listed: bool) -> None:
        self._addresses = addresses
        self._listed = listed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the host, each of whose addresses is allowed. Raises AddressError."""
        found = await self._addresses.of(host, port, listed=self._listed)
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in found:
            try:
                return await super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or UnresolvedError(host)


def _outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.REDIRECTED if 300 <= status < 400 else Outcome.REFUSED


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def wait_of(status: int, headers: Iterable[tuple[bytes, bytes]]) -> float:
    """For how many seconds the answer asks to be left alone (RFC 9110, section 10.2.3)."""
    given = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    said = given.get(b"retry-after", "")
    if status not in _ASKS_FOR_PATIENCE or not said:
        return 0.0
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)
