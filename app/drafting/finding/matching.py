"""The text that rules match: compatibility forms made alike (NFKC, UAX #15), every place kept.

Quotes are always taken from the text as it was read, never from this one.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

# Dashes, quotation marks and middle dots that releases use for one another.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
        **dict.fromkeys("～〜∼˜", "~"),
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("“”„‟″「」『』《》〈〉", '"'),
        **dict.fromkeys("・ㆍ‧•∙⋅･", "·"),
        "\t": " ",
        "\u200b": " ",
        "\u00ad": "-",
    }
)
# Numbers in circles and brackets say that an item begins; NFKC would leave only the number.
_KEPT = re.compile(r"[\u2460-\u24ff\u2776-\u2793\u3200-\u32ff※]")
_LINE_OPENS = re.compile(
    r" {0,8}(?:[▷▶►□■◇◆○●◎◦▪▲△➀-➓\u2460-\u24ff\u2776-\u2793\u3200-\u32ff*※·+-]|"
    r"\(?(?:\d{1,2}|[가나다라마바사아자차카타파하]|[一二三四五六七八九十]{1,3})(?:[.)、]|\. ))"
)
# A line shorter than this was ended by its writer, a longer one by the width of the page.
_WRAPPED = 56


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in the text as it was read: from `start` to before `end`."""

    start: int
    end: int

    def within(self, other: "Span") -> bool:
        """Whether it lies in another."""
        return other.start <= self.start and self.end <= other.end

    def meets(self, other: "Span") -> bool:
        """Whether the two have a character in common."""
        return self.start < other.end and other.start < self.end


class Matched:
    """A text as read (`text`), and as rules match it (`folded`), with the way back."""

    def __init__(self, text: str) -> None:
        self.text = text
        places: list[int] = []
        pieces: list[str] = []
        for start, end in _clusters(text):
            piece = _folded(text[start:end])
            pieces.append(piece)
            places.extend([start] * len(piece))
        unwrapped = _unwrapped("".join(pieces))
        self.folded = "".join(unwrapped)
        # A line end between two Chinese characters is left out, and its place with it.
        self._places = [place for place, kept in zip(places, unwrapped, strict=True) if kept]
        self._places.append(len(text))

    def span(self, start: int, end: int) -> Span:
        """The place, in the text as read, of a place in the folded one; white space left out.

        A character that folds into several is quoted whole.
        """
        first = self._places[start]
        last = self._places[end] if end > start else first
        if end > start and last == self._places[end - 1]:
            while self._places[end] == last:
                end += 1
            last = self._places[end]
        while first < last and self.text[first].isspace():
            first += 1
        while first < last and self.text[last - 1].isspace():
            last -= 1
        return Span(first, last)

    def at(self, place: int) -> int:
        """Where, in the folded text, a place of the text as read is."""
        return bisect_left(self._places, place)

    def of(self, match: re.Match[str], group: int | str = 0) -> Span:
        """The place of a match of the folded text."""
        return self.span(match.start(group), match.end(group))

    def quote(self, span: Span) -> str:
        """The exact words."""
        return self.text[span.start : span.end]


class Placed(Protocol):
    """Anything found in a text."""

    @property
    def span(self) -> Span:
        """Where it stands."""


F = TypeVar("F", bound=Placed)


def longest_apart(found: Iterable[F]) -> list[F]:
    """Of findings that overlap the longest (of equally long ones the first), in order of place."""
    ordered = sorted(found, key=lambda one: (one.span.start - one.span.end, one.span.start))
    taken = bytearray(max((one.span.end for one in ordered), default=0))
    kept: list[F] = []
    for one in ordered:
        start, end = one.span.start, one.span.end
        # Longest first, so that what overlaps a taken place has one of its ends in it.
        if start < end and not taken[start] and not taken[end - 1]:
            taken[start:end] = b"\1" * (end - start)
            kept.append(one)
    return sorted(kept, key=lambda one: one.span)


def outside(found: Iterable[F], others: Iterable[Placed]) -> list[F]:
    """Those of `found` that have no character in common with any of `others`."""
    spans = [other.span for other in others]
    taken = bytearray(max((span.end for span in spans), default=0))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    return [one for one in found if not any(taken[one.span.start : one.span.end])]


def between(found: list[F], start: int, end: int) -> list[F]:
    """Those of `found`, in order of place, that begin at `start` or behind it, and before `end`."""
    first = bisect_left(found, start, key=lambda one: one.span.start)
    last = bisect_left(found, end, key=lambda one: one.span.start)
    return found[first:last]


