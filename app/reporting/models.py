"""Status reports, as they are stored."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, select, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.agreements.models import ActionItem
from app.kernel.columns import Document, KeyText, LongText, codes
from app.kernel.constraints import ends_not_before_starts
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part, Record
from app.kernel.text import LocalizedText
from app.reporting.codes import ImplementationStatus, ReportState
from app.reporting.schemas import StatusReportRecord

_STANDS = text("state <> 'withdrawn'")


class Evidence(Part):
    """What shows that a report is so."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(document_id IS NULL) <> (url IS NULL)", name="document_or_url"),
    )

    status_report_id: Mapped[str] = owner_key("status_report")
    position: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str | None] = reference("document")
    url: Mapped[str | None] = mapped_column(LongText)
    title: Mapped[LocalizedText | None] = mapped_column(Document)
    owner: Mapped["StatusReport"] = relationship(back_populates="evidence", lazy="raise_on_sql")


def _agreement_of_item(context: DefaultExecutionContext) -> str:
    # SQLAlchemy leaves this method without types.
    item = context.get_current_parameters()["action_item_id"]  # type: ignore[no-untyped-call]
    found = context.connection.execute(
        select(ActionItem.agreement).where(ActionItem.id == item)
    ).scalar_one()
    return str(found)


class StatusReport(Record):
    """One party's own statement about one action item."""

    __tablename__ = "status_report"
    representation = StatusReportRecord

    action_item: Mapped[str] = reference("action_item", index=False)
    # The item's agreement, so that the database itself holds the party to be one of its parties.
    agreement_id: Mapped[str] = mapped_column(KeyText, default=_agreement_of_item)
    party: Mapped[str] = reference("party", index=False)
    organization: Mapped[str | None] = reference("organization")
    status: Mapped[ImplementationStatus] = mapped_column(codes(ImplementationStatus, "status"))
    progress: Mapped[int | None]
    summary: Mapped[LocalizedText | None] = mapped_column(Document)
    period_start: Mapped[str | None] = mapped_column(KeyText)
    period_end: Mapped[str | None] = mapped_column(KeyText)
    evidence: Mapped[list[Evidence]] = parts(Evidence)
    reported_on: Mapped[str] = mapped_column(KeyText)
    state: Mapped[ReportState] = mapped_column(codes(ReportState, "state"))
    corrects: Mapped[str | None] = reference("status_report", column="corrects_id")
    withdrawal_reason: Mapped[LocalizedText | None] = mapped_column(Document)
    submitted_by: Mapped[str] = mapped_column(KeyText)

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """Reports are by parties of the agreement, say what is possible, are corrected once."""
        return (
            ForeignKeyConstraint(
                ["action_item_id", "agreement_id"],
                ["action_item.id", "action_item.agreement_id"],
                name="fk_status_report_item_of_agreement",
                deferrable=True,
                initially="DEFERRED",
            ),
            ForeignKeyConstraint(
                ["agreement_id", "party_id"],
                ["agreement_party.agreement_id", "agreement_party.party_id"],
                name="fk_status_report_party_of_agreement",
                deferrable=True,
                initially="DEFERRED",
            ),
            CheckConstraint("progress BETWEEN 0 AND 100", name="progress_is_percent"),
            CheckConstraint("status <> 'completed' OR progress = 100", name="completed_is_100"),
            CheckConstraint("status <> 'not_started' OR progress = 0", name="not_started_is_0"),
            CheckConstraint("length(reported_on) = 10", name="reported_on_is_a_day"),
            CheckConstraint(
                "(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)",
                name="withdrawn_with_reason",
            ),
            ends_not_before_starts("period_start", "period_end"),
            Index(
                "uq_status_report_corrected_once",
                "corrects_id",
                unique=True,
                sqlite_where=_STANDS,
                postgresql_where=_STANDS,
            ),
            Index("ix_status_report_position", "action_item_id", "party_id", "reported_on", "id"),
            Index("ix_status_report_reported_on", "reported_on", "id"),
        )
