"""The one place that opens a transaction, and the one place that commits it."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.kernel.access import Principal
from app.kernel.answers import Answers
from app.kernel.asking import asking_of
from app.kernel.database import (
    BusyError,
    CommitInDoubtError,
    busy_timeout_of,
    is_full,
    is_unreachable,
    patience,
    reading_engine,
    writing_engine,
)
from app.kernel.freshness import CREDENTIALS_VERSION, freshness_of
from app.kernel.journal import Author, Secret, head
from app.kernel.news import News
from app.kernel.principals import KnownPrincipals
from app.kernel.recent import RecentChanges
from app.kernel.recording import (
    Recorder,
    refuse_unrecorded_writes,
    stamp_before_flush,
    write_before_commit,
)
from app.kernel.statements import Found, OneStatement
from app.kernel.visibility import hold_to_visibility

B = TypeVar("B")
log = structlog.get_logger("clearsky.database")


class RecordSession(Session):
    """A session held to its caller's visibility, whose every flush is journalled."""


event.listen(RecordSession, "do_orm_execute", hold_to_visibility)
event.listen(RecordSession, "do_orm_execute", refuse_unrecorded_writes)
event.listen(RecordSession, "before_flush", stamp_before_flush)
event.listen(RecordSession, "before_commit", write_before_commit)


class Database:
    """Opens sessions on one engine; reads on a replica of it, where there is one."""

    def __init__(
        self, engine: Engine, *, replica: Engine | None = None, kept_bytes: int = 0
    ) -> None:
        self.engine = engine
        self.freshness = freshness_of(engine)
        self.news = News(self.freshness)
        self.answers = Answers(self.freshness, RecentChanges(self.ask), kept_bytes)
        self.principals = KnownPrincipals(self.freshness)
        # Of addresses that hold their own credentials.
        self.holders = KnownPrincipals(self.freshness)
        self._writing = writing_engine(engine)
        # In the order in which reads try them; what is written is on the last at once.
        engines = [engine] if replica is None else [replica, engine]
        self._engines = engines
        self._reading = [reading_engine(each) for each in engines]
        self._asking = [asking_of(each) for each in engines]
        # The newest revision that this process has written: its reads are no older.
        self._own = 0
        self._writes = threading.Lock()
        self._busy_timeout = busy_timeout_of(engine)
        self.known_signing_key: str | None = None

    @property
    def has_replica(self) -> bool:
        """Whether reads may be answered by another database than the one that is written to."""
        return len(self._engines) > 1

    def signing_key(self, session: Session) -> str:
        """What cursors are signed with: made with the database, shared by all that serve it."""
        if self.known_signing_key is None:
            self.known_signing_key = session.scalars(
                select(Secret.value).where(Secret.name == "signing_key")
            ).one()
        return self.known_signing_key

    @contextmanager
    def reading(
        self, principal: Principal, at_least: int = 0, *, on_primary: bool = False
    ) -> Iterator[RecordSession]:
        """A session that sees one state of the record throughout, as `principal` may see it.

        On a replica only where it has come to revision `at_least`, and to what this process wrote.
        """
        with self._new_enough(principal, at_least, on_primary) as session:
            yield session

    def _new_enough(self, principal: Principal, at_least: int, on_primary: bool) -> RecordSession:
        *replicas, primary = self._reading
        for replica in [] if on_primary else replicas:
            try:
                session, newest = self._begun(replica, principal, head)
            except (DBAPIError, PoolTimeoutError) as error:
                log.warning("replica out of reach", error=str(error).partition("\n")[0])
                continue
            if newest.number >= max(at_least, self._own):
                return session
            session.close()
        session, _ = self._begun(primary, principal, head)
        return session

    def _begun(
        self, engine: Engine, principal: Principal, begin: Callable[[RecordSession], B]
    ) -> tuple[RecordSession, B]:
        """A session whose first statement is done, and what that says.

        A connection that was cut off since its last use shows so by it, and is replaced.
        """
        for again in (True, False):
            session = self._session(engine, principal)
            try:
                return session, begin(session)
            except DBAPIError as error:
                session.close()
                if not (again and error.connection_invalidated):
                    raise
            except BaseException:
                session.close()
                raise
        raise AssertionError("not reached")

    def _session(self, engine: Engine, principal: Principal) -> RecordSession:
        return RecordSession(
            engine, autoflush=False, expire_on_commit=False, info={"principal": principal}
        )

    async def ask(
        self, statement: OneStatement, parameters: Mapping[str, Any], at_least: int = 0
    ) -> Found | None:
        """What one statement finds, as new as reading() would; None where it cannot be asked."""
        # What is written meanwhile is newer than the question.
        least = max(at_least, self._own)
        for asking in self._asking:
            found = await asking.ask(statement, parameters)
            if found is not None and found.revision >= least:
                return found
        return None

    @contextmanager
    def writing(self, author: Author, *, asked_at: float | None = None) -> Iterator[RecordSession]:
        """A session that is committed, as one revision at most, when the block ends well.

        Others are waited for until the busy timeout after `asked_at`, of time.monotonic(), or after
        now. Raises BusyError after that, CommitInDoubtError where the database breaks off in the
        commit itself.
        """
        until = (time.monotonic() if asked_at is None else asked_at) + self._busy_timeout
        with self._turn(until), self._begun_writing(author, until) as session:
            mine = session.info["recorder"]
            yield session
            session.flush()
            _commit(session)
            if mine.hash is not None:
                self._own = mine.number
            version = session.info.get(CREDENTIALS_VERSION, mine.credentials_version)
            self.freshness.committed(mine.head._replace(credentials_version=version))

    def _begun_writing(self, author: Author, until: float) -> RecordSession:
        def begin(session: RecordSession) -> Recorder:
            session.connection(execution_options=patience(until - time.monotonic()))
            return Recorder.begin(session, author)

        session, recorder = self._begun(self._writing, author.principal, begin)
        session.info["recorder"] = recorder
        return session

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        """One write of this process at a time: to wait here costs no connection and no polling."""
        if not self._writes.acquire(timeout=max(0.0, until - time.monotonic())):
            raise BusyError
        try:
            yield
        finally:
            self._writes.release()

    async def stop_asking(self) -> None:
        """In the event loop that has asked: lets go of the connections that it asked over."""
        for asking in self._asking:
            await asking.close()

    def close(self) -> None:
        """Lets go of all connections; those of an event loop that runs in another thread, too.

        One that is still used is closed when it is given back: an answer may have reached its
        client before its session has ended.
        """
        for asking in self._asking:
            if asking.loop is not None and asking.loop.is_running():
                asyncio.run_coroutine_threadsafe(asking.close(), asking.loop).result()
        self.freshness.close()
        for engine in self._engines:
            event.listen(engine, "checkin", _close_given_back)
            engine.dispose()


def _close_given_back(_: object, record: ConnectionPoolEntry) -> None:
    # What is given back after dispose() would stay open in a pool that nobody holds.
    record.invalidate()


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        # Whatever is flushed before it names its statement; COMMIT itself has none. A commit that
        # there is no room for is none.
        in_commit = error.statement is None
        if in_commit and is_unreachable(error) and not is_full(error):
            raise CommitInDoubtError from error
        raise
