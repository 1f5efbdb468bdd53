"""The whole record at one revision, as a stream: where whoever follows the feed begins, or again.

Each line is an item of the feed: the last change up to that revision of each record that is there.
It is read from the journal in batches, each a transaction of its own, so that a slow client keeps
nothing open; what is written meanwhile does not show, since nothing in the journal changes. Only a
document that is redacted meanwhile is not there any more, which its line says.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import BigInteger, Integer, Row, String, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.feed.at_once import feed_item
from app.feed.collections import COLLECTIONS, RecordKind
from app.feed.tombstones import REDACTING, tombstone, with_tombstones
from app.kernel.codings import Coding, accepted, encoded_blocks
from app.kernel.conditional import coded, etag_of, not_modified
from app.kernel.journal import Change, Operation, Revision
from app.kernel.pages import repeatable
from app.kernel.schemas import Schema
from app.kernel.transactions import Transaction, reading_headers
from app.kernel.visibility import seen_by

JSON_LINES = "application/jsonl"
BATCH = 500

_later = aliased(Change)
_AT = bindparam("at_revision", type_=BigInteger)
_BATCH = (
    with_tombstones(
        select(
            Change.revision,
            Revision.at,
            Change.kind,
            Change.record_id,
            Change.operation,
            Change.document,
            Change.digest,
            *REDACTING,
        ).join(Revision, Revision.number == Change.revision)
    )
    .where(
        Change.kind == bindparam("of_kind", type_=String),
        Change.record_id > bindparam("after", type_=String),
        Change.revision <= _AT,
        Change.operation != Operation.DELETE,
        ~exists().where(
            _later.kind == Change.kind,
            _later.record_id == Change.record_id,
            # Or PostgreSQL may look for later changes from the first record on, in each batch.
            _later.record_id > bindparam("after", type_=String),
            _later.revision > Change.revision,
            _later.revision <= _AT,
        ),
    )
    .order_by(Change.record_id)
    .limit(bindparam("limit", type_=Integer))
)


_NEWEST_SEEN = (
    select(Change.revision, Change.sequence)
    .order_by(Change.revision.desc(), Change.sequence.desc())
    .limit(1)
)


class SnapshotQuery(Schema):
    """What the snapshot takes."""

    kind: list[RecordKind] | None = repeatable("Of records of one of these kinds.")


def snapshot(tx: Transaction, query: SnapshotQuery) -> Response:
    """Every record that the caller may see as of the newest revision: by kind, then by id.

    Its ETag stands for the newest change of these kinds that the caller may see, so that whoever
    has all that is told now is not sent it again.
    """
    wanted = [kind for kind in COLLECTIONS.values() if query.kind is None or kind in query.kind]
    asked = tx.request.headers
    newest = _NEWEST_SEEN if query.kind is None else _NEWEST_SEEN.where(Change.kind.in_(wanted))
    seen = tx.session.execute(newest).first()
    etag = etag_of(f"{seen} {wanted} {seen_by(tx.principal)}".encode(), weak=True)
    if not_modified(asked.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=reading_headers(tx.revision, etag))
    coding = accepted(asked.get("accept-encoding", "").encode("latin-1"))
    headers = reading_headers(tx.revision, etag)
    if coding is not Coding.IDENTITY:
        headers |= {"Content-Encoding": coding, "ETag": coded(etag, coding)}
    blocks = encoded_blocks(_lines(tx, wanted, tx.revision), coding)
    return StreamingResponse(blocks, headers=headers, media_type=JSON_LINES)


def _lines(tx: Transaction, kinds: Sequence[str], revision: int) -> Iterator[bytes]:
    for kind in kinds:
        after = ""
        while batch := _batch(tx, kind, after, revision):
            yield b"".join(map(_line, batch))
            after = batch[-1].record_id


def _batch(
    tx: Transaction, kind: str, after: str, revision: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    asked = {"of_kind": kind, "after": after, "at_revision": revision, "limit": BATCH}
    with tx.database.reading(tx.principal, revision) as session:
        return session.execute(_BATCH, asked).all()


def _line(change: Row[*tuple[Any, ...]]) -> bytes:
    item = feed_item(*change[:7]) | {"redacted": tombstone(change[7:])}
    return orjson.dumps(item, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
