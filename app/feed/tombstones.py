"""What stands in the place of a document that was redacted: when, by whom, why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from app.kernel.journal import Change, Revision

_redacting = aliased(Revision)
# What tombstone() takes, of a query with_tombstones().
REDACTING = (_redacting.number, _redacting.at, _redacting.principal, _redacting.reason)


def with_tombstones(changes: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query of changes, joined to the revisions that redacted them."""
    return changes.outerjoin(_redacting, _redacting.number == Change.redacted_in)


def tombstone(redacting: Sequence[Any]) -> dict[str, Any] | None:
    """The tombstone of a change, from the REDACTING columns; None where nothing was redacted."""
    number, at, by, reason = redacting
    if number is None:
        return None
    return {"revision": number, "at": at, "by": by, "reason": reason}
