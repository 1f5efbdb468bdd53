"""Where something stands in a file of records, and what is wrong there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: a cell, a row, a line, or a record; what is not known of it is None.

    Rows, lines and records are counted from 1, and so are columns by `position`; `column` is the
    column's heading, and `id` the id of the record that stands there.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    position: int | None = None
    record: int | None = None
    id: str | None = None

    @property
    def cell(self) -> str | None:
        """The cell as spreadsheets name it: C7."""
        if self.row is None or self.position is None:
            return None
        return f"{letters(self.position)}{self.row}"

    def __str__(self) -> str:
        said = [
            self.file,
            None if self.sheet is None else f"sheet {self.sheet}",
            None if self.row is None else f"row {self.row}",
            None if self.record is None else f"record {self.record}",
            self._column,
        ]
        words = ", ".join(part for part in said if part) or "the file"
        return words if self.id is None else f"{words} ({self.id})"

    @property
    def _column(self) -> str | None:
        if self.column is not None:
            return f"column {self.column}"
        return None if self.position is None else f"column {letters(self.position)}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, the rule's stable name, the rule in words, what was given.

    `pointer` (RFC 6901) says what of the record is meant where the place alone does not.
    """

    place: Place
    rule: str
    detail: str
    value: Any = None
    pointer: str | None = None

    def __str__(self) -> str:
        where = f"{self.place}: {self.pointer}" if self.pointer else str(self.place)
        return f"{where}: {self.detail} ({self.rule}; given: {self.value!r})"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: its place, and in a table the row and position of each member.

    `cells` has them by JSON Pointer; that of a list's entry, whose position is 0, by its row alone.
    """

    start: Place
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def fault(self, pointer: str | None, rule: str, detail: str, value: object) -> Fault:
        """The fault of what `pointer` names in the record, at its cell where it has one."""
        given = pointer or ""
        found = given
        while found and found not in self.cells:
            found = found.rpartition("/")[0]
        if not found:
            return Fault(self.start, rule, detail, value, given or None)
        row, position = self.cells[found]
        names = [name for name in found.split("/")[1:] if not name.isdigit()]
        place = replace(
            self.start,
            row=row,
            column=".".join(names) if position else None,
            position=position or None,
        )
        is_said = (position and given[len(found) :].replace("/", "").isdigit()) or given == found
        return Fault(place, rule, detail, value, None if is_said and position else given)


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
