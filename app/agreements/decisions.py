"""What a meeting decides of action items: to create one, change one or end one."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.agreements.lineage import require_sound_item
from app.agreements.models import ActionItem
from app.agreements.schemas import ActionItemBody, ActionItemRecord
from app.dialogues.codes import DecisionEffect, MeetingStatus
from app.dialogues.holding import day_over
from app.dialogues.models import Decision, Meeting
from app.dialogues.schemas import Decision as DecisionSchema
from app.dialogues.schemas import MeetingRecord
from app.kernel.changes import create, get_visible, patch, representation_etag
from app.kernel.conditional import require_match
from app.kernel.dates import PartialDate
from app.kernel.ownership import require_owner, require_owner_of_references
from app.kernel.problems import Conflict, Problem, ProblemError, invalid_field
from app.kernel.references import require_references
from app.kernel.schemas import Schema, merge_patch_of
from app.kernel.text import Localized, Slug
from app.kernel.transactions import Transaction

ItemChanges = merge_patch_of(ActionItemBody, "DecidedChanges")


class DecisionBody(DecisionSchema):
    """What a meeting concluded, and the action item that is created, changed or ended with it."""

    item: ActionItemBody | None = Field(
        default=None, description="With the effect `created`: the action item to create."
    )
    changes: Annotated[dict[str, Any], ItemChanges] | None = Field(
        default=None,
        description="With the effect `changed`: a JSON Merge Patch of the action item.",
    )

    @model_validator(mode="after")
    def _does_what_it_says(self) -> Self:
        effect, ends = self.effect, DecisionEffect.ENDED
        if self.item is not None and (
            effect is not DecisionEffect.CREATED or self.action_item is not None
        ):
            raise PydanticCustomError(
                "item_is_created", "`item` comes with the effect `created`, and no `action_item`"
            )
        if self.changes is not None and (
            effect is not DecisionEffect.CHANGED or self.action_item is None
        ):
            raise PydanticCustomError(
                "changes_an_item", "`changes` come with the effect `changed` and an `action_item`"
            )
        if effect is ends and self.action_item is None and self.agreement is None:
            raise PydanticCustomError(
                "ends_something", "What ends is an `action_item` or an `agreement`"
            )
        return self


class DecisionMade(Schema):
    """A decision, as its meeting and its action item now have it."""

    meeting: MeetingRecord
    action_item: ActionItemRecord | None


class DecisionLink(Schema):
    """A decision that concerns a record, and the meeting that made it."""

    meeting: Slug
    held: PartialDate | None
    text: Localized
    effect: DecisionEffect | None


def decide(tx: Transaction, meeting: Meeting, body: DecisionBody) -> DecisionMade:
    """Adds a decision to a meeting, and creates, changes or ends the action item with it.

    An item that is changed or ended is held to If-Match, and ends on the meeting's day. Raises
    Forbidden for a meeting or an item of others, Conflict for a meeting not yet held or an item
    ended before, PreconditionRequired or PreconditionFailed for If-Match, and what creating and
    patching an item raise.
    """
    require_owner(tx.session, meeting)
    if meeting.status is not MeetingStatus.HELD:
        detail = f"{meeting.id} is {meeting.status}; only a meeting that was held decides."
        raise Conflict(
            detail,
            errors=[ProblemError(pointer="", rule="meeting_held", detail=detail, value=meeting.id)],
        )
    require_owner_of_references(tx.session, body)
    require_references(tx.session, body)
    item = _concerned(tx, meeting, body)
    meeting.decisions = [
        *meeting.decisions,
        Decision(
            position=len(meeting.decisions),
            text=body.text,
            effect=body.effect,
            agreement=body.agreement,
            action_item=None if item is None else item.id,
        ),
    ]
    tx.session.flush()
    return DecisionMade(
        meeting=MeetingRecord.model_validate(meeting),
        action_item=None if item is None else ActionItemRecord.model_validate(item),
    )


def decisions_on(
    session: Session, reference: InstrumentedAttribute[str | None], record_id: str
) -> list[DecisionLink]:
    """The decisions of meetings that name a record by `reference`, the earliest first."""
    rows = session.execute(
        select(Meeting.id, Meeting.starts, Decision.text, Decision.effect)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .where(reference == record_id)
        .order_by(Meeting.starts, Meeting.id, Decision.position)
    )
    return [
        DecisionLink(meeting=row.id, held=row.starts, text=row.text, effect=row.effect)
        for row in rows
    ]


def _concerned(tx: Transaction, meeting: Meeting, body: DecisionBody) -> ActionItem | None:
    if body.item is not None:
        try:
            item = create(
                tx.session,
                ActionItem,
                body.item,
                derived_id=f"{body.item.agreement}-{body.item.number}",
            )
            require_sound_item(tx.session, item)
        except Problem as refusal:
            raise _inside("item", refusal) from None
        return item
    if body.action_item is None:
        return None
    item = get_visible(tx.session, ActionItem, body.action_item)
    if body.changes is not None:
        try:
            patch(tx, item, ActionItemBody, body.changes)
            require_sound_item(tx.session, item)
        except Problem as refusal:
            raise _inside("changes", refusal) from None
    elif body.effect is DecisionEffect.ENDED:
        _end(tx, item, meeting)
    return item


def _inside(member: str, refusal: Problem) -> Problem:
    """The refusal of a part of the body, with its places as they are in the whole."""
    refusal.errors = [
        error
        if error.pointer is None
        else error.model_copy(update={"pointer": f"/{member}{error.pointer}"})
        for error in refusal.errors
    ]
    return refusal


def _end(tx: Transaction, item: ActionItem, meeting: Meeting) -> None:
    require_owner(tx.session, item)
    require_match(tx.if_match, representation_etag(item))
    day = day_over(meeting)
    if item.ended is not None or day is None:
        ended = item.ended is not None
        detail = (
            f"{item.id} ended already, in {item.ended}."
            if ended
            else f"{meeting.id} was held on no known day; say when before it ends an item."
        )
        rule = "ended_once" if ended else "meeting_held"
        raise Conflict(detail, errors=[invalid_field(("action_item",), rule, detail, item.id)])
    item.ended = day.isoformat()
