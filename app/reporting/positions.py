"""The reports and assessments that standings rest on: queries that read only those."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
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
    literal,
    select,
    values,
)
from sqlalchemy.orm import Session, aliased

from app.agreements.models import ActionItem, AgreementParty
from app.kernel.text import LocalizedText
from app.reporting.codes import ImplementationStatus
from app.reporting.knowledge import Knowledge
from app.reporting.models import Assessment, StatusReport
from app.reporting.standing import Assessment as JointAssessment
from app.reporting.standing import Report

# SQL for whether a report counts.
Counts = Callable[[type[StatusReport]], ColumnElement[bool]]

# SQLAlchemy adapts each column of an alias anew: made once, they cost a question nothing.
_candidate, _correction = aliased(StatusReport), aliased(StatusReport)
_conclusion = aliased(Assessment)
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
    until = literal(knowledge.newest_day(day).isoformat())
    query = reports_query(ActionItem.id.in_(item_ids), until, knowledge.counts)
    return reports_by_item(session.execute(query))


def reports_query(
    items: ColumnElement[bool], day: ColumnElement[str], counts: Counts
) -> Select[*tuple[Any, ...]]:
    """The newest report by each party on each of the items that are meant, up to a day."""
    newest = _newest_report(
        counts, ActionItem.id, AgreementParty.party, day, ActionItem, AgreementParty
    )
    positions = _found_first(
        select(newest.label("id"))
        .select_from(ActionItem)
        .join(AgreementParty, AgreementParty.agreement_id == ActionItem.agreement)
        .where(items)
    )
    return select(*_POSITION).join(positions, positions.c.id == StatusReport.id)


def reports_by_item(rows: Iterable[Sequence[Any]]) -> dict[str, list[Report]]:
    """The reports that rows of reports_query() tell, by item."""
    found: dict[str, list[Report]] = defaultdict(list)
    for item, *said in rows:
        found[item].append(_report(*said))
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
        knowledge.counts, review.c.item, AgreementParty.party, review.c.day, review, AgreementParty
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
    for day, item, *said in rows:
        found[item, date.fromisoformat(day)].append(_report(*said))
    return found


def newest_assessments(
    session: Session, knowledge: Knowledge, item_ids: Collection[str], day: date
) -> dict[str, list[JointAssessment]]:
    """For each item the one assessment that assessment_on() would take, by item."""
    until = literal(day.isoformat())
    query = assessments_query(ActionItem.id.in_(item_ids), until, knowledge.is_adopted)
    return assessments_by_item(session.execute(query))


def assessments_query(
    items: ColumnElement[bool],
    day: ColumnElement[str],
    is_adopted: Callable[[type[Assessment]], ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    """The newest adopted assessment of each of the items that are meant, up to a day."""
    newest = (
        select(_conclusion.id)
        .where(
            _conclusion.action_item == ActionItem.id,
            _conclusion.held_on <= day,
            is_adopted(_conclusion),
        )
        .order_by(_conclusion.held_on.desc(), _conclusion.meeting.desc())
        .limit(1)
        .correlate(ActionItem)
        .scalar_subquery()
    )
    concluded = _found_first(select(newest.label("id")).where(items))
    return select(
        Assessment.action_item,
        Assessment.id,
        Assessment.meeting,
        Assessment.held_on,
        Assessment.status,
        Assessment.progress,
    ).join(concluded, concluded.c.id == Assessment.id)


def assessments_by_item(rows: Iterable[Sequence[Any]]) -> dict[str, list[JointAssessment]]:
    """The assessments that rows of assessments_query() tell, by item."""
    return {
        item: [
            JointAssessment(
                id=id_,
                meeting=meeting,
                held_on=date.fromisoformat(held_on),
                status=ImplementationStatus(status),
                progress=progress,
            )
        ]
        for item, id_, meeting, held_on, status, progress in rows
    }


def _found_first(ids: Select[Any]) -> CTE:
    # PostgreSQL, left to itself, may join the other way round: all reports to the few ids.
    return ids.cte("found").prefix_with("MATERIALIZED")


def _newest_report(
    counts: Counts,
    item: ColumnElement[str] | Any,
    party: ColumnElement[str] | Any,
    day: ColumnElement[str],
    *correlated: Any,
) -> ScalarSelect[str]:
    return (
        select(_candidate.id)
        .where(
            _candidate.action_item == item,
            _candidate.party == party,
            _candidate.reported_on <= day,
            counts(_candidate),
            ~exists().where(
                _correction.corrects == _candidate.id,
                _correction.party == _candidate.party,
                _correction.reported_on <= day,
                counts(_correction),
            ),
        )
        .order_by(
            _candidate.reported_on.desc(),
            _candidate.submitted_revision.desc(),
            _candidate.id.desc(),
        )
        .limit(1)
        .correlate(*correlated)
        .scalar_subquery()
    )


def _report(
    id_: str,
    party: str,
    status: str,
    progress: int | None,
    summary: LocalizedText | None,
    reported_on: str,
    submitted_revision: int,
) -> Report:
    return Report(
        id=id_,
        party=party,
        status=ImplementationStatus(status),
        progress=progress,
        summary=summary,
        reported_on=date.fromisoformat(reported_on),
        submitted_revision=submitted_revision,
    )
