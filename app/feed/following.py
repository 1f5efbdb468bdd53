"""What may be followed of the record, and which changes come next after a place in it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    exists,
    literal,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session, aliased

from app.feed.at_once import feed_item
from app.feed.collections import RecordKind
from app.feed.place import Place
from app.feed.tombstones import REDACTING, tombstone, with_tombstones
from app.kernel.journal import Change, Operation, Revision
from app.kernel.pages import after, in_order, repeatable
from app.kernel.schemas import LARGEST
from app.kernel.text import Slug

# Some of the changes that a query finds: it orders and limits them.
Some = Callable[[Select[*tuple[Any, ...]]], Select[*tuple[Any, ...]]]
KEY = (Change.revision, Change.sequence)
_earlier = aliased(Change)
_is_first = ~exists().where(
    _earlier.kind == Change.kind,
    _earlier.record_id == Change.record_id,
    _earlier.revision < Change.revision,
)
# What feed_item() takes, and tombstone() after it; then the place.
ITEM = (
    Change.revision,
    Revision.at,
    Change.kind,
    Change.record_id,
    Change.operation,
    Change.document,
    Change.digest,
    *REDACTING,
    Change.sequence,
)


class Told(NamedTuple):
    """A change, told as an item of the feed, with the hash of its revision.

    `is_first` says that nothing of the record was seen before.
    """

    place: Place
    at: datetime
    kind: str
    operation: Operation
    item: bytes
    hash: str
    is_first: bool


class Within(BaseModel):
    """What belongs to a dialogue or an agreement."""

    dialogue: list[Slug] | None = repeatable(
        "What belongs to one of these dialogues: itself, its meetings, and the agreements that it "
        "oversees with all that belongs to them."
    )
    agreement: list[Slug] | None = repeatable(
        "What belongs to one of these agreements: itself, its action items, and what is reported "
        "and concluded on them."
    )


class Followed(Within):
    """Which changes are followed."""

    kind: list[RecordKind] | None = repeatable("Of records of one of these kinds.")
    id: list[Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9-]+$")]] | None = repeatable(
        "Of records with one of these ids."
    )


class StreamQuery(Followed):
    """What the stream takes."""

    since: int = Field(default=0, ge=0, le=LARGEST, description="The changes after this revision.")


def items(*also: Any) -> Select[*tuple[Any, ...]]:
    """Changes: rows of ITEM, and after them what is `also` asked of each or its revision."""
    changes = select(*ITEM, *also).join(Revision, Revision.number == Change.revision)
    return with_tombstones(changes)


def changes_after(
    session: Session,
    followed: Followed,
    place: Place,
    limit: int,
    also: Sequence[Any] = (),
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next changes that are followed after a place, as many as `limit`: rows of ITEM.

    After them what is `also` asked of each change or its revision.
    """
    conditions = _conditions(followed)

    def next_of(changes: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        position = [literal(value, key.type) for value, key in zip(place, KEY, strict=True)]
        following = after(changes.where(*conditions), KEY, position, descending=False)
        return in_order(following, KEY, descending=False).limit(limit)

    changes = items(*also)
    found = places_within(followed, next_of)
    if found is None:
        return session.execute(next_of(changes)).all()
    here = tuple_(Change.revision, Change.sequence)
    page = in_order(changes.where(here.in_(select(found))), KEY, descending=False)
    return session.execute(page.limit(limit)).all()


def told_after(session: Session, followed: Followed, place: Place, limit: int) -> list[Told]:
    """The next changes that are followed after a place, as many as `limit`, as they are told."""
    rows = changes_after(session, followed, place, limit, [Revision.hash, _is_first])
    return [
        Told(
            Place(row.revision, row.sequence),
            row.at,
            row.kind,
            row.operation,
            item_of(row),
            *row[-2:],
        )
        for row in rows
    ]


def places_within(within: Within, some: Some) -> Subquery | None:
    """The places of `some` changes of each dialogue or agreement asked for; None without any.

    Each is looked for by itself, in an index that has it in order, and so are the moves from them.
    """
    conditions: list[ColumnElement[bool]] = []
    if within.agreement is not None:
        named, own, former = within.agreement, Change.agreement, Change.former_agreement
        if within.dialogue is not None:
            dialogues = within.dialogue
            in_them = Change.dialogue.in_(dialogues) | Change.former_dialogue.in_(dialogues)
            conditions.append(in_them)
    elif within.dialogue is not None:
        named, own, former = within.dialogue, Change.dialogue, Change.former_dialogue
    else:
        return None
    of_each = [*(own == id_ for id_ in sorted(set(named))), former.in_(named)]
    found = [some(select(*KEY).where(one, *conditions)).subquery() for one in of_each]
    return union(*(select(each) for each in found)).subquery()


def _conditions(followed: Followed) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if followed.kind is not None:
        conditions.append(Change.kind.in_(followed.kind))
    if followed.id is not None:
        conditions.append(Change.record_id.in_(followed.id))
    return conditions


def item_of(change: Row[*tuple[Any, ...]]) -> bytes:
    """A change, a row that begins as ITEM does, as the feed tells it: JSON, on one line."""
    item = feed_item(*change[:7]) | {"redacted": tombstone(change[7:11])}
    return orjson.dumps(item, option=orjson.OPT_UTC_Z)
