"""Routes that answer the main question: how far has it come?"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.agreements.models import ActionItem
from app.kernel.answered_rows import in_rows
from app.kernel.changes import get_visible
from app.kernel.pages import PageQuery
from app.kernel.parts import only
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading
from app.kernel.routes import READ, READ_PAST, RecordId
from app.kernel.text import Slug
from app.reporting import at_once
from app.reporting.knowledge import known, today_of
from app.reporting.lineage import LineageRecord, lineage_of
from app.reporting.meeting_progress import progress_at_meeting
from app.reporting.progress import item_standing, overseen_plan, plans_of, progress_of
from app.reporting.progress_schemas import (
    AsOf,
    AtRevision,
    DialoguePlansRecord,
    GroupBy,
    ItemStandingRecord,
    MeetingProgressRecord,
    ProgressRecord,
)
from app.reporting.timeline import TimelinePage, timeline_of

router = APIRouter(prefix="/v1", tags=["progress"], route_class=RecordRoute)

Grouped = Annotated[
    GroupBy | None,
    Query(description="Also by theme, kind, lead organization, or what each party reports."),
]
OtherPlan = Annotated[
    Slug | None, Query(description="Another agreement that the dialogue oversees.")
]


def _day(as_of: str | None) -> date | None:
    return None if as_of is None else date.fromisoformat(as_of)


@router.get("/agreements/{id}/progress", operation_id="getAgreementProgress", responses=READ_PAST)
@answered_promptly(at_once.agreement_progress)
def get_agreement_progress(
    tx: Reading,
    agreement_id: RecordId,
    as_of: AsOf = None,
    at_revision: AtRevision = None,
    group_by: Grouped = None,
) -> ProgressRecord:
    """Where each action item of an agreement stands, and the sum of them."""
    knowledge = known(tx, at_revision)
    plan = knowledge.plan(agreement_id)
    day = _day(as_of) or today_of(tx, plan.parties)
    return tx.computed(progress_of(tx, knowledge, plan, day, group_by=group_by))


@router.get("/dialogues/{id}/progress", operation_id="getDialogueProgress", responses=READ_PAST)
@answered_promptly(at_once.dialogue_progress)
def get_dialogue_progress(
    tx: Reading,
    dialogue_id: RecordId,
    as_of: AsOf = None,
    at_revision: AtRevision = None,
    agreement: OtherPlan = None,
    group_by: Grouped = None,
) -> ProgressRecord:
    """The same for the annual plan that the dialogue oversees on that day."""
    knowledge = known(tx, at_revision)
    dialogue = knowledge.dialogue(dialogue_id)
    day = _day(as_of) or today_of(tx, dialogue.parties)
    plan = overseen_plan(knowledge, dialogue.id, agreement, day)
    return tx.computed(progress_of(tx, knowledge, plan, day, dialogue=dialogue, group_by=group_by))


@router.get("/dialogues/{id}/plans", operation_id="getDialoguePlans", responses=READ_PAST)
@in_rows("plans")
def get_dialogue_plans(
    tx: Reading, dialogue_id: RecordId, as_of: AsOf = None, at_revision: AtRevision = None
) -> DialoguePlansRecord:
    """A dialogue across its annual plans, year by year: what the items of each have come to."""
    return tx.computed(plans_of(tx, known(tx, at_revision), dialogue_id, _day(as_of)))


@router.get("/meetings/{id}/progress", operation_id="getMeetingProgress", responses=READ_PAST)
def get_meeting_progress(
    tx: Reading,
    meeting_id: RecordId,
    at_revision: AtRevision = None,
    agreement: OtherPlan = None,
    group_by: Grouped = None,
) -> MeetingProgressRecord:
    """The plan as the meeting saw it on its day, and what had moved since the meeting before."""
    knowledge = known(tx, at_revision)
    return tx.computed(progress_at_meeting(tx, knowledge, meeting_id, agreement, group_by))


@router.get(
    "/action-items/{id}/standing", operation_id="getActionItemStanding", responses=READ_PAST
)
@answered_promptly(at_once.item_standing)
@in_rows()
def get_action_item_standing(
    tx: Reading, action_item_id: RecordId, as_of: AsOf = None, at_revision: AtRevision = None
) -> ItemStandingRecord:
    """Where one action item stands."""
    return tx.computed(item_standing(tx, known(tx, at_revision), action_item_id, _day(as_of)))


@router.get("/action-items/{id}/timeline", operation_id="getActionItemTimeline", responses=READ)
def get_action_item_timeline(
    tx: Reading, action_item_id: RecordId, query: Annotated[PageQuery, Query()]
) -> TimelinePage:
    """What was reported and concluded on an action item, by whom, for which day, recorded when."""
    item = get_visible(tx.session, ActionItem, action_item_id, options=only(ActionItem))
    return timeline_of(tx, item.id, query)


@router.get("/action-items/{id}/lineage", operation_id="getActionItemLineage", responses=READ)
def get_action_item_lineage(
    tx: Reading, action_item_id: RecordId, as_of: AsOf = None
) -> LineageRecord:
    """An action item across the annual plans: what it came from, and what became of it."""
    return tx.computed(lineage_of(tx, action_item_id, _day(as_of)))
