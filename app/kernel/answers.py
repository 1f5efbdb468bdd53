"""Answers kept as they were rendered, and given again while the record is as it was."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from starlette.types import Message

from app.kernel.codings import Coding, encoded
from app.kernel.conditional import coded
from app.kernel.freshness import Freshness, Newest
from app.kernel.principals import Audience
from app.kernel.recent import RecentChanges, TouchedBy
from app.kernel.rendering import renamed
from app.kernel.tabular.formats import Format

# No time zone's day begins but on a quarter of an hour: until the next one, today is today.
_QUARTER_OF_AN_HOUR = 900
# What an entry takes beside its bodies: headers, keys and book-keeping.
_OVERHEAD = 1024
_OF_THE_BODY = (b"content-type", b"content-length", b"content-encoding")

Headers = list[tuple[bytes, bytes]]
# Who asks, the path, the query, and the format of lists that is asked for, but for JSON.
Key = tuple[Audience, str, bytes, Format | None]


@dataclass(frozen=True, slots=True)
class Representation:
    """An answer's body in one coding, with the headers of its own."""

    headers: Headers
    # Those of a 304 in its place (RFC 9110, section 15.4.5).
    headers_of_304: Headers
    body: bytes


@dataclass(slots=True)
class Answer:
    """An answer to a GET: what it says, at which revision, in which quarter of an hour."""

    revision: int
    quarter: int
    etag: str
    headers: Headers
    body: bytes
    # Counts the answer as one to a request of its route.
    count: Callable[[], None]
    # Which changes may alter it (without it, any), and where its body names the revision.
    touched_by: TouchedBy | None = None
    place: int | None = None
    representations: dict[Coding, Representation] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        coded_bodies = (
            len(found.body)
            for coding, found in self.representations.items()
            if coding is not Coding.IDENTITY
        )
        return len(self.body) + sum(coded_bodies) + _OVERHEAD

    def in_coding(self, coding: Coding) -> Representation:
        """The answer in a coding, made once."""
        found = self.representations.get(coding)
        if found is None:
            found = self.representations[coding] = self._represented(coding)
        return found

    def at(self, newer: int) -> "Answer":
        """The same answer as one of a newer revision, which has not altered what it says."""
        body = self.body
        if self.place is not None:
            body = renamed(body, self.place, self.revision, newer)
        headers = [
            (name, str(newer).encode() if name == b"revision" else value)
            for name, value in self.headers
        ]
        return replace(self, revision=newer, headers=headers, body=body, representations={})

    def _represented(self, coding: Coding) -> Representation:
        named = dict(self.headers)
        body = encoded(self.body, coding)
        if coding is not Coding.IDENTITY:
            named[b"content-encoding"] = coding.encode()
            named[b"etag"] = coded(self.etag, coding).encode("latin-1")
        named[b"content-length"] = str(len(body)).encode()
        return Representation(
            headers=list(named.items()),
            headers_of_304=[pair for pair in named.items() if pair[0] not in _OF_THE_BODY],
            body=body,
        )


class Answers:
    """The answers that a process keeps of one database, the most lately used, within a bound."""

    def __init__(self, freshness: Freshness, recent: RecentChanges, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._freshness = freshness
        self._recent = recent
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._history = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key) -> Answer | None:
        """The answer, if it is certain to be what the record would answer now."""
        newest = self._newest()
        found = self._kept.get(key)
        if found is None or newest is None:
            return None
        if found.revision != newest.revision or found.quarter != quarter():
            return None
        self._kept.move_to_end(key)
        return found

    async def renew(self, key: Key) -> Answer | None:
        """The answer, if no revision since then has altered what it says; kept as one of now."""
        newest = self._newest()
        found = self._kept.get(key)
        if found is None or found.touched_by is None or found.quarter != quarter():
            return None
        if newest is None or newest.revision < found.revision:
            return None
        changes = await self._recent.between(found.revision, newest.revision)
        if changes is None or any(map(found.touched_by, changes)):
            return None
        if newest.history != self._history:
            return None
        renewed = found.at(newest.revision)
        self.keep(key, renewed)
        return renewed

    def keep(self, key: Key, answer: Answer) -> None:
        """Keeps an answer, and lets go of those unused for longest beyond the bound."""
        self._freshness.seen(answer.revision)
        if answer.size > self.limit:
            return
        previous = self._kept.pop(key, None)
        self._kept[key] = answer
        self._grow(answer.size - (previous.size if previous else 0))

    def in_coding(self, answer: Answer, coding: Coding) -> Representation:
        """An answer that was found, in a coding, which from now on is kept with it."""
        if coding in answer.representations:
            return answer.representations[coding]
        before = answer.size
        found = answer.in_coding(coding)
        self._grow(answer.size - before)
        return found

    def _newest(self) -> Newest | None:
        """What is newest; what is kept of revisions that are gone is let go of first."""
        newest = self._freshness.newest()
        if newest is not None and newest.history != self._history:
            self._history, self.bytes = newest.history, 0
            self._kept.clear()
            self._recent.forget()
        return newest

    def _grow(self, by: int) -> None:
        self.bytes += by
        while self.bytes > self.limit:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size


def quarter() -> int:
    """Which quarter of an hour it is."""
    return int(time.time()) // _QUARTER_OF_AN_HOUR


def whole(start: Message, end: Message) -> bool:
    """Whether two messages are a whole answer to a read of the record, which may be kept."""
    return (
        start["status"] == 200
        and not end.get("more_body")
        and any(name == b"revision" for name, _ in start["headers"])
        and (b"cache-control", b"no-store") not in start["headers"]
    )
