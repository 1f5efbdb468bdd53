"""Meetings are numbered within their dialogue."""

from sqlalchemy.orm import Session

from app.dialogues.models import Meeting
from app.dialogues.schemas import MeetingBody
from app.kernel.constraints import require_unique


def derived_id(body: MeetingBody) -> str:
    """The id of a meeting that was given none: its dialogue with its ordinal, or else its date."""
    mark = body.ordinal if body.ordinal is not None else body.starts
    return f"{body.dialogue}-{mark}" if mark is not None else ""


def require_free_ordinal(session: Session, meeting: Meeting) -> None:
    """Raises Conflict where another meeting of the dialogue has the same ordinal."""
    if meeting.ordinal is not None:
        require_unique(
            session, meeting, "dialogue", "ordinal", constraint="uq_meeting_ordinal_in_dialogue"
        )
