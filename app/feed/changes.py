"""The feed of changes, and the history of one record: two readings of one journal."""

import json
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, Select, select

from app.feed.collections import RecordKind
from app.feed.schemas import ChangePage, HistoryPage
from app.feed.tombstones import REDACTING, tombstone, with_tombstones
from app.kernel.journal import Change, Revision
from app.kernel.pages import PageQuery, keyset_page, repeatable
from app.kernel.problems import NotFound
from app.kernel.schemas import LARGEST
from app.kernel.transactions import Transaction


class ChangesQuery(PageQuery):
    """What the feed takes."""

    since: int = Field(
        default=0,
        ge=0,
        le=LARGEST,
        description="The changes after this revision: the `revision` of the last answer.",
    )
    kind: list[RecordKind] | None = repeatable("Of records of one of these kinds.")
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
    items, next_cursor = keyset_page(tx, statement, query, key=[Change.revision, Change.sequence])
    return ChangePage(items=[_change(row) for row in items], next=next_cursor, revision=tx.revision)


def history_of(tx: Transaction, kind: str, record_id: str, query: PageQuery) -> HistoryPage:
    """A page of one record's changes, oldest first; also of a deleted record.

    Raises NotFound for a record that never was.
    """
    statement = _changes().where(Change.kind == kind, Change.record_id == record_id)
    items, next_cursor = keyset_page(tx, statement, query, key=[Change.revision, Change.sequence])
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
