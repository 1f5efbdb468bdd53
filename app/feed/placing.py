"""Who sees a change, and what holds it: the chain covers neither, the documents tell both."""

from typing import Any

import orjson
from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.feed.faults import fault_in
from app.feed.schemas import Fault
from app.kernel.access import Visibility
from app.kernel.journal import Change, Operation
from app.kernel.records import Record, audience_of, record_classes


def is_placed(session: Session, change: Change, document: dict[str, Any]) -> bool:
    """Whether what the chain does not cover of a change is as its document says."""
    model = record_classes().get(change.kind)
    if model is None:
        return True
    holder = None if model.held_by is None else document[model.held_by]
    if (change.visibility.value, change.holder) != (document["visibility"], holder):
        return False
    if change.visibility is Visibility.PUBLIC:
        return change.audience is None
    if model.shown_to is not None:
        return change.audience == audience_of(_listed(document[model.shown_to]))
    return _is_shown_as_it_may_be(session, change, document, model)


def _listed(parties: str | list[str]) -> list[str]:
    return [parties] if isinstance(parties, str) else parties


def _is_shown_as_it_may_be(
    session: Session, change: Change, document: dict[str, Any], model: type[Record]
) -> bool:
    """Whether a record is shown to those who saw it before, or whom another record then named."""
    if change.audience is None or model.shown_by is None:
        return False
    name, kind, parties = model.shown_by
    other = session.scalars(
        select(Change.document)
        .where(
            Change.kind == kind,
            Change.record_id == document[name],
            Change.revision <= change.revision,
            Change.removal.is_(false()),
        )
        .order_by(Change.revision.desc())
        .limit(1)
    ).first()
    if other is None:
        # It was redacted: nobody can tell any more.
        return True
    shown = {*change.audience.split()}
    if shown == {*_listed(orjson.loads(other)[parties])}:
        return True
    before = session.scalars(
        select(Change.audience)
        .where(
            Change.kind == change.kind,
            Change.record_id == change.record_id,
            Change.revision < change.revision,
            Change.removal.is_(false()),
        )
        .order_by(Change.revision.desc())
        .limit(1)
    ).first()
    return before is not None and shown == {*before.split()}


def misplaced_deletion(session: Session) -> Fault | None:
    """A deletion that others may see than saw the record, or that is held by another record."""
    before, between = aliased(Change), aliased(Change)
    newest_before = (
        select(func.max(between.revision))
        .where(
            between.kind == Change.kind,
            between.record_id == Change.record_id,
            between.revision < Change.revision,
        )
        .scalar_subquery()
    )
    misplaced = session.execute(
        select(Change.revision, Change.kind, Change.record_id)
        .join(
            before,
            and_(
                before.kind == Change.kind,
                before.record_id == Change.record_id,
                before.revision == newest_before,
                before.removal.is_(false()),
            ),
        )
        .where(
            Change.operation == Operation.DELETE,
            Change.removal.is_(false()),
            or_(
                before.visibility != Change.visibility,
                func.coalesce(before.audience, "") != func.coalesce(Change.audience, ""),
                # Earlier versions kept no holder of a deletion.
                func.coalesce(Change.holder, before.holder, "") != func.coalesce(before.holder, ""),
            ),
        )
        .order_by(Change.revision)
        .limit(1)
    ).first()
    if misplaced is None:
        return None
    return fault_in(misplaced, "It was deleted for others than it was there for.")
