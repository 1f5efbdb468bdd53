"""Markers of items that the file numbers itself: they stand before a paragraph's first word."""

from collections.abc import Collection, Iterator

from app.drafting.finding.markers import Marker
from app.drafting.finding.matching import Span
from app.drafting.reading.source import Source


def numbered_markers(source: Source, written: Collection[Marker]) -> Iterator[Marker]:
    """A marker of no width for each such paragraph, level by level, each in order of place.

    None for one that begins with the same number in words, which is in `written`.
    """
    said = {(marker.span.start, marker.number) for marker in written}
    found = [
        (block.number.level, source.start_of(position), block.number.value)
        for position, block in enumerate(source.blocks, start=1)
        if block.number is not None
    ]
    for level, start, value in sorted(found):
        if (start, value) not in said:
            yield Marker(f"numbered, level {level}", value, Span(start, start), opens=True)
