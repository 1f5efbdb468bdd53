"""Filters and orders of the lists of status reports and assessments."""

from typing import Literal

from app.kernel.pages import (
    Filter,
    From,
    ListQuery,
    SortKey,
    Until,
    date_from,
    date_until,
    one_of,
    repeatable,
)
from app.kernel.text import PartyCode, Slug
from app.reporting.codes import AssessmentState, ImplementationStatus, ReportState
from app.reporting.models import Assessment, StatusReport


class StatusReportQuery(ListQuery):
    """What the list of status reports takes."""

    action_item: list[Slug] | None = repeatable("On one of these action items.")
    agreement: list[Slug] | None = repeatable("On an item of one of these agreements.")
    party: list[PartyCode] | None = repeatable("By one of these parties.")
    organization: list[Slug] | None = repeatable("By one of these organizations.")
    status: list[ImplementationStatus] | None = repeatable("With one of these statuses.")
    state: list[ReportState] | None = repeatable("In one of these states.")
    reported_on_from: From = None
    reported_on_until: Until = None
    sort: Literal["id", "-id", "reported_on", "-reported_on", "modified_at", "-modified_at"] = "id"


FILTERS: dict[str, Filter] = {
    "action_item": one_of(StatusReport.action_item),
    "agreement": one_of(StatusReport.agreement_id),
    "party": one_of(StatusReport.party),
    "organization": one_of(StatusReport.organization),
    "status": one_of(StatusReport.status),
    "state": one_of(StatusReport.state),
    "reported_on_from": date_from(StatusReport.reported_on),
    "reported_on_until": date_until(StatusReport.reported_on),
}
SORTS: dict[str, SortKey] = {
    "reported_on": StatusReport.listed_on,
    "modified_at": StatusReport.modified_at,
}


class AssessmentQuery(ListQuery):
    """What the list of assessments takes."""

    meeting: list[Slug] | None = repeatable("At one of these meetings.")
    action_item: list[Slug] | None = repeatable("Of one of these action items.")
    agreement: list[Slug] | None = repeatable("Of an item of one of these agreements.")
    status: list[ImplementationStatus] | None = repeatable("With one of these statuses.")
    state: list[AssessmentState] | None = repeatable("In one of these states.")
    held_on_from: From = None
    held_on_until: Until = None
    sort: Literal["id", "-id", "held_on", "-held_on", "modified_at", "-modified_at"] = "id"


ASSESSMENT_FILTERS: dict[str, Filter] = {
    "meeting": one_of(Assessment.meeting),
    "action_item": one_of(Assessment.action_item),
    "agreement": one_of(Assessment.agreement),
    "status": one_of(Assessment.status),
    "state": one_of(Assessment.state),
    "held_on_from": date_from(Assessment.held_on),
    "held_on_until": date_until(Assessment.held_on),
}
ASSESSMENT_SORTS: dict[str, SortKey] = {
    "held_on": Assessment.held_on,
    "modified_at": Assessment.modified_at,
}
