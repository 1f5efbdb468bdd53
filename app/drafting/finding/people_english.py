"""People in English: "Lee Young-seok, Director of …", "Minister Han Wha-jin"."""

import re
from collections.abc import Iterator

from app.drafting.dictionaries.people import ENGLISH_TITLES, NO_ENGLISH_NAME
from app.drafting.finding.matching import Matched, Span
from app.drafting.finding.names import NameFound
from app.drafting.finding.numerals import ENGLISH
from app.drafting.finding.titled import Titled

_WORD = r"[A-Z][A-Za-z']{1,20}(?:-[A-Za-z][a-z]{1,20})?"
_NAME = rf"(?P<name>{_WORD}(?: {_WORD}){{1,3}})"
_OTHER = r"(?: ?\((?P<other>[^()\n]{1,30})\))?"
# A title goes on to what cannot be part of it.
_END = (
    r"(?=,|\.(?: |\n|$)|;|:|\n|\(|\)|$| (?:attended|said|stated|led|leading|met|co-chaired|chaired"
    r"|participated|represented|headed|signed|noted|emphasi[sz]ed|explained|took|were|was|will|who"
    r"|as (?:the )?(?:chief|head)"
    rf"|and (?:{_WORD}(?: {_WORD}){{1,2}}(?: ?\([^()\n]{{1,30}}\))?,? (?:the )?{ENGLISH_TITLES}\b"
    rf"|{ENGLISH_TITLES} {_WORD} {_WORD})))"
)
_AFTER = re.compile(
    rf"\b{_NAME}{_OTHER},? (?:the |currently "
    rf"|then )?(?P<title>{ENGLISH_TITLES}\b[^,.;:()\n]{{0,160}}?){_END}"
)
_BEFORE = re.compile(rf"\b(?P<title>{ENGLISH_TITLES}) {_NAME}{_OTHER}")
_IN_BRACKETS = re.compile(
    rf"\((?:[Ll]ed by |[Hh]eaded by )?(?P<title>{ENGLISH_TITLES}):? {_NAME}{_OTHER}\)"
    rf"|\((?P<name_first>{_WORD}(?: {_WORD}){{1,2}}), (?P<title_after>{ENGLISH_TITLES})\)"
)
_COMMA_THE = re.compile(
    r",? (?:at |of |in |from )?(?:the )?(?:Chinese |Korean |China's |Korea's )?"
)


def people_in_english(matched: Matched, organizations: list[NameFound]) -> Iterator[Titled]:
    """Everybody whose name is in Latin letters beside an English title."""
    begins = {matched.at(one.span.start): one.span for one in organizations}
    for match in _IN_BRACKETS.finditer(matched.folded):
        group = "name" if match["name"] else "name_first"
        name = _name(matched, match, group)
        if name is not None:
            title = matched.of(match, "title" if match["title"] else "title_after")
            yield _titled(matched, match, matched.of(match), name, title, bracketed=True)
    before = list(_BEFORE.finditer(matched.folded))
    # In "Minister Huang Runqiu, Minister Kim Sung-whan" the second title is the second's.
    theirs = {match.start("title") for match in before}
    for match in _AFTER.finditer(matched.folded):
        name = _name(matched, match, "name")
        if name is not None and match.start("title") not in theirs:
            title = matched.of(match, "title")
            span = Span(name.start, _with_organization(matched, match.end(), title.end, begins))
            yield _titled(matched, match, span, name, title)
    for match in before:
        name = _name(matched, match, "name")
        if name is not None and name.start == matched.of(match, "name").start:
            title = matched.of(match, "title")
            end = matched.at(name.end) if not match["other"] else match.end()
            last = _with_organization(matched, end, matched.span(0, end).end, begins)
            yield _titled(matched, match, Span(title.start, last), name, title)


def _with_organization(matched: Matched, at: int, end: int, begins: dict[int, Span]) -> int:
    # "…, Director of Bureau, Ministry of Environment": the organization goes with it.
    comma = _COMMA_THE.match(matched.folded, at)
    behind = begins.get(comma.end()) if comma and comma.group().strip() else None
    return end if behind is None else behind.end


def _titled(
    matched: Matched,
    match: re.Match[str],
    phrase: Span,
    name: Span,
    title: Span,
    *,
    bracketed: bool = False,
) -> Titled:
    other = matched.of(match, "other") if match["other"] else None
    return Titled((phrase.start, phrase.end), name, title, other, bracketed)


def _name(matched: Matched, match: re.Match[str], group: str) -> Span | None:
    # "On Wednesday Lee Young-seok": what is no name is left out, in front and behind.
    words = list(re.finditer(r"[^ ]+", match[group]))
    while words and _no_name(words[0].group()):
        del words[0]
    while words and _no_name(words[-1].group()):
        del words[-1]
    if not 2 <= len(words) <= 3 or any(_no_name(word.group()) for word in words):
        return None
    start = match.start(group)
    return matched.span(start + words[0].start(), start + words[-1].end())


def _no_name(word: str) -> bool:
    return any(part in NO_ENGLISH_NAME or part in ENGLISH for part in word.lower().split("-"))
