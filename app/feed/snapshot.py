"""The whole record at one revision, as a stream: where whoever follows the feed begins, or again.

Each line is an item of the feed: the last change up to that revision of each record that is there.
It is read from the journal in batches, each a transaction of its own, so that a slow client keeps
nothing open; what is written meanwhile does not show, since nothing in the journal changes. Only a
document that is redacted meanwhile is not there any more, which its line says.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.responses import Response, StreamingResponse
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    exists,
    select,
)
from sqlalchemy.orm import aliased

from app.feed.collections import COLLECTIONS, RecordKind
from app.feed.following import KEY, Within, item_of, items, places_within
from app.kernel.codings import Coding, accepted, encoded_blocks
from app.kernel.conditional import coded, etag_of, not_modified
from app.kernel.journal import Change, Operation
from app.kernel.pages import in_order, repeatable
from app.kernel.tabular.formats import JSON_LINES
from app.kernel.transactions import Transaction, reading_headers
from app.kernel.visibility import seen_by

BATCH = 500
# Of records that belong to what is asked for.
IDS = 10_000

_later = aliased(Change)
_AT = bindparam("at_revision", type_=BigInteger)
_BATCH = (
    items()
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


class SnapshotQuery(Within):
    """What the snapshot takes."""

    kind: list[RecordKind] | None = repeatable("Of records of one of these kinds.")


def snapshot(tx: Transaction, query: SnapshotQuery) -> Response:
    """Every record that the caller may see as of the newest revision: by kind, then by id.

    Its ETag stands for the newest change of these kinds that the caller may see, so that whoever
    has all that is told now is not sent it again.
    """
    wanted = [kind for kind in COLLECTIONS.values() if query.kind is None or kind in query.kind]
    asked = tx.request.headers
    told = f"{_newest_seen(tx, query)} {wanted} {query.dialogue} {query.agreement}"
    etag = etag_of(f"{told} {seen_by(tx.principal)}".encode(), weak=True)
    if not_modified(asked.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=reading_headers(tx.revision, etag))
    coding = accepted(asked.get("accept-encoding", "").encode("latin-1"))
    headers = reading_headers(tx.revision, etag)
    if coding is not Coding.IDENTITY:
        headers |= {"Content-Encoding": coding, "ETag": coded(etag, coding)}
    blocks = encoded_blocks(_lines(tx, query, wanted, tx.revision), coding)
    return StreamingResponse(blocks, headers=headers, media_type=JSON_LINES)


def _newest_seen(tx: Transaction, query: SnapshotQuery) -> int | None:
    """The newest revision by which what is asked for has changed, or left it, for the caller.

    Not the place of a change in it: that tells of changes beside it which they may not see.
    """

    def newest_of(changes: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if query.kind is not None:
            changes = changes.where(Change.kind.in_(query.kind))
        return in_order(changes, KEY, descending=True).limit(1)

    found = places_within(query, newest_of)
    if found is None:
        changes = newest_of(select(*KEY))
    else:
        changes = in_order(select(found), [*found.c], descending=True)
    newest: int | None = tx.session.scalar(changes)
    return newest


def _lines(
    tx: Transaction, query: SnapshotQuery, kinds: Sequence[str], revision: int
) -> Iterator[bytes]:
    belongs = _belongs(query)
    for kind in kinds:
        parts = [None] if belongs is None else _ids_within(tx, kind, revision, belongs)
        for ids in parts:
            statement = _BATCH
            if belongs is not None and ids is not None:
                statement = _BATCH.where(belongs, Change.record_id.in_(ids))
            after = ""
            while batch := _batch(tx, statement, kind, after, revision):
                yield b"".join(item_of(change) + b"\n" for change in batch)
                after = batch[-1].record_id


def _batch(
    tx: Transaction, statement: Select[*tuple[Any, ...]], kind: str, after: str, revision: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    asked = {"of_kind": kind, "after": after, "at_revision": revision, "limit": BATCH}
    with tx.database.reading(tx.principal, revision) as session:
        return session.execute(statement, asked).all()


def _belongs(within: Within) -> ColumnElement[bool] | None:
    """Whether a record that is as a change says belongs, at the revision, to what is asked for."""
    conditions: list[ColumnElement[bool]] = []
    if within.agreement is not None:
        conditions.append(Change.agreement.in_(within.agreement))
    if within.dialogue is not None:
        # What belongs to an agreement goes with it, without a change of its own.
        agreement, later = aliased(Change), aliased(Change)
        overseen = select(agreement.record_id).where(
            agreement.kind == "agreement",
            agreement.dialogue.in_(within.dialogue),
            agreement.revision <= _AT,
            ~exists().where(
                later.kind == agreement.kind,
                later.record_id == agreement.record_id,
                later.revision > agreement.revision,
                later.revision <= _AT,
            ),
        )
        by_itself = Change.agreement.is_(None) & Change.dialogue.in_(within.dialogue)
        conditions.append(by_itself | Change.agreement.in_(overseen))
    return and_(*conditions) if conditions else None


def _ids_within(
    tx: Transaction, kind: str, revision: int, belongs: ColumnElement[bool]
) -> Iterator[Sequence[str]]:
    """The ids of all records of a kind that had ever belonged, in order, some thousand at once."""
    # No column itself: that would lead the database to look through all records of the kind.
    of_kind, id_ = Change.kind.concat(""), Change.record_id.concat("")
    # What is written meanwhile would be looked for without end.
    is_there = Change.revision + 0 <= _AT
    ids = (
        select(Change.record_id)
        .distinct()
        .where(belongs, of_kind == kind, is_there, id_ > bindparam("after", type_=String))
        .order_by(Change.record_id)
        .limit(IDS)
    )
    found: Sequence[str] = [""]
    while found:
        with tx.database.reading(tx.principal, revision) as session:
            asked = {"after": found[-1], "at_revision": revision}
            found = session.scalars(ids, asked).all()
        if found:
            yield found
