"""What belongs to a dialogue and to an agreement: they are followed with all that they hold."""

from collections.abc import Callable
from typing import NamedTuple

from app.kernel.records import Holder, record_classes


class Belonging(NamedTuple):
    """The dialogue and the agreement that a record belongs to."""

    dialogue: str | None = None
    agreement: str | None = None


def belonging_of(
    record: Holder, held_with: Holder | None, holder_of: Callable[[Holder], Holder | None]
) -> Belonging:
    """Where a record is that is held with another: what gathers of it, and of all that hold it."""
    found_in = Belonging()
    found: Holder | None = record
    holder = held_with
    while found is not None:
        gathers = record_classes()[found.kind].gathers
        if gathers is not None:
            found_in = found_in._replace(**{gathers: found.id})
        found, holder = holder, None if holder is None else holder_of(holder)
    return found_in
