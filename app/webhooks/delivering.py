"""Delivering: a thread beside the server's that sends what the journal has to those who subscribed.

Several processes share the work by leases. To one webhook one message is sent after the other, in
the order of the journal; to different ones side by side. A place is moved only after the answer, so
that a crash repeats messages, under the same id, and loses none.
"""

import asyncio
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.feed.place import Place
from app.kernel.database import is_busy
from app.kernel.dates import utc_now
from app.kernel.sessions import Database
from app.webhooks.figures import Figures
from app.webhooks.leases import Step, give_back, keep, paused, take
from app.webhooks.messages import Message, headers_of
from app.webhooks.models import Outcome, PauseReason
from app.webhooks.pending import Quiet, Work, is_worth_moving, look, work_of
from app.webhooks.retrying import Schedule
from app.webhooks.sending import Answer, Sender

T = TypeVar("T")
# Webhooks that a process sends to at once.
MOST_AT_ONCE = 64
# How long messages are sent before what was delivered is written down.
_STRETCH = 0.5
# After so many of them others may come first.
_STRETCHES = 20
# How often it is asked whether there is a new revision, which costs microseconds; and how often,
# without one, what others may have changed is looked at.
_TICK = 0.05
_LOOK_AGAIN = 1.0
# How long a message that is under way may still take when the process is to stop.
_GRACE = 2.0
# Seconds until a fault of the server's own is tried again, and a small write for which another has
# left no room.
_AFTER_A_FAULT = 5.0
_WHILE_BUSY = (0.005, 0.05)
_GONE = 410
log = structlog.get_logger("clearsky.webhooks")


@dataclass
class _Stretch:
    """What was sent of one reading: the attempts, and up to which place all is delivered.

    `believed` is the version of all credentials that the process took for current before it read.
    `last` is the last answer, tests aside; `is_whole` says whether all that was read is delivered.
    """

    believed: str | None
    began: float = field(default_factory=time.monotonic)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    delivered: Place | None = None
    last: Answer | None = None
    is_whole: bool = True


