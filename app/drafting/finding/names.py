"""Names that the record knows, found whatever their spacing, hyphens and letter case."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.drafting.finding.matching import Matched, Span, longest_apart

_LOOSE = re.compile(r"[ \-·,]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of something: `id` is None for what is no record's."""

    id: str | None
    text: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class NameFound:
    """A name, and where it stands."""

    span: Span
    name: Name


def names_in(matched: Matched, names: Iterable[Name]) -> list[NameFound]:
    """Every one of `names` in the text; of two that overlap the longer.

    A name in Latin letters is a word of its own. Across the end of a line there is no name.
    """
    squeezed, places = _squeezed(matched.folded)
    found: list[NameFound] = []
    for name in names:
        wanted, _ = _squeezed(Matched(name.text).folded)
        for at in _all(squeezed, wanted):
            start, end = places[at], places[at + len(wanted) - 1] + 1
            if not _in_a_word(matched.folded, start, end):
                found.append(NameFound(matched.span(start, end), name))
    return longest_apart(found)


def comparable(text: str) -> str:
    """What two spellings of one name have in common."""
    return _squeezed(Matched(text).folded)[0]


def _squeezed(folded: str) -> tuple[str, list[int]]:
    # Lower case one character at a time: some letters become two.
    kept = [(at, char.lower()[:1]) for at, char in enumerate(folded) if not _LOOSE.match(char)]
    return "".join(char for _, char in kept), [at for at, _ in kept]


def _all(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _in_a_word(folded: str, start: int, end: int) -> bool:
    before, after = folded[start - 1 : start], folded[end : end + 1]
    return (_latin(before) and _latin(folded[start])) or (_latin(after) and _latin(folded[end - 1]))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
