"""How the server is run: by Uvicorn, which no client keeps waiting, or keeps busy, for long.

Uvicorn itself waits without end for the rest of a request, and for a client to take its answer.
"""

import asyncio
import json
import socket
import struct
from enum import Enum, auto
from ipaddress import ip_network
from typing import Any, NoReturn

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.feed.streams import END_STREAMS, STREAMED
from app.kernel.problems import (
    MEDIA_TYPE,
    HeadersTooLarge,
    MalformedRequest,
    Problem,
    RequestTimeout,
    UnsupportedTransferCoding,
)
from app.kernel.security_headers import security_headers
from app.settings import LOOPBACK, Settings, current_settings, listed

# Of a request's line and headers together: a filter takes a hundred ids of 120 characters.
LONGEST_HEAD = 32 * 1024
# A body that is late is told so by the application; this is for those that it does not wait for.
_GRACE = 5.0
_LOOKS = 4
# Of the bytes that carry a body in chunks to those of the body, at most.
_CHUNKING = 8


def configuration(settings: Settings) -> uvicorn.Config:
    """Uvicorn's configuration for these settings, which must also be those of the environment."""
    return uvicorn.Config(
        "app.process:served_app",
        factory=True,
        workers=settings.workers,
        # By name: workers are new processes, and each reads its settings itself.
        http="app.serving:BoundedProtocol",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=as_peers(listed(settings.trusted_proxies)),
        timeout_graceful_shutdown=30,
    )


def as_peers(proxies: list[str]) -> list[str]:
    """The addresses and networks as they are seen where one socket takes IPv4 and IPv6.

    There an IPv4 address is that of IPv6 which stands for it, and this machine may come as `::1`.
    """
    if "*" in proxies:
        return ["*"]
    networks = [ip_network(name) for name in proxies]
    if any(network.is_loopback for network in networks):
        networks += map(ip_network, listed(LOOPBACK))
    mapped = [
        f"::ffff:{network.network_address}/{96 + network.prefixlen}"
        for network in networks
        if network.version == 4
    ]
    return [*map(str, networks), *mapped]


