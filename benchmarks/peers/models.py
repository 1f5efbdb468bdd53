"""Clear Sky's tables as SQLAlchemy ORM classes, as far as the peers read and write them.

Attributes are named as in the JSON, so that answer models read them off.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Select,
    String,
    bindparam,
    exists,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    mapped_column,
    relationship,
    selectinload,
)

Text = dict[str, str]


class Base(DeclarativeBase):
    """How Python's types are held."""

    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        str: String(),
        Text: JSONB(none_as_null=True),
        list[str]: JSONB(),
    }


class Party(Base):
    """A country."""

    __tablename__ = "party"

    id: Mapped[str] = mapped_column(primary_key=True)
    timezone: Mapped[str]


class OrganizationName(Base):
    """A name that an organization had for a time."""

    __tablename__ = "organization_name"

    organization_id: Mapped[str] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Text]
    starts: Mapped[str | None]
    ends: Mapped[str | None]


class Organization(Base):
    """An organization and its names."""

    __tablename__ = "organization"

    id: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[list[OrganizationName]] = relationship(
        order_by=OrganizationName.position, lazy="raise"
    )


class AgreementParty(Base):
    """A party of an agreement."""

    __tablename__ = "agreement_party"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    party_id: Mapped[str] = mapped_column(ForeignKey("party.id"), primary_key=True)
    position: Mapped[int]
    party: Mapped[Party] = relationship(lazy="raise")


