"""Who loses sight of a record by a change of it: for each kind, whatever rule has narrowed it."""

from app.kernel.access import Visibility
from app.kernel.records import parties_in
from app.kernel.setting_aside import SetAside


class NarrowedError(RuntimeError):
    """A record that everybody saw would have been kept from some."""


def lost_by(change: SetAside) -> list[str]:
    """The parties that were in its audience before and are not now; none for a new record.

    Raises NarrowedError where it was public and is not any more: those who have seen it cannot be
    told apart from those who have not.
    """
    before = change.visibility_before
    if before is None or change.visibility == Visibility.PUBLIC:
        return []
    if before == Visibility.PUBLIC:
        raise NarrowedError(f"{change.kind} {change.id} was public, and is not any more")
    seeing = parties_in(change.audience)
    return [party for party in parties_in(change.audience_before) if party not in seeing]
