"""Routes of status reports."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.agreements.models import Agreement
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import get_visible
from app.kernel.conditional import etag_of
from app.kernel.pages import page_of
from app.kernel.parts import only
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading, Redrafting, Reporting
from app.kernel.routes import DELETE, LIST, PATCH, READ, STEP, RecordId, ReportId
from app.kernel.schemas import Page, merge_patch_of
from app.kernel.tabular.formats import Format
from app.kernel.transactions import reading_headers
from app.reporting.bulk import report_on_many
from app.reporting.drafts import change_draft, discard_draft, submit_draft
from app.reporting.models import StatusReport
from app.reporting.queries import FILTERS, SORTS, StatusReportQuery
from app.reporting.reports import report_on_item, withdraw
from app.reporting.schemas import (
    ReportBody,
    ReportDetails,
    ReportsBody,
    StatusReportList,
    StatusReportRecord,
    WithdrawalBody,
)

_WORKBOOK = {
    "description": "A workbook.",
    "content": {Format.XLSX.media_type: {"schema": {"type": "string", "format": "binary"}}},
}

router = APIRouter(prefix="/v1", tags=["status-reports"], route_class=RecordRoute)


StatusReportPatch = merge_patch_of(ReportDetails, "StatusReportPatch")


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
    """Reports on an action item for the caller's party, drafts a report or corrects one."""
    report = report_on_item(tx.session, tx.principal, action_item_id, body)
    return tx.created(report, StatusReportRecord, location=f"/v1/status-reports/{report.id}")


@router.post(
    "/agreements/{id}/reports",
    operation_id="reportOnAgreement",
    status_code=201,
    responses=STEP,
)
def report_on_agreement(
    tx: Reporting, agreement_id: RecordId, body: ReportsBody
) -> StatusReportList:
    """Reports on many items of an agreement for the caller's party: all of them, or none."""
    agreement = get_visible(tx.session, Agreement, agreement_id, options=only(Agreement))
    reports = report_on_many(tx.session, tx.principal, agreement, body)
    tx.session.flush()
    tx.headers["Location"] = (
        f"/v1/status-reports?agreement={agreement.id}&party={tx.principal.party}"
    )
    return StatusReportList.model_validate({"items": reports})


@router.get("/status-reports", operation_id="listStatusReports", responses=LIST)
@answered_promptly(page_of_records(StatusReport, SORTS))
def list_status_reports(
    tx: Reading, query: Annotated[StatusReportQuery, Query()]
) -> StatusReportPage:
    """Status reports of both sides, oldest first or as `sort` says."""
    return page_of(tx, StatusReport, query, StatusReportPage, filters=FILTERS, sorts=SORTS)


@router.get(
    "/agreements/{id}/reporting-template",
    operation_id="getReportingTemplate",
    responses=READ | {200: _WORKBOOK},
    response_class=Response,
)
def get_reporting_template(tx: Reading, agreement_id: RecordId) -> Response:
    """A workbook in which an institute reports on the items of an agreement, to be imported."""
    # It takes a while to import: only whoever needs it waits for it.
    from app.reporting.template import template_of  # noqa: PLC0415

    template = template_of(tx.session, get_visible(tx.session, Agreement, agreement_id))
    name = f'attachment; filename="{agreement_id}-reports.xlsx"'
    headers = reading_headers(tx.revision, etag_of(template)) | {"Content-Disposition": name}
    return Response(template, headers=headers, media_type=Format.XLSX.media_type)


@router.get("/status-reports/{id}", operation_id="getStatusReport", responses=READ)
@answered_promptly(one_record(StatusReport))
def get_status_report(tx: Reading, status_report_id: ReportId) -> StatusReportRecord:
    """One status report, whether it stands, was corrected or was withdrawn."""
    return StatusReportRecord.model_validate(
        get_visible(tx.session, StatusReport, status_report_id)
    )


@router.patch("/status-reports/{id}", operation_id="patchStatusReport", responses=PATCH)
def patch_status_report(
    tx: Redrafting,
    status_report_id: ReportId,
    changes: Annotated[dict[str, Any], StatusReportPatch],
) -> StatusReportRecord:
    """Changes a draft of the caller's party by a JSON Merge Patch; nothing that was submitted."""
    report = get_visible(tx.session, StatusReport, status_report_id)
    change_draft(tx, report, changes)
    return tx.changed(report, StatusReportRecord)


@router.delete(
    "/status-reports/{id}",
    operation_id="deleteStatusReport",
    status_code=204,
    responses=DELETE,
)
def delete_status_report(tx: Redrafting, status_report_id: ReportId) -> None:
    """Discards a draft of the caller's party; nothing that was submitted."""
    discard_draft(tx, get_visible(tx.session, StatusReport, status_report_id))


@router.post("/status-reports/{id}/submit", operation_id="submitStatusReport", responses=STEP)
def submit_status_report(tx: Reporting, status_report_id: ReportId) -> StatusReportRecord:
    """Submits a draft of the caller's party: from now on it counts, and everybody sees it."""
    report = get_visible(tx.session, StatusReport, status_report_id)
    submit_draft(tx, report)
    return tx.changed(report, StatusReportRecord)


@router.post("/status-reports/{id}/withdraw", operation_id="withdrawStatusReport", responses=STEP)
def withdraw_status_report(
    tx: Reporting, status_report_id: ReportId, body: WithdrawalBody
) -> StatusReportRecord:
    """Withdraws a report of the caller's party, for a reason; what it corrected stands again."""
    report = get_visible(tx.session, StatusReport, status_report_id)
    withdraw(tx.session, tx.principal, report, body.reason)
    return tx.changed(report, StatusReportRecord)
