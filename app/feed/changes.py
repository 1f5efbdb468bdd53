"""The feed of changes, and the history of one record: two readings of one journal."""

import json
from typing import Any

from pydantic import Field
from sqlalchemy import Row

from app.feed.following import Followed, changes_after, items
from app.feed.place import Place
from app.feed.schemas import ChangePage, HistoryPage
from app.feed.tombstones import tombstone
from app.kernel.journal import Change, Revision
from app.kernel.pages import Cursors, PageQuery, keyset_page
from app.kernel.problems import NotFound
from app.kernel.schemas import LARGEST
from app.kernel.transactions import Transaction

# Not under their own names, which those that redacted it have too.
_MADE_BY = (
    Revision.principal.label("made_by"),
    Revision.party.label("made_for"),
    Revision.reason.label("made_because"),
)


class ChangesQuery(Followed, PageQuery):
    """What the feed takes."""

    since: int = Field(
        default=0,
        ge=0,
        le=LARGEST,
        description="The changes after this revision: the `revision` of the last answer.",
    )


def changes_since(tx: Transaction, query: ChangesQuery) -> ChangePage:
    """A page of the changes after a revision, in commit order."""
    cursors = Cursors(tx.request, tx.database.signing_key(tx.session))
    position = cursors.read(query.cursor)
    place = Place.after(query.since) if position is None else Place(*position)
    rows = changes_after(tx.session, query, place, query.limit + 1)
    next_cursor = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        next_cursor = cursors.write([rows[-1].revision, rows[-1].sequence])
        tx.headers["Link"] = cursors.link(next_cursor)
    items = [_change(row) for row in rows]
    return ChangePage.model_validate({"items": items, "next": next_cursor, "revision": tx.revision})


def history_of(tx: Transaction, kind: str, record_id: str, query: PageQuery) -> HistoryPage:
    """A page of one record's changes, oldest first; also of a deleted record.

    Raises NotFound for a record that never was.
    """
    statement = items(*_MADE_BY, Change.removal).where(
        Change.kind == kind, Change.record_id == record_id
    )
    rows, next_cursor = keyset_page(tx, statement, query, key=[Change.revision, Change.sequence])
    if not rows and query.cursor is None:
        raise NotFound(f"There is no {kind.replace('_', ' ')} {record_id}, and there never was.")
    return HistoryPage.model_validate(
        {"items": [_change(row) | _made_by(row) for row in rows], "next": next_cursor}
    )


def _change(row: Row[Any]) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "at": row.at,
        "kind": row.kind,
        "id": row.record_id,
        "operation": row.operation,
        "record": None if row.document is None else json.loads(row.document),
        "digest": row.digest,
        "redacted": tombstone(row[7:11]),
    }


def _made_by(row: Row[Any]) -> dict[str, Any]:
    if row.removal:
        # Of what took the record from the caller nothing else is told.
        return {"principal": None, "party": None, "reason": None}
    return {"principal": row.made_by, "party": row.made_for, "reason": row.made_because}
