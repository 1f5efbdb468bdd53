"""The open streams of a process: who may open one, what they share, and how long they last."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client import Counter as Figure

from app.feed.following import Followed
from app.feed.place import Place
from app.feed.shared import SharedFeed
from app.kernel.access import Principal
from app.kernel.problems import Problem, Unauthenticated, Unavailable
from app.kernel.sessions import Database
from app.kernel.visibility import seen_by

# Reads that streams do at once; the other threads are there for requests.
_READS = 2
# How often, in seconds, it is looked whether the callers of streams are still let in.
_LOOKS = 0.5
# In the state of the server: what ends all streams, so that it can stop.
END_STREAMS = "end_streams"
# In the scope of a request that is answered by a stream.
STREAMED = "clearsky.streamed"
# After how many seconds whoever finds no room may ask again.
_RETRY = 10
# Looks up whom an Authorization header speaks for now. Raises Unauthenticated, or Unavailable.
Recognize = Callable[[bytes], Coroutine[Any, Any, Principal]]


class Listener:
    """One open stream, as it is looked after."""

    def __init__(
        self, database: Database, principal: Principal, authorization: bytes | None
    ) -> None:
        self.database = database
        self.principal = principal
        self.authorization = authorization
        self.woken = asyncio.Event()
        # Why it ends; None while it does not.
        self.ends: str | None = None

    def end(self, why: str) -> None:
        """Lets it come to its end."""
        self.ends = self.ends or why
        self.woken.set()


class Streams:
    """The streams of a process."""

    def __init__(
        self,
        most: int,
        most_of_each: int,
        heartbeat: float,
        recognize: Recognize,
        registry: CollectorRegistry,
    ) -> None:
        self.heartbeat = heartbeat
        self.events = Figure(
            "clearsky_stream_events", "Events that streams have sent.", registry=registry
        )
        self._gauge = Gauge("clearsky_streams", "Streams that are open.", registry=registry)
        self._most, self._most_of_each = most, most_of_each
        self._open: set[Listener] = set()
        self._of_each: Counter[str] = Counter()
        self._feeds: dict[tuple[Database, str, str], SharedFeed] = {}
        self._turns = asyncio.Semaphore(_READS)
        self._recognize = recognize
        # Of those whose credentials must be looked up again: many streams may have the same.
        self._recognizing: dict[bytes, asyncio.Task[Principal]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._is_ending = False

    def end(self) -> None:
        """Ends all, and lets no others begin: the server stops."""
        self._is_ending = True
        for listener in self._open:
            listener.end("the server stops")

    def refusal(self, caller: str) -> Unavailable | None:
        """Why a caller cannot open another stream now; None where they can."""
        if self._is_ending:
            return Unavailable("The server stops.", retry_after=_RETRY)
        if len(self._open) >= self._most:
            detail = f"{self._most} streams are open, and no more can be (CLEARSKY_STREAMS)."
            return Unavailable(detail, retry_after=_RETRY)
        if self._of_each[caller] >= self._most_of_each:
            detail = (
                f"The caller has {self._most_of_each} streams open, and can have no more"
                " (CLEARSKY_STREAMS_PER_CALLER)."
            )
            return Unavailable(detail, retry_after=_RETRY)
        return None

    @contextmanager
    def opened(self, listener: Listener, caller: str) -> Iterator[None]:
        """Around an open stream of a caller."""
        self._open.add(listener)
        self._of_each[caller] += 1
        self._gauge.inc()
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._open.remove(listener)
            self._of_each[caller] -= 1
            if not self._of_each[caller]:
                del self._of_each[caller]
            self._gauge.dec()

    @contextmanager
    def sharing(self, listener: Listener, followed: Followed, begin: Place) -> Iterator[SharedFeed]:
        """The feed that is shared by all who see and follow alike, while one of them is there."""
        database = listener.database
        key = (database, seen_by(listener.principal), followed.model_dump_json())
        feed = self._feeds.get(key)
        if feed is None or feed.has_failed:
            feed = SharedFeed(database, listener.principal, followed, begin, self._turns)
            self._feeds[key] = feed
        feed.listeners.add(listener.woken.set)
        try:
            yield feed
        finally:
            feed.listeners.remove(listener.woken.set)
            if not feed.listeners:
                feed.close()
                if self._feeds.get(key) is feed:
                    del self._feeds[key]

    async def is_let_in(self, listener: Listener) -> bool:
        """Whether a listener's credentials still speak for the same as when it was opened.

        Raises Unavailable where that cannot be said now.
        """
        given = listener.authorization
        if given is None:
            return True
        known = listener.database.principals.find(given)
        if known is not None:
            return known == listener.principal
        task = self._recognizing.get(given)
        if task is None:
            task = self._recognizing[given] = asyncio.create_task(self._recognize(given))
            task.add_done_callback(lambda _: self._recognizing.pop(given, None))
        try:
            return await asyncio.shield(task) == listener.principal
        except Unauthenticated:
            return False

    async def _watch(self) -> None:
        """Ends the streams of those who are let in no more, for as long as there are any."""
        try:
            while self._open:
                await asyncio.sleep(_LOOKS)
                for listener in list(self._open):
                    # Unless it is not known now; then nothing is sent either.
                    with suppress(Problem):
                        if not await self.is_let_in(listener):
                            listener.end("its caller is let in no more")
        finally:
            self._watching = None
