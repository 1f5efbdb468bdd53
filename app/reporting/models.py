"""Status reports and assessments, as they are stored."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.agreements.models import ActionItem
from app.documents.citations import Cited
from app.kernel.access import Visibility
from app.kernel.columns import Document, KeyText, LongText, codes
from app.kernel.constraints import ends_not_before_starts
from app.kernel.owner_rules import NamedParties
from app.kernel.parts import owner_key, parts, reference
from app.kernel.records import Part, Record, audience_of
from app.kernel.text import LocalizedText
from app.reporting.assessment_schemas import AssessmentRecord, AssessmentWhole
from app.reporting.codes import AssessmentState, ImplementationStatus, ReportState
from app.reporting.schemas import StatusReportRecord, StatusReportWhole

# What is concluded jointly is concluded by so many at least.
FEWEST_PARTIES = 2
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


def audience_of_report(state: ReportState, party: str) -> str | None:
    """Who sees a report: its own side while it is a draft, then everybody, which is None."""
    return audience_of([party]) if state is ReportState.DRAFT else None


class StatusReport(Record):
    """One party's own statement about one action item."""

    __tablename__ = "status_report"
    representation = StatusReportRecord
    body = StatusReportWhole
    owned_by = NamedParties("party")
    held_by = "action_item"
    shown_to = "party"
    counts_from, counts_until = "submitted_revision", "withdrawn_revision"

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
    reported_on: Mapped[str | None] = mapped_column(KeyText)
    # By what lists sort it: a draft that names no day comes first.
    listed_on: Mapped[str] = mapped_column(KeyText, server_default="")
    state: Mapped[ReportState] = mapped_column(codes(ReportState, "state"))
    # When it began to count and when it ceased to: what at_revision asks, beside the content.
    submitted_revision: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_revision: Mapped[int | None] = mapped_column(BigInteger)
    corrects: Mapped[str | None] = reference("status_report", column="corrects_id")
    withdrawal_reason: Mapped[LocalizedText | None] = mapped_column(Document)
    submitted_by: Mapped[str | None] = mapped_column(KeyText)

    def settle(self) -> None:
        """A draft is its own side's; a step takes place in the revision that writes it."""
        self.listed_on = self.reported_on or ""
        draft = self.state is ReportState.DRAFT
        self.visibility = Visibility.PARTY if draft else Visibility.PUBLIC
        self.audience = audience_of_report(self.state, self.party)
        if not draft and self.submitted_revision is None:
            self.submitted_revision = self.revision
        if self.state is ReportState.WITHDRAWN and self.withdrawn_revision is None:
            self.withdrawn_revision = self.revision

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
            CheckConstraint(
                "(state = 'draft') = (submitted_revision IS NULL)", name="submitted_in_revision"
            ),
            CheckConstraint(
                "(state = 'withdrawn') = (withdrawn_revision IS NOT NULL)",
                name="withdrawn_in_revision",
            ),
            CheckConstraint(
                "state = 'draft' OR (reported_on IS NOT NULL AND submitted_by IS NOT NULL)",
                name="submitted_for_a_day",
            ),
            ends_not_before_starts("period_start", "period_end"),
            Index(
                "uq_status_report_corrected_once",
                "corrects_id",
                unique=True,
                sqlite_where=_STANDS,
                postgresql_where=_STANDS,
            ),
            Index(
                "ix_status_report_position",
                "action_item_id",
                "party_id",
                "reported_on",
                "submitted_revision",
                "id",
            ),
            Index("ix_status_report_reported_on", "reported_on", "id"),
            Index("ix_status_report_listed_on", "listed_on", "id"),
        )


class AssessmentParty(Part):
    """A party of an assessed item's agreement, and whether it has confirmed the assessment."""

    __tablename__ = "assessment_party"

    assessment_id: Mapped[str] = owner_key("assessment")
    party: Mapped[str] = reference("party", primary_key=True)
    confirmed: Mapped[bool]
    owner: Mapped["Assessment"] = relationship(back_populates="party_links", lazy="raise_on_sql")


