"""A plan's progress as a meeting saw it, and what has moved since the meeting before."""

from collections.abc import Sequence
from datetime import date

from app.kernel.transactions import Transaction
from app.reporting.facts import KnownItem, KnownMeeting
from app.reporting.groups import groups_of
from app.reporting.knowledge import Knowledge, today_of
from app.reporting.naming import NamedMeeting
from app.reporting.progress import (
    lead_names,
    overseen_plan,
    progress_record,
    standings_on,
)
from app.reporting.progress_schemas import (
    BriefStanding,
    GroupBy,
    MeetingProgressRecord,
    MovedItem,
    MovedSince,
)
from app.reporting.standing import Standing


def day_of_meeting(meeting: KnownMeeting, today: date) -> date:
    """The day for which a meeting asks: its own, or today while that is yet to come."""
    return today if meeting.day is None else min(meeting.day, today)


def meeting_before(
    meetings: Sequence[KnownMeeting], day: date, besides: str
) -> KnownMeeting | None:
    """The last meeting that was over before `day`; `meetings` are the earliest first."""
    earlier = [
        meeting
        for meeting in meetings
        if meeting.day is not None and meeting.day < day and meeting.id != besides
    ]
    return earlier[-1] if earlier else None


def progress_at_meeting(
    tx: Transaction,
    knowledge: Knowledge,
    meeting_id: str,
    agreement_id: str | None,
    group_by: GroupBy | None,
) -> MeetingProgressRecord:
    """The progress, on a meeting's day, of the plan that its dialogue oversaw then.

    Raises NotFound where it oversaw none.
    """
    meeting = knowledge.meeting(meeting_id)
    dialogue = knowledge.dialogue(meeting.dialogue)
    day = day_of_meeting(meeting, today_of(tx, dialogue.parties))
    plan = overseen_plan(knowledge, dialogue.id, agreement_id, day)
    items = knowledge.items([plan.id])
    standings = standings_on(tx, knowledge, {plan.id: plan}, items, day)
    earlier = meeting_before(knowledge.meetings(dialogue.id), day, meeting.id)
    moved = None
    if earlier is not None and earlier.day is not None:
        before = standings_on(tx, knowledge, {plan.id: plan}, items, earlier.day)
        moved = MovedSince(
            meeting=NamedMeeting(id=earlier.id, name=earlier.name),
            day=earlier.day.isoformat(),
            items=_moved(items, before, standings),
        )
    return {
        **progress_record(
            plan,
            items,
            standings,
            lead_names(knowledge, items),
            day,
            knowledge.revision,
            dialogue=dialogue,
            meeting=NamedMeeting(id=meeting.id, name=meeting.name),
            groups=groups_of(tx, knowledge, plan, items, standings, day, group_by),
        ),
        "moved": moved,
    }


def _moved(
    items: Sequence[KnownItem], before: Sequence[Standing], now: Sequence[Standing]
) -> list[MovedItem]:
    return [
        MovedItem(id=item.id, number=item.number, before=brief(then), now=brief(here))
        for item, then, here in zip(items, before, now, strict=True)
        if brief(then) != brief(here)
    ]


def brief(standing: Standing) -> BriefStanding:
    """The gist of a standing."""
    return BriefStanding(status=standing.status, progress=standing.progress, basis=standing.basis)
