"""Agreements: plans, memoranda and treaties as named, with the years beside the name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.drafting.finding.dates import DateFound
from app.drafting.finding.dialogues import PAIRS, parties_in
from app.drafting.finding.matching import Matched, Span, longest_apart, outside
from app.drafting.finding.names import Name, names_in
from app.drafting.finding.ordinals import OrdinalFound, ordinals_in
from app.drafting.finding.periods import PeriodFound, periods_in


@dataclass(frozen=True, slots=True)
class AgreementFound:
    """An agreement named. `span` is its name with ordinal and years, `name` the name alone.

    `series` is the record's key for agreements of this name. `starts` and `ends` are the years or
    days written with the name, `ordinal` which one of a series it is, `parties` those it names.
    """

    span: Span
    name: Span
    series: str | None
    kind: str | None
    parties: frozenset[str]
    ordinal: int | None = None
    starts: DateFound | None = None
    ends: DateFound | None = None


_EN_KINDS = (
    r"Plan|Memorandum of Understanding|Memorandum|MOU|MoU|Agreement|Treaty|Programme|Program"
    r"|Project"
    r"|Joint Statement|Joint Declaration|Roadmap|Initiative"
)
_RULES = (
    re.compile(
        r"(?<![\w'-])(?P<name>(?:(?:[A-Z][\w'-]{0,30}|on|of|for|and|the) ){1,9}?"
        rf"(?:{_EN_KINDS})\b(?: (?:on|for) (?:[A-Z][\w-]{{0,30}}|the)"
        r"(?: (?:[A-Z][\w-]{0,30}|and(?= [A-Z])|of(?= [A-Z]))){0,6})?)"
    ),
    re.compile(
        r"(?P<name>(?!차 )[가-힣A-Za-z·() -]{0,30}?"
        r"(?:협력 ?계획|관리계획|행동계획|실행계획|이행계획|청천계획|양해각서|협정|공동성명"
        r"|공동선언|로드맵))"
    ),
    re.compile(
        r"(?P<name>[\u4e00-\u9fff]{0,16}?"
        r"(?:合作规划|合作计划|行动计划|晴天计划|谅解备忘录|备忘录|协定|联合声明|路线图))"
    ),
)
_KINDS = tuple(
    (kind, re.compile(words, re.I))
    for kind, words in (
        ("memorandum", r"memorandum|\bMOU\b|양해각서|备忘录"),
        ("joint_statement", r"joint (?:statement|declaration)|공동성명|공동선언|联合声明"),
        ("treaty", r"\bagreement\b|treaty|협정|协定"),
        ("cooperation_plan", r"cooperation plan|협력 ?계획|合作规划|合作计划"),
        ("programme", r"programme|\bprogram\b|project|프로젝트|项目"),
    )
)
_LEADING = re.compile(r"(?:the|on|of|for|and|a|under|in|this|both) ", re.I)
_KOREAN_PARTICLE = re.compile(
    r"(?:[은는이가을를의에와과로며고]|서명한|체결한|합의한|수립한|한|된|등|및|양국|양측)$"
)
_CHINESE_LEADING = re.compile(
    r"^.{0,16}(?:[了的和与就对在于将把为年次届]|签署|落实|实施|制定|评估|通过|回顾|执行)"
)
_YEAR = r"(?:19|20)\d\d"
_YEAR_BEFORE = re.compile(
    rf"(?:(?<![\d~-])(?P<year>{_YEAR})(?:년도?|年度?)?|'(?P<short>\d\d)년도?)(?:의"
    rf"|的)? ?['\"]{{0,2}}$"
)
_YEAR_AFTER = re.compile(
    rf"['\"]{{0,2}}(?: ?\( ?(?P<bracketed>{_YEAR})(?:년도?|年度?)? ?\)|,? for (?P<of>{_YEAR})(?!\d)"
    rf"| ?(?P<bare>{_YEAR})(?:년|年)?(?=[ ,.'\"*)]|$))"
)
_OPENING = re.compile(r"['\"]{0,2} ?\(? ?")
# A headline tells what happened to an agreement, and does not name it.
_TOLD = re.compile(
    r"\b(?:signs?|adopts?|agrees?|holds?|strengthens?|discuss(?:es)?|reviews?|approves?)\b", re.I
)
_GAP = re.compile(r"^['\" ]{0,3}$")


def agreements_in(matched: Matched, names: Iterable[Name]) -> list[AgreementFound]:
    """Every agreement named, with its years; of two that overlap the longer.

    `names` are the record's, without ordinals and years; their ids are the keys of series.
    """
    named = [_made(matched, one.span, one.name.id) for one in names_in(matched, names)]
    ruled = [
        _made(matched, span, None)
        for rule in _RULES
        for match in rule.finditer(matched.folded)
        if (span := _trimmed(matched, match)) is not None
    ]
    ordinals = ordinals_in(matched)
    by_end = {matched.at(one.span.end): one for one in ordinals}
    periods = {matched.at(one.span.start): one for one in periods_in(matched)}
    return [
        _whole(matched, one, by_end, periods)
        for one in longest_apart([*named, *outside(longest_apart(ruled), named)])
    ]


def kind_of(words: str) -> str | None:
    """The kind of agreement that a name says it is, if it does."""
    return next((kind for kind, rule in _KINDS if rule.search(words)), None)


def _made(matched: Matched, span: Span, series: str | None) -> AgreementFound:
    words = matched.folded[matched.at(span.start) : matched.at(span.end)]
    pair = PAIRS.search(words)
    parties = parties_in(pair.group()) if pair else frozenset()
    return AgreementFound(span, span, series, kind_of(words), parties)


def _trimmed(matched: Matched, match: re.Match[str]) -> Span | None:
    # A rule begins as early as it may; what is no part of the name is left out in front.
    start, words = match.start("name"), match["name"]
    if _TOLD.search(words):
        return None
    pair = PAIRS.search(words)
    if pair:
        start += pair.start()
    elif words[-1:].isascii():
        ordinal = re.match(r"(?:[A-Z][a-z]{2,14}(?:st|nd|rd|th)|First|Second|Third) ", words)
        start += ordinal.end() if ordinal else 0
        while leading := _LEADING.match(matched.folded, start, match.end("name")):
            start = leading.end()
    elif "\uac00" <= words[-1] <= "\ud7a3":
        kept = words.split(" ")
        first = len(kept) - 1
        while first > 0 and kept[first - 1] and not _KOREAN_PARTICLE.search(kept[first - 1]):
            first -= 1
        start += len(" ".join(kept[:first])) + (first > 0)
    else:
        leading = _CHINESE_LEADING.match(words[:-2])
        start += leading.end() if leading else 0
    return matched.span(start, match.end("name")) if start < match.end("name") else None


def _whole(
    matched: Matched,
    found: AgreementFound,
    ordinals: dict[int, OrdinalFound],
    periods: dict[int, PeriodFound],
) -> AgreementFound:
    start, end = matched.at(found.span.start), matched.at(found.span.end)
    starts, ends, ordinal = None, None, None
    span = found.span
    opening = _OPENING.match(matched.folded, end)
    period = periods.get(opening.end()) if opening else None
    after = _YEAR_AFTER.match(matched.folded, end)
    before = _YEAR_BEFORE.search(matched.folded[max(0, start - 12) : start])
    if period is not None:
        starts, ends = period.starts, period.ends
        last = matched.at(period.span.end)
        closed = re.match(r"년?\)?", matched.folded[last : last + 2])
        span = matched.span(start, last + (closed.end() if closed else 0))
    elif after is not None:
        group = next(name for name, text in after.groupdict().items() if text)
        starts = ends = DateFound(matched.of(after, group), int(after[group]))
        last = after.end() if group == "bracketed" else after.end(group)
        span = matched.span(start, last)
    elif before is not None:
        shift = max(0, start - 12)
        group = "year" if before["year"] else "short"
        year = int(before[group]) + (2000 if group == "short" else 0)
        begin = shift + before.start()
        starts = ends = DateFound(
            matched.span(shift + before.start(group), shift + before.end(group)), year
        )
        span = Span(matched.span(begin, start).start, span.end)
    for gap in range(4):
        one = ordinals.get(start - gap)
        if one is not None and _GAP.match(matched.folded[start - gap : start]):
            ordinal, span = one.value, Span(one.span.start, span.end)
            break
    return AgreementFound(
        span, found.name, found.series, found.kind, found.parties, ordinal, starts, ends
    )
