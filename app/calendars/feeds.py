"""The feeds: of a dialogue, of a plan, and of a party."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agreements.models import ActionItem, Agreement, AgreementParty
from app.calendars import wording
from app.calendars.events import Events, due_events, end_event, meeting_event, uid_of
from app.calendars.rendering import Feed
from app.calendars.wording import worded
from app.dialogues.models import Dialogue, DialogueParty, Meeting
from app.directory.models import Party
from app.kernel.changes import get_visible
from app.kernel.parts import only
from app.kernel.recent import Changed, TouchedBy
from app.kernel.records import Record
from app.kernel.text import LocalizedText

_DUE = ("deliverables", "theme_links")
_KINDS = frozenset(
    model.__tablename__ for model in (ActionItem, Agreement, Dialogue, Meeting, Party)
)


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed, and which changes of the record may alter it."""

    feed: Feed
    touched_by: TouchedBy


def feed_of_dialogue(session: Session, dialogue_id: str) -> FoundFeed:
    """The meetings of a dialogue. Raises NotFound, or Gone."""
    dialogue = get_visible(session, Dialogue, dialogue_id, options=only(Dialogue))
    meetings = session.scalars(
        select(Meeting).where(Meeting.dialogue == dialogue_id).options(*only(Meeting))
    ).all()
    events = Events()
    for meeting in meetings:
        events.take(meeting_event(meeting, dialogue))
    feed = _feed(dialogue, dialogue.name, wording.MEETINGS_OF, events)
    return FoundFeed(feed, _touching(dialogue, Meeting, meetings))


def feed_of_agreement(session: Session, agreement_id: str) -> FoundFeed:
    """What is due of a plan, and when it ends. Raises NotFound, or Gone."""
    agreement = get_visible(session, Agreement, agreement_id, options=only(Agreement))
    items = session.scalars(
        select(ActionItem)
        .where(ActionItem.agreement == agreement_id)
        .options(*only(ActionItem, *_DUE))
    ).all()
    events = Events()
    if agreement.ends is not None:
        events.take(end_event(agreement))
    for item in items:
        for event in due_events(item, agreement):
            events.take(event)
    feed = _feed(agreement, agreement.name, wording.DUE_DATES_OF, events)
    return FoundFeed(feed, _touching(agreement, ActionItem, items))


def feed_of_party(session: Session, party_id: str) -> FoundFeed:
    """The meetings of a party's dialogues, and what is due of what it has agreed to.

    What it leads is among that: only a party of an agreement leads an item of it. Raises NotFound,
    or Gone.
    """
    party = get_visible(session, Party, party_id)
    events = Events()
    meetings = session.execute(
        select(Meeting, Dialogue)
        .join(Dialogue, Dialogue.id == Meeting.dialogue)
        .join(DialogueParty, DialogueParty.dialogue_id == Dialogue.id)
        .where(DialogueParty.party == party_id)
        .options(*only(Meeting), *only(Dialogue))
    )
    for meeting, dialogue in meetings:
        events.take(meeting_event(meeting, dialogue))
    agreed = select(AgreementParty.agreement_id).where(AgreementParty.party == party_id)
    for agreement in session.scalars(
        select(Agreement)
        .where(Agreement.id.in_(agreed), Agreement.ends.is_not(None))
        .options(*only(Agreement))
    ):
        events.take(end_event(agreement))
    items = session.execute(
        select(ActionItem, Agreement)
        .join(Agreement, Agreement.id == ActionItem.agreement)
        .where(Agreement.id.in_(agreed))
        .options(*only(ActionItem, *_DUE), *only(Agreement))
    )
    for item, agreement in items:
        for event in due_events(item, agreement):
            events.take(event)
    feed = _feed(party, party.name, wording.BOTH_OF, events)
    return FoundFeed(feed, lambda change: change.kind in _KINDS)


def _touching(holder: Record, model: type[Record], held: Sequence[Record]) -> TouchedBy:
    """Changes of a record, and of those of a kind that it holds or held when they were read."""
    # Read now: what is kept of an answer outlives the session of these.
    holder_kind, holder_id, there = holder.__tablename__, holder.id, {record.id for record in held}

    def touched_by(change: Changed) -> bool:
        if change.kind == holder_kind:
            return change.id == holder_id
        # One that was moved to another holder names that one.
        own = change.holder == holder_id or change.id in there
        return change.kind == model.__tablename__ and own

    return touched_by


def _feed(
    record: Agreement | Dialogue | Party, name: LocalizedText, form: LocalizedText, events: Events
) -> Feed:
    collection = {Agreement: "agreements", Dialogue: "dialogues", Party: "parties"}[type(record)]
    return Feed(
        uid=uid_of(record.__tablename__, record.id, "calendar"),
        path=f"/v1/{collection}/{record.id}",
        name=worded(form, name),
        modified_at=record.modified_at,
        events=events,
    )
