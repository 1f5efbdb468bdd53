"""Redactions, as they are stored."""

from sqlalchemy.orm import Mapped, mapped_column

from app.feed.schemas import RedactionRecord
from app.kernel.access import Visibility
from app.kernel.columns import Document, KeyText, LongText
from app.kernel.owner_rules import OperatorOnly
from app.kernel.records import Holder, Record, audience_of


class Redaction(Record):
    """That documents in past changes of one record were taken away, by whom and why."""

    __tablename__ = "redaction"
    representation = RedactionRecord
    owned_by = OperatorOnly()
    shown_to = "parties"
    searched_attributes = ("record_id", "reason")

    record_kind: Mapped[str] = mapped_column(KeyText)
    record_id: Mapped[str] = mapped_column(KeyText)
    revisions: Mapped[list[int]] = mapped_column(Document)
    reason: Mapped[str] = mapped_column(LongText)
    redacted_by: Mapped[str] = mapped_column(KeyText)
    parties: Mapped[list[str]] = mapped_column(Document)

    @property
    def held_with(self) -> Holder:
        """It belongs where the record belongs of which something was redacted."""
        return Holder(self.record_kind, self.record_id)

    def settle(self) -> None:
        """Whoever saw the changes sees that they were redacted, and nobody else."""
        # Without parties it is the operator's alone, as what it redacts, or was mended with it.
        if self.visibility is Visibility.PUBLIC:
            self.audience = None
        elif self.parties:
            self.audience = audience_of(self.parties)
