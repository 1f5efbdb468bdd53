"""The rows of a table put together as records, each value remembering its cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any

from app.kernel.problems import MOST_ERRORS, pointer_to, shown
from app.kernel.tabular.cells import GOES_ON, Cell, CellError, levels_of_nothing, read
from app.kernel.tabular.columns import Path, Table, Unit
from app.kernel.tabular.places import Fault, FaultyError, Origin, Place

Row = tuple[int, Sequence[Cell]]

_pointer = cache(pointer_to)
# A record's rows: no list in it is longer than this.
MOST_ROWS = 5000


@dataclass
class Gathered:
    """A record as its rows say it, where they say it, and what is wrong with them.

    `value` is what a body is made of.
    """

    value: dict[str, Any]
    origin: Origin
    faults: list[Fault] = field(default_factory=list)


class Header:
    """The first row of a table: which column stands where."""

    def __init__(self, table: Table, row: Row, place: Place) -> None:
        """Raises FaultyError for a heading that is no column's, or stands twice, or is missing."""
        self.table = table
        self.place = place
        number, cells = row
        self.headings = ["" if cell is None else str(cell).strip() for cell in cells]
        while self.headings and not self.headings[-1]:
            self.headings.pop()
        known = {name: index for index, name in enumerate(table.header)}
        faults = [*islice(self._faults(number, known), MOST_ERRORS + 1)]
        if faults:
            raise FaultyError(faults)
        # For each position in the file, which column of the table.
        self.order = [known.get(heading) for heading in self.headings]

    def _faults(self, number: int, known: Mapping[str, int]) -> Iterator[Fault]:
        seen: dict[str, int] = {}
        for position, heading in enumerate(self.headings, start=1):
            where = self.at(number, position)
            first = seen.setdefault(heading, position)
            if heading and heading not in known:
                detail = "There is no such column."
                yield Fault(where, "unknown_column", detail, shown(heading))
            elif heading and first != position:
                detail = f"The heading stands already in {self.at(number, first).cell}."
                yield Fault(where, "duplicate_header", detail, shown(heading))
        if self.table.key is not None and self.table.key not in seen:
            detail = f"The first row has no column {self.table.key}, by which rows are told apart."
            yield Fault(self.at(number, None), "missing_column", detail, None)

    def at(self, number: int, position: int | None) -> Place:
        """The place of a cell in this table."""
        heading = None
        if position is not None and position <= len(self.headings):
            heading = str(shown(self.headings[position - 1])) or None
        return Place(self.place.file, self.place.sheet, number, heading, position)


def gathered(header: Header, rows: Iterable[Row]) -> Iterator[Gathered]:
    """The records that the rows under a header make, one at a time.

    Rows of one record stand together: each has its key. Rows without any cell are passed over. A
    record of more faults than are told is the last.
    """
    key = header.table.key_index
    if key is None:
        raise ValueError("without a key, rows make no records")
    gathering: _Gathering | None = None
    for number, cells in rows:
        row = _Row(header, number, cells)
        if not row.cells and not row.faults:
            continue
        if gathering is not None and gathering.takes(row.cells.get(key)):
            gathering.add(row)
            if len(gathering.faults) > MOST_ERRORS:
                break
            continue
        if gathering is not None:
            yield gathering.finished()
        gathering = _Gathering(header.table, key, row)
    if gathering is not None:
        yield gathering.finished()


class _Row:
    """The cells of a row by the index of their columns, and what is wrong with the row."""

    def __init__(self, header: Header, number: int, cells: Sequence[Cell]) -> None:
        self.header = header
        self.number = number
        self.cells: dict[int, Cell] = {}
        self.faults: list[Fault] = []
        self._positions: dict[int, int] = {}
        for position, cell in enumerate(cells, start=1):
            if cell is None:
                continue
            index = header.order[position - 1] if position <= len(header.order) else None
            if index is None:
                detail = "The column of this cell has no heading."
                place = header.at(number, position)
                self.faults.append(Fault(place, "no_heading", detail, shown(cell)))
                break
            self.cells[index] = cell
            self._positions[index] = position

    def of(self, unit: Unit) -> dict[int, Cell]:
        """The cells in the columns of a unit."""
        unit_of = self.header.table.unit_of
        return {i: cell for i, cell in self.cells.items() if unit_of[i] is unit}

    def position(self, index: int) -> int:
        """Where in the row the cell in a column stands."""
        return self._positions[index]

    def place(self, index: int | None = None) -> Place:
        """The place of the row, or of its cell in a column."""
        return self.header.at(self.number, None if index is None else self._positions.get(index))


