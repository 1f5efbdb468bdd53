"""Changes, histories and the journal's head, as they are answered."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.kernel.journal import Operation
from app.kernel.schemas import Count, Page, Schema


class ChangeRecord(Schema):
    """What one revision did to one record."""

    revision: int
    at: datetime
    kind: str = Field(examples=["status_report"])
    id: str
    operation: Operation
    record: dict[str, Any] | None = Field(
        description="The record after the change; null where it was deleted."
    )
    digest: str = Field(
        description="SHA-256 of `record` as canonical JSON (RFC 8785), as the hash chain holds it."
    )


class ChangePage(Page[ChangeRecord]):
    """A page of changes, in the order in which they were committed."""

    revision: int = Field(
        description="The newest revision. When `next` is null, ask again with `since` this."
    )


class HistoryEntry(ChangeRecord):
    """A change of one record: also who made it, and why."""

    principal: str
    party: str | None
    reason: str | None


class HistoryPage(Page[HistoryEntry]):
    """A page of a record's history, oldest first."""


class JournalHeadRecord(Schema):
    """The newest revision and its hash: publish them, and nothing before can be altered unseen."""

    revision: int
    hash: str = Field(description="SHA-256, in hexadecimal; 64 zeros before the first revision.")
    at: datetime | None = Field(
        description="When that revision was written; null before the first."
    )


class VerificationBody(Schema):
    """What to verify."""

    since: Count = Field(default=0, description="Trust the chain up to this revision.")


class Fault(Schema):
    """The first thing that does not fit."""

    revision: int | None
    kind: str | None = None
    id: str | None = None
    detail: str


class VerificationRecord(Schema):
    """Whether the journal's chain holds, and the records are as the journal says."""

    valid: bool
    revisions: int = Field(description="How many revisions were recomputed.")
    head: JournalHeadRecord
    fault: Fault | None
