"""What a transaction knows of a record that it has touched, until its revision is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.kernel.access import Visibility
from app.kernel.journal import Operation
from app.kernel.records import Holder, Record, canonical
from app.kernel.setting_aside import SetAside


@dataclass
class Touched:
    """A record that a transaction has touched, and what was committed of it before."""

    operation: Operation
    digest_before: str | None
    revision_before: int | None
    modified_before: datetime | None
    visibility_before: Visibility | None
    audience_before: str | None
    holder_before: Holder | None
    document: dict[str, Any] | None = None


def change_of(record: Record, touched: Touched) -> SetAside:
    """What a revision will say of a record that is touched."""
    held_with, before = record.held_with, touched.holder_before
    visibility_before, modified = touched.visibility_before, touched.modified_before
    return SetAside(
        kind=record.__tablename__,
        id=record.id,
        operation=touched.operation.value,
        visibility=Visibility(record.visibility).value,
        audience=record.audience,
        holder=record.holder,
        held_with_kind=None if held_with is None else held_with.kind,
        held_with_id=None if held_with is None else held_with.id,
        document=None if touched.document is None else canonical(touched.document).decode(),
        digest_before=touched.digest_before,
        revision_before=touched.revision_before,
        modified_before=None if modified is None else modified.isoformat(),
        visibility_before=visibility_before and Visibility(visibility_before).value,
        audience_before=touched.audience_before,
        holder_before_kind=None if before is None else before.kind,
        holder_before_id=None if before is None else before.id,
    )


def taken_up_again(change: SetAside) -> Touched:
    """What was known of a record whose change was set aside."""
    modified, visibility = change.modified_before, change.visibility_before
    return Touched(
        operation=Operation(change.operation),
        digest_before=change.digest_before,
        revision_before=change.revision_before,
        modified_before=None if modified is None else datetime.fromisoformat(modified),
        visibility_before=None if visibility is None else Visibility(visibility),
        audience_before=change.audience_before,
        holder_before=holder_named(change.holder_before_kind, change.holder_before_id),
        document=None if change.document is None else orjson.loads(change.document),
    )


def holder_named(kind: str | None, id_: str | None) -> Holder | None:
    """The holder of this kind and id, if there is one."""
    return None if kind is None or id_ is None else Holder(kind, id_)
