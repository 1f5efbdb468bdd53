"""Dialogues: between whom, at which level; by a name of the record or by what a name says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.drafting.dictionaries.countries import COUNTRIES, LETTERS, TRIPARTITE
from app.drafting.dictionaries.levels import LEVELS
from app.drafting.finding.matching import Matched, Span, between, longest_apart, outside
from app.drafting.finding.names import Name, names_in
from app.drafting.finding.ordinals import OrdinalFound, ordinals_in


@dataclass(frozen=True, slots=True)
class DialogueFound:
    """A dialogue as named; `id` where the name is one of the record's.

    `parties` and `level` are what the name says of them, `ordinal` which meeting of it is meant.
    """

    span: Span
    id: str | None
    parties: frozenset[str]
    level: str | None
    environmental: bool
    ordinal: OrdinalFound | None = None


_COUNTRY = (
    "(?:"
    + "|".join(
        sorted((re.escape(name) for name in COUNTRIES if name.isascii()), key=len, reverse=True)
    )
    + ")"
)
_PAIR = (
    rf"(?:{_COUNTRY}(?:[-/·]| and (?:the )?| & ){_COUNTRY}(?:(?:[-/·]|,? and ){_COUNTRY})?"
    r"|tripartite|trilateral)"
)
_NO_NAME = (
    r"(?!held\b|hold|will\b|signed|agreed|discuss|at\b|in\b|by\b|with\b|to\b|is\b|are\b|was\b|were\b"
    r"|their\b|have\b|has\b|had\b|both\b|strengthen|plan\b|cooperation plan)"
)
_RULES = (
    re.compile(
        rf"\b(?P<pair>{_PAIR})(?: {_NO_NAME}[\w'-]{{1,30}}){{0,9}}?"
        r"[ -](?:dialogue|meeting|talks|consultations?|committee|conference|forum|roundtable)\b"
        r"(?: on (?:the )?(?-i:[A-Z][a-z]{1,24}(?:(?:,? and |, | )[A-Z][a-z]{1,24}){0,4}))?",
        re.I,
    ),
    re.compile(
        r"(?P<pair>한국?[·-]?중국?(?:[·-]?[일몽])?|중국?[·-]?한국?(?:[·-]?일)?|한[·-]?일[·-]?중)"
        r"(?P<rest>[가-힣A-Za-z· -]{0,26}?(?:정책대화|대화|회의|회담|협의회|위원회|포럼))(?!체)"
    ),
    re.compile(
        r"(?P<pair>中韩日?|中日韩|韩中日?|中韩蒙|中国[和与、]?韩国)"
        r"(?P<rest>[\u4e00-\u9fff\d]{0,22}?(?:政策对话|对话|会议|会谈|磋商|委员会|论坛))"
    ),
)
_NO_REST = re.compile(r"[은는을를] |에서|양국|양측|간에|两国|双方|举行|召开|表示|就|签署|计划|规划")
_ENVIRONMENT = re.compile(
    r"environ|ecolog|climate|\bair\b|clean|환경|대기|미세먼지|기후|环境|生态|环保|大气|气候", re.I
)
_BEFORE = re.compile(
    r"^ ?(?:(?:meeting|session|round|edition) of )?(?:the |annual )?['\" ]{0,3}$", re.I
)
_AFTER = re.compile(r"^['\" (]{0,4}$|^['\"]? (?:is|was) the $|^['\"]?[은는] (?:이번이 )?$")


def dialogues_in(matched: Matched, names: Iterable[Name]) -> list[DialogueFound]:
    """Every dialogue named, each with its ordinal; of two that overlap the longer.

    `names` are those of the record. A name's own ordinal stands before it, in it or behind it.
    """
    found: list[DialogueFound] = []
    for one in names_in(matched, _in_either_order(names)):
        found.append(_made(matched, one.span, one.name.id, ""))
    for rule in _RULES:
        for match in rule.finditer(matched.folded):
            if not _NO_REST.search(match.groupdict().get("rest") or ""):
                found.append(_made(matched, matched.of(match), None, match["pair"]))
    ordinals = ordinals_in(matched)
    named = [one for one in found if one.id is not None]
    # What the record knows by name is that, also where a rule would read a few words more.
    others = outside((one for one in found if one.id is None), named)
    return [_numbered(matched, one, ordinals) for one in longest_apart([*named, *others])]


def _in_either_order(names: Iterable[Name]) -> Iterable[Name]:
    for name in names:
        yield name
        for first, second in (
            ("China-Korea", "Korea-China"),
            ("China-Korea", "ROK-China"),
            ("China-Korea", "China-ROK"),
            ("ROK-China", "Korea-China"),
            ("한중", "중한"),
            ("中韩", "韩中"),
        ):
            if name.text.startswith(first):
                yield Name(name.id, name.text.replace(first, second, 1))


def _made(matched: Matched, span: Span, id_: str | None, pair: str) -> DialogueFound:
    words = matched.folded[matched.at(span.start) : matched.at(span.end)]
    return DialogueFound(
        span,
        id_,
        parties_in(pair),
        next((level for level, rule in LEVELS if rule.search(words)), None),
        _ENVIRONMENT.search(words) is not None,
    )


PAIRS = re.compile(
    rf"\b{_PAIR}\b|한[·-]?중(?:[·-]?일)?|중[·-]?한|한국[·-]중국|中韩日?|中日韩|韩中|中国[和与]韩国",
    re.I,
)


def parties_in(pair: str) -> frozenset[str]:
    """The parties that a pair of countries names: "Korea-China", `한·중`, `中日韩`."""
    lowered = pair.lower()
    if lowered in ("tripartite", "trilateral"):
        return TRIPARTITE
    named = {code for name, code in COUNTRIES.items() if name in lowered}
    if named and (lowered.isascii() or len(named) > 1):
        return frozenset(named)
    return frozenset(code for letter, code in LETTERS.items() if letter in lowered)


def _numbered(
    matched: Matched, found: DialogueFound, ordinals: list[OrdinalFound]
) -> DialogueFound:
    start, end = matched.at(found.span.start), matched.at(found.span.end)
    for one in between(ordinals, found.span.start - 40, found.span.end + 40):
        first, last = matched.at(one.span.start), matched.at(one.span.end)
        if (
            one.span.within(found.span)
            or (last <= start and _BEFORE.match(matched.folded[last:start]))
            or (first >= end and _AFTER.match(matched.folded[end:first]))
        ):
            return DialogueFound(
                found.span, found.id, found.parties, found.level, found.environmental, one
            )
    return found
