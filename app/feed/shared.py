"""What streams of equal audience and filter share: each change is read and rendered once for all.

Whoever keeps up takes what was read last from memory. Whoever does not, or begins in the past,
reads page by page from where it is; those who are in the same place read together.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile

import structlog
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from app.feed.following import Followed, changes_after, item_of
from app.feed.place import Place
from app.kernel.access import Principal
from app.kernel.journal import head
from app.kernel.problems import Problem
from app.kernel.sessions import Database
from app.kernel.transactions import available

# Changes that are read at once.
PAGE = 100
# Pages that are kept of what was read last, and their bytes.
_KEPT, _KEPT_BYTES = 32, 1024 * 1024
# After how many seconds it is tried again to read, while the database is away.
PAUSE = 1.0
log = structlog.get_logger("clearsky.streams")


@dataclass(frozen=True, slots=True)
class Piece:
    """What follows a place in the journal, up to another: events, each with its place."""

    start: Place
    end: Place
    places: list[Place] = field(default_factory=list)
    events: list[bytes] = field(default_factory=list)
    whole: bytes = b""

    def after(self, place: Place) -> tuple[bytes, int]:
        """The events after a place in it, and how many they are."""
        if place == self.start:
            return self.whole, len(self.events)
        events = self.events[bisect_right(self.places, place) :]
        return b"".join(events), len(events)


def event_id(place: Place) -> str:
    """A place as the id of an event."""
    return str(place.revision) if place.is_whole else f"{place.revision}-{place.sequence}"


def place_named(id_: str) -> Place:
    """The place that the id of an event names."""
    revision, dash, sequence = id_.partition("-")
    whole = Place.after(int(revision))
    return Place(whole.revision, min(int(sequence), whole.sequence)) if dash else whole


def piece_after(session: Session, followed: Followed, place: Place) -> Piece:
    """What is followed after a place, as many events as a page has, as a session sees it."""
    rows = changes_after(session, followed, place, PAGE + 1)
    # Where there is no more it has come to the newest revision, or has been beyond it.
    end = max(place, Place.after(head(session).number))
    if len(rows) > PAGE:
        rows = rows[:PAGE]
        end = Place(rows[-1].revision, rows[-1].sequence)
    places = [Place(row.revision, row.sequence) for row in rows]
    events = [
        b"id: %s\nevent: change\ndata: %s\n\n" % (event_id(at).encode(), item_of(row))
        for at, row in zip(places, rows, strict=True)
    ]
    return Piece(place, end, places, events, b"".join(events))


class SharedFeed:
    """What callers who see alike follow alike; it is read for as long as somebody listens."""

    def __init__(
        self,
        database: Database,
        principal: Principal,
        followed: Followed,
        begin: Place,
        turns: asyncio.Semaphore,
    ) -> None:
        self.end = begin
        # What each of those who listen is called by when there is something new, or no more.
        self.listeners: set[Callable[[], None]] = set()
        self._database = database
        self._principal = principal
        self._followed = followed
        self._turns = turns
        self._kept: deque[Piece] = deque()
        self._under_way: dict[Place, asyncio.Task[Piece]] = {}
        self._following = asyncio.create_task(self._follow())

    @property
    def has_failed(self) -> bool:
        """Whether nothing more will come of it."""
        return self._following.done()

    def close(self) -> None:
        """Reads no more."""
        for task in (self._following, *self._under_way.values()):
            task.cancel()

    async def next(self, place: Place) -> Piece | None:
        """What follows a place; None where nothing does yet. Raises Unavailable, as reads do."""
        if place >= self.end:
            return None
        newest_first = takewhile(lambda piece: piece.end > place, reversed(self._kept))
        for piece in newest_first:
            if piece.start <= place:
                return piece
        return await self._read(place)

    async def _follow(self) -> None:
        try:
            while True:
                await self._database.news.when(lambda newest: newest.revision > self.end.revision)
                try:
                    piece = await self._read(self.end)
                except Problem as problem:
                    log.warning("streams wait", reason=problem.detail)
                    await asyncio.sleep(PAUSE)
                    continue
                self._keep(piece)
        finally:
            # Whatever has gone wrong: nobody waits for what does not come.
            self._call()

    def _keep(self, piece: Piece) -> None:
        self.end = max(self.end, piece.end)
        self._kept.append(piece)
        while len(self._kept) > _KEPT or sum(len(kept.whole) for kept in self._kept) > _KEPT_BYTES:
            self._kept.popleft()
        if piece.events:
            self._call()

    def _call(self) -> None:
        for listener in self.listeners:
            listener()

    async def _read(self, place: Place) -> Piece:
        task = self._under_way.get(place)
        if task is None:
            task = self._under_way[place] = asyncio.create_task(self._in_turn(place))
            task.add_done_callback(lambda _: self._under_way.pop(place, None))
        # Whoever goes away meanwhile takes nothing from the others.
        return await asyncio.shield(task)

    async def _in_turn(self, place: Place) -> Piece:
        newest = self._database.freshness.newest()
        at_least = self.end.revision if newest is None else max(newest.revision, self.end.revision)
        async with self._turns:
            return await run_in_threadpool(self._piece, place, at_least)

    def _piece(self, place: Place, at_least: int) -> Piece:
        with available(), self._database.reading(self._principal, at_least) as session:
            return piece_after(session, self._followed, place)
