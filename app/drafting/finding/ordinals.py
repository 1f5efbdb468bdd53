"""Ordinals: which session, plan or committee of a series is meant."""

import re
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Span
from app.drafting.finding.numerals import CHINESE, ENGLISH, KOREAN, chinese_number


@dataclass(frozen=True, slots=True)
class OrdinalFound:
    """An ordinal, and where it stands."""

    span: Span
    value: int


_WORDS = "|".join(sorted(ENGLISH, key=len, reverse=True))
_RULES = (
    re.compile(r"\b(?P<digits>\d{1,3}) ?(?:st|nd|rd|th)\b", re.I),
    re.compile(rf"\b(?P<word>{_WORDS})\b", re.I),
    re.compile(r"제 ?(?P<digits>\d{1,3}) ?[차회기](?![0-9])"),
    re.compile(r"(?<![\d제.'])(?P<digits>\d{1,3})차(?= ?(?:한|중|환경|국장|대화|회의|협력|정책))"),
    re.compile(rf"(?P<korean>{'|'.join(sorted(KOREAN, key=len, reverse=True))}) ?번째"),
    re.compile(rf"第 ?(?:(?P<digits>\d{{1,3}})|(?P<chinese>{CHINESE})) ?[次届轮期回]"),
    re.compile(r"(?P<founding>首[届轮])"),
)


def ordinals_in(matched: Matched) -> list[OrdinalFound]:
    """Every ordinal of 1 to 999 in digits, or to 99 in words, in the order of the text."""
    found: dict[Span, OrdinalFound] = {}
    for rule in _RULES:
        for match in rule.finditer(matched.folded):
            value = _value(match)
            if value:
                span = matched.of(match)
                found.setdefault(span, OrdinalFound(span, value))
    return sorted(found.values(), key=lambda ordinal: ordinal.span)


def _value(match: re.Match[str]) -> int | None:
    given = {name: text for name, text in match.groupdict().items() if text}
    if "digits" in given:
        return int(given["digits"])
    if "word" in given:
        return ENGLISH[given["word"].lower()]
    if "korean" in given:
        return KOREAN[given["korean"]]
    if "chinese" in given:
        return chinese_number(given["chinese"])
    return 1
