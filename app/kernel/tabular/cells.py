"""A value as the text of one cell, and back, with nothing lost.

An empty cell is an absent value. A cell that begins with a backslash says what text alone could
not: see the marks below. Text that itself begins with a backslash is written with one more.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from math import isfinite
from typing import Any

from app.kernel.bodies import parse_json
from app.kernel.problems import Problem

Cell = str | int | float | bool | None

EMPTY_TEXT = "\\"
EMPTY_LIST = "\\;"
GOES_ON = "\\+"
# There, with no member: with one dash the object that the cell belongs to, with two the one that
# holds it, and so on.
_NOTHING = re.compile(r"\\(-+)")
SEPARATOR = "; "
_LARGEST_EXACT = 2**53
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_PERCENT = re.compile(r"(-?[0-9]{1,19}(?:\.[0-9]{1,30})?) ?%")
_FRACTION = re.compile(r"-?[0-9]{1,19}\.[0-9]{1,19}([eE][+-]?[0-9]{1,3})?")
_PIECES = re.compile(r"\\(?P<meant>.)|(?P<end>;)|(?P<plain>[^\\;]+|\\)", re.DOTALL)
_TO_ESCAPE = re.compile(r"[\\;]|\A\s|\s\Z")
_TRUTHS = {"true": True, "false": False}


class Holds(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    TRUTH = "truth"
    LIST = "list"
    JSON = "json"


class CellError(ValueError):
    """A cell that cannot be read; `rule` names what it breaks, the message says it in words."""

    def __init__(self, rule: str, detail: str) -> None:
        self.rule = rule
        super().__init__(detail)


def nothing(levels: int) -> str:
    """The mark of an object without members, so many levels above the cell."""
    return "\\" + "-" * levels


def levels_of_nothing(cell: Cell) -> int:
    """How many levels above the cell is the object whose mark the cell is; 0 where it is none."""
    found = _NOTHING.fullmatch(cell) if isinstance(cell, str) else None
    return len(found[1]) if found else 0


def written(holds: Holds, value: Any) -> Cell:
    """The cell of a value that is there."""
    if holds in (Holds.NUMBER, Holds.PERCENT, Holds.TRUTH) and isinstance(
        value, bool | int | float
    ):
        return value
    if holds is Holds.LIST:
        if not value:
            return EMPTY_LIST
        return _escaped(SEPARATOR.join(map(_entry, value)))
    if holds is Holds.JSON:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return _escaped(_plain(value))


def read(holds: Holds, cell: Cell) -> Any:
    """The value in a cell that is not empty; what is no value of its column is left as it is.

    Raises CellError for a mark that there is none of, for JSON that is none, for a number that is
    not kept as it was written, and for a percentage that is not whole.
    """
    if holds is Holds.NUMBER:
        return _number(cell)
    if holds is Holds.PERCENT:
        return _percent(cell)
    if holds is Holds.TRUTH:
        return _TRUTHS.get(cell.lower(), cell) if isinstance(cell, str) else cell
    text = _as_text(cell)
    if holds is Holds.JSON:
        try:
            return parse_json(text.encode())
        except Problem as problem:
            raise CellError("json", str(problem.detail)) from None
    if holds is Holds.LIST:
        return [] if text == EMPTY_LIST else list(_entries(_unescaped(text)))
    return _unescaped(text)


def _plain(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_text(cell: Cell) -> str:
    # IEEE 754: of larger ones the last digits are not those that were written.
    if isinstance(cell, float) and not abs(cell) <= _LARGEST_EXACT:
        detail = "A number is no longer what was written here: make the cell one of text."
        raise CellError("number", detail)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return cell if isinstance(cell, str) else _plain(cell)


def _number(cell: Cell) -> Any:
    if isinstance(cell, str):
        if _WHOLE.fullmatch(cell):
            return int(cell)
        return _finite(float(cell)) if _FRACTION.fullmatch(cell) else cell
    if isinstance(cell, float):
        _finite(cell)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _percent(cell: Cell) -> int:
    """The whole percentage in a cell, with its sign or without: 60, 60% and 60 % are the same."""
    given = unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else cell
    if isinstance(given, str):
        found = _PERCENT.fullmatch(given)
        given = _number(found[1] if found else given)
    if isinstance(given, float):
        # To the fifteen digits that spreadsheets show of a number.
        given = float(f"{_finite(given):.15g}")
    if isinstance(given, bool | str | None) or given != int(given):
        detail = "A percentage is a whole number from 0 to 100, with or without %: 60 or 60%."
        raise CellError("whole_percent", detail)
    return int(given)


def _finite(number: float) -> float:
    if not isfinite(number):
        raise CellError("number", "A number is beyond what is kept of numbers.")
    return number


def _escaped(text: str) -> str:
    return f"\\{text}" if not text or text[0] == "\\" else text


def _unescaped(text: str) -> str:
    if not text.startswith("\\"):
        return text
    if text == EMPTY_TEXT:
        return ""
    if text[1] != "\\":
        raise CellError(
            "mark",
            "A cell that begins with a backslash is a mark, and this is none that is known here; "
            "text that begins with one is written with two.",
        )
    return text[1:]


def _entry(value: Any) -> str:
    text = _plain(value)
    if not _TO_ESCAPE.search(text):
        return text
    last = len(text) - 1
    # White space at the ends is part of the entry, and not what separates entries.
    return "".join(
        f"\\{character}"
        if character in "\\;" or (index in (0, last) and character.isspace())
        else character
        for index, character in enumerate(text)
    )


def _entries(text: str) -> Iterator[str]:
    pieces: list[str] = []
    meant: list[bool] = []
    for found in _PIECES.finditer(text):
        if found["end"] is not None:
            yield _entry_of(pieces, meant)
            pieces, meant = [], []
        else:
            pieces.append(found["meant"] or found["plain"])
            meant.append(found["meant"] is not None)
    yield _entry_of(pieces, meant)


def _entry_of(pieces: list[str], meant: list[bool]) -> str:
    """An entry of pieces, of which those that are not meant as they stand lose their ends."""
    if pieces and not meant[0]:
        pieces[0] = pieces[0].lstrip()
    if pieces and not meant[-1]:
        pieces[-1] = pieces[-1].rstrip()
    return "".join(pieces)