class Deliverer:
    """Delivers from one process; `database` is its own, so that no request waits for it."""

    def __init__(
        self, database: Database, sender: Callable[[], Sender], schedule: Schedule, figures: Figures
    ) -> None:
        self._database = database
        self._make_sender = sender
        self._schedule = schedule
        self._figures = figures
        self._holder = f"{os.getpid()}.{uuid4().hex}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._reader = ThreadPoolExecutor(2, thread_name_prefix="webhooks")
        # The newest revision at the last look.
        self._seen = -1
        self._is_wanted = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quiet: dict[str, Quiet] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # Until when, of time.monotonic(), each lease is certain to last.
        self._leases: dict[str, float] = {}

    def start(self) -> None:
        """Begins, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; what is under way has a moment to be answered. Leases are given back."""
        self._stopping.set()
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._woken.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._deliver())
        self._reader.shutdown()
        self._database.close()

    async def _deliver(self) -> None:
        # Looking up names takes threads: a name that is slow holds up none but its own.
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(MOST_AT_ONCE))
        self._sender = self._make_sender()
        self._length = timedelta(seconds=2 * self._sender.timeout)
        try:
            while not self._stopping.is_set():
                await self._wait(await self._look())
        finally:
            await self._end()

    async def _end(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._leases:
            with suppress(SQLAlchemyError):
                await self._writing(time.monotonic() + 1.0, give_back, self._holder)
        await self._sender.close()

    async def _look(self) -> float:
        """Starts to deliver to all that are due; how long to wait at most before the next look."""
        if len(self._tasks) >= MOST_AT_ONCE:
            return _TICK
        try:
            found = await self._reading(
                look, self._database, self._holder, set(self._tasks), dict(self._quiet)
            )
        except SQLAlchemyError as error:
            log.warning("webhooks cannot be looked at", error=_first_line(error))
            return _LOOK_AGAIN
        except Exception:
            # Whatever it is, the next look is made: without this thread nothing is delivered.
            log.exception("webhooks cannot be looked at")
            return _LOOK_AGAIN
        busy = {webhook: self._quiet[webhook] for webhook in self._tasks if webhook in self._quiet}
        self._quiet = busy | found.quiet
        self._figures.show(found.states, found.lag)
        self._seen, self._is_wanted = found.newest, bool(found.states)
        # In no order of their own, so that the same ones do not come first each time.
        random.shuffle(found.due)
        for webhook in found.due[: MOST_AT_ONCE - len(self._tasks)]:
            self._tasks[webhook] = task = asyncio.create_task(self._serve(webhook))
            task.add_done_callback(partial(self._forget, webhook))
        return min((_LOOK_AGAIN, *((at - found.now).total_seconds() for at in found.waiting)))

    async def _wait(self, seconds: float) -> None:
        """Returns when there is a new revision, a webhook is free again, or after `seconds`."""
        until, working = time.monotonic() + seconds, len(self._tasks)
        # While there are no webhooks, nothing new matters to them.
        tick = _TICK if self._is_wanted else seconds
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), tick)
            newest = self._database.freshness.newest()
            if newest is not None and newest.revision > self._seen:
                return
            if len(self._tasks) < working or time.monotonic() >= until:
                return

    def _forget(self, webhook: str, _: asyncio.Task[None]) -> None:
        del self._tasks[webhook]

    async def _serve(self, webhook: str) -> None:
        """Delivers to a webhook until nothing is left, something is in the way, or for a while."""
        try:
            if await self._hold(webhook):
                for _ in range(_STRETCHES):
                    if self._stopping.is_set() or not await self._stretch(webhook):
                        break
        except SQLAlchemyError as error:
            # Whatever was delivered and not written down is repeated, under the same ids.
            log.warning("webhook not delivered to", webhook=webhook, error=_first_line(error))
            await self._let_be(webhook)
        except Exception:
            log.exception("webhook not delivered to", webhook=webhook)
            await self._let_be(webhook)

    async def _let_be(self, webhook: str) -> None:
        """Leaves a webhook to others, or for later: without its lease nothing is sent to it."""
        self._leases.pop(webhook, None)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), _AFTER_A_FAULT)

    async def _hold(self, webhook: str) -> bool:
        """Whether this process has the lease for as long as one message may take."""
        now = time.monotonic()
        if self._leases.get(webhook, 0.0) - now >= self._sender.timeout:
            return True
        self._leases.pop(webhook, None)
        until = now + self._length.total_seconds()
        if await self._writing(until, take, webhook, self._holder, self._length):
            self._leases[webhook] = until
        return webhook in self._leases

    async def _stretch(self, webhook: str) -> bool:
        """Sends what one reading of the journal has, and writes it down; whether there is more."""
        sent = _Stretch(self._credentials_version())
        work = await self._reading(work_of, self._database, webhook, self._holder)
        if work is None:
            self._leases.pop(webhook, None)
            return False
        changes: dict[str, Any] = {}
        if work.pause is not None:
            changes = paused(work.pause, work.now)
        if work.trial is not None:
            await self._send(work, work.trial, sent)
            if sent.attempts:
                changes["test"] = None
        reached = work.webhook.place
        if work.batch is not None:
            for message in work.batch.messages:
                if self._must_write(work, sent) or not await self._send(work, message, sent):
                    sent.is_whole = False
                    break
            reached = work.batch.reached if sent.is_whole else sent.delivered or reached
            changes |= _changes(work, sent, self._schedule)
        if not (sent.attempts or changes or _has_moved_on(work, reached)):
            self._quiet[webhook] = Quiet(work.webhook.place, reached)
            return False
        step = Step(work.webhook.place, reached, sent.attempts, changes)
        now, until = time.monotonic(), self._leases.pop(webhook)
        moved = await self._writing(until, keep, webhook, self._holder, self._length, step)
        if not moved or "lease_holder" in changes:
            return False
        self._leases[webhook] = now + self._length.total_seconds()
        return work.batch is not None and not (work.batch.is_last and sent.is_whole)

    def _must_write(self, work: Work, sent: _Stretch) -> bool:
        """Whether what was sent must be written down before anything else is."""
        now = time.monotonic()
        lease_left = self._leases[work.webhook.id] - now
        return (
            self._stopping.is_set()
            or lease_left < self._sender.timeout
            or (bool(sent.attempts) and now - sent.began > _STRETCH)
            # Keys were changed since it was read: whether this one still holds is asked again.
            or self._credentials_version() not in (work.credentials_version, sent.believed)
        )

    def _credentials_version(self) -> str | None:
        newest = self._database.freshness.newest()
        return None if newest is None else newest.credentials_version

    async def _send(self, work: Work, message: Message, sent: _Stretch) -> bool:
        """Sends one message; whether it was delivered."""
        headers = headers_of(message, work.signing, utc_now())
        try:
            answer = await self._sender.send(work.webhook.url, headers, message.body)
        except asyncio.CancelledError:
            # The process stops. What was delivered before is still to be written down.
            return False
        self._figures.attempted(answer.outcome)
        sent.attempts.append(
            {
                "webhook": work.webhook.id,
                "message": message.id,
                "type": message.type,
                "revision": None if message.place is None else message.place.revision,
                "sequence": None if message.place is None else message.place.sequence,
                "at": work.now + timedelta(seconds=time.monotonic() - sent.began),
                "outcome": answer.outcome,
                "status": answer.status,
                "milliseconds": answer.milliseconds,
            }
        )
        if message.place is not None:
            sent.last = answer
            if answer.outcome is Outcome.DELIVERED:
                sent.delivered = message.place
        return answer.outcome is Outcome.DELIVERED

    async def _reading(self, read: Callable[..., T], *arguments: Any) -> T:
        """What a function says that asks the database, in another thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, partial(read, *arguments))

    async def _writing(self, until: float, write: Callable[..., T], *arguments: Any) -> T:
        """The same of one that writes, tried again while other writes hold the database."""
        while True:
            try:
                return await self._reading(write, self._database.engine, *arguments)
            except DBAPIError as error:
                if not is_busy(error) or time.monotonic() >= until:
                    raise
            await asyncio.sleep(random.uniform(*_WHILE_BUSY))  # noqa: S311 (no secret)


def _changes(work: Work, sent: _Stretch, schedule: Schedule) -> dict[str, Any]:
    """What an answer changes of the webhook, beside its place."""
    if sent.last is None:
        return {}
    last = {"last_status": sent.last.status, "last_outcome": sent.last.outcome}
    if sent.last.outcome is Outcome.DELIVERED:
        return {**last, "failures": 0, "failing_since": None, "next_attempt_at": None}
    now = work.now + timedelta(seconds=time.monotonic() - sent.began)
    before = work.webhook if sent.delivered is None else None
    failures = 1 + (before.failures if before else 0)
    since = (before.failing_since if before else None) or now
    changes = {
        **last,
        "failures": failures,
        "failing_since": since,
        "next_attempt_at": now + schedule.wait(failures, sent.last.retry_after),
        # Whoever is free then tries again.
        "lease_holder": None,
        "leased_until": None,
    }
    if sent.last.status == _GONE:
        return changes | paused(PauseReason.GONE, now)
    if now - since >= schedule.pause_after:
        return changes | paused(PauseReason.FAILING, now)
    return changes


def _has_moved_on(work: Work, reached: Place) -> bool:
    """Whether a place is written down though nothing was told on the way to it."""
    stored = work.webhook.place
    if work.batch is None or reached == stored:
        return False
    return not work.batch.is_last or is_worth_moving(stored, reached)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
