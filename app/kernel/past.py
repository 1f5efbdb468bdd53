"""Records as they were: what the journal held of them at a revision."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.kernel.journal import Change

Documents = dict[str, dict[str, Any]]


def documents_at(session: Session, kind: str, ids: Collection[str], revision: int) -> Documents:
    """The documents of records as they were at a revision, by id, in the order of `ids`.

    What did not exist at that revision is not among them. One statement, which reads as many
    changes as the records had until then.
    """
    if not ids:
        return {}
    later = aliased(Change)
    changes = session.scalars(
        select(Change).where(
            Change.kind == kind,
            Change.record_id.in_(ids),
            Change.revision <= revision,
            ~exists().where(
                later.kind == Change.kind,
                later.record_id == Change.record_id,
                later.revision > Change.revision,
                later.revision <= revision,
            ),
        )
    )
    found = {
        change.record_id: json.loads(change.document)
        for change in changes
        if change.document is not None
    }
    return {id_: found[id_] for id_ in ids if id_ in found}


def ever_held(session: Session, kind: str, holder: str) -> list[str]:
    """The ids of the records of a kind that `holder` holds or has ever held, in order."""
    return list(
        session.scalars(
            select(Change.record_id)
            .where(Change.holder == holder, Change.kind == kind)
            .distinct()
            .order_by(Change.record_id)
        )
    )