class Lead(Base):
    """The organization that leads an item for one side."""

    __tablename__ = "lead"

    action_item_id: Mapped[str] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    party: Mapped[str] = mapped_column("party_id", primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organization.id"))
    position: Mapped[int]
    organization: Mapped[Organization] = relationship(lazy="raise")


class ActionItem(Base):
    """A numbered undertaking inside an agreement."""

    __tablename__ = "action_item"

    id: Mapped[str] = mapped_column(primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"))
    number: Mapped[int]
    title: Mapped[Text]
    kind: Mapped[str | None]
    due: Mapped[str | None]
    ended: Mapped[str | None]
    leads: Mapped[list[Lead]] = relationship(order_by=Lead.position, lazy="raise")


class Agreement(Base):
    """An agreed text, its parties and its items."""

    __tablename__ = "agreement"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Text]
    parties: Mapped[list[AgreementParty]] = relationship(
        order_by=AgreementParty.position, lazy="raise"
    )
    items: Mapped[list[ActionItem]] = relationship(order_by=ActionItem.number, lazy="raise")


class Evidence(Base):
    """What shows that a report is so."""

    __tablename__ = "evidence"

    status_report_id: Mapped[str] = mapped_column(ForeignKey("status_report.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str | None] = mapped_column("document_id")
    url: Mapped[str | None]
    title: Mapped[Text | None]


class StatusReport(Base):
    """One party's own statement about one action item."""

    __tablename__ = "status_report"

    id: Mapped[str] = mapped_column(primary_key=True)
    action_item: Mapped[str] = mapped_column("action_item_id")
    agreement_id: Mapped[str] = mapped_column(deferred=True)
    party: Mapped[str] = mapped_column("party_id")
    organization: Mapped[str | None] = mapped_column("organization_id")
    status: Mapped[str]
    progress: Mapped[int | None]
    summary: Mapped[Text | None]
    period_start: Mapped[str | None]
    period_end: Mapped[str | None]
    evidence: Mapped[list[Evidence]] = relationship(order_by=Evidence.position, lazy="raise")
    reported_on: Mapped[str | None]
    state: Mapped[str]
    corrects: Mapped[str | None] = mapped_column("corrects_id")
    withdrawal_reason: Mapped[Text | None]
    submitted_by: Mapped[str | None]
    own_translations: Mapped[list[str]]
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(BigInteger)
    visibility: Mapped[str]
    submitted_revision: Mapped[int | None] = mapped_column(BigInteger, deferred=True)
    content_digest: Mapped[str] = mapped_column(deferred=True)
    search_text: Mapped[str] = mapped_column(deferred=True)
    sort_text: Mapped[str] = mapped_column(deferred=True)
    listed_on: Mapped[str] = mapped_column(deferred=True)


class Assessment(Base):
    """What the parties concluded jointly on an item at a meeting."""

    __tablename__ = "assessment"

    id: Mapped[str] = mapped_column(primary_key=True)
    action_item: Mapped[str] = mapped_column("action_item_id")
    meeting: Mapped[str] = mapped_column("meeting_id")
    held_on: Mapped[str]
    status: Mapped[str]
    progress: Mapped[int | None]
    state: Mapped[str]


class ApiKey(Base):
    """A key's hash, and whom it speaks for."""

    __tablename__ = "api_key"

    name: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[str]
    role: Mapped[str]
    party: Mapped[str | None]
    organization: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class JournalHead(Base):
    """The one row that says which revision is the newest; whoever writes holds it locked."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class Change(Base):
    """What one revision did to one record."""

    __tablename__ = "change"

    revision: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("revision.number"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[str]
    operation: Mapped[str]
    visibility: Mapped[str]
    holder: Mapped[str | None]
    document: Mapped[str | None]
    digest: Mapped[str]
    made_in: Mapped["Revision"] = relationship(back_populates="changes", lazy="raise")


class Revision(Base):
    """One committed write, and its place in the hash chain."""

    __tablename__ = "revision"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    principal: Mapped[str]
    party: Mapped[str | None]
    hash: Mapped[str]
    changes: Mapped[list[Change]] = relationship(
        back_populates="made_in", order_by=Change.sequence, lazy="raise"
    )


# An agreement's items, with the names of the organizations that lead them.
WITH_ITEMS = (
    selectinload(Agreement.items)
    .selectinload(ActionItem.leads)
    .joinedload(Lead.organization)
    .selectinload(Organization.names)
)


_DAY, _AGREEMENT = bindparam("day", type_=String()), bindparam("agreement_id", type_=String())


def _positions() -> Select[tuple[StatusReport]]:
    correction = aliased(StatusReport)
    newest = (
        select(StatusReport)
        .where(
            StatusReport.action_item == ActionItem.id,
            StatusReport.party == AgreementParty.party_id,
            StatusReport.reported_on <= _DAY,
            StatusReport.state == "submitted",
            ~exists().where(
                correction.corrects == StatusReport.id,
                correction.party == StatusReport.party,
                correction.reported_on <= _DAY,
                correction.state == "submitted",
            ),
        )
        .order_by(
            StatusReport.reported_on.desc(),
            StatusReport.submitted_revision.desc(),
            StatusReport.id.desc(),
        )
        .limit(1)
        .lateral()
    )
    return (
        select(aliased(StatusReport, newest))
        .select_from(ActionItem)
        .join(AgreementParty, AgreementParty.agreement_id == ActionItem.agreement_id)
        .join(newest, true())
        .where(ActionItem.agreement_id == _AGREEMENT)
        .order_by(AgreementParty.position)
    )


def _assessments() -> Select[tuple[Assessment]]:
    newest = (
        select(Assessment)
        .where(
            Assessment.action_item == ActionItem.id,
            Assessment.held_on <= _DAY,
            Assessment.state == "adopted",
        )
        .order_by(Assessment.held_on.desc(), Assessment.meeting.desc())
        .limit(1)
        .lateral()
    )
    return (
        select(aliased(Assessment, newest))
        .select_from(ActionItem)
        .join(newest, true())
        .where(ActionItem.agreement_id == _AGREEMENT)
    )


# Each party's position on each item of the agreement `agreement_id` on `day`, in the parties'
# order; each is found at the end of one range of the index ix_status_report_position.
POSITIONS = _positions()
# The newest adopted assessment of each of those items up to `day`.
ASSESSMENTS = _assessments()
