"""The one place that opens a transaction, and the one place that commits it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.kernel.access import Principal
from app.kernel.answers import Answers
from app.kernel.asking import asking_of
from app.kernel.database import reading_engine, writing_engine
from app.kernel.freshness import freshness_of
from app.kernel.journal import (
    Author,
    Recorder,
    Secret,
    head,
    refuse_unrecorded_writes,
    stamp_before_flush,
    write_before_commit,
)
from app.kernel.principals import KnownPrincipals
from app.kernel.statements import Found, OneStatement
from app.kernel.visibility import hold_to_visibility

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
        self.answers = Answers(self.freshness, kept_bytes)
        self.principals = KnownPrincipals(self.freshness)
        self._writing = writing_engine(engine)
        # In the order in which reads try them; what is written is on the last at once.
        engines = [engine] if replica is None else [replica, engine]
        self._engines = engines
        self._reading = [reading_engine(each) for each in engines]
        self._asking = [asking_of(each) for each in engines]
        # The newest revision that this process has written: its reads are no older.
        self._own = 0
        self._signing_key: str | None = None

    def signing_key(self, session: Session) -> str:
        """What cursors are signed with: made with the database, shared by all that serve it."""
        if self._signing_key is None:
            self._signing_key = session.scalars(
                select(Secret.value).where(Secret.name == "signing_key")
            ).one()
        return self._signing_key

    @contextmanager
    def reading(self, principal: Principal, at_least: int = 0) -> Iterator[RecordSession]:
        """A session that sees one state of the record throughout, as `principal` may see it.

        On a replica only where it has come to revision `at_least`, and to what this process wrote.
        """
        with self._new_enough(principal, at_least) as session:
            yield session

    def _new_enough(self, principal: Principal, at_least: int) -> RecordSession:
        *replicas, primary = self._reading
        for replica in replicas:
            session = self._session(replica, principal)
            try:
                if head(session).number >= max(at_least, self._own):
                    return session
            except (DBAPIError, PoolTimeoutError):
                log.warning("replica out of reach", exc_info=True)
            session.close()
        return self._session(primary, principal)

    def _session(self, engine: Engine, principal: Principal) -> RecordSession:
        return RecordSession(
            engine, autoflush=False, expire_on_commit=False, info={"principal": principal}
        )

    async def ask(
        self, statement: OneStatement, parameters: Mapping[str, Any], at_least: int = 0
    ) -> Found | None:
        """What one statement finds, as new as reading() would; None where it cannot be asked."""
        for asking in self._asking:
            found = await asking.ask(statement, parameters)
            if found is not None and found.revision >= max(at_least, self._own):
                return found
        return None

    @contextmanager
    def writing(self, author: Author) -> Iterator[RecordSession]:
        """A session that is committed, as one revision at most, when the block ends well."""
        with self._session(self._writing, author.principal) as session:
            mine = session.info["recorder"] = Recorder.begin(session, author)
            yield session
            session.commit()
            if mine.changed:
                self._own = max(self._own, mine.number)
                self.freshness.committed(mine.number)

    async def stop_asking(self) -> None:
        """In the event loop that has asked: lets go of the connections that it asked over."""
        for asking in self._asking:
            await asking.close()

    def close(self) -> None:
        """Lets go of all connections; those of an event loop that runs in another thread, too."""
        for asking in self._asking:
            if asking.loop is not None and asking.loop.is_running():
                asyncio.run_coroutine_threadsafe(asking.close(), asking.loop).result()
        self.freshness.close()
        for engine in self._engines:
            engine.dispose()
