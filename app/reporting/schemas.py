"""Status reports, as they are written and answered."""

from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from app.kernel.access import Visibility
from app.kernel.dates import Day, PartialDate, not_before
from app.kernel.lists import refuse_repeats
from app.kernel.references import ActionItemId, DocumentId, OrganizationId, PartyId
from app.kernel.schemas import OwnTranslations, Percent, RecordReading, Schema
from app.kernel.text import Localized, RecordUuid, WebAddress
from app.reporting.codes import ImplementationStatus, NewReportState, ReportState
from app.reporting.rules import refuse_impossible_progress


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


class HowFar(Schema):
    """How far the work is, as a party or the parties together say."""

    status: ImplementationStatus
    progress: Percent | None = Field(default=None, description="Percent done.")

    @field_validator("progress")
    @classmethod
    def _possible(cls, progress: int | None, info: ValidationInfo) -> int | None:
        if "status" in info.data:
            refuse_impossible_progress(info.data["status"], progress)
        return progress


class ReportFields(HowFar):
    """What a party says about an action item."""

    summary: Localized | None = None
    period_start: PartialDate | None = None
    period_end: PartialDate | None = None
    evidence: list[Evidence] = Field(default_factory=list, max_length=100)

    _ends_after_it_starts = field_validator("period_end")(not_before("period_start"))


class ReportDetails(ReportFields):
    """What a report says, and for which day; party and organization come from the principal."""

    organization: OrganizationId | None = Field(
        default=None, description="The reporting organization; the key's own when absent."
    )
    reported_on: Day | None = Field(
        default=None,
        description="The day it speaks for; today in the party's time zone when absent, "
        "or the corrected report's day.",
    )
    corrects: RecordUuid | None = Field(
        default=None, description="The report that this one corrects; it stays readable."
    )


class ReportSide(Schema):
    """Who reports, and whether at once."""

    party: PartyId | None = Field(
        default=None, description="Only to say again whose key it is; another party is refused."
    )
    state: NewReportState = Field(
        default=ReportState.SUBMITTED,
        description="A draft is seen by its own side only, and counts once it is submitted.",
    )


class ReportBody(ReportSide, ReportDetails):
    """One side's report on an action item."""


class ReportOnItem(ReportDetails):
    """One of several reports: on which action item, and what it says."""

    action_item: ActionItemId


class ReportsBody(ReportSide):
    """One side's reports on many items of an agreement, made all together or not at all."""

    reports: list[ReportOnItem] = Field(min_length=1, max_length=200)

    @field_validator("reports")
    @classmethod
    def _corrects_once(cls, reports: list[ReportOnItem]) -> list[ReportOnItem]:
        refuse_repeats([report.corrects for report in reports if report.corrects])
        return reports


class WithdrawalBody(Schema):
    """Why a report no longer stands."""

    reason: Localized


class StatusReportHead(Schema):
    """Whose report it is, and on what."""

    id: RecordUuid
    action_item: ActionItemId
    party: PartyId
    organization: OrganizationId | None = None


class StatusReportTail(Schema):
    """When it was made, and whether it stands."""

    reported_on: Day | None = Field(
        default=None, description="Null in a draft that is to speak for the day it is submitted."
    )
    state: ReportState
    corrects: RecordUuid | None = None
    withdrawal_reason: Localized | None = None
    submitted_by: str | None = Field(
        default=None, description="The principal that submitted it; null in a draft."
    )


class StatusReportWhole(OwnTranslations, StatusReportTail, ReportFields, StatusReportHead):
    """A status report in a load file: all of it, as it was made."""

    @model_validator(mode="after")
    def _submitted_for_a_day(self) -> Self:
        if self.state is not ReportState.DRAFT and None in (self.reported_on, self.submitted_by):
            raise PydanticCustomError(
                "submitted_for_a_day", "Who submitted a report, and for which day, is said"
            )
        return self

    @model_validator(mode="after")
    def _withdrawn_with_reason(self) -> Self:
        if (self.state is ReportState.WITHDRAWN) != (self.withdrawal_reason is not None):
            raise PydanticCustomError(
                "withdrawn_with_reason",
                "A report has a withdrawal reason when withdrawn, only then",
            )
        return self


class StatusReportRecord(
    RecordReading, OwnTranslations, StatusReportTail, ReportFields, StatusReportHead
):
    """A status report, as it is answered."""

    visibility: Visibility = Field(description="A draft is its own party's, any other is public.")


class StatusReportList(Schema):
    """Status reports that were made together."""

    items: list[StatusReportRecord]
