"""Comparing each record with its last change in the journal."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import BindParameter, Select, and_, bindparam, exists, false, func, select
from sqlalchemy.orm import Session, aliased

from app.feed.faults import UNREADABLE
from app.feed.schemas import Fault
from app.kernel.access import Visibility
from app.kernel.journal import Change, Operation
from app.kernel.records import (
    Record,
    content_of,
    digest_of,
    document_of,
    record_classes,
    texts_of,
)

_BATCH = 500
_ALTERED = "The record is not as its last change in the journal says."
# Statements are made once: SQLAlchemy takes longer to make most of them than to run them.
_KIND: BindParameter[str] = bindparam("kind")
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_later = aliased(Change)
_newest = (
    select(Change.record_id, func.max(Change.revision).label("revision"))
    .where(Change.kind == _KIND, Change.record_id.in_(_IDS))
    .group_by(Change.record_id)
    .subquery()
)
_NEWEST_CHANGES = select(Change).join(
    _newest,
    and_(
        Change.kind == _KIND,
        Change.record_id == _newest.c.record_id,
        Change.revision == _newest.c.revision,
        Change.removal.is_(false()),
    ),
)
_PUBLIC_SINCE = (
    select(Change.record_id, func.min(Change.revision))
    .where(
        Change.kind == _KIND,
        Change.record_id.in_(_IDS),
        Change.visibility == Visibility.PUBLIC,
    )
    .group_by(Change.record_id)
)


def altered_records(session: Session) -> Iterator[Fault]:
    """The records that are not as the journal says, are in none of it, or are missing."""
    for kind, model in record_classes().items():
        last_id = ""
        while ids := session.scalars(_ids_after(model), {"last_id": last_id}).all():
            yield from _altered_among(session, model, ids)
            session.expunge_all()
            last_id = ids[-1]
        yield from _missing_records(session, kind, model)


def _altered_among(session: Session, model: type[Record], ids: Sequence[str]) -> Iterator[Fault]:
    try:
        yield from _compared(session, model, ids)
    except UNREADABLE:
        # One of them, or of its parts, holds what no write could have put there.
        if len(ids) == 1:
            revision = session.scalar(
                select(func.max(Change.revision)).where(
                    Change.kind == model.__tablename__, Change.record_id == ids[0]
                )
            )
            yield Fault(revision=revision, kind=model.__tablename__, id=ids[0], detail=_ALTERED)
            return
        middle = len(ids) // 2
        for some in (ids[:middle], ids[middle:]):
            yield from _altered_among(session, model, some)


def _compared(session: Session, model: type[Record], ids: Sequence[str]) -> list[Fault]:
    kind = model.__tablename__
    newest = _newest_changes(session, kind, ids)
    public_since = _public_since(session, kind, ids) if model.counts_from else {}
    faults = []
    for record in session.scalars(_records(model), {"ids": ids}):
        change = newest.get(record.id)
        since = public_since.get(record.id)
        if change is None or not _is_as_told(session, record, change, since):
            revision = None if change is None else change.revision
            faults.append(Fault(revision=revision, kind=kind, id=record.id, detail=_ALTERED))
    return faults


def _is_as_told(session: Session, record: Record, change: Change, public_since: int | None) -> bool:
    document = document_of(record)
    return (
        record.audience == change.audience
        and _counts_when_it_did(record, public_since)
        and says(change, document, type(record))
        and record.content_digest == digest_of(content_of(orjson.loads(change.document or "{}")))
        and (record.search_text, record.sort_text) == texts_of(record, document)
        and _is_settled(session, record)
    )


def _is_settled(session: Session, record: Record) -> bool:
    """Whether what follows from the rest of a record does so."""
    record.settle()
    return not session.is_modified(record)


def says(change: Change, document: dict[str, Any], model: type[Record]) -> bool:
    """Whether a record's newest change says the same as `document`, the record as it is now."""
    if digest_of(document) == change.digest:
        return True
    if change.document is None:
        return False
    # Written by an earlier version, it lacks the members that have come since, at their defaults.
    read = model.representation.model_validate_json(change.document)
    return read.model_dump(mode="json") == document


def _public_since(session: Session, kind: str, ids: Sequence[str]) -> dict[str, int]:
    """The revision of each record's first change that everybody sees, where there is one."""
    return dict(session.execute(_PUBLIC_SINCE, {"kind": kind, "ids": ids}).all())


def _counts_when_it_did(record: Record, public_since: int | None) -> bool:
    """Whether the revisions in which a record began and ceased to count are those that did it."""
    if record.counts_from is not None and getattr(record, record.counts_from) != public_since:
        return False
    ended = None if record.counts_until is None else getattr(record, record.counts_until)
    return ended in (None, record.revision)


def _newest_changes(session: Session, kind: str, ids: Sequence[str]) -> dict[str, Change]:
    changes = session.scalars(_NEWEST_CHANGES, {"kind": kind, "ids": ids})
    return {change.record_id: change for change in changes}


def _missing_records(session: Session, kind: str, model: type[Record]) -> Iterator[Fault]:
    # Closed with whoever stops early: the server keeps a cursor for it.
    with session.execute(_missing(model), {"kind": kind}) as rows:
        for row in rows:
            yield Fault(
                revision=row.revision,
                kind=kind,
                id=row.record_id,
                detail="The record is missing, and no revision deleted it.",
            )


@cache
def _ids_after(model: type[Record]) -> Select[str]:
    return select(model.id).where(model.id > bindparam("last_id")).order_by(model.id).limit(_BATCH)


@cache
def _records(model: type[Record]) -> Select[Record]:
    return select(model).where(model.id.in_(_IDS)).order_by(model.id)


@cache
def _missing(model: type[Record]) -> Select[str, int]:
    return (
        select(Change.record_id, Change.revision)
        .where(
            Change.kind == _KIND,
            Change.operation != Operation.DELETE,
            ~exists().where(
                _later.kind == _KIND,
                _later.record_id == Change.record_id,
                _later.revision > Change.revision,
            ),
            ~exists().where(model.id == Change.record_id),
        )
        .order_by(Change.record_id)
        .execution_options(yield_per=_BATCH)
    )
