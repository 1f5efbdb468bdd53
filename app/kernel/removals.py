"""Who loses sight of a record by a change of it: for each kind, whatever rule has narrowed it."""

from app.kernel.access import Visibility
from app.kernel.records import Record


class NarrowedError(RuntimeError):
    """A record that everybody saw would have been kept from some."""


def lost_by(record: Record, visibility: Visibility | None, audience: str | None) -> list[str]:
    """The parties that were in its audience before and are not now; none for a new record.

    Raises NarrowedError where it was public and is not any more: those who have seen it cannot be
    told apart from those who have not.
    """
    if visibility is None or record.visibility == Visibility.PUBLIC:
        return []
    if visibility == Visibility.PUBLIC:
        raise NarrowedError(f"{record.__tablename__} {record.id} was public, and is not any more")
    seeing = (record.audience or "").split()
    return [party for party in (audience or "").split() if party not in seeing]
