"""Dates: days, months and years as releases write them, with what they leave out left out."""

import re
from dataclasses import dataclass
from datetime import date

from app.drafting.finding.calendar_words import (
    CHINESE_YEAR_WORD,
    ENGLISH_WEEKDAY,
    KOREAN_YEAR_WORD,
    MONTH,
    MONTHS,
    YEAR_WORDS,
    weekday_of,
)
from app.drafting.finding.matching import Matched, Span, longest_apart
from app.drafting.finding.numerals import CHINESE, chinese_number, chinese_year


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date as far as it is written.

    `weekday` counts from Monday 0. `year_word` is how far from the release's year a word such as
    "last year" says that the date is.
    """

    span: Span
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    year_word: int | None = None

    @property
    def partial(self) -> str | None:
        """The date as a record writes it, or None where the year is not written."""
        if self.year is None:
            return None
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
            if self.day is not None:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @property
    def weekday_fits(self) -> bool:
        """Whether the weekday, where one is written, is that of the day."""
        if self.weekday is None or None in (self.year, self.month, self.day):
            return True
        return date(self.year or 1, self.month or 1, self.day or 1).weekday() == self.weekday


_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT_YEAR = r"'(?P<short>\d\d)"
_DAY = r"(?P<day>\d{1,2})"
_CHINESE_YEAR = rf"(?:{_YEAR}|(?P<written_year>[〇零○一二三四五六七八九]{{4}}))年"
_EN_IN_BRACKETS = rf"(?: ?\((?P<weekday>{ENGLISH_WEEKDAY})\.?\))?"
_KO_IN_BRACKETS = (
    r"(?: ?\((?P<weekday>[월화수목금토일](?:요일)?)\)| (?P<spoken>[월화수목금토일]요일))?"
)
_ZH_IN_BRACKETS = (
    r"(?: ?\(?(?P<weekday>(?:星期|周|礼拜)[一二三四五六日天])\)?"
    r"| ?\((?P<spoken>[一二三四五六日])\))?"
)
_WEEKDAY_BEFORE = rf"(?:\b(?P<before>{ENGLISH_WEEKDAY})\.?,? (?:the )?)?"
_YEAR_AFTER = rf"(?:,? ?(?:of )?(?:{_YEAR}|(?P<year_word>this year|last year|next year)))?(?!\d)"

_RULES = tuple(
    re.compile(rule, re.I)
    for rule in (
        rf"{_WEEKDAY_BEFORE}\b(?P<month>{MONTH})\.? {_DAY}(?:st|nd|rd|th)?(?!\d)"
        rf"{_EN_IN_BRACKETS}{_YEAR_AFTER}",
        rf"{_WEEKDAY_BEFORE}\b{_DAY}(?:st|nd|rd|th)? (?:of )?(?P<month>{MONTH})\b\.?"
        rf"{_EN_IN_BRACKETS}{_YEAR_AFTER}{_EN_IN_BRACKETS.replace('weekday', 'after')}",
        rf"\b(?P<month>{MONTH})\b\.?,? (?:of )?(?:{_YEAR}(?!\d)|(?P<year_word>this year"
        rf"|last year|next year))",
        rf"\b(?:in|since|until|by|early|mid|late) (?P<month>{MONTH})\b",
        rf"(?:(?:{_YEAR}년|{_SHORT_YEAR}(?:년|\.)|(?P<year_word>{KOREAN_YEAR_WORD})) ?)?"
        rf"(?P<month>\d{{1,2}})월 ?{_DAY}(?:일|(?=[~-]\d{{1,2}}일)){_KO_IN_BRACKETS}",
        rf"(?:{_YEAR}년|{_SHORT_YEAR}(?:년|\.)"
        rf"|(?P<year_word>{KOREAN_YEAR_WORD})) ?(?P<month>\d{{1,2}})월"
        r"(?! ?\d{1,2}[일~-])",
        r"(?:지난|오는) ?(?P<month>\d{1,2})월(?! ?\d)",
        rf"(?:{_YEAR}|{_SHORT_YEAR})\. ?(?P<month>\d{{1,2}})\. ?{_DAY}(?!\d)\.?{_KO_IN_BRACKETS}",
        rf"(?:{_YEAR}|{_SHORT_YEAR})\. ?(?P<month>\d{{1,2}})\.(?! ?\d)",
        rf"(?<![\d.])(?P<month>\d{{1,2}})\. ?{_DAY}\.? ?\((?P<weekday>[월화수목금토일])\)",
        rf"(?<![\d월])(?<!월 ){_DAY}일(?: ?\((?P<weekday>[월화수목금토일])\))"
        r"(?! ?(?:간|동안|차))",
        rf"(?:{_CHINESE_YEAR}|(?P<year_word>{CHINESE_YEAR_WORD}))?"
        rf"(?P<month>\d{{1,2}}|{CHINESE})月(?P<day>\d{{1,2}}|{CHINESE})"
        rf"(?:[日号]|(?=[-~至到](?:\d{{1,2}}|{CHINESE})[日号])){_ZH_IN_BRACKETS}",
        rf"(?:{_CHINESE_YEAR}|(?P<year_word>{CHINESE_YEAR_WORD}))(?P<month>\d{{1,2}}|{CHINESE})月"
        rf"(?!(?:\d{{1,2}}|{CHINESE})[日号至到~-])",
        _CHINESE_YEAR,
        rf"(?<![\d.]){_YEAR}년",
        rf"{_SHORT_YEAR}년",
        rf"(?<![\d/.-]){_YEAR}[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}(?![\d/-])"
        rf"(?: ?\((?P<weekday>[월화수목금토일]|{ENGLISH_WEEKDAY})\))?",
    )
)
# A day alone, "20일", is a date only where nothing counts days with it.
_DAY_ALONE = re.compile(
    r"(?<![\d월.,])(?<!월 )(?P<day>\d{1,2})일(?=[ ,(]|부터|까지|에|,|~|$)(?! ?(?:간|동안|차"
    r"|정도|이내|전|후))"
)


def dates_in(matched: Matched) -> list[DateFound]:
    """Every date; of two that overlap the one that says more, in the order of the text.

    What is no day of a calendar (30 February, a thirteenth month) is no date.
    """
    found = [
        made
        for rule in (*_RULES, _DAY_ALONE)
        for match in rule.finditer(matched.folded)
        if (made := _date_of(matched, match)) is not None
    ]
    return longest_apart(found)


def _date_of(matched: Matched, match: re.Match[str]) -> DateFound | None:
    given = {name: text for name, text in match.groupdict().items() if text}
    try:
        year = _year(given)
        month = _number(given["month"], MONTHS) if "month" in given else None
        day = _number(given["day"], {}) if "day" in given else None
        if month is not None or day is not None:
            # A year without its month or day may be a leap year.
            date(year or 2000, month or 1, day or 1)
    except ValueError:
        return None
    written = next((given[name] for name in _WEEKDAY_GROUPS if name in given), None)
    word = given.get("year_word")
    return DateFound(
        matched.of(match),
        year,
        month,
        day,
        weekday_of(written),
        YEAR_WORDS[" ".join(word.lower().split())] if word else None,
    )


_WEEKDAY_GROUPS = ("weekday", "spoken", "before", "after")


def _year(given: dict[str, str]) -> int | None:
    if "year" in given:
        return int(given["year"])
    if "short" in given:
        return 2000 + int(given["short"])
    if "written_year" in given:
        year = chinese_year(given["written_year"])
        if year is None or not 1900 <= year <= 2099:
            raise ValueError("no year")
        return year
    return None


def _number(text: str, names: dict[str, int]) -> int:
    # "may 20 people" is no date: the names of months begin with a capital.
    if text in ("may", "march"):
        raise ValueError("no month")
    value = names.get(text.lower())
    if value is None:
        value = int(text) if text.isdecimal() else chinese_number(text)
    if not value:
        raise ValueError("no number")
    return value
