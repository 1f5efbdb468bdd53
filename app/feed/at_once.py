"""The feed by one statement: the plain question, answered promptly."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Integer, bindparam, select

from app.kernel.as_journalled import cursors_of, page_limit
from app.kernel.journal import Change, Revision
from app.kernel.pages import after, in_order
from app.kernel.problems import InvalidRequest
from app.kernel.prompt import Answered, Question, computed
from app.kernel.schemas import LARGEST
from app.kernel.statements import OneStatement, Rows

_KEY = (Change.revision, Change.sequence)
_PLACE = [bindparam("at_revision", type_=BigInteger), bindparam("at_sequence", type_=Integer)]
# Not joined: PostgreSQL, which plans for any limit, might begin with all revisions.
_AT = select(Revision.at).where(Revision.number == Change.revision).scalar_subquery()
_CHANGES = select(
    Change.revision,
    _AT,
    Change.kind,
    Change.record_id,
    Change.operation,
    Change.document,
    Change.digest,
    Change.redacted_in,
    Change.sequence,
).limit(bindparam("limit", type_=Integer))
_PAGE = OneStatement(
    {"changes": in_order(after(_CHANGES, _KEY, _PLACE, descending=False), _KEY, descending=False)}
)


async def changes_since(question: Question) -> Answered | None:
    """A page of the changes after a revision, or after a cursor."""
    since = question.query.get("since", "0")
    limit, cursors = page_limit(question), cursors_of(question)
    if limit is None or cursors is None or set(question.query) - {"since", "limit", "cursor"}:
        return None
    if not (since.isascii() and since.isdigit()) or int(since) > LARGEST:
        return None
    try:
        position = cursors.read(question.query.get("cursor"))
    except InvalidRequest:
        return None
    # After all changes of that revision.
    revision, sequence = position or (int(since), 2**31 - 1)
    found = await question.ask(_PAGE, at_revision=revision, at_sequence=sequence, limit=limit + 1)
    if found is None:
        return None
    rows = found.rows["changes"]
    if any(redacted_in is not None for *_, redacted_in, _ in rows):
        # What stands in the place of a redacted document is told the ordinary way.
        return None
    next_cursor, headers = None, {}
    if len(rows) > limit:
        rows = rows[:limit]
        next_cursor = cursors.write([rows[-1][0], rows[-1][-1]])
        headers["Link"] = cursors.link(next_cursor)
    answer = computed({"items": _items(rows), "next": next_cursor, "revision": found.revision})
    return Answered(answer.body, answer.etag, answer.revision, headers)


def _items(rows: Rows) -> list[dict[str, Any]]:
    return [feed_item(revision, _moment(at), *rest) for revision, at, *rest, _, _ in rows]


def feed_item(
    revision: int,
    at: datetime | str,
    kind: str,
    id_: str,
    operation: str,
    document: str | None,
    digest: str,
) -> dict[str, Any]:
    """An item of the feed, for orjson; `document`, if not redacted, is told as it was written."""
    return {
        "revision": revision,
        "at": at,
        "kind": kind,
        "id": id_,
        "operation": operation,
        # Canonical JSON, of which the digest is.
        "record": None if document is None else orjson.Fragment(document),
        "digest": digest,
        "redacted": None,
    }


def _moment(at: str) -> str:
    # SQLite tells moments in UTC without saying so.
    found = datetime.fromisoformat(at)
    utc = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return utc.isoformat().replace("+00:00", "Z")
