"""Places: cities of the dictionary, the way a meeting is held, and places that nobody knows."""

import re
from dataclasses import dataclass

from app.drafting.dictionaries.cities import BY_NAME, City
from app.drafting.finding.matching import Matched, Span, longest_apart, outside


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place as written; `city` is None where the dictionary does not know it.

    `sited` says that the words around it put something there ("in Beijing", `北京举行`), which a
    city's name alone does not.
    """

    span: Span
    city: City | None
    sited: bool


@dataclass(frozen=True, slots=True)
class FormatFound:
    """Words by which a meeting was held online, in person, or both."""

    span: Span
    format: str


def _alternatives(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_LATIN = _alternatives([name for name in BY_NAME if name.isascii()])
_OTHER = _alternatives([name for name in BY_NAME if not name.isascii()])
_KNOWN = (
    re.compile(rf"\b(?P<before>(?:in|at) )?(?P<city>{_LATIN})\b", re.I),
    re.compile(
        rf"(?P<before>在)?(?P<city>{_OTHER})(?:특별자치시|특별자치도|특별시|광역시|시|市)?"
        r"(?P<after>에서|서 (?=열|개최)|(?= ?[^。\n]{0,24}?(?:举行|召开|举办))"
        r"| ?[가-힣A-Za-z ]{1,24}에서)?"
    ),
)
_UNKNOWN = (
    re.compile(
        r"\b(?:held|convened|place|met|meeting|hold"
        r"|opened) in (?P<city>[A-Z][a-z]{1,20}(?:[ -][A-Z][a-z]{1,20})?)"
    ),
    re.compile(r"(?<![가-힣])(?P<city>[가-힣]{2,8})에서 (?=[^.\n]{0,80}?(?:개최|열|회의를 ?가))"),
    re.compile(r"在(?P<city>[\u4e00-\u9fff]{2,6})(?=举行|召开|举办)"),
)
_NO_PLACE = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|China|Korea|Japan|South Korea|Mongolia|Asia|English|Person|Spring|Autumn)$"
    r"|(?:회의|대화|자리|행사|분야|양국|한국|중국|일본|부문|계획|이날|측|면담|회담|차원|호텔|센터|청사|회의실|회의장|홀|부|원)$"
    r"|^(?:此次|本次|会|中国|韩国|日本|两国|当地|线上|[^\n]{0,4}[期间间上中])"
)
_FORMATS = (
    ("hybrid", re.compile(r"\bhybrid\b|온·?오프라인|线上线下|线上和线下", re.I)),
    (
        "online",
        re.compile(
            r"\b(?:by|via|through|over) (?:a )?video(?:[ -]?(?:conference|conferencing|link))?\b"
            r"|\b(?:virtual(?:ly)?|online|videoconference|video conference)\b"
            r"|화상(?:으로| ?회의| ?회담)|비대면|视频(?:方式|会议|连线|形式)|线上(?:方式|形式"
            r"|举行|召开)",
            re.I,
        ),
    ),
    (
        "in_person",
        re.compile(r"\bin[ -]person\b|\bface[- ]to[- ]face\b|대면(?:으로| ?회의)|线下", re.I),
    ),
)


def places_in(matched: Matched) -> list[PlaceFound]:
    """Every city of the dictionary, and every name in a city's place that it does not know."""
    found = [
        PlaceFound(
            matched.of(match, "city"),
            BY_NAME[match["city"].lower()],
            match["before"] is not None or match.groupdict().get("after") is not None,
        )
        for rule in _KNOWN
        for match in rule.finditer(matched.folded)
        if match["city"].isascii() is False or match["city"][0].isupper()
    ]
    known = longest_apart(found)
    unknown = [
        PlaceFound(matched.of(match, "city"), None, sited=True)
        for rule in _UNKNOWN
        for match in rule.finditer(matched.folded)
        if not _NO_PLACE.search(match["city"])
    ]
    return longest_apart([*known, *outside(unknown, known)])


def formats_in(matched: Matched) -> list[FormatFound]:
    """Every word that says how people met; of two that overlap the longer."""
    return longest_apart(
        FormatFound(matched.of(match), format_)
        for format_, rule in _FORMATS
        for match in rule.finditer(matched.folded)
    )
