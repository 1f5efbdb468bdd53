"""Tables as the sheets of a workbook (Office Open XML, ECMA-376): written row by row.

All text is written as text, never as a formula, and nothing tells when it was written: the same
rows make the same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from app.kernel.tabular.cells import Cell

# Of a cell, in UTF-16 code units: what Excel keeps.
LONGEST_CELL = 32_767
# The earliest that a ZIP archive can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_AS_TEXT = "@"
_CORE = "docProps/core.xml"
_UNTIMED = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML cannot hold, or does not keep.
_KEPT_BY_NUMBER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_BY_NUMBER = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings and its rows."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write(file: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Writes a workbook to `file`; of its rows only one is held at a time."""
    workbook = Workbook(write_only=True)
    try:
        for sheet in sheets:
            _fill(workbook.create_sheet(sheet.name), sheet)
        save(workbook, file)
    except BaseException:
        # Where the rows end in an error, their temporary files would stay.
        for worksheet in workbook.worksheets:
            _discard(worksheet)
        raise


def _fill(worksheet: Any, sheet: Sheet) -> None:
    worksheet.freeze_panes = "A2"
    for position in range(1, len(sheet.header) + 1):
        worksheet.column_dimensions[get_column_letter(position)].number_format = _AS_TEXT
    heading = [WriteOnlyCell(worksheet, name) for name in sheet.header]
    for cell in heading:
        cell.font = Font(bold=True)
    worksheet.append(heading)
    # What is appended is written at once, so that one cell does for a whole column.
    cells = [WriteOnlyCell(worksheet) for _ in sheet.header]
    for cell in cells:
        cell.number_format = _AS_TEXT
    for row in sheet.rows:
        worksheet.append(list(map(_filled, cells, row)))


def _discard(worksheet: Any) -> None:
    if worksheet._writer is not None and Path(worksheet._writer.out).exists():
        worksheet.close()
        worksheet._writer.cleanup()


def save(workbook: Workbook, file: BinaryIO) -> None:
    """Writes a workbook to `file` without any time of writing."""
    ExcelWriter(workbook, _UntimedZip(file, "w", ZIP_DEFLATED)).save()


def fits(text: str) -> bool:
    """Whether a cell can hold a text."""
    # No character takes more than the seven units of one that is written by its number.
    if len(text) * 7 <= LONGEST_CELL:
        return True
    return len(escaped(text).encode("utf-16-le")) <= LONGEST_CELL * 2


def escaped(text: str) -> str:
    """A text as a sheet's XML holds it."""
    return _KEPT_BY_NUMBER.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """The text that a sheet's XML holds."""
    return _BY_NUMBER.sub(_named, text) if "_x" in text else text


def _named(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def _filled(cell: Any, value: Cell) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        cell.value = escaped(value)
        # Not what openpyxl takes it for where it begins as a formula or an error does.
        cell.data_type = "s"
        return cell
    return value


class _UntimedZip(ZipFile):
    """An archive of which each part has the same time, whenever it is written."""

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        with open(filename, "rb") as part, self.open(_untimed(arcname or filename), "w") as target:
            while piece := part.read(1024 * 1024):
                target.write(piece)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        content = data.encode() if isinstance(data, str) else data
        if zinfo_or_arcname == _CORE:
            content = _UNTIMED.sub(b"", content)
        super().writestr(_untimed(zinfo_or_arcname), content)


def _untimed(name: str) -> ZipInfo:
    info = ZipInfo(name, _NO_TIME)
    info.compress_type = ZIP_DEFLATED
    return info