class Assessment(Cited, Record):
    """The parties' joint conclusion on one action item at one meeting."""

    __tablename__ = "assessment"
    representation = AssessmentRecord
    body = AssessmentWhole
    owned_by = NamedParties("parties", part="party_links")
    held_by = "action_item"
    shown_to = "parties"
    counts_from = "adopted_revision"

    meeting: Mapped[str] = reference("meeting")
    held_on: Mapped[str] = mapped_column(KeyText)
    action_item: Mapped[str] = reference("action_item", index=False)
    agreement: Mapped[str] = reference("agreement")
    status: Mapped[ImplementationStatus] = mapped_column(codes(ImplementationStatus, "status"))
    progress: Mapped[int | None]
    remarks: Mapped[LocalizedText | None] = mapped_column(Document)
    state: Mapped[AssessmentState] = mapped_column(codes(AssessmentState, "state"))
    adopted_revision: Mapped[int | None] = mapped_column(BigInteger)
    proposed_by: Mapped[str] = reference("party", column="proposed_by_id")
    party_links: Mapped[list[AssessmentParty]] = parts(AssessmentParty)

    @property
    def parties(self) -> list[str]:
        """The parties that must confirm it, in their order."""
        return [link.party for link in self.party_links]

    @property
    def confirmed_by(self) -> list[str]:
        """Those that have."""
        return [link.party for link in self.party_links if link.confirmed]

    @confirmed_by.setter
    def confirmed_by(self, parties: list[str]) -> None:
        self._link(parties, parties)

    def confirmed(self, parties: Iterable[str], by: Collection[str]) -> None:
        """Sets whose confirmation is needed and who has given it.

        It is adopted once all have, two at least.
        """
        self._link(parties, by)
        everyone = len(self.party_links) >= FEWEST_PARTIES and all(
            link.confirmed for link in self.party_links
        )
        self.state = AssessmentState.ADOPTED if everyone else AssessmentState.PROPOSED

    def _link(self, parties: Iterable[str], by: Collection[str]) -> None:
        self.party_links = [
            AssessmentParty(position=position, party=party, confirmed=party in by)
            for position, party in enumerate(parties)
        ]

    def settle(self) -> None:
        """A proposal is the parties' own; it is adopted in the revision that writes it so."""
        proposed = self.state is AssessmentState.PROPOSED
        self.visibility = Visibility.PARTIES if proposed else Visibility.PUBLIC
        self.audience = audience_of(self.parties) if proposed else None
        if not proposed and self.adopted_revision is None:
            self.adopted_revision = self.revision

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """One assessment of an item at a meeting, which says what is possible."""
        return (
            UniqueConstraint("meeting_id", "action_item_id", name="uq_assessment_item_at_meeting"),
            ForeignKeyConstraint(
                ["action_item_id", "agreement_id"],
                ["action_item.id", "action_item.agreement_id"],
                name="fk_assessment_item_of_agreement",
                deferrable=True,
                initially="DEFERRED",
            ),
            ForeignKeyConstraint(
                ["agreement_id", "proposed_by_id"],
                ["agreement_party.agreement_id", "agreement_party.party_id"],
                name="fk_assessment_proposed_by_party",
                deferrable=True,
                initially="DEFERRED",
            ),
            CheckConstraint("progress BETWEEN 0 AND 100", name="progress_is_percent"),
            CheckConstraint("status <> 'completed' OR progress = 100", name="completed_is_100"),
            CheckConstraint("status <> 'not_started' OR progress = 0", name="not_started_is_0"),
            CheckConstraint("length(held_on) = 10", name="held_on_is_a_day"),
            CheckConstraint(
                "(state = 'adopted') = (adopted_revision IS NOT NULL)", name="adopted_in_revision"
            ),
            Index("ix_assessment_position", "action_item_id", "held_on", "meeting_id"),
        )
