"""When a release was issued, in which language it is, and what its title is."""

import re
from dataclasses import dataclass

from app.drafting.finding.dates import DateFound, dates_in
from app.drafting.finding.matching import (
    Matched,
    Placed,
    Sentence,
    Span,
    between,
    line_before,
    width,
)

_LABEL = re.compile(
    r"(?:(?:^|\n) {0,8}press releases? {0,2}[-,|:] {0,2}|(?:^|[ \n|(\[])"
    r"(?:for (?:immediate )?release|date(?: of (?:release|issue))?|issued|released"
    r"|press release date"
    r"|posted|registered"
    r"|배포 ?일시?|보도 ?일시|보도 ?시점|등록일|작성일|게시일|배포|발행일"
    r"|发布日期|发布时间|发布|日期|时间)(?: on)?\)?[ :]{0,3}\(?)$",
    re.I,
)
_FILE_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<joint>[-._]?)(?P<month>0[1-9]|1[0-2])(?P=joint)"
    r"(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?P<short>\d\d)(?P<short_month>0[1-9]|1[0-2])(?P<short_day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_DATELINE = re.compile(r"^\(?[A-Z][A-Za-z., ]{1,30}[,(=-] ?$")
_BEHIND_DATELINE = re.compile(r" ?(?:\([^()\n]{1,30}\) ?)?[-)=:]")
_CITY_BEFORE = re.compile(r"^\(?[A-Z][A-Za-z]{1,20}(?: [A-Z][a-z]{1,20})?, ?$")
_BEHIND_DATE = re.compile(r" {1,4}(?:来源|作者|字号|浏览|source|담당|조회)", re.I)
_NO_TITLE = re.compile(
    r"^(?:(?:.{0,40} )?press releases?"
    r"|news releases?|for immediate release|board view|news|media advisory"
    r"|home|print"
    r"|(?:.{0,20} )?보도 ?자료"
    r"|보도 ?참고 ?자료|보도 ?설명 ?자료|참고 ?자료|즉시 ?보도.{0,10}|新闻稿"
    r"|新闻发布|新闻|要闻|首页|打印"
    r"|.{0,20}(?:배포 ?일시?|보도 ?일시|보도 ?시점|등록일|담당|发布日期|发布时间|来源|字号"
    r"|date ?:|issued).{0,200}|[\W\d_]{1,200})$",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class IssueFound:
    """When a release was issued; `span` is None where only the file's name says it."""

    date: DateFound
    span: Span | None


def issue_in(matched: Matched, file_name: str) -> IssueFound | None:
    """The day of issue: behind a label, in a dateline, alone on a line, or in the file's name."""
    dates = [one for one in dates_in(matched) if one.partial and one.day]
    for one in dates:
        at = matched.at(one.span.start)
        if _LABEL.search(matched.folded[max(0, at - 40) : at]):
            return IssueFound(one, one.span)
    for one in dates:
        start, end = matched.at(one.span.start), matched.at(one.span.end)
        line = line_before(matched.folded, start)
        behind = matched.folded[end : end + 40].partition("\n")[0]
        alone = not behind.strip(" ()[]<>.") or _BEHIND_DATE.match(behind)
        if alone and (not line.strip(" ()[]<>") or _CITY_BEFORE.match(line)):
            return IssueFound(one, one.span)
        if in_dateline(matched, one):
            return IssueFound(one, one.span)
    return _in_name(file_name)


def in_dateline(matched: Matched, date: DateFound) -> bool:
    """Whether a date stands in a dateline, "BEIJING, March 19 -", with or without its year."""
    start, end = matched.at(date.span.start), matched.at(date.span.end)
    return bool(
        _DATELINE.match(line_before(matched.folded, start))
        and _BEHIND_DATELINE.match(matched.folded, end)
    )


def _in_name(file_name: str) -> IssueFound | None:
    match = _FILE_NAME.search(file_name)
    if match is None:
        return None
    if match["year"]:
        year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    else:
        year, month, day = (int(match[name]) for name in ("short", "short_month", "short_day"))
        year += 2000
    found = dates_in(Matched(f"{year:04d}-{month:02d}-{day:02d}"))
    return IssueFound(found[0], None) if found else None


def language_of(text: str) -> str | None:
    """The language of most letters, where that is English, Korean or Chinese."""
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in text)
    han = sum("\u4e00" <= char <= "\u9fff" for char in text)
    kana = sum("\u3040" <= char <= "\u30ff" for char in text)
    latin = sum(char.isascii() and char.isalpha() for char in text)
    # A word in Latin letters is as long as some three in Chinese characters or syllables.
    if hangul + han + kana == 0:
        return "en" if latin else None
    if kana > hangul and kana * 10 > han:
        return None
    if latin > 6 * (hangul + han):
        return "en"
    return "ko" if hangul >= han else "zh"


def language_at(text: str) -> str:
    """The language that a few words of a release are in, by their script."""
    if any("\uac00" <= char <= "\ud7a3" for char in text):
        return "ko"
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"


_FEWEST_COLUMNS = 12
_MOST_LINES = 15


def title_in(
    matched: Matched, found: list[Sentence], headings: list[Span], others: list[Placed]
) -> Span | None:
    """The release's title: its first heading, else its first line that says something.

    A line that is only one of `others`, a date or the name of who issues it, is none, with or
    without a label.
    """
    lines: list[Span] = []
    at = 0
    for line in matched.text.split("\n")[: 4 * _MOST_LINES]:
        if line.strip():
            start = at + len(line) - len(line.lstrip())
            lines.append(Span(start, start + len(line.strip())))
        at += len(line) + 1
    for span in [*headings, *lines[:_MOST_LINES]]:
        words = matched.quote(span)
        if width(words) < _FEWEST_COLUMNS or len(words) > 300 or _NO_TITLE.match(words):
            continue
        if not _is_other(matched, span, others):
            return span if "\n" not in words else None
    return found[0].span if found and len(matched.quote(found[0].span)) <= 300 else None


def _is_other(matched: Matched, line: Span, others: list[Placed]) -> bool:
    for one in between(others, line.start, line.end):
        if line.within(one.span):
            return True
        before = matched.folded[matched.at(line.start) : matched.at(one.span.start)]
        if _LABEL.search(before):
            return True
    return False
