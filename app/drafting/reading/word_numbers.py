"""The numbers that Word counts in front of paragraphs (ECMA-376, part 1, section 17.9)."""

from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.parts.numbering import NumberingPart

from app.drafting.reading.source import Number

_VALUE = qn("w:val")
# Formats that show no number.
_UNNUMBERED = frozenset({"bullet", "none"})
_DEEPEST = 8
# A style is based on another, which is on another; a file may go round in a ring.
_MOST_BASES = 20


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    numbered: bool


class Numbers:
    """Counts a document's numbered paragraphs, which are to be asked for in their order."""

    def __init__(self, document: Any) -> None:
        self._styles = {style.style_id: style.element for style in document.styles}
        self._abstract: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._links: dict[str, str | None] = {}
        self._of_style: dict[tuple[str, str], int] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        for part in document.part.rels.values():
            if not part.is_external and isinstance(part.target_part, NumberingPart):
                self._read(part.target_part.element)

    def _read(self, numbering: Any) -> None:
        for abstract in numbering.findall(qn("w:abstractNum")):
            name = abstract.get(qn("w:abstractNumId"), "")
            levels: dict[int, _Level] = {}
            for level in abstract.findall(qn("w:lvl")):
                depth = _whole(level.get(qn("w:ilvl")))
                format_ = _said(level, "w:numFmt") or "decimal"
                shown = "%" in (_said(level, "w:lvlText") or "")
                start = _whole(_said(level, "w:start"))
                levels[depth] = _Level(start, shown and format_ not in _UNNUMBERED)
                style = _said(level, "w:pStyle")
                if style:
                    self._of_style[name, style] = depth
            self._levels[name] = levels
            self._links[name] = _said(abstract, "w:numStyleLink")
        for number in numbering.findall(qn("w:num")):
            name = number.get(qn("w:numId"), "")
            self._abstract[name] = _said(number, "w:abstractNumId") or ""
            for override in number.findall(qn("w:lvlOverride")):
                anew = _said(override, "w:startOverride")
                if anew is not None:
                    depth = _whole(override.get(qn("w:ilvl")))
                    self._restarts.setdefault(name, {})[depth] = _whole(anew)

    def of(self, paragraph: Any) -> Number | None:
        """The number that stands before a paragraph; None where there is none, or a bullet."""
        list_, depth = self._list_of(paragraph)
        abstract = self._definition(list_)
        level = self._levels.get(abstract, {}).get(depth)
        if list_ is None or level is None:
            return None
        # Lists of one definition go on counting, but where one of them says that it begins anew.
        counts = self._counts.setdefault(abstract, {})
        if list_ not in self._begun:
            self._begun.add(list_)
            for restarted, start in self._restarts.get(list_, {}).items():
                counts[restarted] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        return Number(counts[depth], depth) if level.numbered else None

    def _definition(self, list_: str | None) -> str:
        abstract = self._abstract.get(list_ or "", "")
        linked = self._styles.get(self._links.get(abstract))
        if linked is None:
            return abstract
        # The levels are those of the list that the style has.
        return self._abstract.get(_numbering_of(linked)[0] or "", "")

    def _list_of(self, paragraph: Any) -> tuple[str | None, int]:
        list_, depth = _numbering_of(paragraph)
        style = paragraph.style
        for _ in range(_MOST_BASES):
            element = self._styles.get(style)
            if list_ is not None or element is None:
                break
            list_, own = _numbering_of(element)
            depth = own if depth is None else depth
            if list_ is not None and depth is None:
                depth = self._of_style.get((self._definition(list_), style))
            style = _said(element, "w:basedOn")
        return list_, min(depth or 0, _DEEPEST)


def _numbering_of(element: Any) -> tuple[str | None, int | None]:
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return None, None
    depth = _said(found, "w:ilvl")
    return _said(found, "w:numId"), None if depth is None else _whole(depth)


def _said(element: Any, tag: str) -> str | None:
    child = element.find(qn(tag))
    value: str | None = None if child is None else child.get(_VALUE)
    return value


def _whole(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) <= 6 else 0
