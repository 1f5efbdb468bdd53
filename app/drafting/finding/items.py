"""Numbered items: lists whose markers count from one, in order, with what is nested in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from app.drafting.finding.markers import Marker, markers_in
from app.drafting.finding.matching import Matched, Span, is_shortened, line_before
from app.drafting.finding.numbered_blocks import numbered_markers
from app.drafting.reading.source import Source


@dataclass(frozen=True, slots=True)
class ItemFound:
    """An item: its number, its words (`title`), all of it with its marker (`span`)."""

    number: int
    title: Span
    span: Span
    lists: tuple["ListFound", ...] = ()


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list of items that count from one; `note` is the mark (`*`, `※`) that it stands behind."""

    span: Span
    items: tuple[ItemFound, ...]
    note: str | None = None


@dataclass(slots=True)
class _Run:
    markers: list[Marker] = field(default_factory=list)
    end: int = 0

    @property
    def style(self) -> str:
        """What its markers have in common."""
        return self.markers[0].style


def lists_in(matched: Matched, source: Source | None = None) -> list[ListFound]:
    """Every list of two items or more; one inside an item of another is that item's.

    `source` says which of its paragraphs the file numbers itself.
    """
    written = list(markers_in(matched))
    counted = numbered_markers(source, written) if source else ()
    runs = [
        run
        for _, markers in groupby([*written, *counted], key=lambda marker: marker.style)
        for run in _runs(matched, list(markers))
    ]
    runs.sort(key=lambda run: (run.markers[0].span.start, -run.end))
    return _nested(matched, runs)


def _runs(matched: Matched, markers: list[Marker]) -> Iterator[_Run]:
    # A list goes on while the next marker of its style has the next number.
    run: list[Marker] = []
    for marker in [*markers, None]:
        if (
            marker is not None
            and run
            and marker.number == run[-1].number + 1
            and not _too_far(matched, run[-1], marker)
        ):
            run.append(marker)
            continue
        if len(run) >= 2:
            yield _Run(run, _end_of(matched, run))
        run = [marker] if marker is not None and marker.number == 1 else []


_FAR = 4_000


def _too_far(matched: Matched, last: Marker, marker: Marker) -> bool:
    return marker.span.start - last.span.end > _FAR or (
        last.opens != marker.opens and _paragraph_ends(matched, last.span.end, marker.span.start)
    )


def _paragraph_ends(matched: Matched, start: int, end: int) -> bool:
    return "\n\n" in matched.text[start:end]


def _end_of(matched: Matched, run: list[Marker]) -> int:
    # The last item ends with its line; the lines that go on below it are its own where the other
    # items are of several lines too. A list of words in a sentence ends with that line.
    start = matched.at(run[-1].span.end)
    line = matched.folded.find("\n", start)
    return len(matched.text) if line < 0 else matched.span(0, line).end


def _nested(matched: Matched, runs: list[_Run]) -> list[ListFound]:
    # An outer list reaches, for its last item, over the inner lists that begin on the lines below.
    outer: list[ListFound] = []
    at = 0
    while at < len(runs):
        run = runs[at]
        own = [marker.span.start for marker in run.markers]
        inner: list[_Run] = []
        at += 1
        while at < len(runs):
            other = runs[at]
            first = other.markers[0].span.start
            if other.style == run.style:
                # A list of the same style is the next one, and none inside: depth has a bound.
                run.end = min(run.end, first)
                break
            adjoining = not matched.text[run.end : first].strip(" \t\n*※·-○ㅇ")
            inside = first < run.end and other.end <= max(run.end, own[-1])
            if not (
                inside
                or (first < own[-1])
                or (adjoining and not _paragraph_ends(matched, run.end, first))
            ):
                break
            run.end = max(run.end, other.end)
            inner.append(other)
            at += 1
        outer.append(_list_of(matched, run, inner))
    return outer


def _list_of(matched: Matched, run: _Run, inner: list[_Run]) -> ListFound:
    bounds = [*(marker.span.start for marker in run.markers), run.end]
    items: list[ItemFound] = []
    for position, marker in enumerate(run.markers):
        start, end = marker.span.end, bounds[position + 1]
        own = [one for one in inner if start <= one.markers[0].span.start < end]
        within = [replace(one) for one in own]
        lists = tuple(_nested(matched, within)) if within else ()
        title_end = own[0].markers[0].span.start if own else end
        if position == len(run.markers) - 1 and not marker.opens:
            title_end = _end_of_last(matched, start, title_end)
        title = _trimmed(matched.text, start, title_end)
        whole = Span(marker.span.start, max(title.end, lists[-1].span.end if lists else 0))
        items.append(ItemFound(marker.number, title, whole, lists))
    return ListFound(
        Span(bounds[0], items[-1].span.end), tuple(items), _note_before(matched, bounds[0])
    )


_TRAILING = " \t\n;,、，；·*※-○ㅇ"
_JOINTS = (" and", " 및", "以及", " or")


# What ends the last item of a list that stands in a sentence.
_SENTENCE_GOES_ON = re.compile(
    r"\.(?= )|。| ?등(?=이다|을|의|에|이 |으로|,| |\.|$)|等(?=[。,,方内工合任措]|$)"
)


def _end_of_last(matched: Matched, start: int, end: int) -> int:
    first, last = matched.at(start), matched.at(end)
    counted, depth = first, 0
    for match in _SENTENCE_GOES_ON.finditer(matched.folded, first, last):
        words = matched.folded[counted : match.start()]
        counted, depth = match.start(), depth + words.count("(") - words.count(")")
        if depth <= 0 and not is_shortened(matched.folded, first, match.start()):
            return matched.span(0, match.start()).end
    return end


def _trimmed(text: str, start: int, end: int) -> Span:
    # What only joins an item to the next is no part of its words.
    while start < end and text[start] in " \t\n:：,，":
        start += 1
    kept = text[start:end].rstrip(_TRAILING)
    for joint in _JOINTS:
        kept = kept.removesuffix(joint).rstrip(_TRAILING)
    kept = kept[:-1] if kept[-1:] in (".", "。") and not kept.endswith("..") else kept
    return Span(start, start + len(kept))


def _note_before(matched: Matched, start: int) -> str | None:
    before = line_before(matched.text, start).strip()
    if before in ("*", "**", "***", "※"):
        return before
    return before[0] if before[:1] in ("*", "※") else None
