"""A meeting on which others rest stays as it was held."""

from datetime import date

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.dialogues.announcing import require_sound_announcement
from app.dialogues.models import Meeting
from app.dialogues.ordinals import require_free_ordinal
from app.kernel.constraints import uses_of
from app.kernel.dates import latest
from app.kernel.problems import Conflict, invalid_field, shown

_FIXED = ("dialogue", "status", "starts", "ends")


def day_over(meeting: Meeting) -> date | None:
    """The day by which a meeting was over, as far as is known; None without any date."""
    known = meeting.ends or meeting.starts
    return None if known is None else latest(known)


def require_sound_meeting(session: Session, meeting: Meeting) -> None:
    """Raises Conflict for an ordinal that is taken, or a meeting moved away from its conclusions.

    Sets who sees it, and raises what require_sound_announcement() raises.

    What a meeting has concluded, or is to, counts from the day on which it was held. To correct
    that day, take the proposals back first; what was adopted stays.
    """
    state = inspect(meeting)
    changed = [
        name for name in _FIXED if state.persistent and state.attrs[name].history.has_changes()
    ]
    uses = uses_of(session, meeting) if changed else []
    if uses:
        detail = f"{meeting.id} cannot change its {changed[0]}: {', '.join(uses)} rests on it."
        raise Conflict(
            detail,
            errors=[
                invalid_field((name,), "held_as_assessed", detail, shown(getattr(meeting, name)))
                for name in changed
            ],
        )
    require_sound_announcement(session, meeting)
    require_free_ordinal(session, meeting)
