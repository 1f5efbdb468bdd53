"""The words of WordprocessingML elements (ECMA-376, part 1, section 17), as a reader sees them.

Tracked insertions and what stands in content controls are words; tracked deletions are none.
"""

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

_OTHER_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = qn("w:txbxContent")
# What was deleted or moved away, the phonetic guide above a word, and the same box a second time.
_UNSEEN = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:rt"), _OTHER_CHOICE})
_PROPERTIES = frozenset({qn("w:pPr"), qn("w:rPr"), qn("w:sdtPr"), qn("w:sdtEndPr")})
# What says something of its content, and stands wherever that may stand.
_AROUND = frozenset(
    map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag"))
)
_SIGNS = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_WORDS = qn("w:t")


def inside(element: Any, *tags: str) -> Iterator[Any]:
    """The children of `element` with one of `tags`, also where something is put around them."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _AROUND:
            yield from inside(child, *tags)


def words_of(paragraph: Any) -> str:
    """The words of a paragraph, without those of text boxes that are anchored in it."""
    pieces: list[str] = []
    for element in _seen(paragraph):
        if element.tag == _WORDS:
            pieces.append(element.text or "")
        else:
            pieces.append(_SIGNS.get(element.tag, ""))
    return "".join(pieces)


def boxes_of(paragraph: Any) -> list[Any]:
    """The text boxes that are anchored in a paragraph."""
    return [element for element in _seen(paragraph) if element.tag == _BOX]


def _seen(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _UNSEEN or child.tag in _PROPERTIES:
            continue
        yield child
        if child.tag != _BOX:
            yield from _seen(child)