class _Gathering:
    """A record whose rows come one after another."""

    def __init__(self, table: Table, key: int, row: _Row) -> None:
        self.table = table
        self.key = key
        self.id = row.cells.get(key)
        self.start = row.place(key if self.id is not None else None)
        self.faults = list(row.faults)
        self.rows = 1
        # For each unit what its values are made of: the row of each cell, and the cell.
        self.values: dict[Path | None, list[dict[int, tuple[_Row, Cell]]]] = {}
        if self.id is None:
            detail = f"Each row has, in {table.key}, the id of the record that it belongs to."
            self.faults.append(Fault(row.place(), "missing", detail, None))
        for unit in table.units:
            self._begin(unit, row, row.of(unit))

    def takes(self, key: Cell) -> bool:
        return key is not None and key == self.id

    def add(self, row: _Row) -> None:
        self.rows += 1
        if self.rows > MOST_ROWS:
            if self.rows == MOST_ROWS + 1:
                detail = f"A record has at most {MOST_ROWS} rows."
                self.faults.append(Fault(row.place(), "too_many_rows", detail, shown(self.id)))
            return
        self.faults += row.faults
        says = bool(row.faults)
        for unit in self.table.units:
            cells = row.of(unit)
            if unit.entries is None:
                says |= self._repeat(row, cells)
            elif cells:
                says = True
                self._continue(unit, row, cells)
        if not says:
            detail = f"This row says nothing that {self.start.cell or self.start} does not."
            self.faults.append(Fault(row.place(), "repeated_row", detail, shown(self.id)))

    def _begin(self, unit: Unit, row: _Row, cells: dict[int, Cell]) -> None:
        entries = self.values.setdefault(unit.entries, [])
        if not cells and unit.entries is not None:
            return
        for index, cell in cells.items():
            if _goes_on(cell):
                self._fault(row, index, cell, "mark", "Nothing stands above that would go on here.")
        entries.append({index: (row, cell) for index, cell in cells.items()})

    def _continue(self, unit: Unit, row: _Row, cells: dict[int, Cell]) -> None:
        if not any(map(_goes_on, cells.values())):
            self._begin(unit, row, cells)
            return
        for index, cell in cells.items():
            self._append(unit, row, index, cell)

    def _append(self, unit: Unit, row: _Row, index: int, cell: Cell) -> None:
        last = self.values[unit.entries][-1] if self.values[unit.entries] else {}
        if not _goes_on(cell) or index not in last:
            detail = "In a row in which a text goes on, nothing else of its entry stands."
            self._fault(row, index, cell, "mark", detail)
            return
        first, text = last[index]
        last[index] = (first, f"{text}{str(cell)[len(GOES_ON) :]}")

    def _repeat(self, row: _Row, cells: dict[int, Cell]) -> bool:
        """Holds the record's own cells in a further row to the first; whether they say more."""
        says = False
        (own,) = self.values[None]
        for index, cell in cells.items():
            if _goes_on(cell):
                says = True
                self._append(self.table.units[0], row, index, cell)
            elif index not in own or own[index][1] != cell:
                says = True
                standing = own[index][1] if index in own else None
                detail = (
                    f"{self.start.cell or self.start} says {shown(standing)!r} of the same record: "
                    "what is not in a list stands once, in its first row."
                )
                self._fault(row, index, cell, "contradicting_row", detail)
        return says

    def _fault(self, row: _Row, index: int, cell: Cell, rule: str, detail: str) -> None:
        if len(self.faults) <= MOST_ERRORS:
            self.faults.append(Fault(row.place(index), rule, detail, shown(cell)))

    def finished(self) -> Gathered:
        start = replace(self.start, column=None, position=None)
        self.cells: dict[str, tuple[int, int]] = {}
        record = Gathered({}, Origin(start, self.cells), self.faults)
        for unit in self.table.units:
            values = [
                self._value(unit, index, cells)
                for index, cells in enumerate(self.values[unit.entries])
            ]
            if unit.entries is None:
                record.value.update(values[0])
            elif values:
                _put(record.value, unit.entries, values)
        return record

    def _value(self, unit: Unit, nth: int, cells: dict[int, tuple[_Row, Cell]]) -> dict[str, Any]:
        value: dict[str, Any] = {}
        # Which entry it is, is part of a pointer.
        prefix = "" if unit.entries is None else f"{_pointer(unit.entries)}/{nth}"
        for index, (row, cell) in sorted(cells.items()):
            column = self.table.columns[index]
            self.cells[prefix + _pointer(column.path)] = (row.number, row.position(index))
            if prefix:
                self.cells.setdefault(prefix, (row.number, 0))
            levels = levels_of_nothing(cell)
            try:
                if 0 < levels <= len(column.path):
                    path = column.path[: len(column.path) - levels]
                    if path:
                        _put(value, path, {})
                else:
                    _put(value, column.path, read(column.holds, cell))
            except CellError as error:
                self._fault(row, index, cell, error.rule, str(error))
        return value


def _goes_on(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.startswith(GOES_ON)


def _put(value: dict[str, Any], path: Path, held: Any) -> None:
    *above, last = path
    for name in above:
        value = value.setdefault(name, {})
    value[last] = held
