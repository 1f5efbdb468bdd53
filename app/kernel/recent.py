"""What the newest revisions have changed, as far back as it matters to answers that are kept."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, select

from app.kernel.access import OPERATOR
from app.kernel.journal import Change
from app.kernel.statements import Found, OneStatement


class Changed(NamedTuple):
    """A record that a revision has changed, and the record that it is held by, if there is one."""

    revision: int
    kind: str
    id: str
    holder: str | None


# Whether a change may alter what an answer says.
TouchedBy = Callable[[Changed], bool]
Ask = Callable[[OneStatement, Mapping[str, Any], int], Awaitable[Found | None]]

# Past the application's own eyes: what is hidden from whom does not matter here.
_change = Change.__table__.c
_CHANGED = OneStatement(
    {
        "changes": select(_change.revision, _change.kind, _change.record_id, _change.holder)
        .where(_change.revision > bindparam("after", type_=BigInteger))
        .order_by(_change.revision)
    }
)


class RecentChanges:
    """The records that revisions have changed since this process first asked; a bounded number."""

    REACH = 500

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._changes: deque[Changed] = deque()
        # Known are the changes of the revisions after the first, up to the last.
        self._first = self._last = -1
        self._asking = asyncio.Lock()

    async def between(self, after: int, until: int) -> Sequence[Changed] | None:
        """What changed after one revision, up to another; None where that is not known."""
        if until - after > self.REACH:
            return None
        if until > self._last:
            async with self._asking:
                if until > self._last and not await self._catch_up(until):
                    return None
        if after < self._first:
            return None
        newest_first = takewhile(lambda change: change.revision > after, reversed(self._changes))
        return [change for change in newest_first if change.revision <= until]

    def forget(self) -> None:
        """Knows nothing any more: revisions that it knew are gone."""
        self._changes.clear()
        self._first = self._last = -1

    async def _catch_up(self, until: int) -> bool:
        after = max(self._last, until - self.REACH)
        found = await self._ask(_CHANGED, _CHANGED.parameters(OPERATOR, after=after), until)
        if found is None:
            return False
        if after > self._last:
            # What lies between is not known.
            self._changes.clear()
            self._first = after
        self._changes.extend(Changed(*row) for row in found.rows["changes"])
        self._last = found.revision
        self._first = max(self._first, self._last - self.REACH)
        while self._changes and self._changes[0].revision <= self._first:
            self._changes.popleft()
        return True
