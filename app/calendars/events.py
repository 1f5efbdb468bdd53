"""What of the record is an event: a meeting on its days, and what is due on a day.

What the record does not know is not guessed: only what has a whole day is an event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.agreements.codes import THEMES
from app.agreements.models import ActionItem, Agreement, Deliverable
from app.calendars import wording
from app.calendars.wording import joined, marked, worded
from app.dialogues.codes import MEETING_FORMATS, MEETING_STATUSES, MeetingStatus
from app.dialogues.models import Dialogue, Meeting
from app.kernel.access import Visibility
from app.kernel.codes import CodeList
from app.kernel.dates import is_day
from app.kernel.records import Record
from app.kernel.text import LocalizedText, display

# Of all names of Clear Sky's events, wherever it is served.
_NAMES = UUID("5a0f5d1c-0b0e-5c62-9c0f-6d9d1c5e7f10")
# The largest INTEGER (RFC 5545, section 3.3.8).
_LARGEST = 2**31 - 1


class EventStatus(StrEnum):
    """Whether an event takes place (RFC 5545, section 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


_STATUS_OF = {
    MeetingStatus.PLANNED: EventStatus.TENTATIVE,
    MeetingStatus.CONFIRMED: EventStatus.CONFIRMED,
    MeetingStatus.HELD: EventStatus.CONFIRMED,
    MeetingStatus.POSTPONED: EventStatus.TENTATIVE,
    MeetingStatus.CANCELLED: EventStatus.CANCELLED,
}
# On their day nobody need be there; many programs show it by no other sign.
_OFF = (MeetingStatus.POSTPONED, MeetingStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """What an event tells of the records that its words are from."""

    created_at: datetime
    modified_at: datetime
    sequence: int
    confidential: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An event, in all the languages that the record has it in.

    `ends` is the first day, or the moment, that is no longer part of it. `details` are further
    texts; `notes` are of the calendar's own words.
    """

    uid: str
    # Where the record is, after the server's address.
    path: str
    summary: LocalizedText
    starts: date
    ends: date | None
    status: EventStatus
    busy: bool
    kept: Bookkeeping
    categories: list[LocalizedText]
    location: LocalizedText | None = None
    details: list[LocalizedText] = field(default_factory=list)
    notes: list[LocalizedText] = field(default_factory=list)


@dataclass(slots=True)
class Events:
    """The events found, and of how many things the record does not say the day."""

    found: list[Event] = field(default_factory=list)
    without_day: int = 0

    def take(self, event: Event | None) -> None:
        """Adds an event, or counts one that has no day."""
        if event is None:
            self.without_day += 1
        else:
            self.found.append(event)


def uid_of(*names: str) -> str:
    """The globally unique id of what has these names, always the same (RFC 7986, section 5.3).

    A UUID by name (RFC 9562, section 5.5): it tells of no host, and records' ids are never reused.
    """
    return str(uuid5(_NAMES, "/".join(names)))


def meeting_event(meeting: Meeting, dialogue: Dialogue) -> Event | None:
    """A meeting on its days; None where it is not known on which it begins."""
    if meeting.starts is None or not is_day(meeting.starts):
        return None
    told_by: list[Record] = [meeting] if meeting.name else [meeting, dialogue]
    name = meeting.name or _name_by_dialogue(meeting, dialogue)
    status = _label(MEETING_STATUSES, meeting.status)
    starts, ends = _span(meeting, date.fromisoformat(meeting.starts))
    vague_end = meeting.ends is not None and not is_day(meeting.ends)
    return Event(
        uid=uid_of("meeting", meeting.id),
        path=f"/v1/meetings/{meeting.id}",
        summary=marked(status, name) if meeting.status in _OFF else name,
        starts=starts,
        ends=ends,
        status=_STATUS_OF[meeting.status],
        busy=meeting.status not in _OFF,
        location=joined([meeting.venue, meeting.city], meeting.country),
        categories=[
            wording.MEETING,
            status,
            *([_label(MEETING_FORMATS, meeting.format)] if meeting.format else []),
        ],
        details=[meeting.summary] if meeting.summary else [],
        notes=[_filled(wording.ENDS, meeting.ends)] if vague_end else [],
        kept=_kept(told_by),
    )


def due_events(item: ActionItem, agreement: Agreement) -> Iterator[Event | None]:
    """What is due of an action item, and of its deliverables; None for each that has no day."""
    if item.due is not None:
        details = [agreement.name, *([item.description] if item.description else [])]
        yield _due(item, agreement, item.due, item.title, [], details, [])
    same: dict[str, int] = {}
    for deliverable in item.deliverables:
        # It has no id of its own: it is known by its title and, of the same, by its place.
        title = display(deliverable.title)
        place = same[title] = same.get(title, -1) + 1
        if deliverable.due is not None:
            yield _due_deliverable(item, agreement, deliverable, ["deliverable", title, str(place)])


def end_event(agreement: Agreement) -> Event | None:
    """The day on which an agreement ends; None where it is not known."""
    if agreement.ends is None or not is_day(agreement.ends):
        return None
    return Event(
        uid=uid_of("agreement", agreement.id, "ends"),
        path=f"/v1/agreements/{agreement.id}",
        summary=worded(wording.ENDS, agreement.name),
        starts=date.fromisoformat(agreement.ends),
        ends=None,
        status=EventStatus.CONFIRMED,
        busy=False,
        categories=[wording.END],
        kept=_kept([agreement]),
    )


def _due_deliverable(
    item: ActionItem, agreement: Agreement, deliverable: Deliverable, names: list[str]
) -> Event | None:
    notes = [] if deliverable.done is None else [_filled(wording.DONE, deliverable.done)]
    details = [item.title, agreement.name]
    due = deliverable.due or ""
    return _due(item, agreement, due, deliverable.title, names, details, notes)


def _due(
    item: ActionItem,
    agreement: Agreement,
    due: str,
    title: LocalizedText,
    names: list[str],
    details: list[LocalizedText],
    notes: list[LocalizedText],
) -> Event | None:
    if not is_day(due):
        return None
    return Event(
        uid=uid_of("action_item", item.id, *names, "due"),
        path=f"/v1/action-items/{item.id}",
        summary=worded(wording.DUE, title),
        starts=date.fromisoformat(due),
        ends=None,
        # What the parties have ended is no longer expected.
        status=EventStatus.CONFIRMED if item.ended is None else EventStatus.CANCELLED,
        busy=False,
        categories=[wording.DUE_DATE, *(_label(THEMES, theme) for theme in item.themes)],
        details=details,
        notes=notes,
        kept=_kept([item, agreement]),
    )


def _kept(told_by: Sequence[Record]) -> Bookkeeping:
    # The event's own record is the first.
    return Bookkeeping(
        created_at=told_by[0].created_at,
        modified_at=max(record.modified_at for record in told_by),
        # Each of them only grows, and so the greatest does.
        sequence=min(max(record.revision for record in told_by), _LARGEST),
        confidential=any(record.visibility != Visibility.PUBLIC for record in told_by),
    )


def _name_by_dialogue(meeting: Meeting, dialogue: Dialogue) -> LocalizedText:
    if meeting.ordinal is None:
        return worded(wording.MEETING_OF, dialogue.name)
    return worded(wording.NUMBERED_MEETING_OF, dialogue.name, meeting.ordinal)


def _span(meeting: Meeting, first: date) -> tuple[date, date | None]:
    """When a meeting begins, and what no longer belongs to it, where its end is known."""
    after = None
    if meeting.ends is not None and is_day(meeting.ends):
        after = date.fromisoformat(meeting.ends) + timedelta(days=1)
    if meeting.start_time is None or meeting.timezone is None:
        return first, after
    zone = ZoneInfo(meeting.timezone)
    starts = _at(first, meeting.start_time, zone)
    if meeting.end_time is not None:
        last = first if after is None else after - timedelta(days=1)
        return starts, _at(last, meeting.end_time, zone)
    # Of its last day no time is known: it is all of that.
    several_days = after is not None and after - first > timedelta(days=1)
    return starts, _at(after, "00:00", zone) if after is not None and several_days else None


def _at(day: date, time: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{time}").replace(tzinfo=zone)


def _label(codes: CodeList, code: StrEnum) -> LocalizedText:
    return next(found.label for found in codes.codes if found.code == code)


def _filled(form: LocalizedText, value: object) -> LocalizedText:
    said = str(value)
    return worded(form, {"en": said, "ko": said, "zh": said})
