"""Tables as CSV (RFC 4180) in UTF-8, without formulas: nothing in it is more than text.

A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection); reading takes that one off again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from app.kernel.problems import shown
from app.kernel.tabular.cells import Cell
from app.kernel.tabular.gathering import Row
from app.kernel.tabular.places import Fault, FaultyError, Place

# Bytes of one line, and of one row, which goes on over lines where its cells do.
LONGEST_LINE = 8 * 1024 * 1024
_BATCH = 200
_AS_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_BOM = b"\xef\xbb\xbf"


def lines_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file, piece by piece: lines end in CR LF, and the first has the headings."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(_written, header))
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(_written, row))
        if number % _BATCH == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _written(cell: Cell) -> str | int | float | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and _AS_FORMULA.match(cell):
        return f"'{cell}"
    return cell


def rows_in(file: BinaryIO, place: Place) -> Iterator[Row]:
    """The rows of a file, the headings first, each with the number that spreadsheets give it.

    Raises FaultyError where it is not UTF-8, or a cell is longer than any may be; a byte order mark
    before it is passed over.
    """
    counted = _Lines(file, place)
    reader = csv.reader(counted, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            counted.row = number + 1
            counted.since = 0
            yield number, [_read(cell) for cell in row]
    except csv.Error as error:
        where = Place(place.file, place.sheet, number + 1)
        detail = f"Not CSV (RFC 4180), near line {counted.line}: {error}."
        raise FaultyError([Fault(where, "csv", detail)]) from None


def _read(cell: str) -> Cell:
    if not cell:
        return None
    return cell[1:] if cell[0] == "'" and _AS_FORMULA.match(cell) else cell


class _Lines:
    """The lines of a file as text, told by byte and line where they are none."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self.file = file
        self.place = place
        self.line = 0
        self.byte = 0
        # The row that is being read, and how many bytes it has so far.
        self.row = 1
        self.since = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.line += 1
        if len(line) > LONGEST_LINE:
            detail = f"The file's line {self.line} has more than {LONGEST_LINE} bytes."
            raise FaultyError([Fault(self.place, "line_limit", detail)])
        start = self.byte
        self.byte += len(line)
        self.since += len(line)
        if self.since > LONGEST_LINE:
            where = Place(self.place.file, self.place.sheet, self.row)
            detail = f"A row has at most {LONGEST_LINE} bytes; see whether a quote is left open."
            raise FaultyError([Fault(where, "row_limit", detail)])
        if start == 0:
            line = line.removeprefix(_BOM)
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            at = start + error.start
            detail = f"Not UTF-8 at byte {at} of the file, in its line {self.line}."
            raise FaultyError(
                [Fault(self.place, "utf_8", detail, shown(line[error.start : error.end].hex()))]
            ) from None
