"""Routes of status reports."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.agreements.models import ActionItem
from app.kernel.changes import get_visible
from app.kernel.pages import page_of
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading, Reporting
from app.kernel.routes import LIST, READ, STEP, RecordId, ReportId
from app.kernel.schemas import Page
from app.reporting.models import StatusReport
from app.reporting.queries import FILTERS, SORTS, StatusReportQuery
from app.reporting.reports import make_report, withdraw
from app.reporting.schemas import ReportBody, StatusReportRecord, WithdrawalBody

router = APIRouter(prefix="/v1", tags=["status-reports"], route_class=RecordRoute)


class StatusReportPage(Page[StatusReportRecord]):
    """A page of status reports."""


@router.post(
    "/action-items/{id}/reports",
    operation_id="reportOnActionItem",
    status_code=201,
    responses=STEP,
)
def report_on_action_item(
    tx: Reporting,
    action_item_id: RecordId,
    body: ReportBody,
) -> StatusReportRecord:
    """Reports on an action item for the caller's party, or corrects an earlier report."""
    item = get_visible(tx.session, ActionItem, action_item_id)
    report = make_report(tx.session, tx.principal, item, body)
    return tx.created(report, StatusReportRecord, location=f"/v1/status-reports/{report.id}")


@router.get("/status-reports", operation_id="listStatusReports", responses=LIST)
def list_status_reports(
    tx: Reading, query: Annotated[StatusReportQuery, Query()]
) -> StatusReportPage:
    """Status reports of both sides, oldest first or as `sort` says."""
    return page_of(tx, StatusReport, query, StatusReportPage, filters=FILTERS, sorts=SORTS)


@router.get("/status-reports/{id}", operation_id="getStatusReport", responses=READ)
def get_status_report(tx: Reading, status_report_id: ReportId) -> StatusReportRecord:
    """One status report, whether it stands, was corrected or was withdrawn."""
    return StatusReportRecord.model_validate(
        get_visible(tx.session, StatusReport, status_report_id)
    )


@router.post("/status-reports/{id}/withdraw", operation_id="withdrawStatusReport", responses=STEP)
def withdraw_status_report(
    tx: Reporting, status_report_id: ReportId, body: WithdrawalBody
) -> StatusReportRecord:
    """Withdraws a report of the caller's party, for a reason; what it corrected stands again."""
    report = get_visible(tx.session, StatusReport, status_report_id)
    withdraw(tx.session, tx.principal, report, body.reason)
    return tx.changed(report, StatusReportRecord)
