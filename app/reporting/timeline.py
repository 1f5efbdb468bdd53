"""One item over time: what was reported and concluded, for which day, and recorded when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import String, literal, select, union_all
from sqlalchemy.orm import Session

from app.kernel.dates import Day
from app.kernel.journal import Revision
from app.kernel.pages import PageQuery, keyset_page
from app.kernel.schemas import Page, Schema
from app.kernel.text import RecordUuid
from app.kernel.transactions import Transaction
from app.reporting.assessment_schemas import AssessmentRecord
from app.reporting.codes import ReportState
from app.reporting.models import Assessment, StatusReport
from app.reporting.schemas import StatusReportRecord


class Recorded(Schema):
    """When and by whom something was written into the record."""

    revision: int
    at: datetime
    principal: str


class TimelineEntry(Schema):
    """A report, or a joint assessment, and what has become of it."""

    day: Day = Field(description="The day that it speaks for.")
    kind: Literal["report", "assessment"]
    recorded: Recorded = Field(description="When it was submitted or adopted.")
    report: StatusReportRecord | None
    corrected_by: RecordUuid | None = Field(
        description="The report that corrects it; itself an entry."
    )
    withdrawn: Recorded | None
    assessment: AssessmentRecord | None


class TimelinePage(Page[TimelineEntry]):
    """A page of an item's timeline, by day; what was recorded first comes first of a day."""


def timeline_of(tx: Transaction, item_id: str, query: PageQuery) -> TimelinePage:
    """A page of what was submitted and adopted on an item. Drafts and proposals are not in it."""
    entries = union_all(
        select(
            StatusReport.id.label("id"),
            literal("report", String).label("kind"),
            StatusReport.reported_on.label("day"),
            StatusReport.submitted_revision.label("revision"),
        ).where(StatusReport.action_item == item_id, StatusReport.state != ReportState.DRAFT),
        select(
            Assessment.id,
            literal("assessment", String),
            Assessment.held_on,
            Assessment.adopted_revision,
        ).where(Assessment.action_item == item_id, Assessment.adopted_revision.is_not(None)),
    ).subquery()
    rows, next_cursor = keyset_page(
        tx,
        select(entries.c.kind),
        query,
        key=[entries.c.day, entries.c.revision, entries.c.id],
    )
    ids = [row.id for row in rows]
    reports = _by_id(tx.session, StatusReport, ids)
    assessments = _by_id(tx.session, Assessment, ids)
    corrections = _corrections(tx.session, ids)
    revisions = _revisions(
        tx.session,
        {row.revision for row in rows} | {report.withdrawn_revision for report in reports.values()},
    )
    return TimelinePage(
        items=[
            TimelineEntry(
                day=row.day,
                kind=row.kind,
                recorded=revisions[row.revision],
                report=_read(StatusReportRecord, reports.get(row.id)),
                corrected_by=corrections.get(row.id),
                withdrawn=(
                    revisions.get(reports[row.id].withdrawn_revision) if row.id in reports else None
                ),
                assessment=_read(AssessmentRecord, assessments.get(row.id)),
            )
            for row in rows
        ],
        next=next_cursor,
    )


def _by_id(session: Session, model: Any, ids: Collection[str]) -> dict[str, Any]:
    return {found.id: found for found in session.scalars(select(model).where(model.id.in_(ids)))}


def _read(schema: Any, record: Any) -> Any:
    return None if record is None else schema.model_validate(record)


def _corrections(session: Session, ids: Collection[str]) -> dict[str | None, str]:
    rows = session.execute(
        select(StatusReport.corrects, StatusReport.id).where(
            StatusReport.corrects.in_(ids), StatusReport.state == ReportState.SUBMITTED
        )
    )
    return {row.corrects: row.id for row in rows}


def _revisions(session: Session, numbers: Collection[int | None]) -> dict[int | None, Recorded]:
    rows = session.execute(
        select(Revision.number, Revision.at, Revision.principal).where(
            Revision.number.in_([number for number in numbers if number is not None])
        )
    )
    return {
        number: Recorded(revision=number, at=at, principal=principal)
        for number, at, principal in rows
    }
