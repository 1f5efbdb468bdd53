"""The numbers that a browser shows before the items of an ordered list (HTML, section 4.4.5)."""

import re
from typing import Any

from app.drafting.reading.source import Number

_LISTS = frozenset({"ol", "ul", "menu"})
_WHOLE = re.compile(r"\s{0,9}([+-]?\d{1,6})")
_HIDDEN = re.compile(r"list-style(?:-type)?\s{0,9}:[^;]{0,60}\bnone\b", re.I)


class Lists:
    """Counts the items of a page; it is told where each element starts and ends, in order."""

    def __init__(self) -> None:
        # Of each list that is open, the next number and the step to the one after; None of bullets.
        self._open: list[tuple[int, int] | None] = []

    def number(
        self, element: Any, tag: str, *, starts: bool, before: Number | None
    ) -> Number | None:
        """The number of the next words, where `before` is the one that has not been shown yet."""
        if tag in _LISTS:
            if starts:
                self._open.append(_beginning(element) if tag == "ol" else None)
            elif self._open:
                self._open.pop()
            return before
        if tag != "li":
            return before
        counted = self._open[-1] if self._open else None
        if not starts or counted is None:
            return None
        value = _whole(element.get("value"), counted[0])
        self._open[-1] = (value + counted[1], counted[1])
        if _HIDDEN.search(element.get("style", "")) or _HIDDEN.search(
            element.getparent().get("style", "")
        ):
            return None
        return Number(value, len(self._open) - 1)


def _beginning(element: Any) -> tuple[int, int]:
    if element.get("reversed") is None:
        return _whole(element.get("start"), 1), 1
    return _whole(element.get("start"), len(element.findall("li"))), -1


def _whole(said: str | None, otherwise: int) -> int:
    found = _WHOLE.match(said or "")
    return int(found[1]) if found else otherwise
