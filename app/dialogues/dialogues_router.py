"""Routes of dialogues."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.dialogues.models import Dialogue
from app.dialogues.queries import DIALOGUE_FILTERS, DIALOGUE_SORTS, DialogueQuery
from app.dialogues.schemas import DialogueBody, DialogueRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import create, delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of
from app.kernel.text import slug_of

router = APIRouter(prefix="/v1/dialogues", tags=["dialogues"], route_class=RecordRoute)

DialoguePatch = merge_patch_of(DialogueBody, "DialoguePatch")


class DialoguePage(Page[DialogueRecord]):
    """A page of dialogues."""


@router.get("", operation_id="listDialogues", responses=LIST)
@answered_promptly(page_of_records(Dialogue, DIALOGUE_SORTS))
def list_dialogues(tx: Reading, query: Annotated[DialogueQuery, Query()]) -> DialoguePage:
    """Dialogues, by id or as `sort` says."""
    return page_of(
        tx, Dialogue, query, DialoguePage, filters=DIALOGUE_FILTERS, sorts=DIALOGUE_SORTS
    )


@router.post("", operation_id="createDialogue", status_code=201, responses=CREATE)
def create_dialogue(tx: Creating, body: DialogueBody) -> DialogueRecord:
    """A new dialogue; without an id, one is derived from its name."""
    derived = slug_of(body.name)
    return tx.created(create(tx.session, Dialogue, body, derived_id=derived), DialogueRecord)


@router.get("/{id}", operation_id="getDialogue", responses=READ)
@answered_promptly(one_record(Dialogue))
def get_dialogue(tx: Reading, dialogue_id: RecordId) -> DialogueRecord:
    """One dialogue."""
    return DialogueRecord.model_validate(get_visible(tx.session, Dialogue, dialogue_id))


@router.patch("/{id}", operation_id="patchDialogue", responses=PATCH)
def patch_dialogue(
    tx: Changing, dialogue_id: RecordId, changes: Annotated[dict[str, Any], DialoguePatch]
) -> DialogueRecord:
    """Changes a dialogue by a JSON Merge Patch."""
    dialogue = get_visible(tx.session, Dialogue, dialogue_id)
    patch(tx, dialogue, DialogueBody, changes)
    return tx.changed(dialogue, DialogueRecord)


@router.delete("/{id}", operation_id="deleteDialogue", status_code=204, responses=DELETE)
def delete_dialogue(tx: Changing, dialogue_id: RecordId) -> None:
    """Deletes a dialogue that nothing refers to."""
    delete(tx, get_visible(tx.session, Dialogue, dialogue_id))
