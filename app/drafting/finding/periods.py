"""Periods: from one date to another, with what both share written once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.drafting.finding.calendar_words import MONTH, MONTHS
from app.drafting.finding.dates import DateFound, dates_in
from app.drafting.finding.matching import Matched, Span, longest_apart
from app.drafting.finding.numerals import CHINESE, chinese_number


@dataclass(frozen=True, slots=True)
class PeriodFound:
    """A period, and its ends, each with what is written once for both."""

    span: Span
    starts: DateFound
    ends: DateFound


_JOINT = re.compile(
    r",? ?(?:부터|에서|~|-|to|through|until|till|and|起?至|到)(?: ?(?:the|오는))? ?", re.I
)
_NO_PERIOD = re.compile(r",? ?and", re.I)
_BARE_END = re.compile(
    r"(?P<day>\d{1,2})(?:일|日|号|st|nd|rd|th)?(?![\d월月/-]|\. ?\d)"
    rf"|(?P<written_day>{CHINESE})[日号]"
)
_SHORT_END = re.compile(r"(?P<month>\d{1,2})\. ?(?P<day>\d{1,2})\.?(?![\d])")
_YEAR_AFTER = re.compile(r",? ?(?P<year>(?:19|20)\d\d)(?!\d)")
_IN_BRACKETS = re.compile(
    r" ?\((?:[월화수목금토일]|[A-Za-z]{3,9}\.?|(?:星期|周)?[一二三四五六日天])\)"
)
_YEARS = (
    re.compile(
        r"(?<!\d)(?P<first>(?:19|20)\d\d)[년年]? ?(?:-|~|to|through|부터|至|到) ?"
        r"(?P<last>(?:19|20)\d\d)(?!\d)[년年]?"
    ),
    re.compile(r"'(?P<first>\d\d)년? ?[-~] ?'(?P<last>\d\d)(?!\d)년?"),
)
_DAYS_THEN_MONTH = re.compile(
    r"\b(?P<first>\d{1,2})(?:st|nd|rd|th)? ?(?:-|~|to|and|through) ?"
    rf"(?P<last>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{MONTH})\b\.?"
    r"(?:,? ?(?P<year>(?:19|20)\d\d)(?!\d))?",
    re.I,
)


def periods_in(matched: Matched) -> list[PeriodFound]:
    """Every period whose end is not before its start; of two that overlap the longer."""
    found = [*_of_years(matched), *_of_days_then_month(matched), *_of_dates(matched)]
    return longest_apart(found)


def _of_years(matched: Matched) -> Iterator[PeriodFound]:
    for rule in _YEARS:
        for match in rule.finditer(matched.folded):
            first, last = (
                DateFound(matched.of(match, name), 2000 + int(match[name][-2:]))
                if len(match[name]) == 2
                else DateFound(matched.of(match, name), int(match[name]))
                for name in ("first", "last")
            )
            if (first.year or 0) <= (last.year or 0):
                yield PeriodFound(matched.of(match), first, last)


def _of_days_then_month(matched: Matched) -> Iterator[PeriodFound]:
    for match in _DAYS_THEN_MONTH.finditer(matched.folded):
        month = MONTHS[match["month"].lower()]
        year = int(match["year"]) if match["year"] else None
        first, last = int(match["first"]), int(match["last"])
        if 1 <= first < last <= 31:
            yield PeriodFound(
                matched.of(match),
                DateFound(matched.of(match, "first"), year, month, first),
                DateFound(matched.of(match, "last"), year, month, last),
            )


def _of_dates(matched: Matched) -> Iterator[PeriodFound]:
    dates = dates_in(matched)
    by_start = {matched.at(one.span.start): one for one in dates}
    for first in dates:
        at = matched.at(first.span.end)
        joint = _JOINT.match(matched.folded, at)
        if joint is None:
            continue
        follower = by_start.get(joint.end())
        if follower is not None and follower.month is not None:
            last: DateFound | None = follower
        else:
            last = _short_end(matched, joint.end(), first) or follower
            last = last or _day(matched, joint, first)
        if last is None or (_NO_PERIOD.match(joint.group()) and last is follower):
            continue
        period = _shared(first, last)
        if period is not None:
            yield PeriodFound(Span(first.span.start, last.span.end), *period)


def _short_end(matched: Matched, at: int, first: DateFound) -> DateFound | None:
    # "2023. 12. 20. ~ 12. 21."
    match = _SHORT_END.match(matched.folded, at)
    if match is None or first.day is None or not 1 <= int(match["month"]) <= 12:
        return None
    return DateFound(matched.of(match), None, int(match["month"]), int(match["day"]))


def _day(matched: Matched, joint: re.Match[str], first: DateFound) -> DateFound | None:
    # "December 20-21, 2023", "20일부터 21일까지": the month is written once.
    match = _BARE_END.match(matched.folded, joint.end())
    if match is None or first.day is None:
        return None
    day = int(match["day"]) if match["day"] else chinese_number(match["written_day"])
    if day is None or not first.day < day <= 31:
        return None
    end = match.end()
    brackets = _IN_BRACKETS.match(matched.folded, end)
    if brackets:
        end = brackets.end()
    year = _YEAR_AFTER.match(matched.folded, end)
    if year:
        end = year.end()
    span = matched.span(match.start(), end)
    return DateFound(span, int(year["year"]) if year else None, first.month, day)


def _shared(first: DateFound, last: DateFound) -> tuple[DateFound, DateFound] | None:
    if (first.day is None) != (last.day is None) or (first.month is None) != (last.month is None):
        if not (first.day and last.day):
            return None
        if first.month is None and last.month is not None:
            # "28일부터 3월 2일까지" begins in the month before.
            before = (last.month - 2) % 12 + 1 if first.day > last.day else last.month
            first = replace(first, month=before)
        last = replace(last, month=last.month or first.month)
    crosses = (last.month or 0, last.day or 0) < (first.month or 0, first.day or 0)
    if first.year is not None and last.year is None:
        last = replace(last, year=first.year + crosses)
    elif last.year is not None and first.year is None and first.year_word is None:
        first = replace(first, year=last.year - crosses)
    elif first.year_word is not None and last.year is None and last.year_word is None:
        last = replace(last, year_word=first.year_word + crosses)
    if (first.year or 0) > (last.year or 9999):
        return None
    if first.year == last.year and first.year is not None and crosses:
        return None
    return first, last
