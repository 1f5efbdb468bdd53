"""A record's values as the rows of its table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from app.kernel.tabular.cells import GOES_ON, Cell, nothing, written
from app.kernel.tabular.columns import Path, Table, Unit

# Of a text that is too long for one cell, so many characters are in each: few enough for any file.
PIECE = 4000

Fits = Callable[[str], bool]


def rows_of(
    table: Table, record: Mapping[str, Any], *, fits: Fits | None = None
) -> Iterator[list[Cell]]:
    """The rows of a record, which is as JSON has it; None, and what is not there, is an empty cell.

    Text of which `fits` says that it is too long for a cell goes on in the cells below.
    """
    rows_of_units = [_stacked(unit, _values(unit, record), fits) for unit in table.units]
    key = table.key_index
    first: Cell = None
    for number, parts in enumerate(zip_longest(*rows_of_units, fillvalue={})):
        row: list[Cell] = [None] * len(table.columns)
        for part in parts:
            for index, cell in part.items():
                row[index] = cell
        if key is not None:
            first = row[key] if number == 0 else first
            row[key] = first
        yield row


def _values(unit: Unit, record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if unit.entries is None:
        return [record]
    return _found(record, unit.entries) or ()


def _found(value: Any, path: Path) -> Any:
    for name in path:
        if value is None:
            return None
        value = value.get(name)
    return value


def _stacked(
    unit: Unit, values: Iterable[Mapping[str, Any]], fits: Fits | None
) -> Iterator[dict[int, Cell]]:
    """The rows of a unit, one after another: cells by the index of their column."""
    for value in values:
        cells = _cells(unit, value)
        if fits is None:
            yield cells
            continue
        stacks = {index: _pieces(cell, fits) for index, cell in cells.items()}
        for layer in zip_longest(*stacks.values()):
            yield {
                index: cell for index, cell in zip(stacks, layer, strict=True) if cell is not None
            }
        if not stacks:
            yield {}


def _cells(unit: Unit, value: Mapping[str, Any]) -> dict[int, Cell]:
    cells: dict[int, Cell] = {}
    for name, held in value.items():
        if held is None:
            continue
        for index, rest, holds in unit.members.get(name, ()):
            found = _found(held, rest) if rest else held
            if found is not None:
                cells[index] = written(holds, found)
    for path, first, inside in unit.objects:
        if cells.keys().isdisjoint(inside) and _found(value, path) is not None:
            cells[inside[0]] = nothing(len(first.path) - len(path))
    return cells


def _pieces(cell: Cell, fits: Fits) -> list[Cell]:
    if not isinstance(cell, str) or fits(cell):
        return [cell]
    pieces = [cell[start : start + PIECE] for start in range(0, len(cell), PIECE)]
    return [pieces[0], *(GOES_ON + piece for piece in pieces[1:])]
