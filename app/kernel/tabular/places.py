"""Where something stands in a file of records, and what is wrong there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: a cell, a row, or a line; what is not known of it is None.

    `column` is the column's heading (in JSON Lines, a JSON Pointer into the line); `position`
    counts columns from 1.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    position: int | None = None

    @property
    def cell(self) -> str | None:
        """The cell as spreadsheets name it: C7."""
        if self.row is None or self.position is None:
            return None
        return f"{letters(self.position)}{self.row}"

    def __str__(self) -> str:
        said = [
            self.file,
            f"sheet {self.sheet}" if self.sheet is not None else None,
            f"row {self.row}" if self.row is not None else None,
            f"column {self.column or letters(self.position or 0)}"
            if self.column is not None or self.position is not None
            else None,
        ]
        return ", ".join(part for part in said if part) or "the file"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, the rule's stable name, the rule in words, what was given."""

    place: Place
    rule: str
    detail: str
    value: Any = None

    def __str__(self) -> str:
        return f"{self.place}: {self.detail} ({self.rule}; given: {self.value!r})"


class FaultyError(ValueError):
    """A file, or a part of it, cannot be read; `faults` says why, at least one."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(str(self.faults[0]))


def letters(position: int) -> str:
    """The letters by which spreadsheets name the column at `position`, counted from 1."""
    name = ""
    while position > 0:
        position, remainder = divmod(position - 1, 26)
        name = chr(ord("A") + remainder) + name
    return name
