"""Filters and orders of the list of status reports."""

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
from app.reporting.codes import ImplementationStatus, ReportState
from app.reporting.models import StatusReport


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
    "reported_on": StatusReport.reported_on,
    "modified_at": StatusReport.modified_at,
}
