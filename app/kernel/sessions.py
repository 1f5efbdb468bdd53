"""The one place that opens a transaction, and the one place that commits it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.kernel.access import Principal
from app.kernel.database import reading_engine, writing_engine
from app.kernel.journal import (
    Author,
    Recorder,
    Secret,
    refuse_unrecorded_writes,
    stamp_before_flush,
    write_before_commit,
)
from app.kernel.visibility import hold_to_visibility


class RecordSession(Session):
    """A session held to its caller's visibility, whose every flush is journalled."""


event.listen(RecordSession, "do_orm_execute", hold_to_visibility)
event.listen(RecordSession, "do_orm_execute", refuse_unrecorded_writes)
event.listen(RecordSession, "before_flush", stamp_before_flush)
event.listen(RecordSession, "before_commit", write_before_commit)


class Database:
    """Opens sessions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = reading_engine(engine)
        self._writing = writing_engine(engine)
        self._signing_key: str | None = None

    def signing_key(self, session: Session) -> str:
        """What cursors are signed with: made with the database, shared by all that serve it."""
        if self._signing_key is None:
            self._signing_key = session.scalars(
                select(Secret.value).where(Secret.name == "signing_key")
            ).one()
        return self._signing_key

    @contextmanager
    def reading(self, principal: Principal) -> Iterator[RecordSession]:
        """A session that sees one state of the record throughout, as `principal` may see it."""
        with RecordSession(
            self._reading, autoflush=False, expire_on_commit=False, info={"principal": principal}
        ) as session:
            yield session

    @contextmanager
    def writing(self, author: Author) -> Iterator[RecordSession]:
        """A session that is committed, as one revision at most, when the block ends well."""
        info = {"principal": author.principal}
        with RecordSession(
            self._writing, autoflush=False, expire_on_commit=False, info=info
        ) as session:
            session.info["recorder"] = Recorder.begin(session, author)
            yield session
            session.commit()
