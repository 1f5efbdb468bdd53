"""What does not fit, as verification names it."""

from typing import Protocol

from app.feed.schemas import Fault

# What reading a row, or a document, raises whose values nothing could have written.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
# What is said of such a row.
UNWRITTEN = "It holds what no write could have put there."


class ChangeNamed(Protocol):
    """What names a change."""

    @property
    def revision(self) -> int:
        """The revision that it is part of."""

    @property
    def kind(self) -> str:
        """The kind of its record."""

    @property
    def record_id(self) -> str:
        """The id of its record."""


def fault_in(change: ChangeNamed, detail: str) -> Fault:
    """The fault in the record that a change holds."""
    return Fault(
        revision=change.revision,
        kind=change.kind,
        id=change.record_id,
        detail=f"The record in this change: {detail[0].lower()}{detail[1:]}",
    )


def told(fault: Fault) -> str:
    """A fault on one line."""
    record = f", {fault.kind} {fault.id}" if fault.kind else ""
    return f"revision {fault.revision}{record}: {fault.detail}"
