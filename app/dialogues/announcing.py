"""Meetings of which only the parties know, until they are announced."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.dialogues.codes import MeetingStatus
from app.dialogues.models import DialogueParty, Meeting
from app.dialogues.ordinals import derived_id
from app.dialogues.schemas import MeetingBody
from app.kernel.access import Principal, Visibility
from app.kernel.changes import create
from app.kernel.keeping import id_of_kept, refuse_narrowing
from app.kernel.problems import Forbidden, InvalidRequest, invalid_field
from app.kernel.records import audience_of


def new_meeting(session: Session, body: MeetingBody) -> Meeting:
    """A new meeting, added and not yet flushed.

    Raises, for one that is not announced, InvalidRequest for an id, Forbidden for a caller of no
    party of the dialogue; and what create() raises.
    """
    if body.visibility == Visibility.PUBLIC:
        return create(session, Meeting, body, derived_id=derived_id(body))
    derived = id_of_kept(Meeting, body)
    audience = _audience_of_unannounced(session, body.dialogue)
    return create(session, Meeting, body, derived_id=derived, audience=audience)


def require_sound_announcement(session: Session, meeting: Meeting) -> None:
    """Sets who sees a meeting that was made, loaded or moved: the dialogue's parties of that day.

    Who joins the dialogue later does not see it, and who leaves it does: any editor can change a
    dialogue. Raises Conflict where one that was public is to be so no longer, InvalidRequest for
    one that was held, or has a number, without being public, Forbidden for a caller of no party of
    the dialogue.
    """
    if meeting.visibility == Visibility.PUBLIC:
        return
    refuse_narrowing(meeting)
    if meeting.status == MeetingStatus.HELD:
        detail = "A meeting that was held is public, and so is what it concludes."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("status",), "held_in_public", detail, meeting.status.value)],
        )
    if meeting.ordinal is not None:
        # That a number is taken would tell others of it.
        detail = "A meeting is given its number when it is made public."
        raise InvalidRequest(
            detail,
            errors=[invalid_field(("ordinal",), "numbered_in_public", detail, meeting.ordinal)],
        )
    state = inspect(meeting)
    if not state.persistent or state.attrs.dialogue.history.has_changes():
        meeting.audience = _audience_of_unannounced(session, meeting.dialogue)


def _audience_of_unannounced(session: Session, dialogue: str) -> str | None:
    """The audience of a meeting that is not announced; None for an unknown dialogue."""
    parties = session.scalars(
        select(DialogueParty.party)
        .where(DialogueParty.dialogue_id == dialogue)
        .order_by(DialogueParty.position)
    ).all()
    if not parties:
        # It is refused with all other references.
        return None
    principal: Principal = session.info["principal"]
    if principal.party not in parties and not principal.sees_all:
        detail = f"Only the parties of {dialogue} can keep its meetings to themselves."
        raise Forbidden(
            detail, errors=[invalid_field(("dialogue",), "party_of_dialogue", detail, dialogue)]
        )
    return audience_of(parties)
