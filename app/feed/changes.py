"""The feed of changes, and the history of one record: two readings of one journal."""

import json
from collections.abc import Collection
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import Row, Select, exists, literal, select
from sqlalchemy.orm import Session, aliased

from app.feed.collections import Kind
from app.feed.schemas import ChangePage, HistoryPage
from app.feed.tombstones import REDACTING, tombstone, with_tombstones
from app.kernel.journal import Change, Revision
from app.kernel.pages import PageQuery, after, in_order, keyset_page, repeatable
from app.kernel.problems import NotFound
from app.kernel.schemas import LARGEST
from app.kernel.transactions import Transaction

_ORDER = (Change.revision, Change.sequence)
# Higher than the sequence of any change.
_WHOLE = 2**31 - 1


class Place(NamedTuple):
    """A place in the feed: after the change `sequence` of a revision."""

    revision: int
    sequence: int = _WHOLE

    @property
    def is_whole(self) -> bool:
        """Whether it is after all changes of the revision."""
        return self.sequence == _WHOLE


class FollowingChange(NamedTuple):
    """A change as an item of the feed, with its place and the hash of its revision.

    `is_first` says that nothing of the record was seen before.
    """

    place: Place
    hash: str
    item: dict[str, Any]
    is_first: bool


class ChangesQuery(PageQuery):
    """What the feed takes."""

    since: int = Field(
        default=0,
        ge=0,
        le=LARGEST,
        description="The changes after this revision: the `revision` of the last answer.",
    )
    kind: list[Kind] | None = repeatable("Of records of one of these kinds.")
    id: list[Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9-]+$")]] | None = repeatable(
        "Of records with one of these ids."
    )


def changes_since(tx: Transaction, query: ChangesQuery) -> ChangePage:
    """A page of the changes after a revision, in commit order."""
    statement = _changes().where(Change.revision > query.since)
    if query.kind is not None:
        statement = statement.where(Change.kind.in_(query.kind))
    if query.id is not None:
        statement = statement.where(Change.record_id.in_(query.id))
    items, next_cursor = keyset_page(tx, statement, query, key=_ORDER)
    return ChangePage(items=[_change(row) for row in items], next=next_cursor, revision=tx.revision)


def changes_after(
    session: Session, place: Place, limit: int, kinds: Collection[str] | None = None
) -> list[FollowingChange]:
    """The first `limit` changes after a place that the session's caller may see, in order."""
    earlier = aliased(Change)
    is_first = ~exists().where(
        earlier.kind == Change.kind,
        earlier.record_id == Change.record_id,
        earlier.revision < Change.revision,
    )
    statement = _changes().add_columns(is_first)
    if kinds is not None:
        statement = statement.where(Change.kind.in_(kinds))
    statement = after(statement, _ORDER, [literal(part) for part in place], descending=False)
    rows = session.execute(in_order(statement, _ORDER, descending=False).limit(limit))
    return [
        FollowingChange(
            Place(row.Change.revision, row.Change.sequence),
            row.Revision.hash,
            _change(row),
            row[-1],
        )
        for row in rows
    ]


def history_of(tx: Transaction, kind: str, record_id: str, query: PageQuery) -> HistoryPage:
    """A page of one record's changes, oldest first; also of a deleted record.

    Raises NotFound for a record that never was.
    """
    statement = _changes().where(Change.kind == kind, Change.record_id == record_id)
    items, next_cursor = keyset_page(tx, statement, query, key=_ORDER)
    if not items and query.cursor is None:
        raise NotFound(f"There is no {kind.replace('_', ' ')} {record_id}, and there never was.")
    return HistoryPage(
        items=[
            _change(row)
            | {
                "principal": row.Revision.principal,
                "party": row.Revision.party,
                "reason": row.Revision.reason,
            }
            for row in items
        ],
        next=next_cursor,
    )


def _changes() -> Select[*tuple[Any, ...]]:
    changes = select(Change, Revision, *REDACTING)
    return with_tombstones(changes.join(Revision, Revision.number == Change.revision))


def _change(row: Row[Any]) -> dict[str, Any]:
    change: Change = row.Change
    return {
        "revision": change.revision,
        "at": row.Revision.at,
        "kind": change.kind,
        "id": change.record_id,
        "operation": change.operation,
        "record": None if change.document is None else json.loads(change.document),
        "digest": change.digest,
        "redacted": tombstone(row[2:6]),
    }
