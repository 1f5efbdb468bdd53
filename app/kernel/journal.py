"""The journal: every write is one numbered revision, of which each change is kept.

The number comes from one row that is locked from the first statement of a write until its commit,
so revisions are gapless and in commit order on every engine, and writes never overtake each other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, Index, false, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.access import Principal, Visibility
from app.kernel.columns import KeyText, LongText, UtcDateTime, codes
from app.kernel.records import Base, audience_checks


class Operation(StrEnum):
    """What a change did to its record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class JournalHead(Base):
    """The one row that says which revision is the newest; whoever writes holds it locked."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(KeyText)
    # Random, and another with each change of credentials (keys, private addresses): a remembered
    # principal holds while this is what it was. A counter would mean something else once a server
    # is promoted that had not heard of the last changes.
    credentials_version: Mapped[str] = mapped_column(KeyText)
    # Documents of changes after this revision say records as this version answers them. A migration
    # that goes with a changed representation sets it to the newest revision.
    documents_since: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Revision(Base):
    """One committed write: who, when, why, and its place in the hash chain."""

    __tablename__ = "revision"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    principal: Mapped[str] = mapped_column(KeyText)
    party: Mapped[str | None] = mapped_column(KeyText)
    request_id: Mapped[str | None] = mapped_column(KeyText)
    reason: Mapped[str | None] = mapped_column(LongText)
    hash: Mapped[str] = mapped_column(KeyText)


def _of_moves(column: str) -> Index:
    """An index of the few changes by which a record has left something."""
    is_move = text(f"{column} IS NOT NULL")
    return Index(f"ix_change_{column}", column, sqlite_where=is_move, postgresql_where=is_move)


class Change(Base):
    """What one revision did to one record; `document` is canonical JSON (RFC 8785) of it after.

    Where the document was redacted it is null, and `redacted_in` is the revision that did so. Those
    whom a change takes the record from see, in its place, a `removal`: a deletion, for them alone.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_record", "kind", "record_id", "revision"),
        Index("ix_change_holder", "holder", "kind", "record_id"),
        Index("ix_change_dialogue", "dialogue", "revision", "sequence"),
        Index("ix_change_agreement", "agreement", "revision", "sequence"),
        _of_moves("former_dialogue"),
        _of_moves("former_agreement"),
        *audience_checks(),
    )

    revision: Mapped[int] = mapped_column(ForeignKey("revision.number"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(KeyText)
    record_id: Mapped[str] = mapped_column(KeyText)
    operation: Mapped[Operation] = mapped_column(codes(Operation, "operation"))
    visibility: Mapped[Visibility] = mapped_column(codes(Visibility, "visibility"))
    audience: Mapped[str | None] = mapped_column(KeyText)
    holder: Mapped[str | None] = mapped_column(KeyText)
    # The dialogue and the agreement that the record belongs to after the change, and those that it
    # has left by it.
    dialogue: Mapped[str | None] = mapped_column(KeyText)
    agreement: Mapped[str | None] = mapped_column(KeyText)
    former_dialogue: Mapped[str | None] = mapped_column(KeyText)
    former_agreement: Mapped[str | None] = mapped_column(KeyText)
    removal: Mapped[bool] = mapped_column(server_default=false())
    document: Mapped[str | None] = mapped_column(LongText)
    digest: Mapped[str] = mapped_column(KeyText)
    redacted_in: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def is_deletion(self) -> bool:
        """Whether the record was deleted: then there is no document, and never was."""
        return self.operation is Operation.DELETE


class Secret(Base):
    """A random value that the database was made with; in no journal and no export."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(KeyText, primary_key=True)
    value: Mapped[str] = mapped_column(KeyText)


# The tables that a mapped class may have beside records and their parts. A test walks them all.
INFRASTRUCTURE: set[type[Base]] = {JournalHead, Revision, Change, Secret}


_head = Base.metadata.tables[JournalHead.__tablename__]
# Made once: a statement that is made anew has to be recognized anew.
HEAD_COLUMNS = (_head.c.number, _head.c.hash, _head.c.credentials_version)
_ASK_HEAD = select(*HEAD_COLUMNS).where(_head.c.id == 1)


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a revision, in which request, and why."""

    principal: Principal
    request_id: str | None = None
    reason: str | None = None


def moment(at: datetime) -> str:
    """A time as the chain hashes it and the API writes it: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Head(NamedTuple):
    """The newest revision's number and hash, and the version of all credentials."""

    number: int
    hash: str
    credentials_version: str


def head(session: Session) -> Head:
    """What is newest as this transaction sees it: a session that only reads is asked once."""
    known = session.info.get("head")
    if isinstance(known, Head):
        return known
    found = Head(*session.connection().execute(_ASK_HEAD).one())
    if "recorder" not in session.info:
        session.info["head"] = found
    return found


def last_change(session: Session, kind: str, record_id: str) -> Change | None:
    """The newest change of a record, live or deleted, that the session's caller may see."""
    return session.scalars(
        select(Change)
        .where(Change.kind == kind, Change.record_id == record_id)
        .order_by(Change.revision.desc(), Change.sequence.desc())
        .limit(1)
    ).first()
