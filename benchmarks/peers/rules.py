"""The rules of docs/standing.md, as the peers that compute in Python share them: pure functions.

Days are text, YYYY-MM-DD, as the tables hold them; they compare as days do.
"""

import calendar
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

STALE_AFTER = timedelta(days=180)
STATUSES = ("not_started", "on_track", "delayed", "suspended", "completed", "cancelled")
BASES = ("joint", "agreed", "diverging", "one_sided", "unreported")
FINAL = frozenset({"completed", "cancelled"})
# Of several statuses the one that promises least is shown: the first of these.
CAUTION = {
    status: rank
    for rank, status in enumerate(
        ("cancelled", "suspended", "delayed", "not_started", "on_track", "completed")
    )
}


class Position(Protocol):
    """A party's newest report."""

    status: str
    progress: int | None
    reported_on: str


class Conclusion(Protocol):
    """What the parties concluded jointly, at a meeting held on a day."""

    status: str
    progress: int | None
    held_on: str


class DatedName(Protocol):
    """A name and the partial dates between which it held."""

    name: dict[str, str]
    starts: str | None
    ends: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How positions differ."""

    status: bool
    progress_gap: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands; `assessment` and `positions` are what was given."""

    status: str | None
    progress: int | None
    basis: str
    overdue: bool
    stale: bool
    parties_differ: Difference | None
    positions: Sequence[Any]
    assessment: Any | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What standings come to."""

    items: int
    by_status: dict[str, int]
    by_basis: dict[str, int]
    overdue: int
    stale: int
    mean_progress: float | None
    items_with_progress: int


def today_in(timezones: Iterable[str]) -> date:
    """The latest day that it is in any of the time zones."""
    return max(datetime.now(ZoneInfo(timezone)).date() for timezone in timezones)


def standing_on(
    day: date,
    *,
    parties: int,
    positions: Sequence[Position],
    assessment: Conclusion | None,
    due: str | None,
    ended: str | None,
) -> Standing:
    """The standing of an item of an agreement of so many `parties`, on `day`.

    `positions` are those of the day, in the order of the parties; `assessment` is the newest
    that was adopted by then.
    """
    basis = _basis(parties, positions, assessment)
    status, progress = _conclusion(basis, positions, assessment)
    heard = [position.reported_on for position in positions]
    if assessment is not None:
        heard.append(assessment.held_on)
    return Standing(
        status=status,
        progress=progress,
        basis=basis,
        overdue=(
            due is not None
            and status not in FINAL
            and latest(due) < day.isoformat()
            and (ended is None or latest(ended) > day.isoformat())
        ),
        stale=bool(heard) and max(heard) < (day - STALE_AFTER).isoformat(),
        parties_differ=_difference(positions),
        positions=positions,
        assessment=assessment,
    )


def summary_of(standings: Sequence[Standing]) -> Summary:
    """What standings come to: counts, and the mean of the progress that is known."""
    statuses = Counter(standing.status for standing in standings)
    bases = Counter(standing.basis for standing in standings)
    progress = [standing.progress for standing in standings if standing.progress is not None]
    return Summary(
        items=len(standings),
        by_status={status: statuses[status] for status in STATUSES},
        by_basis={basis: bases[basis] for basis in BASES},
        overdue=sum(standing.overdue for standing in standings),
        stale=sum(standing.stale for standing in standings),
        mean_progress=round(sum(progress) / len(progress), 1) if progress else None,
        items_with_progress=len(progress),
    )


def name_on(names: Sequence[DatedName], day: date) -> dict[str, str]:
    """The name that held on `day`, the one begun last; else the nearest. `names` is not empty."""
    today = day.isoformat()
    begun = [name for name in names if _began(name) <= today]
    holding = [name for name in begun if name.ends is None or latest(name.ends) >= today]
    if holding or begun:
        return max(holding or begun, key=_began).name
    return min(names, key=_began).name


def latest(partial: str) -> str:
    """The last day that a partial date, YYYY, YYYY-MM or YYYY-MM-DD, may mean."""
    if len(partial) == 10:
        return partial
    if len(partial) == 4:
        return f"{partial}-12-31"
    year, month = map(int, partial.split("-"))
    return f"{partial}-{calendar.monthrange(year, month)[1]}"


def _began(name: DatedName) -> str:
    return "" if name.starts is None else f"{name.starts}-01-01"[:10]


def _basis(parties: int, positions: Sequence[Position], assessment: Conclusion | None) -> str:
    if assessment is not None and all(
        position.reported_on <= assessment.held_on for position in positions
    ):
        return "joint"
    if not positions:
        return "unreported"
    if len(positions) < parties:
        return "one_sided"
    return "agreed" if len({position.status for position in positions}) == 1 else "diverging"


def _conclusion(
    basis: str, positions: Sequence[Position], assessment: Conclusion | None
) -> tuple[str | None, int | None]:
    if basis == "joint" and assessment is not None:
        return assessment.status, assessment.progress
    if not positions:
        return None, None
    status = min((position.status for position in positions), key=CAUTION.__getitem__)
    given = [
        position.progress
        for position in positions
        if position.status == status and position.progress is not None
    ]
    return status, min(given, default=None)


def _difference(positions: Sequence[Position]) -> Difference | None:
    given = [position.progress for position in positions if position.progress is not None]
    gap = max(given) - min(given) if len(given) > 1 else None
    statuses = len({position.status for position in positions})
    if statuses < 2 and not gap:
        return None
    return Difference(status=statuses > 1, progress_gap=gap)
