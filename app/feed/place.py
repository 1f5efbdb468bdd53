"""A place in the journal, from which its changes are followed."""

from typing import NamedTuple

# The last that a revision can have.
_LAST = 2**31 - 1


class Place(NamedTuple):
    """A place in the journal: after a change."""

    revision: int
    sequence: int

    @classmethod
    def after(cls, revision: int) -> "Place":
        """The place after all changes of a revision."""
        return cls(revision, _LAST)

    @property
    def is_whole(self) -> bool:
        """Whether it lies after all changes of its revision."""
        return self.sequence == _LAST
