"""Writing values of a schema in any format."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.kernel.tabular import delimited, json_lines
from app.kernel.tabular.cells import Cell
from app.kernel.tabular.columns import Table, table_of
from app.kernel.tabular.formats import Format
from app.kernel.tabular.rows import Fits, rows_of

# What spreadsheets hold (ECMA-376 sets no bound; all of them have this one), the headings included.
MOST_ROWS_OF_A_SHEET = 1_048_576
_LONGEST_NAME = 31
# What a line of JSON Lines says of which kind its record is. Kinds have a `kind` of their own.
RECORD_KIND = "record_kind"


class SheetFullError(Exception):
    """There are more rows than a sheet of a workbook holds."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Values of a schema, as JSON has them, one after another.

    `name` is that of a workbook's sheet. Of records, `kind` stands first in each line of JSON
    Lines. What has an `id` says it in each of its rows.
    """

    name: str
    schema: Any
    values: Iterable[Mapping[str, Any]]
    kind: str | None = None

    @property
    def table(self) -> Table:
        """The columns of its rows."""
        table = table_of(self.schema)
        return table_of(self.schema, "id") if "id" in table.header else table

    def rows(self, fits: Fits | None = None) -> Iterator[list[Cell]]:
        """Its rows; text for which `fits` says that it is too long for a cell goes on below."""
        table = self.table
        for value in self.values:
            yield from rows_of(table, value, fits=fits)

    def marked(self) -> Iterator[Mapping[str, Any]]:
        """Its values, which of records name the kind."""
        return ({RECORD_KIND: self.kind, **value} if self.kind else value for value in self.values)


def write(file: BinaryIO, wanted: Format, listed: Listed) -> None:
    """Writes what is listed to a file, in any format but JSON; little of it is held at a time.

    Raises SheetFullError where a workbook cannot hold it.
    """
    if wanted is Format.XLSX:
        write_workbook(file, [listed])
        return
    lines = (
        json_lines.lines_of(listed.marked())
        if wanted is Format.JSONL
        else delimited.lines_of(listed.table.header, listed.rows())
    )
    for line in lines:
        file.write(line)


def write_workbook(file: BinaryIO, sheets: Iterable[Listed]) -> None:
    """Writes a workbook with a sheet for each of what is listed. Raises SheetFullError."""
    # It takes a while to import: only whoever needs it waits for it.
    from app.kernel.tabular import workbooks  # noqa: PLC0415

    workbooks.write(
        file,
        (
            workbooks.Sheet(
                one.name[:_LONGEST_NAME], one.table.header, _within_bounds(one, workbooks.fits)
            )
            for one in sheets
        ),
    )


def _within_bounds(listed: Listed, fits: Fits) -> Iterator[list[Cell]]:
    for number, row in enumerate(listed.rows(fits), start=2):
        if number > MOST_ROWS_OF_A_SHEET:
            raise SheetFullError(listed.name)
        yield row
