"""Routes of meetings."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.dialogues.announcing import new_meeting
from app.dialogues.holding import require_sound_meeting
from app.dialogues.includes import MeetingDetail, MeetingInclude, with_included
from app.dialogues.models import Meeting
from app.dialogues.queries import MEETING_FILTERS, MEETING_SORTS, MeetingQuery
from app.dialogues.schemas import MeetingBody, MeetingRecord
from app.kernel.as_journalled import one_record, page_of_records
from app.kernel.changes import delete, get_visible, patch
from app.kernel.pages import page_of
from app.kernel.prompt import answered_promptly
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Changing, Creating, Reading
from app.kernel.routes import CREATE, DELETE, LIST, PATCH, READ, RecordId
from app.kernel.schemas import Page, merge_patch_of

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=RecordRoute)

MeetingPatch = merge_patch_of(MeetingBody, "MeetingPatch")


class MeetingPage(Page[MeetingRecord]):
    """A page of meetings."""


@router.get("", operation_id="listMeetings", responses=LIST)
@answered_promptly(page_of_records(Meeting, MEETING_SORTS))
def list_meetings(tx: Reading, query: Annotated[MeetingQuery, Query()]) -> MeetingPage:
    """Meetings, by id or as `sort` says."""
    return page_of(tx, Meeting, query, MeetingPage, filters=MEETING_FILTERS, sorts=MEETING_SORTS)


@router.post("", operation_id="createMeeting", status_code=201, responses=CREATE)
def create_meeting(tx: Creating, body: MeetingBody) -> MeetingRecord:
    """A new meeting; without an id, one is derived from its dialogue and its ordinal or date.

    With `visibility` `parties` only the parties of its dialogue see it, and the server names it.
    """
    meeting = new_meeting(tx.session, body)
    require_sound_meeting(tx.session, meeting)
    return tx.created(meeting, MeetingRecord)


@router.get("/{id}", operation_id="getMeeting", responses=READ)
@answered_promptly(one_record(Meeting))
def get_meeting(
    tx: Reading,
    meeting_id: RecordId,
    include: Annotated[
        list[MeetingInclude] | None, Query(description="What to answer with it.")
    ] = None,
) -> MeetingDetail:
    """One meeting."""
    return with_included(tx.session, get_visible(tx.session, Meeting, meeting_id), include)


@router.patch("/{id}", operation_id="patchMeeting", responses=PATCH)
def patch_meeting(
    tx: Changing, meeting_id: RecordId, changes: Annotated[dict[str, Any], MeetingPatch]
) -> MeetingRecord:
    """Changes a meeting by a JSON Merge Patch."""
    meeting = get_visible(tx.session, Meeting, meeting_id)
    patch(tx, meeting, MeetingBody, changes)
    require_sound_meeting(tx.session, meeting)
    return tx.changed(meeting, MeetingRecord)


@router.delete("/{id}", operation_id="deleteMeeting", status_code=204, responses=DELETE)
def delete_meeting(tx: Changing, meeting_id: RecordId) -> None:
    """Deletes a meeting that nothing refers to."""
    delete(tx, get_visible(tx.session, Meeting, meeting_id))
