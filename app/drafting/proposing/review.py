"""The review of a draft: what is proposed, from which words, and what a person has to look at."""

from collections.abc import Iterator
from typing import Any

from app.drafting.finding.matching import Span
from app.drafting.proposing.drafts import Draft, Drafted
from app.drafting.proposing.proposals import Certainty, Mark, leaves

_HEADINGS = {
    "new": "New",
    "adds": "In the record already; the release adds to it",
    "known": "In the record already",
}
_LONGEST = 160


def review_of(draft: Draft) -> str:
    """The review as Markdown."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    release = draft.release
    yield f"# Draft from {release.name}"
    yield ""
    yield f"{release.media_type}, {release.bytes} bytes, SHA-256 {release.sha256}"
    yield from release.notes
    yield ""
    unsure = draft.unsure
    new = sum(record.load is not None for record in draft.records)
    yield f"Nothing is loaded. To load: {new} records. Unsure: {len(unsure)}."
    for record, mark in unsure:
        yield f"- ? {record.proposal.id} {mark.pointer}: {mark.reason}"
    for outcome, heading in _HEADINGS.items():
        records = [one for one in draft.records if one.compared.outcome == outcome]
        if records:
            yield ""
            yield f"## {heading}"
        for record in records:
            yield ""
            yield from _record(draft, record)
    if draft.left_out:
        yield ""
        yield "## Named in the release, and not proposed"
        yield ""
    for one in draft.left_out:
        yield f"- {one.what}: {one.reason}: {_quoted(draft, one.words)}"


def _record(draft: Draft, record: Drafted) -> Iterator[str]:
    proposal = record.proposal
    yield f"### {proposal.file.removesuffix('.json')}: {proposal.id}"
    yield ""
    words = dict(reversed(proposal.evidence))
    differing = {one.pointer: one for one in record.compared.differences}
    told: set[str] = set()
    above: Span | None = None
    for pointer, value in leaves(proposal.members):
        span = next((words[at] for at in _upwards(pointer) if at in words), None)
        yield f"- {pointer}: {_shown(value)}{_source(draft, span, above)}"
        above = span
        yield from _marks(draft, proposal.marks, pointer, told)
    for mark in proposal.marks:
        if mark.pointer not in told:
            yield from _marks(draft, proposal.marks, mark.pointer, told)
    for one in differing.values():
        yield f"- ≠ {one.pointer}: the record has {_shown(one.record)}, which stands"


def _source(draft: Draft, span: Span | None, above: Span | None) -> str:
    if span is None:
        return ""
    return " ← the same words" if span == above else f" ← {_quoted(draft, span)}"


def _marks(draft: Draft, marks: list[Mark], pointer: str, told: set[str]) -> Iterator[str]:
    for place in _upwards(pointer):
        if place in told:
            continue
        for mark in marks:
            if mark.pointer == place:
                told.add(place)
                sign = "?" if mark.certainty is Certainty.UNSURE else "·"
                where = f": {_quoted(draft, mark.words)}" if mark.words else ""
                yield f"  {sign} {mark.pointer} {mark.certainty}: {mark.reason}{where}"


def _upwards(pointer: str) -> Iterator[str]:
    # "/title/en", "/title": words that support a field support what it holds.
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _quoted(draft: Draft, span: Span) -> str:
    source = draft.release.source
    words = " ".join(source.text[span.start : span.end].split())
    return f"“{_shortened(words)}” ({source.locator(span.start)})"


def _shown(value: Any) -> str:
    return _shortened(" ".join(str(value).split()))


def _shortened(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
