"""People in Korean: `이영석 국제협력관`, `환경부(장관 한화진)`, `저우궈메이(周国梅) 사장`."""

import re
from collections.abc import Iterator

from app.drafting.dictionaries.people import (
    KOREAN_SURNAMES,
    KOREAN_TITLES,
    NO_KOREAN_NAME,
    TRANSLITERATED_SURNAMES,
)
from app.drafting.finding.matching import Matched, Span
from app.drafting.finding.titled import Titled

_NAME = (
    rf"(?P<name>(?:{TRANSLITERATED_SURNAMES}) ?[가-힣]{{2,4}}|(?:{KOREAN_SURNAMES})[가-힣]{{1,2}})"
)
_OTHER = r"(?: ?\((?P<other>[^()\n]{1,30})\))?"
_TITLE = (
    rf"(?P<title>(?:[가-힣A-Za-z·]{{1,14}} ){{0,4}}?[가-힣A-Za-z·]{{0,14}}?(?:{KOREAN_TITLES}))"
)
# Behind a title stands a particle, or what ends the word.
_END = r"(?=(?:께서|에게|으로|[은는이가과와을를의도로])?(?:[ ,.()\"'·\n]|$))"
_AFTER = re.compile(rf"(?<![가-힣]){_NAME}{_OTHER} {_TITLE}{_END}")
# A side, with what may stand behind it as one word, is nobody.
_SIDE = re.compile(
    r"(?:우리|한국|중국|일본|몽골|양국?|[한중일])(?:나라|측|정부|대표단?)"
    r"(?:은|는|이|가|의|에서|에서는|에선|도|과|와|으로|로)?"
)
_IN_BRACKETS = re.compile(
    rf"\((?P<title>{KOREAN_TITLES}):? (?P<name>[가-힣]{{2,6}}|[가-힣]{{1,2}} [가-힣]{{1,4}})\)"
    rf"|\((?P<name_first>[가-힣]{{2,6}}) (?P<title_after>{KOREAN_TITLES})\)"
)


def people_in_korean(matched: Matched) -> Iterator[Titled]:
    """Everybody whose name is in Hangul beside a Korean title."""
    for match in _IN_BRACKETS.finditer(matched.folded):
        first = bool(match["name"])
        if _SIDE.fullmatch(match["name"] or match["name_first"]):
            continue
        name = matched.of(match, "name" if first else "name_first")
        title = matched.of(match, "title" if first else "title_after")
        span = matched.of(match)
        yield Titled((span.start, span.end), name, title, bracketed=True)
    at = 0
    while (found := _AFTER.search(matched.folded, at)) is not None:
        match = found
        if (
            match["name"].replace(" ", "") in NO_KOREAN_NAME
            or _is_title(match["name"])
            or _SIDE.fullmatch(match["name"])
        ):
            at = match.end("name")
            continue
        at = match.end()
        name, title = matched.of(match, "name"), matched.of(match, "title")
        other = matched.of(match, "other") if match["other"] else None
        yield Titled((name.start, title.end), name, title, other)


def _is_title(name: str) -> bool:
    return re.search(rf"(?:{KOREAN_TITLES})$", name) is not None


def without_space(matched: Matched, name: Span) -> str:
    """A transliterated name as one word, as the record has it."""
    return matched.quote(name).replace(" ", "")
