"""Records as they were: what the journal held of them at a revision."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.kernel.journal import Change
from app.kernel.problems import Redacted

Documents = dict[str, dict[str, Any]]
_later = aliased(Change)


def documents_at(session: Session, kind: str, ids: Collection[str], revision: int) -> Documents:
    """The documents of records as they were at a revision, by id, in the order of `ids`.

    What did not exist at that revision is not among them. One statement, which reads as many
    changes as the records had until then. Raises Redacted where a document was taken away: what
    rests on it cannot be told any more.
    """
    if not ids:
        return {}
    changes = session.scalars(
        select(Change).where(
            Change.kind == kind,
            Change.record_id.in_(ids),
            Change.revision <= revision,
            ~exists().where(
                _later.kind == Change.kind,
                _later.record_id == Change.record_id,
                _later.revision > Change.revision,
                _later.revision <= revision,
            ),
        )
    )
    found = {change.record_id: _document(change) for change in changes if not change.is_deletion}
    return {id_: found[id_] for id_ in ids if id_ in found}


def _document(change: Change) -> dict[str, Any]:
    if change.document is None:
        spoken = change.kind.replace("_", " ")
        raise Redacted(
            f"What the {spoken} {change.record_id} said from revision {change.revision} on, until "
            f"it was changed, was redacted in revision {change.redacted_in}.",
            members={"redaction": change.redacted_in},
        )
    found: dict[str, Any] = json.loads(change.document)
    return found


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
