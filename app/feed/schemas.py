"""Changes, histories and the journal's head, as they are answered."""

from datetime import datetime
from typing import Any

from pydantic import Field
from typing_extensions import TypeAliasType

from app.kernel.access import Visibility
from app.kernel.journal import Operation
from app.kernel.schemas import Count, Page, RecordIdentity, RecordReading, Schema
from app.kernel.text import PartyCode

RecordDocument = TypeAliasType("RecordDocument", dict[str, Any])


class Tombstone(Schema):
    """What stands in the place of a document that was redacted: when, by whom, why."""

    revision: int = Field(description="The revision that redacted it.")
    at: datetime
    by: str = Field(description="The principal who did.")
    reason: str | None


class RedactionFields(Schema):
    """What was redacted, by whom and why."""

    record_kind: str = Field(examples=["person"])
    record_id: str = Field(description="The record's id.")
    revisions: list[int] = Field(
        description="The revisions whose changes of that record have no document any more."
    )
    reason: str
    redacted_by: str = Field(description="The principal who did.")
    visibility: Visibility = Field(description="As that of the changes that it names.")
    parties: list[PartyCode] = Field(
        description="The parties that see it; none where it is public, or the operator's alone."
    )


class RedactionRecord(RecordReading, RedactionFields, RecordIdentity):
    """That documents in past changes of one record were taken away."""


class RedactionPage(Page[RedactionRecord]):
    """A page of redactions."""


class ChangeRecord(Schema):
    """What one revision did to one record."""

    revision: int
    at: datetime
    kind: str = Field(examples=["status_report"])
    id: str
    operation: Operation
    record: RecordDocument | None = Field(
        description="The record after the change; null where it was deleted, or `redacted`."
    )
    digest: str = Field(
        description="SHA-256 of `record` as canonical JSON (RFC 8785), as the hash chain holds it."
    )
    redacted: Tombstone | None = Field(
        description="Where the record in this change was taken away: when, by whom, why."
    )


class ChangePage(Page[ChangeRecord]):
    """A page of changes, in the order in which they were committed."""

    revision: int = Field(
        description="The newest revision. When `next` is null, ask again with `since` this."
    )


class HistoryEntry(ChangeRecord):
    """A change of one record: also who made it, and why."""

    principal: str | None = Field(
        description="Null where the record was taken from the caller, who is not told by whom."
    )
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
    hash: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="The hash that revision `since` was published with: proves that the chain of "
        "now extends it.",
    )


# So many faults are named over HTTP.
MOST_FAULTS = 100


class Fault(Schema):
    """Something that does not fit: a revision, or a record in it."""

    revision: int | None
    kind: str | None = None
    id: str | None = None
    detail: str


class VerificationRecord(Schema):
    """Whether the journal's chain holds, and the records are as the journal says."""

    valid: bool
    revisions: int = Field(description="How many revisions were recomputed.")
    redacted: int = Field(
        description="How many of their changes have no document because it was redacted, each by "
        "a redaction that the journal holds."
    )
    head: JournalHeadRecord
    fault: Fault | None = Field(description="The first of `faults`.")
    faults: list[Fault] = Field(
        description="Everything that does not fit, each once: first what is wrong in the chain, in "
        "its order, then where changes are kept, then records. Those that the caller may not see "
        "are told without kind and id, and of each revision as one."
    )
    more: bool = Field(
        description=f"Whether there are more than the first {MOST_FAULTS}: mend these, and verify "
        "again."
    )
