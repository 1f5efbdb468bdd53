"""Proposals: records with the words behind each field, and marks where a field needs a person."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.drafting.finding.matching import Span
from app.drafting.reading.source import Source

Members = dict[str, Any]


class Certainty(StrEnum):
    """How a field follows from the release where it does not simply say it.

    What is `derived` follows by a rule from what the release says. What is `unsure` a person has to
    look at: such a draft is not loaded until somebody says so.
    """

    DERIVED = "derived"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a field of a proposal, and why. The field may be one that is missing."""

    pointer: str
    certainty: Certainty
    reason: str
    words: Span | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that the release names and that is not proposed, and why."""

    what: str
    words: Span
    reason: str


@dataclass(slots=True)
class Proposal:
    """A record: its load file, its members, the words that support each, and marks."""

    file: str
    id: str
    members: Members
    evidence: list[tuple[str, Span]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def support(self, span: Span, *pointers: str) -> None:
        """Says which words support these fields."""
        for pointer in pointers:
            if (pointer, span) not in self.evidence:
                self.evidence.append((pointer, span))

    def derived(self, pointer: str, reason: str, words: Span | None = None) -> None:
        """Marks a field as following by a rule."""
        self.marks.append(Mark(pointer, Certainty.DERIVED, reason, words))

    def unsure(self, pointer: str, reason: str, words: Span | None = None) -> None:
        """Marks a field as one that a person has to look at."""
        self.marks.append(Mark(pointer, Certainty.UNSURE, reason, words))


def citations(evidence: list[tuple[str, Span]], document: str, source: Source) -> list[Members]:
    """Citations: the exact words, where they stand, and which fields they support.

    Words that support several fields are cited once.
    """
    grouped: dict[Span, list[str]] = {}
    for pointer, span in evidence:
        grouped.setdefault(span, []).append(pointer)
    return [
        {
            "document": document,
            "quote": source.text[span.start : span.end],
            "locator": source.locator(span.start),
            "supports": pointers,
        }
        for span, pointers in sorted(grouped.items())
    ]


def leaves(members: Members, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a record that is no list and no object, with its pointer."""
    pairs = members.items() if isinstance(members, dict) else enumerate(members)
    for name, value in pairs:
        if isinstance(value, dict | list):
            yield from leaves(value, f"{pointer}/{name}")  # type: ignore[arg-type]
        else:
            yield f"{pointer}/{name}", value
