"""Routes that answer the main question: how far has it come?"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.agreements.models import ActionItem, Agreement
from app.dialogues.models import Dialogue
from app.kernel.changes import get_visible
from app.kernel.dates import Day
from app.kernel.parts import only
from app.kernel.problems import NotFound
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Reading
from app.kernel.routes import READ, RecordId
from app.kernel.text import Slug
from app.reporting.progress import item_standing, plan_of, progress_of, today_of_dialogue
from app.reporting.schemas import ItemStandingRecord, ProgressRecord

router = APIRouter(prefix="/v1", tags=["progress"], route_class=RecordRoute)

AsOf = Annotated[
    Day | None,
    Query(
        description="The day in the world, YYYY-MM-DD; today, where the parties are, when absent.",
        examples=["2026-11-24"],
    ),
]


def _day(as_of: str | None) -> date | None:
    return None if as_of is None else date.fromisoformat(as_of)


@router.get("/agreements/{id}/progress", operation_id="getAgreementProgress", responses=READ)
def get_agreement_progress(
    tx: Reading, agreement_id: RecordId, as_of: AsOf = None
) -> ProgressRecord:
    """Where each action item of an agreement stands, and the sum of them."""
    agreement = get_visible(tx.session, Agreement, agreement_id, options=only(Agreement))
    return tx.computed(progress_of(tx, agreement, _day(as_of)))


@router.get("/dialogues/{id}/progress", operation_id="getDialogueProgress", responses=READ)
def get_dialogue_progress(
    tx: Reading,
    dialogue_id: RecordId,
    as_of: AsOf = None,
    agreement: Annotated[
        Slug | None, Query(description="Another agreement that the dialogue oversees.")
    ] = None,
) -> ProgressRecord:
    """The same for the annual plan that the dialogue oversees on that day."""
    dialogue = get_visible(tx.session, Dialogue, dialogue_id, options=only(Dialogue, "party_links"))
    day = _day(as_of) or today_of_dialogue(tx.session, dialogue)
    if agreement is None:
        plan = plan_of(tx.session, dialogue, day)
    else:
        plan = get_visible(tx.session, Agreement, agreement, options=only(Agreement))
        if plan.overseen_by != dialogue.id:
            raise NotFound(f"{dialogue.id} does not oversee {plan.id}.")
    return tx.computed(progress_of(tx, plan, day, dialogue))


@router.get("/action-items/{id}/standing", operation_id="getActionItemStanding", responses=READ)
def get_action_item_standing(
    tx: Reading, action_item_id: RecordId, as_of: AsOf = None
) -> ItemStandingRecord:
    """Where one action item stands."""
    item = get_visible(tx.session, ActionItem, action_item_id, options=only(ActionItem, "leads"))
    return tx.computed(item_standing(tx, item, _day(as_of)))
