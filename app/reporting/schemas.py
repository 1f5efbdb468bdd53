"""Status reports, standings and progress, as they are written and answered."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from app.agreements.codes import ActionItemKind
from app.kernel.dates import Day, PartialDate, not_before
from app.kernel.references import ActionItemId, DocumentId, OrganizationId, PartyId
from app.kernel.schemas import OwnTranslations, Percent, RecordReading, Schema, VisibilityField
from app.kernel.text import Localized, PartyCode, Slug, WebAddress
from app.reporting.codes import ImplementationStatus, ReportState, StandingBasis
from app.reporting.rules import refuse_impossible_progress

ReportReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ),
    Field(description="A UUID of version 7 (RFC 9562), in lower case."),
]


class Evidence(Schema):
    """What shows that a report is so: a document of the record, or a page elsewhere."""

    document: DocumentId | None = None
    url: WebAddress | None = None
    title: Localized | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if (self.document is None) == (self.url is None):
            raise PydanticCustomError("document_or_url", "Evidence is either a document or a url")
        return self


class ReportFields(Schema):
    """What a party says about an action item."""

    status: ImplementationStatus
    progress: Percent | None = Field(default=None, description="Percent done.")
    summary: Localized | None = None
    period_start: PartialDate | None = None
    period_end: PartialDate | None = None
    evidence: list[Evidence] = Field(default_factory=list, max_length=100)

    _ends_after_it_starts = field_validator("period_end")(not_before("period_start"))

    @field_validator("progress")
    @classmethod
    def _possible(cls, progress: int | None, info: ValidationInfo) -> int | None:
        if "status" in info.data:
            refuse_impossible_progress(info.data["status"], progress)
        return progress


class ReportBody(ReportFields):
    """One side's report on an action item; party and organization come from the principal."""

    party: PartyId | None = Field(
        default=None, description="Only to say again whose key it is; another party is refused."
    )
    organization: OrganizationId | None = Field(
        default=None, description="The reporting organization; the key's own when absent."
    )
    reported_on: Day | None = Field(
        default=None,
        description="The day it speaks for; today in the party's time zone when absent, "
        "or the corrected report's day.",
    )
    corrects: ReportReference | None = Field(
        default=None, description="The report that this one corrects; it stays readable."
    )


class WithdrawalBody(Schema):
    """Why a report no longer stands."""

    reason: Localized


class StatusReportHead(Schema):
    """Whose report it is, and on what."""

    id: ReportReference
    action_item: ActionItemId
    party: PartyId
    organization: OrganizationId | None = None


class StatusReportTail(Schema):
    """When it was made, and whether it stands."""

    reported_on: Day
    state: ReportState
    corrects: ReportReference | None = None
    withdrawal_reason: Localized | None = None
    submitted_by: str = Field(description="The principal that submitted it.")


class StatusReportWhole(
    VisibilityField, OwnTranslations, StatusReportTail, ReportFields, StatusReportHead
):
    """A status report in a load file: all of it, as it was made."""

    @model_validator(mode="after")
    def _withdrawn_with_reason(self) -> Self:
        if (self.state is ReportState.WITHDRAWN) != (self.withdrawal_reason is not None):
            raise PydanticCustomError(
                "withdrawn_with_reason",
                "A report has a withdrawal reason when withdrawn, only then",
            )
        return self


class StatusReportRecord(
    RecordReading,
    VisibilityField,
    OwnTranslations,
    StatusReportTail,
    ReportFields,
    StatusReportHead,
):
    """A status report, as it is answered."""


class PositionRecord(Schema):
    """What a party's newest report says."""

    party: PartyCode
    report: ReportReference
    status: ImplementationStatus
    progress: Percent | None
    summary: Localized | None
    reported_on: Day


class AssessmentSummary(Schema):
    """What the parties concluded jointly at a meeting."""

    meeting: Slug
    held_on: Day
    status: ImplementationStatus
    progress: Percent | None


class DifferenceRecord(Schema):
    """How the parties' positions differ."""

    status: bool = Field(description="Whether their statuses differ.")
    progress_gap: int | None = Field(
        description="The highest progress less the lowest; null unless two sides gave one."
    )


class StandingRecord(Schema):
    """Where an action item stands on a day."""

    status: ImplementationStatus | None = Field(description="Null while nobody has reported.")
    progress: Percent | None
    basis: StandingBasis
    overdue: bool
    stale: bool
    parties_differ: DifferenceRecord | None = Field(
        description="Null unless two positions differ in status or progress."
    )
    positions: list[PositionRecord]
    assessment: AssessmentSummary | None


class NamedLead(Schema):
    """The organization that leads for one side, by the name that held on the day."""

    party: PartyCode
    organization: Slug
    name: Localized


class ItemStanding(Schema):
    """An action item with its standing."""

    id: Slug
    number: int
    title: Localized
    kind: ActionItemKind | None
    leads: list[NamedLead]
    due: PartialDate | None
    standing: StandingRecord


class Named(Schema):
    """A record by id and name."""

    id: Slug
    name: Localized


class ProgressSummary(Schema):
    """How many items there are of what."""

    items: int
    by_status: dict[ImplementationStatus, int] = Field(description="Items that have a status.")
    by_basis: dict[StandingBasis, int]
    overdue: int
    stale: int
    mean_progress: float | None = Field(
        description="Of the items that have a progress; null when none has."
    )
    items_with_progress: int


class ProgressRecord(Schema):
    """How far a plan has come: each item's standing, and the sum of them."""

    dialogue: Named | None
    meeting: Named | None
    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
    summary: ProgressSummary
    items: list[ItemStanding]


class ItemStandingRecord(ItemStanding):
    """One action item's standing on a day."""

    agreement: Named
    as_of: Day
    revision: int = Field(description="The newest revision that the answer reflects.")
