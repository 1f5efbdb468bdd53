"""The year of a date that does not say it: derived from what the release says, never guessed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.drafting.finding.dates import DateFound
from app.drafting.finding.issuing import IssueFound
from app.drafting.finding.periods import PeriodFound
from app.kernel.dates import earliest

_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
# A release speaks of what is near the day of its issue.
_NEAR = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date as a record writes it, or None; why it is that, and whether a person must look."""

    partial: str | None
    reason: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a release says by which a year can be derived."""

    issue: IssueFound | None
    years: frozenset[int]
    periods: tuple[PeriodFound, ...]


def calendar_of(
    issue: IssueFound | None, dates: list[DateFound], periods: list[PeriodFound]
) -> Calendar:
    """The years that a release names, and its periods that do."""
    ends = [end for period in periods for end in (period.starts, period.ends)]
    years = frozenset(one.year for one in (*dates, *ends) if one.year is not None)
    return Calendar(issue, years, tuple(periods))


def dated(found: DateFound, calendar: Calendar, *, ahead: bool | None) -> Dated:
    """The date that `found` means.

    `ahead` says whether it is to come after the day of issue; None where that is not known.
    """
    made = _dated(found, calendar, ahead)
    try:
        if made.partial is not None:
            earliest(made.partial)
    except ValueError:
        return Dated(None, f"there is no {made.partial}", unsure=True)
    return made


def _dated(found: DateFound, calendar: Calendar, ahead: bool | None) -> Dated:
    if found.year is not None:
        return _as_written(found)
    if found.year_word is not None:
        return _by_word(found, calendar)
    if found.month is None and found.day is None:
        return Dated(None, "no year, month or day is written", unsure=True)
    if calendar.issue is not None:
        return _by_issue(found, calendar, calendar.issue, ahead)
    return _without_issue(found, calendar)


def _as_written(found: DateFound) -> Dated:
    if found.weekday_fits:
        return Dated(found.partial)
    day = date(found.year or 1, found.month or 1, found.day or 1)
    return Dated(
        found.partial,
        f"{found.partial} is a {_WEEKDAYS[day.weekday()]}, but the release writes "
        f"{_WEEKDAYS[found.weekday or 0]}",
        unsure=True,
    )


def _by_word(found: DateFound, calendar: Calendar) -> Dated:
    if calendar.issue is None:
        return Dated(None, "the year is only told from that of the release, which has none", True)
    year = (calendar.issue.date.year or 0) + (found.year_word or 0)
    partial = replace(found, year=year).partial
    where = "its text" if calendar.issue.span else "the file's name"
    reason = f"the year is told from that of the release, which {where} gives as "
    return Dated(partial, f"{reason}{calendar.issue.date.year}")


def _by_issue(found: DateFound, calendar: Calendar, issue: IssueFound, ahead: bool | None) -> Dated:
    issued = date(issue.date.year or 1, issue.date.month or 1, issue.date.day or 1)
    candidates = [
        (day, whole)
        for whole in _possible(found, issued)
        if (day := date(whole.year or 1, whole.month or 1, whole.day or 1))
        and (whole.weekday is None or whole.weekday_fits)
    ]
    if not candidates:
        return Dated(None, "no year near that of the release has this date on that weekday", True)
    fitting = [
        one
        for one in candidates
        # Elsewhere it may be the next day already.
        if ahead is None
        or (one[0] >= issued if ahead else _first_day(one[1]) <= issued + timedelta(days=1))
    ]
    day, whole = min(fitting or candidates, key=lambda one: abs(one[0] - issued))
    where = "the text says" if issue.span else "the file's name says"
    reason = f"the year is not beside the date; the release is of {issued}, as {where}"
    supported = found.weekday is not None or whole.year in calendar.years
    if found.weekday is not None:
        reason += ", and the weekday fits"
    elif whole.year in calendar.years:
        reason += f", and names {whole.year} elsewhere"
    if found.month is None:
        return Dated(
            whole.partial, f"only the day is written; {reason}", abs(day - issued) > timedelta(7)
        )
    unsure = abs(day - issued) > _NEAR or not (issue.span or supported)
    return Dated(whole.partial, reason, unsure)


def _first_day(whole: DateFound) -> date:
    return date(whole.year or 1, whole.month or 1, whole.day or 1)


def _possible(found: DateFound, issued: date) -> list[DateFound]:
    possible: list[DateFound] = []
    for year in (issued.year - 1, issued.year, issued.year + 1):
        for month in [found.month] if found.month else range(1, 13):
            try:
                date(year, month, found.day or 1)
            except ValueError:
                continue
            possible.append(replace(found, year=year, month=month))
    return possible


def _without_issue(found: DateFound, calendar: Calendar) -> Dated:
    if found.month is None:
        return Dated(None, "neither year nor month is written, and the release has no date", True)
    if found.weekday is not None and found.day is not None:
        years = [year for year in sorted(calendar.years) if _is_on_its_weekday(found, year)]
        if len(years) == 1:
            partial = replace(found, year=years[0]).partial
            return Dated(partial, "of the years that the release names only this has that weekday")
    if found.day is not None:
        for period in calendar.periods:
            whole = _within(found, period)
            if whole is not None:
                return Dated(
                    whole.partial,
                    "the year is not beside the date, and the release has no date; only the period "
                    f"from {period.starts.partial} to {period.ends.partial} holds it",
                    unsure=True,
                )
    return Dated(None, "the year is not written, and nothing in the release tells it", unsure=True)


def _is_on_its_weekday(found: DateFound, year: int) -> bool:
    try:
        return replace(found, year=year).weekday_fits
    except ValueError:
        return False


def _within(found: DateFound, period: PeriodFound) -> DateFound | None:
    if period.starts.day is None or period.ends.day is None:
        return None
    for year in (period.starts.year, period.ends.year):
        whole = replace(found, year=year)
        if (period.starts.partial or "9") <= (whole.partial or "") <= (period.ends.partial or ""):
            return whole
    return None
