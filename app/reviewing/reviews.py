"""Which meetings reviewed which action items, and how."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dialogues.codes import MeetingStatus
from app.dialogues.models import Decision, Meeting
from app.kernel.dates import latest
from app.reporting.codes import AssessmentState, ImplementationStatus, ReviewKind
from app.reporting.models import Assessment


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a meeting concluded jointly on an item."""

    assessment: str
    status: ImplementationStatus
    progress: int | None


@dataclass(frozen=True, slots=True)
class Review:
    """That a meeting which was held assessed an item, or decided on it."""

    item: str
    meeting: str
    day: date
    by: tuple[ReviewKind, ...]
    conclusion: Conclusion | None


def reviews_of(session: Session, item_ids: Collection[str], until: date) -> dict[str, list[Review]]:
    """The reviews of items up to a day, by item, the earliest first. Two statements."""
    conclusions: dict[tuple[str, str], Conclusion] = {}
    days: dict[tuple[str, str], date] = {}
    by: dict[tuple[str, str], list[ReviewKind]] = defaultdict(list)
    for row in session.execute(
        select(
            Assessment.id,
            Assessment.action_item,
            Assessment.meeting,
            Assessment.held_on,
            Assessment.status,
            Assessment.progress,
        ).where(Assessment.action_item.in_(item_ids), Assessment.state == AssessmentState.ADOPTED)
    ):
        key = row.action_item, row.meeting
        conclusions[key] = Conclusion(row.id, row.status, row.progress)
        days[key] = date.fromisoformat(row.held_on)
        by[key].append(ReviewKind.ASSESSMENT)
    for item_id, meeting_id, starts, ends in session.execute(
        select(Decision.action_item, Decision.meeting_id, Meeting.starts, Meeting.ends)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .where(
            Decision.action_item.in_(item_ids),
            Meeting.status == MeetingStatus.HELD,
            Meeting.starts.is_not(None),
        )
        .distinct()
    ):
        known_day = ends or starts
        if item_id is not None and known_day is not None:
            days[item_id, meeting_id] = latest(known_day)
            by[item_id, meeting_id].append(ReviewKind.DECISION)
    found: dict[str, list[Review]] = defaultdict(list)
    for item, meeting in sorted(by, key=lambda key: (days[key], key)):
        key = item, meeting
        if days[key] <= until:
            found[item].append(
                Review(item, meeting, days[key], tuple(by[key]), conclusions.get(key))
            )
    return found


def unreviewed_since(
    reviews: Collection[Review], newest_meeting: date | None, plan_began: str | None
) -> str | None:
    """Since when an item has gone unreviewed: its last review, or else the beginning of its plan.

    None where the newest meeting, or a review after it, has reviewed it, and where there was no
    meeting that could have.
    """
    last = max((review.day for review in reviews), default=None)
    if newest_meeting is None or (last is not None and last >= newest_meeting):
        return None
    return plan_began if last is None else last.isoformat()
