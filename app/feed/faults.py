"""What does not fit, as verification names it."""

from typing import Protocol

from app.feed.schemas import Fault

# What reading a row, or a document, raises whose values nothing could have written.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)


class ChangeNamed(Protocol):
    """What names a change."""

    revision: int
    kind: str
    record_id: str


def fault_in(change: ChangeNamed, detail: str) -> Fault:
    """The fault in the record that a change holds."""
    return Fault(
        revision=change.revision,
        kind=change.kind,
        id=change.record_id,
        detail=f"The record in this change: {detail[0].lower()}{detail[1:]}",
    )
