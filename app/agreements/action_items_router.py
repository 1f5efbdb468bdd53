"""Routes of action items."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.agreements.includes import ActionItemDetail, ActionItemInclude, item_with_included
from app.agreements.lineage import require_sound_item
from app.agreements.models import ActionItem
from app.agreements.negotiating import new_item
from app.agreements.queries import ACTION_ITEM_FILTERS, ACTION_ITEM_SORTS, ActionItemQuery
from app.agreements.schemas import ActionItemBody, ActionItemRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of

router = APIRouter(prefix="/v1/action-items", tags=["action-items"], route_class=RecordRoute)

ActionItemPatch = merge_patch_of(ActionItemBody, "ActionItemPatch")


class ActionItemPage(Page[ActionItemRecord]):
    """A page of action items."""


@router.get("", operation_id="listActionItems", responses=LIST)
@answered_promptly(page_of_records(ActionItem, ACTION_ITEM_SORTS))
def list_action_items(tx: Reading, query: Annotated[ActionItemQuery, Query()]) -> ActionItemPage:
    """Action items, by id or as `sort` says."""
    return page_of(
        tx, ActionItem, query, ActionItemPage, filters=ACTION_ITEM_FILTERS, sorts=ACTION_ITEM_SORTS
    )


@router.post("", operation_id="createActionItem", status_code=201, responses=CREATE)
def create_action_item(tx: Creating, body: ActionItemBody) -> ActionItemRecord:
    """A new action item; without an id, one is derived from its agreement and number."""
    action_item = new_item(tx.session, body)
    require_sound_item(tx.session, action_item)
    return tx.created(action_item, ActionItemRecord)


@router.get("/{id}", operation_id="getActionItem", responses=READ)
@answered_promptly(one_record(ActionItem))
def get_action_item(
    tx: Reading,
    action_item_id: RecordId,
    include: Annotated[
        list[ActionItemInclude] | None, Query(description="What to answer with it.")
    ] = None,
) -> ActionItemDetail:
    """One action item."""
    item = get_visible(tx.session, ActionItem, action_item_id)
    return item_with_included(tx.session, item, include)


@router.patch("/{id}", operation_id="patchActionItem", responses=PATCH)
def patch_action_item(
    tx: Changing, action_item_id: RecordId, changes: Annotated[dict[str, Any], ActionItemPatch]
) -> ActionItemRecord:
    """Changes an action item by a JSON Merge Patch."""
    action_item = get_visible(tx.session, ActionItem, action_item_id)
    patch(tx, action_item, ActionItemBody, changes)
    require_sound_item(tx.session, action_item)
    return tx.changed(action_item, ActionItemRecord)


@router.delete("/{id}", operation_id="deleteActionItem", status_code=204, responses=DELETE)
def delete_action_item(tx: Changing, action_item_id: RecordId) -> None:
    """Deletes an action item that nothing refers to."""
    delete(tx, get_visible(tx.session, ActionItem, action_item_id))
