"""Many records at once, as the journal holds them: no attribute of theirs is loaded apart."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.kernel.journal import Change, JournalHead
from app.kernel.records import Record

_SINCE = select(JournalHead.documents_since).where(JournalHead.id == 1)


def documents_of(
    session: Session, model: type[Record], found: Sequence[tuple[str, int]]
) -> Iterator[Mapping[str, Any] | Record]:
    """The documents of the records with these ids, last changed in these revisions; in this order.

    Of what an earlier version wrote, or what was taken out of the journal, the record itself.
    """
    since = session.scalars(_SINCE).one()
    documents = {
        row.record_id: row.document
        for row in _documents(session, model, [id_ for id_, changed in found if changed > since])
    }
    others = [id_ for id_, _ in found if documents.get(id_) is None]
    records = {
        record.id: record for record in session.scalars(select(model).where(model.id.in_(others)))
    }
    for id_, _ in found:
        document = documents.get(id_)
        yield records[id_] if document is None else orjson.loads(document)


def _documents(
    session: Session, model: type[Record], ids: Sequence[str]
) -> Sequence[Row[str, str | None]]:
    statement = (
        select(Change.record_id, Change.document)
        .join(model, (Change.record_id == model.id) & (Change.revision == model.revision))
        .where(Change.kind == model.__tablename__, model.id.in_(ids), ~Change.removal)
    )
    return session.execute(statement).all()
