"""Who sees a change, and what holds it: the chain covers neither, the documents tell both."""

from typing import Any

import orjson
from sqlalchemy import false, select
from sqlalchemy.orm import Session

from app.kernel.access import Visibility
from app.kernel.journal import Change
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