_LONGEST_LINE = 200


def line_before(text: str, at: int) -> str:
    """What stands before a place on its line; of a long line what stands nearest."""
    start = max(0, at - _LONGEST_LINE)
    return text[max(start, text.rfind("\n", start, at) + 1) : at]


def _clusters(text: str) -> list[tuple[int, int]]:
    # What NFKC may compose with what stands before it: combining marks, and jamo after the first.
    starts = [
        at
        for at, char in enumerate(text)
        if at == 0
        or not (
            unicodedata.combining(char) or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"
        )
    ]
    return list(pairwise([*starts, len(text)]))


def _folded(cluster: str) -> str:
    if cluster.isascii() and cluster not in ("\t", "`"):
        return cluster
    if _KEPT.match(cluster):
        return cluster
    return unicodedata.normalize("NFKC", cluster.translate(_ALIKE)).translate(_ALIKE)


def width(text: str) -> int:
    """How many columns `text` takes: two for a wide character (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _unwrapped(folded: str) -> list[str]:
    # A line that the page's width ended goes on in the next one. A list of characters, so that one
    # that is left out keeps its place in it.
    lines = folded.split("\n")
    joined: list[str] = []
    for line, following in pairwise([*lines, ""]):
        wrapped = (
            following.strip()
            and not _LINE_OPENS.match(following)
            and width(line[-2 * _WRAPPED :]) >= _WRAPPED
            and not line.rstrip().endswith((".", "!", "?", "。", "!", ":", ";"))
        )
        chinese = wrapped and _CHINESE.match(line[-1:]) and _CHINESE.match(following)
        joined.extend(line)
        joined.append("" if chinese else " " if wrapped else "\n")
    return joined[:-1]


# What is longer is cut, so that looking round in a sentence has a bound.
_LONGEST_SENTENCE = 2_000
_SENTENCE_ENDS = re.compile(r"[.!?]['\")\]]{0,3}(?=[ \n]|$)|[。][\"')]{0,3}|\n")
_SHORTENED = re.compile(
    r"(?:\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun"
    r"|Mr|Mrs|Ms|Dr|Prof|No|St|H\.E|Gen|vs|etc|U\.S|D\.C)|\b[A-Z]"
    # A marker that opens its line, and the last number of a date such as "2023. 12. 20."
    r"|^ {0,8}\(?\d{1,2}|\d\. ?\d{1,2})$"
)
_NUMBER_BEFORE = re.compile(r"(?:^|[ \n(\d'])\d{1,4}$")
_NUMBER_BEHIND = re.compile(r"\. ?\d")
_CLAUSE_ENDS = re.compile(r",(?! ?\d)|;")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: where it stands, and its words as rules match them."""

    span: Span
    words: str


def sentences(matched: Matched) -> list[Sentence]:
    """The sentences of a text, in order; a line that its writer ended ends a sentence."""
    found: list[Sentence] = []
    start = 0
    for match in _SENTENCE_ENDS.finditer(matched.folded):
        if is_shortened(matched.folded, start, match.start()):
            continue
        _add_sentence(matched, start, match.end(), found)
        start = match.end()
    _add_sentence(matched, start, len(matched.folded), found)
    return found


def is_shortened(folded: str, start: int, at: int) -> bool:
    """Whether the full stop at `at` shortens a word or a date, in a sentence from `start` on.

    Behind a number it does so where another number follows, as in "2023. 12. 20.", or where the
    number opens its line: a sentence may end in a year.
    """
    if folded[at] != ".":
        return False
    before = folded[max(start, at - 12) : at]
    if _SHORTENED.search(before):
        return True
    return bool(_NUMBER_BEFORE.search(before) and _NUMBER_BEHIND.match(folded, at))


def clause_at(matched: Matched, sentence: Sentence, place: int) -> Sentence:
    """The clause of a sentence, between commas and semicolons, that a place lies in."""
    start, at = matched.at(sentence.span.start), matched.at(place)
    end = matched.at(sentence.span.end)
    for match in _CLAUSE_ENDS.finditer(matched.folded, start, end):
        if match.end() > at:
            end = match.start()
            break
        start = match.end()
    return Sentence(matched.span(start, end), matched.folded[start:end])


def _add_sentence(matched: Matched, start: int, end: int, found: list[Sentence]) -> None:
    for first in range(start, end, _LONGEST_SENTENCE):
        last = min(end, first + _LONGEST_SENTENCE)
        words = matched.folded[first:last]
        if words.strip():
            found.append(Sentence(matched.span(first, last), words))
