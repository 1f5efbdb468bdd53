"""The reports and assessments that standings rest on: queries that read only those."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    column,
    exists,
    select,
    values,
)
from sqlalchemy.orm import Session, aliased

from app.agreements.models import ActionItem, AgreementParty
from app.kernel.text import LocalizedText
from app.reporting.knowledge import Knowledge
from app.reporting.models import Assessment, StatusReport
from app.reporting.standing import Assessment as JointAssessment
from app.reporting.standing import Report

_POSITION = (
    StatusReport.action_item,
    StatusReport.id,
    StatusReport.party,
    StatusReport.status,
    StatusReport.progress,
    StatusReport.summary,
    StatusReport.reported_on,
    StatusReport.submitted_revision,
)


def newest_reports(
    session: Session, knowledge: Knowledge, item_ids: Collection[str], day: date
) -> dict[str, list[Report]]:
    """For each item and party the one report that positions_on() would take, by item.

    Each is found at the end of one range of the index ix_status_report_position, so that old
    reports cost nothing.
    """
    until = knowledge.newest_day(day).isoformat()
    newest = _newest_report(
        knowledge, ActionItem.id, AgreementParty.party, until, ActionItem, AgreementParty
    )
    positions = _found_first(
        select(newest.label("id"))
        .select_from(ActionItem)
        .join(AgreementParty, AgreementParty.agreement_id == ActionItem.agreement)
        .where(ActionItem.id.in_(item_ids))
    )
    rows = session.execute(select(*_POSITION).join(positions, positions.c.id == StatusReport.id))
    found: dict[str, list[Report]] = defaultdict(list)
    for row in rows:
        found[row.action_item].append(_report(row))
    return found


def reports_reviewed(
    session: Session, knowledge: Knowledge, reviews: Iterable[tuple[str, date]]
) -> dict[tuple[str, date], list[Report]]:
    """For pairs of an item and the day of a review, the positions that lay before it.

    One statement, which finds each position as newest_reports() does.
    """
    asked = sorted((item, day.isoformat()) for item, day in set(reviews))
    if not asked:
        return {}
    review = values(column("item", String), column("day", String)).data(asked).cte("review")
    newest = _newest_report(
        knowledge, review.c.item, AgreementParty.party, review.c.day, review, AgreementParty
    )
    positions = _found_first(
        select(newest.label("id"), review.c.day, AgreementParty.position)
        .select_from(review)
        .join(ActionItem, ActionItem.id == review.c.item)
        .join(AgreementParty, AgreementParty.agreement_id == ActionItem.agreement)
    )
    rows = session.execute(
        select(positions.c.day, *_POSITION)
        .join(positions, positions.c.id == StatusReport.id)
        .order_by(positions.c.position)
    )
    found: dict[tuple[str, date], list[Report]] = defaultdict(list)
    for row in rows:
        found[row.action_item, date.fromisoformat(row.day)].append(_report(row))
    return found


def newest_assessments(
    session: Session, knowledge: Knowledge, item_ids: Collection[str], day: date
) -> dict[str, list[JointAssessment]]:
    """For each item the one assessment that assessment_on() would take, by item."""
    candidate = aliased(Assessment)
    newest = (
        select(candidate.id)
        .where(
            candidate.action_item == ActionItem.id,
            candidate.held_on <= day.isoformat(),
            knowledge.is_adopted(candidate),
        )
        .order_by(candidate.held_on.desc(), candidate.meeting.desc())
        .limit(1)
        .correlate(ActionItem)
        .scalar_subquery()
    )
    concluded = _found_first(select(newest.label("id")).where(ActionItem.id.in_(item_ids)))
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.action_item,
            Assessment.meeting,
            Assessment.held_on,
            Assessment.status,
            Assessment.progress,
        ).join(concluded, concluded.c.id == Assessment.id)
    )
    return {
        row.action_item: [
            JointAssessment(
                id=row.id,
                meeting=row.meeting,
                held_on=date.fromisoformat(row.held_on),
                status=row.status,
                progress=row.progress,
            )
        ]
        for row in rows
    }


def _found_first(ids: Select[Any]) -> CTE:
    # PostgreSQL, left to itself, may join the other way round: all reports to the few ids.
    return ids.cte("found").prefix_with("MATERIALIZED")


def _newest_report(
    knowledge: Knowledge,
    item: ColumnElement[str] | Any,
    party: ColumnElement[str] | Any,
    day: ColumnElement[str] | str,
    *correlated: Any,
) -> ScalarSelect[str]:
    candidate, correction = aliased(StatusReport), aliased(StatusReport)
    return (
        select(candidate.id)
        .where(
            candidate.action_item == item,
            candidate.party == party,
            candidate.reported_on <= day,
            knowledge.counts(candidate),
            ~exists().where(
                correction.corrects == candidate.id,
                correction.party == candidate.party,
                correction.reported_on <= day,
                knowledge.counts(correction),
            ),
        )
        .order_by(
            candidate.reported_on.desc(),
            candidate.submitted_revision.desc(),
            candidate.id.desc(),
        )
        .limit(1)
        .correlate(*correlated)
        .scalar_subquery()
    )


def _report(row: Any) -> Report:
    summary: LocalizedText | None = row.summary
    return Report(
        id=row.id,
        party=row.party,
        status=row.status,
        progress=row.progress,
        summary=summary,
        reported_on=date.fromisoformat(row.reported_on),
        submitted_revision=row.submitted_revision,
    )