class _Owed(Enum):
    """What the client has still to send."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class BoundedProtocol(HttpToolsProtocol):
    """One connection: its requests come whole, and its answers are taken, in bounded time.

    A request costs it a few assignments; a timer looks at each connection every few seconds.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._settings = current_settings()
        self._every = (
            min(
                self._settings.header_timeout,
                self._settings.body_timeout,
                self._settings.send_timeout,
            )
            / _LOOKS
        )
        self._owed = _Owed.NOTHING
        self._owed_since = 0.0
        self._head_began = False
        # Bytes of the head or the body that came so far, and of what is being read now.
        self._size = 0
        self._chunk_size = 0
        self._refusal: Problem = MalformedRequest("This is not HTTP/1.1.")
        self._refused_at: float | None = None
        self._answering: RequestResponseCycle | None = None
        self._taken_up_to: float | None = None
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Lets a client in, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._settings.connections:
            transport.close()
            return
        self._owe(_Owed.HEAD)
        self._look_later()

    def shutdown(self) -> None:
        """The server stops: streams end at once, and nobody who does not take theirs is waited for.

        Other answers are still given.
        """
        end_streams = self.app_state.get(END_STREAMS)
        if end_streams is not None:
            end_streams()
        streamed = self._answering is not None and STREAMED in self._answering.scope
        if streamed and self._taken_up_to is not None:
            self._abort()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no more."""
        if self._next_look is not None:
            self._next_look.cancel()
        if self._answering is not None:
            # Uvicorn tells only the newest of requests that were sent one upon another.
            self._answering.disconnected = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless a head grows too long."""
        if self._refused_at is not None:
            return
        self._chunk_size = len(data)
        self._unset_keepalive_if_required()
        try:
            self._parse(memoryview(data))
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self._refuse(self._refusal)
            return
        if self._owed is _Owed.NOTHING or self.transport.is_closing():
            return
        self._size += len(data)
        if self._owed is _Owed.BODY:
            # Also what is no body, such as trailers, has an end.
            if self._size > _CHUNKING * self._settings.bounds_of_body(self.scope["path"])[0]:
                self.transport.close()
        elif self._head_began and self._size > LONGEST_HEAD:
            self._refuse(_too_large())

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_began = True
        self._owe(_Owed.HEAD)

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        # Only a chunk that could hold too long a head is worth measuring it.
        if self._size + self._chunk_size > LONGEST_HEAD and self._measured() > LONGEST_HEAD:
            self._stop(_too_large())
        if self.parser.should_upgrade():
            # To the parser CONNECT is one, too; what comes after that is no request.
            if self.parser.get_method() == b"CONNECT":
                self._stop(MalformedRequest("This is no proxy: it takes no CONNECT."))
            # This head will be read again.
            return
        self._require_a_sound_head()
        self._head_began = False
        self._owe(_Owed.BODY)
        super().on_headers_complete()
        # Trailers are reported as headers are, and are none (RFC 9110, section 6.5.1): what a proxy
        # says of a request, or takes from it, could be said again there.
        self.headers = []

    def on_message_complete(self) -> None:
        """It is whole."""
        if self.parser.should_upgrade():
            return
        self._owed = _Owed.NOTHING
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        """The client has not taken what was sent."""
        self._taken_up_to = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has taken it."""
        self._taken_up_to = None
        super().resume_writing()

    def _parse(self, data: memoryview) -> None:
        """Feeds the parser, and ignores an offered Upgrade, as a server may (RFC 9110, 7.8).

        At the end of a head that offers one httptools takes the request for whole, and its body for
        another protocol; nothing declines that. So the head is parsed again without the offer. (h11
        would read on by itself, but answers come at less than half the rate.)
        """
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offered:
                data = data[offered.args[0] :]
            else:
                return
            head = self._head_without_upgrade()
            # Another: this one takes nothing more if the head also said `Connection: close`.
            self.parser = httptools.HttpRequestParser(self)
            # As Uvicorn has it: what comes after the last request is dropped, and no fault.
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self.parser.feed_data(head)

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        head = [b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, version)]
        head += [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        return b"".join([*head, b"\r\n"])

    def _owe(self, owed: _Owed) -> None:
        self._owed, self._owed_since, self._size = owed, self.loop.time(), 0

    def _stop(self, refusal: Problem) -> NoReturn:
        """Has the parser read no further, within what it calls; _refuse follows."""
        self._refusal = refusal
        raise ValueError(refusal.detail)

    def _require_a_sound_head(self) -> None:
        # RFC 9112, sections 2.3 and 3.2; the parser takes 0.9 and 2.0, too.
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            self._stop(MalformedRequest("A request is of HTTP/1.1 or HTTP/1.0."))
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            self._stop(MalformedRequest("A request of HTTP/1.1 names one Host."))
        if b"transfer-encoding" in names:
            self._require_known_coding()

    def _require_known_coding(self) -> None:
        # RFC 9112, sections 6.1 and 6.3.
        codings = [
            coding.strip().lower()
            for name, value in self.headers
            if name == b"transfer-encoding"
            for coding in value.split(b",")
        ]
        if codings[-1] != b"chunked":
            self._stop(MalformedRequest("Chunks are the last of a body's transfer codings."))
        if len(codings) > 1:
            self._stop(UnsupportedTransferCoding("Send the body in chunks and no other coding."))

    def _measured(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _look_later(self) -> None:
        self._next_look = self.loop.call_later(self._every, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        if self._is_stalled(now):
            self._abort()
            return
        if self._refused_at is not None:
            if now - self._refused_at >= self._every:
                self.transport.close()
        elif not self.transport.is_closing():
            self._look_for_what_is_owed(now)
        self._look_later()

    def _is_stalled(self, now: float) -> bool:
        if self._taken_up_to is None and self.transport.is_closing():
            # Closed, but for what the client has still to take.
            self._taken_up_to = now
        if self._taken_up_to is None:
            return False
        return now - self._taken_up_to >= self._settings.send_timeout

    def _abort(self) -> None:
        # Reset, so that the kernel does not go on waiting for the client in our place.
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _look_for_what_is_owed(self, now: float) -> None:
        if self._owed is _Owed.NOTHING:
            if self._is_forgotten():
                self._owe(_Owed.HEAD)
            return
        if self.flow.read_paused:
            # It is the server that does not read on.
            self._owed_since = now
            return
        patience = self._settings.header_timeout
        if self._owed is _Owed.BODY:
            _, longest = self._settings.bounds_of_body(self.scope["path"])
            patience = longest + min(_GRACE, longest)
        if now - self._owed_since < patience:
            return
        if self._head_began and self._is_idle():
            seconds = f"{self._settings.header_timeout:g} seconds (CLEARSKY_HEADER_TIMEOUT)"
            self._refuse(RequestTimeout(f"Headers come within {seconds}."))
        else:
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_forgotten(self) -> bool:
        # An empty line is no request, but ends Uvicorn's wait for one.
        return self._is_idle() and self.timeout_keep_alive_task is None and not self.pipeline

    def _refuse(self, problem: Problem) -> None:
        """Says what is wrong, where no answer is under way that it would break into, and closes."""
        if not self._is_idle():
            self.transport.close()
        elif self._refused_at is None:
            body = json.dumps(problem.document(None)).encode()
            headers = [
                *self.server_state.default_headers,
                *security_headers(self._settings.hsts_seconds),
                (b"content-type", MEDIA_TYPE.encode()),
                (b"cache-control", b"no-store"),
                (b"content-length", b"%d" % len(body)),
                (b"connection", b"close"),
            ]
            head = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[problem.status] + head + b"\r\n" + body)
            # What is still on its way is read and dropped for a moment: closed at once, the
            # connection would be reset, and the client might never see the answer.
            self.transport.write_eof()
            self._refused_at = self.loop.time()


def _too_large() -> HeadersTooLarge:
    return HeadersTooLarge(f"A request's line and headers have at most {LONGEST_HEAD} bytes.")
