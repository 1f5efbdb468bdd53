"""Recording: the session itself writes what a transaction does to records as one revision."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import (
    BindParameter,
    Table,
    bindparam,
    false,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql.dml import UpdateBase

from app.kernel.access import Visibility
from app.kernel.belonging import Belonging, belonging_of
from app.kernel.chain import ChangeSeal, RevisionSeal, chained
from app.kernel.dates import utc_now
from app.kernel.freshness import telling
from app.kernel.journal import (
    HEAD_COLUMNS,
    Author,
    Change,
    Head,
    JournalHead,
    Operation,
    Revision,
    moment,
)
from app.kernel.records import (
    Base,
    Holder,
    Part,
    Record,
    audience_of,
    content_of,
    digest_of,
    document_of,
    record_classes,
    texts_of,
)
from app.kernel.removals import lost_by
from app.kernel.setting_aside import Aside, SetAside
from app.kernel.touching import Touched, change_of, holder_named, taken_up_again

# Made once: a statement that is made anew has to be recognized anew.
_tables = Base.metadata.tables
_head = _tables[JournalHead.__tablename__]
_LOCK_HEAD = select(*HEAD_COLUMNS).where(_head.c.id == 1).with_for_update()
_move_head = (
    update(_head)
    .where(_head.c.id == 1)
    .values(number=bindparam("head_number"), hash=bindparam("head_hash"))
)
_MOVE_HEAD = {engine: telling(_move_head, engine) for engine in ("sqlite", "postgresql")}
_revision, _change = _tables[Revision.__tablename__], _tables[Change.__tablename__]
_ADD_REVISION, _ADD_CHANGES = insert(_revision), insert(_change)
_HOLDER = (
    select(_change.c.holder)
    .where(
        _change.c.kind == bindparam("of_kind"),
        _change.c.record_id == bindparam("of_record"),
        _change.c.removal.is_(false()),
    )
    .order_by(_change.c.revision.desc())
    .limit(1)
)
# Rows that are written at a time.
_BATCH = 500


def _prefixed(table: Table) -> dict[str, BindParameter[Any]]:
    return {
        column.name: bindparam(f"{table.name}_{column.name}", type_=column.type)
        for column in table.columns
    }


# All of a revision that has one change, as most have: PostgreSQL is asked once rather than thrice.
_WRITE_AT_ONCE = telling(
    _move_head.add_cte(
        _ADD_REVISION.values(_prefixed(_revision)).cte("written"),
        _ADD_CHANGES.values(_prefixed(_change)).cte("changed"),
    ),
    "postgresql",
)


@dataclass
class Recorder:
    """Collects what one transaction does to records, and writes it as one revision at commit."""

    author: Author
    number: int
    previous_hash: str
    # Of all credentials when the transaction began; it alone can change them until it ends.
    credentials_version: str
    at: datetime = field(default_factory=utc_now)
    touched: dict[Record, Touched] = field(default_factory=dict)
    # What holds the records that hold others, where that had to be asked.
    holders: dict[Holder, str | None] = field(default_factory=dict)
    # The records that the author may write, by kind and id, as app.kernel.ownership has said.
    allowed: set[tuple[str, str]] = field(default_factory=set)
    # The owners of records, by kind and id, as far as they were asked for.
    owners: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    # Of a large revision, what it will say of records that are touched no longer.
    aside: Aside | None = None
    # Of the revision, once it is written.
    hash: str | None = None

    @classmethod
    def begin(cls, session: Session, author: Author) -> "Recorder":
        """Locks the head of the journal, until commit, and takes the next number."""
        head = Head(*session.connection().execute(_LOCK_HEAD).one())
        return cls(author, head.number + 1, head.hash, head.credentials_version)

    @property
    def head(self) -> Head:
        """The head as this transaction leaves it, unless it changes credentials."""
        if self.hash is None:
            return Head(self.number - 1, self.previous_hash, self.credentials_version)
        return Head(self.number, self.hash, self.credentials_version)

    @property
    def changed(self) -> bool:
        """Whether the transaction has changed the content of any record so far."""
        if self.aside is not None and not self.aside.is_empty:
            return True
        return any(True for _ in self._changed())

    def set_aside(self, session: Session) -> None:
        """Lets go of all records of the session, once flushed: their changes are kept on disk.

        A write of very many records calls this as it goes, and holds few of them at a time. One
        that is touched again later is taken up where it was.
        """
        session.flush()
        self.aside = self.aside or Aside()
        for change in self._changes():
            self.aside.put(change)
        self.touched.clear()
        self.allowed.clear()
        session.expunge_all()

    def allow(self, record: Record) -> None:
        """Notes that the author may write a record: what is written of others is a fault."""
        self.allowed.add((record.__tablename__, record.id))

    def forget(self) -> None:
        """Lets go of what was done to records, for whoever has undone it."""
        self.touched.clear()
        self.allowed.clear()
        self.holders.clear()
        if self.aside is not None:
            self.aside.close()
            self.aside = None

    def stamp(self, session: Session) -> None:
        """Before each flush: gives every touched record its revision, times, digest and texts."""
        for instance in (*session.new, *session.dirty):
            record = _record_of(instance)
            if record is not None and record not in session.deleted:
                self._stamp(record)
        for instance in session.deleted:
            if isinstance(instance, Record):
                self._touch(instance).operation = Operation.DELETE
                self._touch(instance).document = None

    def _touch(self, record: Record) -> Touched:
        if record not in self.touched:
            taken_up = self.aside and self.aside.take(record.__tablename__, record.id)
            if taken_up:
                self.touched[record] = taken_up_again(taken_up)
                return self.touched[record]
            known = inspect(record).persistent
            self.touched[record] = Touched(
                operation=Operation.UPDATE if known else Operation.CREATE,
                digest_before=record.content_digest if known else None,
                revision_before=record.revision if known else None,
                modified_before=record.modified_at if known else None,
                visibility_before=record.committed("visibility") if known else None,
                audience_before=record.committed("audience") if known else None,
                holder_before=record.committed_holder() if known else None,
            )
        return self.touched[record]

    def _stamp(self, record: Record) -> None:
        touched = self._touch(record)
        if touched.revision_before is None:
            record.created_at = self.at
        record.modified_at, record.revision = self.at, self.number
        record.settle()
        document = document_of(record)
        digest = digest_of(content_of(document))
        if digest == touched.digest_before:
            # The content is what it was: nothing has happened to this record.
            record.modified_at = touched.modified_before  # type: ignore[assignment]
            record.revision = touched.revision_before  # type: ignore[assignment]
            record.audience = touched.audience_before
            touched.document = None
            return
        record.content_digest = digest
        record.search_text, record.sort_text = texts_of(record, document)
        touched.document = document

    def _changed(self) -> Iterator[tuple[Record, Touched]]:
        for record, touched in self.touched.items():
            created_and_deleted = (
                touched.operation is Operation.DELETE and touched.revision_before is None
            )
            unchanged = touched.operation is not Operation.DELETE and touched.document is None
            if not created_and_deleted and not unchanged:
                yield record, touched

    def _changes(self) -> list[SetAside]:
        """What is to be said of the records that are touched, now that all of it is known."""
        for record, touched in self.touched.items():
            if touched.operation is Operation.DELETE:
                self.holders[Holder(record.__tablename__, record.id)] = record.holder
        return [change_of(record, touched) for record, touched in self._allowed_changes()]

    def _allowed_changes(self) -> Iterator[tuple[Record, Touched]]:
        for record, touched in self._changed():
            key = record.__tablename__, record.id
            if not (self.author.principal.is_operator or key in self.allowed):
                raise UnownedWriteError(
                    f"{self.author.principal.name} writes {key}, and nobody has asked for its owner"
                )
            yield record, touched

    def write(self, session: Session) -> None:
        """At commit: the revision, its changes and the new head, unless nothing has changed."""
        if self.aside is not None:
            self._write_large(session, self.aside)
            return
        rows = [row for change in self._changes() for row in self._rows(session, change)]
        for sequence, row in enumerate(rows, start=1):
            row["sequence"] = sequence
        if not rows:
            return
        revision = self._revision(_seal_of(row) for row in rows)
        self.hash = revision["hash"]
        moved = {"head_number": self.number, "head_hash": self.hash}
        connection = session.connection()
        engine = connection.dialect.name
        if engine == "postgresql" and len(rows) == 1:
            written = {f"revision_{name}": value for name, value in revision.items()}
            changed = {f"change_{name}": value for name, value in rows[0].items()}
            connection.execute(_WRITE_AT_ONCE, {**written, **changed, **moved})
            return
        connection.execute(_ADD_REVISION, revision)
        connection.execute(_ADD_CHANGES, rows)
        connection.execute(_MOVE_HEAD[engine], moved)

    def _write_large(self, session: Session, aside: Aside) -> None:
        self.set_aside(session)
        if not aside.is_empty:
            # Once for what the revision's hash is over, and once more to write it.
            rows = (row for change in aside for row in self._rows(session, change))
            revision = self._revision(map(_seal_of, rows))
            self.hash = revision["hash"]
            connection = session.connection()
            connection.execute(_ADD_REVISION, revision)
            rows = (row for change in aside for row in self._rows(session, change))
            numbered = ({**row, "sequence": number} for number, row in enumerate(rows, start=1))
            while batch := list(islice(numbered, _BATCH)):
                connection.execute(_ADD_CHANGES, batch)
            moved = {"head_number": self.number, "head_hash": self.hash}
            connection.execute(_MOVE_HEAD[connection.dialect.name], moved)

    def _revision(self, changes: Iterator[ChangeSeal]) -> dict[str, Any]:
        principal = self.author.principal
        seal = RevisionSeal(
            number=self.number,
            at=moment(self.at),
            principal=principal.name,
            party=principal.party,
            request_id=self.author.request_id,
            reason=self.author.reason,
            changes=changes,
        )
        return {
            "number": self.number,
            "at": self.at,
            "principal": principal.name,
            "party": principal.party,
            "request_id": self.author.request_id,
            "reason": self.author.reason,
            "hash": chained(seal, self.previous_hash),
        }

    def _rows(self, session: Session, change: SetAside) -> Iterator[dict[str, Any]]:
        """The rows of a change: its own, after that of those whom it takes the record from."""
        place, former = self._places(session, change)
        lost = lost_by(change)
        # Before the change itself, which stays the record's newest.
        if lost:
            yield _removal(change, former, lost, self.number)
        document = change.document or "null"
        yield {
            "revision": self.number,
            "kind": change.kind,
            "record_id": change.id,
            "operation": Operation(change.operation),
            "visibility": Visibility(change.visibility),
            "audience": change.audience,
            "holder": change.holder,
            "dialogue": place.dialogue,
            "agreement": place.agreement,
            "former_dialogue": None if former.dialogue == place.dialogue else former.dialogue,
            "former_agreement": None if former.agreement == place.agreement else former.agreement,
            "removal": False,
            "document": change.document,
            "digest": sha256(document.encode()).hexdigest(),
            "redacted_in": None,
        }

    def _places(self, session: Session, change: SetAside) -> tuple[Belonging, Belonging]:
        """Where a record is after its change, and where it was before."""

        def holder_of(holder: Holder) -> Holder | None:
            return self._holder_of(session, holder)

        own = Holder(change.kind, change.id)
        held_with = holder_named(change.held_with_kind, change.held_with_id)
        before = holder_named(change.holder_before_kind, change.holder_before_id)
        place = belonging_of(own, held_with, holder_of)
        if before in (None, held_with):
            return place, place
        return place, belonging_of(own, before, holder_of)

    def _holder_of(self, session: Session, found: Holder) -> Holder | None:
        """What holds a record which holds another: as this transaction leaves it."""
        model = record_classes()[found.kind]
        kind = model.kind_of_holder()
        if kind is None:
            return None
        known = session.identity_map.get(session.identity_key(model, found.id))
        if known is not None:
            held_with: Holder | None = known.held_with
            return held_with
        aside = self.aside and self.aside.of(found.kind, found.id)
        if aside:
            return holder_named(aside.held_with_kind, aside.held_with_id)
        if found not in self.holders:
            asked = {"of_kind": found.kind, "of_record": found.id}
            self.holders[found] = session.connection().execute(_HOLDER, asked).scalar()
        id_ = self.holders[found]
        return None if id_ is None else Holder(kind, id_)


def _seal_of(row: dict[str, Any]) -> ChangeSeal:
    return ChangeSeal(row["kind"], row["record_id"], row["operation"].value, row["digest"])


def _removal(change: SetAside, place: Belonging, lost: list[str], revision: int) -> dict[str, Any]:
    """What a change is to those whom it takes the record from: a deletion, and nothing else."""
    return {
        "revision": revision,
        "kind": change.kind,
        "record_id": change.id,
        "operation": Operation.DELETE,
        "visibility": Visibility(change.visibility_before or change.visibility),
        "audience": audience_of(lost),
        "holder": change.holder_before_id,
        "dialogue": place.dialogue,
        "agreement": place.agreement,
        "former_dialogue": None,
        "former_agreement": None,
        "removal": True,
        "document": None,
        "digest": digest_of(None),
        "redacted_in": None,
    }


def _record_of(instance: object) -> Record | None:
    if isinstance(instance, Record):
        return instance
    if isinstance(instance, Part):
        owner: Record | None = getattr(instance, "owner", None)
        return owner
    return None


def stamp_before_flush(session: Session, context: UOWTransaction, instances: object) -> None:  # noqa: ARG001
    """A listener for `before_flush`: no record is written without its recorder."""
    recorder(session).stamp(session)


def write_before_commit(session: Session) -> None:
    """A listener for `before_commit`: a transaction that changed records commits its revision.

    A recorder serves one transaction; what is written after its commit would be refused.
    """
    session.flush()
    if "recorder" in session.info:
        recorder(session).write(session)
        del session.info["recorder"]


def refuse_unrecorded_writes(state: ORMExecuteState) -> None:
    """A listener for `do_orm_execute`: refuses statements that would write past the recorder."""
    statement = state.statement
    if isinstance(statement, UpdateBase):
        tables = {
            mapper.local_table
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Record | Part)
        }
        if statement.table in tables:
            raise UnrecordedWriteError(
                f"{statement.table} holds records: add, change or delete its objects instead"
            )


class UnownedWriteError(RuntimeError):
    """A record would have been written without asking whether the caller is its owner."""


class UnrecordedWriteError(RuntimeError):
    """A statement would have written a record past the journal."""


def recorder(session: Session) -> Recorder:
    """The recorder of a writing session. Raises UnrecordedWriteError for any other session."""
    found = session.info.get("recorder")
    if not isinstance(found, Recorder):
        raise UnrecordedWriteError("this session only reads")
    return found
