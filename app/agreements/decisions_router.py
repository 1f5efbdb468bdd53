"""Routes by which a meeting's decisions act on action items."""

from fastapi import APIRouter

from app.agreements.decisions import DecisionBody, DecisionMade, decide
from app.dialogues.models import Meeting
from app.kernel.changes import get_visible
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Deciding
from app.kernel.routes import DECIDE, RecordId

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=RecordRoute)


@router.post("/{id}/decisions", operation_id="decideAtMeeting", status_code=201, responses=DECIDE)
def decide_at_meeting(tx: Deciding, meeting_id: RecordId, body: DecisionBody) -> DecisionMade:
    """Adds a decision, and creates, changes or ends the action item that it is about."""
    made = decide(tx, get_visible(tx.session, Meeting, meeting_id), body)
    tx.headers["Location"] = f"/v1/meetings/{meeting_id}"
    return made
