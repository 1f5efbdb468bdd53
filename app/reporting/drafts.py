"""Changing, submitting and discarding the draft of a report."""

from collections.abc import Mapping
from typing import Any

from app.kernel.changes import delete, patch, representation_etag
from app.kernel.conditional import require_match
from app.kernel.references import require_references
from app.kernel.transactions import Transaction
from app.reporting.codes import ReportState
from app.reporting.models import StatusReport
from app.reporting.reports import require_own_statement, require_state, submit
from app.reporting.schemas import ReportDetails
from app.reporting.sides import require_own_report, side_of


def change_draft(tx: Transaction, report: StatusReport, changes: Mapping[str, Any]) -> None:
    """Applies a JSON Merge Patch to a draft of the principal's own party.

    Raises Forbidden for another party's report, Conflict for one that is no draft, and what patch()
    and require_own_statement() raise.
    """
    require_own_report(tx.session, tx.principal, report)
    require_match(tx.if_match, representation_etag(report))
    require_state(report, ReportState.DRAFT, "changed; correct a submitted one by another")
    patch(tx, report, ReportDetails, changes)
    require_own_statement(tx.session, report)


def submit_draft(tx: Transaction, report: StatusReport) -> None:
    """Submits a draft of the principal's own party.

    Raises Forbidden for another party's report, Conflict for one that is no draft, InvalidRequest
    for evidence that its own side keeps, and what submit() raises.
    """
    require_own_report(tx.session, tx.principal, report)
    require_state(report, ReportState.DRAFT, "submitted")
    side = side_of(tx.session, tx.principal, None, report.agreement_id)
    if any(evidence.document for evidence in report.evidence):
        # What everybody is told is not shown by what its own side alone sees.
        details = ReportDetails.model_validate(report, from_attributes=True)
        require_references(tx.session, details)
    submit(tx.session, tx.principal, side, report)


def discard_draft(tx: Transaction, report: StatusReport) -> None:
    """Deletes a draft of the principal's own party; If-Match as for any record.

    Raises Forbidden for another party's report, Conflict for one that is no draft.
    """
    require_own_report(tx.session, tx.principal, report)
    require_match(tx.if_match, representation_etag(report))
    require_state(report, ReportState.DRAFT, "discarded; withdraw a submitted one")
    delete(tx, report)
