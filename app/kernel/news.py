"""Waiting until something is written: one ticker for all who wait in an event loop."""

import asyncio
from collections.abc import Callable

from app.kernel.freshness import Freshness, Newest

# How often, in seconds, it is looked whether something was written, while anybody waits.
EVERY = 0.05


class News:
    """Tells those who wait what is newest, once it is what they wait for."""

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness
        self._waiting: dict[asyncio.Future[Newest], Callable[[Newest], bool]] = {}
        self._ticker: asyncio.Task[None] | None = None

    async def when(self, is_news: Callable[[Newest], bool]) -> Newest:
        """What is newest, as soon as `is_news` says yes to it.

        While that cannot be said, as when the database is away, nobody is told anything.
        """
        newest = self._freshness.newest()
        if newest is not None and is_news(newest):
            return newest
        told: asyncio.Future[Newest] = asyncio.get_running_loop().create_future()
        self._waiting[told] = is_news
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        try:
            return await told
        finally:
            del self._waiting[told]

    async def _tick(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(EVERY)
                newest = self._freshness.newest()
                for told, is_news in list(self._waiting.items()):
                    if newest is not None and not told.done() and is_news(newest):
                        told.set_result(newest)
        finally:
            self._ticker = None
