"""Which of an organization's dated names held on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from app.kernel.dates import earliest, latest
from app.kernel.text import LocalizedText


class DatedName(Protocol):
    """A name with the period in which it held; an open end is None."""

    @property
    def name(self) -> LocalizedText:
        """The name."""

    @property
    def starts(self) -> str | None:
        """The first day, month or year."""

    @property
    def ends(self) -> str | None:
        """The last day, month or year."""


N = TypeVar("N", bound=DatedName)


def name_on(names: Sequence[N], day: date) -> N:
    """The name that held on `day`: of those whose period may include it, the one begun last.

    Before the first name began, or after the last ended, the nearest one. `names` is not empty.
    """
    holding = [
        name
        for name in names
        if (name.starts is None or earliest(name.starts) <= day)
        and (name.ends is None or latest(name.ends) >= day)
    ]
    if holding:
        return max(holding, key=_began)
    begun = [name for name in names if _began(name) <= day]
    return max(begun, key=_began) if begun else min(names, key=_began)


def _began(name: DatedName) -> date:
    return earliest(name.starts) if name.starts else date.min
