"""An answer that does not end: changes as Server-Sent Events (WHATWG HTML, section 9.2)."""

import asyncio
import time
from contextlib import suppress

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.feed.following import Followed
from app.feed.place import Place
from app.feed.shared import PAUSE, Piece, SharedFeed, event_id
from app.feed.streams import STREAMED, Listener, Streams
from app.kernel.addresses import address_of, caller_at
from app.kernel.answering import IS_HEAD
from app.kernel.observing import EVENT_STREAM, problem_response
from app.kernel.problems import Problem
from app.kernel.transactions import Transaction

# After how many milliseconds a client that was cut off comes back.
RETRY = b"retry: 2000\n\n"
_HEARTBEAT = b":\n\n"
log = structlog.get_logger("clearsky.streams")


class EventStream(StreamingResponse):
    """The changes that are followed after a place, and all that are made while it is open."""

    def __init__(self, tx: Transaction, followed: Followed, first: Piece) -> None:
        headers = {
            "Revision": str(tx.revision),
            "Cache-Control": "no-store",
            "Vary": "Authorization",
            # nginx would keep events back until it has a buffer full of them.
            "X-Accel-Buffering": "no",
        }
        super().__init__((), headers=headers, media_type=EVENT_STREAM)
        self._streams: Streams = tx.request.app.state.streams
        self._database = tx.database
        self._principal = tx.principal
        self._followed = followed
        self._first = first
        self._place = first.start
        self._told: Place | None = None
        self._sent = 0
        self._sent_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends what there is until the client goes, or the server lets it."""
        caller = f"at {caller_at(address_of(scope))}"
        if not self._principal.is_anonymous:
            caller = self._principal.name
        refusal = self._streams.refusal(caller)
        if refusal is not None:
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)
            return
        scope[STREAMED] = True
        listener = Listener(
            self._database, self._principal, dict(scope["headers"]).get(b"authorization")
        )
        began = time.monotonic()
        with self._streams.opened(listener, caller):
            try:
                await self._answer(listener, scope, receive, send)
            finally:
                log.info(
                    "stream ended",
                    because=listener.ends,
                    seconds=round(time.monotonic() - began, 3),
                    events=self._sent,
                )

    async def _answer(self, listener: Listener, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if IS_HEAD in scope:
            listener.end("it was asked for by HEAD")
        else:
            await self._send(send, RETRY)
            gone = asyncio.create_task(_until_gone(listener, receive))
            try:
                begin = Place.after(int(self.headers["Revision"]))
                with self._streams.sharing(listener, self._followed, begin) as feed:
                    await self._follow(listener, feed, send)
            finally:
                gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _follow(self, listener: Listener, feed: SharedFeed, send: Send) -> None:
        piece: Piece | None = self._first
        has_come_up = False
        while listener.ends is None:
            listener.woken.clear()
            try:
                piece = piece or await feed.next(self._place)
                if piece is not None:
                    await self._send_piece(listener, piece, send)
                    piece = None
                    continue
                if not has_come_up or self._patience <= 0:
                    has_come_up = True
                    await self._tell_place(send)
                patience = self._patience
            except Problem:
                # The database is away: the client waits with us.
                if self._patience <= 0:
                    await self._tell_place(send)
                patience = min(self._patience, PAUSE)
            if feed.has_failed:
                listener.end("the server has failed")
            else:
                await _wait(listener, patience)

    @property
    def _patience(self) -> float:
        """After how many seconds something is to be sent, if there is nothing new."""
        return self._sent_at + self._streams.heartbeat - time.monotonic()

    async def _send_piece(self, listener: Listener, piece: Piece, send: Send) -> None:
        data, events = piece.after(self._place)
        if data:
            if not await self._streams.is_let_in(listener):
                listener.end("its caller is let in no more")
                return
            await self._send(send, data)
            self._sent += events
            self._streams.events.inc(events)
            self._told = piece.places[-1]
        self._place = max(self._place, piece.end)

    async def _tell_place(self, send: Send) -> None:
        """A heartbeat; after what the client is not told, one that moves its last id on."""
        if self._told == self._place:
            await self._send(send, _HEARTBEAT)
        else:
            await self._send(send, b"id: %s\n\n" % event_id(self._place).encode())
            self._told = self._place

    async def _send(self, send: Send, data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})
        self._sent_at = time.monotonic()


async def _wait(listener: Listener, seconds: float) -> None:
    """Until the listener is woken, for so many seconds at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await listener.woken.wait()


async def _until_gone(listener: Listener, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end("the client has gone")
