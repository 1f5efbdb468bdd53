"""The sheets of a workbook as rows, read piece by piece, whatever the workbook claims to hold."""

import tempfile
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from openpyxl.packaging.relationship import get_rels_path
from openpyxl.reader.excel import ExcelReader, _find_workbook_part  # type: ignore[attr-defined]
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import (
    ARC_CONTENT_TYPES,
    ARC_STYLE,
    ARC_WORKBOOK,
    SHARED_STRINGS,
    SHEET_MAIN_NS,
    STYLES_TYPE,
)

from app.kernel.problems import shown
from app.kernel.tabular.cells import Cell
from app.kernel.tabular.gathering import Row
from app.kernel.tabular.number_formats import shown as shown_by
from app.kernel.tabular.places import Fault, FaultyError, Place, letters
from app.kernel.tabular.workbooks import unescaped
from app.kernel.tabular.writing import MOST_ROWS_OF_A_SHEET

# Bytes, unpacked: of the whole; of each part that is neither a sheet nor the table of its texts.
MOST_UNPACKED = 1024**3
_LARGEST_PART = 4 * 1024 * 1024
_MOST_PARTS = 1000
# Sheets of nothing but text are packed to a fiftieth; beyond a megabyte none is to a thousandth,
# and large ones, that take long to read, not to a hundredth.
_MOST_RATIO = 1000
_LARGE = 64 * 1024 * 1024
_MOST_RATIO_OF_LARGE = 100
_MOST_SHEETS = 50
_MOST_EMPTY_ROWS = 10_000
_MOST_COLUMNS = 1_000
# Of XML between two elements, and elements in one row.
_LONGEST_PIECE = 1024 * 1024
_MOST_ELEMENTS = 20 * _MOST_COLUMNS
# Of the elements of a sheet or a table of texts those that say nothing of its cells; of the parts
# that are read whole, styles among them, all elements together; and texts in their table.
_MOST_OTHERS = 200_000
_MOST_ELEMENTS_OF_WHOLE = 200_000
_MOST_TEXTS = 4_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# ISO/IEC 29500: what a Strict workbook's main part is of, rather than SHEET_MAIN_NS.
_STRICT_NS = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_SAVE_AS = "save it as .xlsx (Excel Workbook)"
_ROW, _CELL, _TEXT, _RUN, _WORDS, _MERGED = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "si", "r", "t", "mergeCell")
)
# What cells and texts are made of, the formats and the sounds of words in them too.
_OF_CELLS = {_ROW, _CELL, _TEXT, _RUN, _WORDS} | {
    f"{{{SHEET_MAIN_NS}}}{name}"
    for name in (
        *("v", "is", "f", "rPr", "rPh", "phoneticPr", "rFont", "charset", "family", "b", "i"),
        *("strike", "outline", "shadow", "condense", "extend", "color", "sz", "u", "vertAlign"),
        "scheme",
    )
}


@contextmanager
def sheets_in(file: BinaryIO, place: Place) -> Iterator[list["SheetOfRows"]]:
    """The sheets of a workbook, in its order; they are read inside the block.

    Raises FaultyError for what is no workbook, or has no sheet, is of another kind (Excel 97,
    OpenDocument, binary, Strict), is encrypted or has macros, or unpacks to more than any may.
    """
    _refuse_older(file, place)
    with ExitStack() as closing:
        with _told(place):
            with ZipFile(file) as archive:
                _require_bounded(archive, place)
                _refuse_other_archives(archive, place)
            reader = closing.enter_context(_Reader(file, place))
            reader.read()
            _require_told_apart(reader.parts, place)
            if reader.has_macros:
                raise _fault(place, "macros", "A workbook with macros is not read.")
        yield [SheetOfRows(reader, part, Place(place.file, part.name)) for part in reader.parts]


class SheetOfRows:
    """A sheet whose rows are read one by one."""

    def __init__(self, reader: "_Reader", part: "_Part", place: Place) -> None:
        self._reader = reader
        self._part = part
        self.name = part.name
        self.place = place

    @property
    def has_rows(self) -> bool:
        """Whether it is a worksheet, rather than a sheet of charts, a dialog or macros."""
        return self._part.kind == "worksheet"

    def rows(self) -> Iterator[Row]:
        """Its rows that have cells, each with its number.

        Raises FaultyError for a sheet that has none, formulas, merged cells, rows that do not
        follow each other, and more rows or cells than any sheet needs.
        """
        if not self.has_rows:
            detail = "This is no sheet of cells (a worksheet): delete it."
            raise _fault(self.place, "sheet_kind", detail, self._part.kind)
        last = before = 0
        with _told(self.place), self._reader.archive.open(self._part.target) as source:
            for number, cells in _Parser(source, self._reader, self.place).rows():
                if not before < number <= MOST_ROWS_OF_A_SHEET:
                    detail = f"Rows have rising numbers, up to {MOST_ROWS_OF_A_SHEET}."
                    where = Place(self.place.file, self.name, before or None)
                    raise _fault(where, "row_order", detail, number)
                before = number
                if any(cell is not None for cell in cells):
                    last = number
                    yield number, cells
                elif number - last > _MOST_EMPTY_ROWS:
                    detail = (
                        f"More than {_MOST_EMPTY_ROWS} rows from here on are empty: delete them."
                    )
                    raise _fault(Place(self.place.file, self.name, last + 1), "empty_rows", detail)


@dataclass(frozen=True, slots=True)
class _Part:
    """What the workbook lists as a sheet: its name, its part, and what that is."""

    name: str
    target: str
    kind: str


def _fault(place: Place, rule: str, detail: str, value: object = None) -> FaultyError:
    return FaultyError([Fault(place, rule, detail, shown(value))])


def _require_main(tag: str, name: str, place: Place) -> None:
    """Holds a part's root element to the one by which it is read."""
    if tag == f"{{{_STRICT_NS}}}{name}":
        detail = f"A Strict Open XML workbook is not read: {_SAVE_AS}, not as Strict Open XML."
        raise _fault(place, "workbook_format", detail)
    if tag != f"{{{SHEET_MAIN_NS}}}{name}":
        raise ValueError(f"a part whose root is {tag} is no {name}")


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Turns what the libraries say of a broken workbook into a fault at its place."""
    try:
        yield
    except DefusedXmlException:
        raise _fault(place, "entities", "A workbook declares no entities of its own.") from None
    except (
        BadZipFile,
        ParseError,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        NotImplementedError,
        EOFError,
        OverflowError,
        RuntimeError,
    ) as error:
        if isinstance(error, FaultyError):
            raise
        first = str(error).partition("\n")[0]
        detail = f"Not a workbook that can be read (ECMA-376), {_SAVE_AS}: {shown(first)}"
        raise _fault(place, "workbook", detail) from error


def _refuse_older(file: BinaryIO, place: Place) -> None:
    file.seek(0)
    if file.read(len(_OLE)) == _OLE:
        detail = f"Neither an encrypted workbook nor one of Excel 97 (.xls) is read: {_SAVE_AS}."
        raise _fault(place, "workbook_format", detail)
    file.seek(0)


def _refuse_other_archives(archive: ZipFile, place: Place) -> None:
    """Spreadsheets of other programs are ZIP archives, too."""
    names = set(archive.namelist())
    if ARC_CONTENT_TYPES in names:
        return
    # OpenDocument 1.3, part 2, sections 2.2.1 and 3.3.
    is_open_document = names & {"content.xml", "mimetype"}
    what = "An OpenDocument spreadsheet (.ods)" if is_open_document else "An archive of other files"
    raise _fault(place, "workbook_format", f"{what} is not read: {_SAVE_AS}.")


def _require_bounded(archive: ZipFile, place: Place) -> None:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise _fault(place, "zip_bomb", f"A workbook has at most {_MOST_PARTS} parts.", len(parts))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED:
        detail = f"A workbook unpacks to at most {MOST_UNPACKED} bytes."
        raise _fault(place, "zip_bomb", detail, unpacked)
    for part in parts:
        if part.flag_bits & 1:
            raise _fault(place, "workbook_format", "An encrypted workbook is not read.")
        if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            detail = f"The part {shown(part.filename)} is packed otherwise than by DEFLATE."
            raise _fault(place, "zip_method", detail, part.compress_type)
        ratio = _MOST_RATIO if part.file_size <= _LARGE else _MOST_RATIO_OF_LARGE
        if part.file_size > max(1024**2, part.compress_size * ratio):
            detail = f"The part {shown(part.filename)} unpacks to more than {ratio} times its size."
            raise _fault(place, "zip_bomb", detail, part.file_size)


def _require_told_apart(sheets: list[_Part], place: Place) -> None:
    """There are sheets, each has a name and a part of its own, and there are not very many."""
    if not sheets:
        raise _fault(place, "no_sheet", "The workbook has no sheet, so there is nothing to read.")
    if len(sheets) > _MOST_SHEETS:
        detail = f"A workbook has at most {_MOST_SHEETS} sheets."
        raise _fault(place, "too_many_sheets", detail, len(sheets))
    names: set[str] = set()
    targets: set[str] = set()
    for sheet in sheets:
        # As spreadsheets do, without regard to case.
        if sheet.name.casefold() in names or sheet.target in targets:
            detail = "Another sheet has the same name, or is read from the same part."
            raise _fault(place, "duplicate_sheet", detail, sheet.name)
        names.add(sheet.name.casefold())
        targets.add(sheet.target)


class _Reader(ExcelReader):
    """openpyxl's reader, with texts kept on disk rather than in memory."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self.place = place
        super().__init__(file, read_only=True, data_only=False, keep_links=False)
        self.texts: Texts | None = None
        # All that the workbook lists as sheets, hidden ones too.
        self.parts: list[_Part] = []
        self._elements_of_whole = 0

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        if self.texts is not None:
            self.texts.close()
        self.archive.close()

    @property
    def has_macros(self) -> bool:
        """Whether it says that it has macros, or holds any."""
        names = [name.lower() for name in self.archive.namelist()]
        types = [part.ContentType.lower() for part in self.package.Override]
        return any("vbaproject" in name for name in names) or any("macro" in of for of in types)

    def read(self) -> None:
        """Reads what the sheets need: where they are, texts, and the formats of numbers."""
        self.read_manifest()
        main = self._main_part()
        named = [part.PartName[1:] for part in self.package.Override if "main" in part.ContentType]
        whole = {ARC_WORKBOOK, *named}
        for part in {*whole, *map(get_rels_path, whole), ARC_STYLE}:
            self._require_small(part)
        self._require_transitional(main)
        self._require_known_styles()
        self.read_strings()
        self.read_workbook()
        if ARC_STYLE in self.valid_files:
            apply_stylesheet(self.archive, self.wb)
        self.read_worksheets()

    def _main_part(self) -> str:
        try:
            return str(_find_workbook_part(self.package).PartName[1:])
        except OSError:
            types = [part.ContentType for part in (*self.package.Override, *self.package.Default)]
            if any("sheet.binary" in of for of in types):
                detail = f"A binary workbook (.xlsb) is not read: {_SAVE_AS}."
            else:
                detail = f"A file of another program is not read: {_SAVE_AS}."
            raise _fault(self.place, "workbook_format", detail) from None

    def _require_transitional(self, main: str) -> None:
        """Refuses the Strict variant, of which openpyxl finds no sheet."""
        with self.archive.open(main) as source:
            _, root = next(iterparse(source, events=("start",)))
        _require_main(root.tag, "workbook", self.place)

    def _require_known_styles(self) -> None:
        """Refuses styles that openpyxl passes over: without them no number is as it is shown."""
        for part in self.package.Override:
            if part.ContentType == STYLES_TYPE and part.PartName[1:] != ARC_STYLE:
                raise ValueError(f"its styles are in {part.PartName}, not in {ARC_STYLE}")

    def _require_small(self, part: str) -> None:
        """Holds a part that is read whole to what can be."""
        if part not in self.valid_files:
            return
        if self.archive.getinfo(part).file_size > _LARGEST_PART:
            raise ValueError(f"its part {part} unpacks to more than {_LARGEST_PART} bytes")
        with self.archive.open(part) as source:
            for _, element in iterparse(source):
                element.clear()
                self._elements_of_whole += 1
                if self._elements_of_whole > _MOST_ELEMENTS_OF_WHOLE:
                    most = _MOST_ELEMENTS_OF_WHOLE
                    raise ValueError(f"its part {part} brings the elements to more than {most}")

    def read_manifest(self) -> None:
        """Reads which parts there are, and of what types."""
        self._require_small(ARC_CONTENT_TYPES)
        super().read_manifest()

    def read_strings(self) -> None:
        """Reads the table of texts that the cells of Excel's own workbooks point to."""
        for part in self.package.Override:
            if part.ContentType == SHARED_STRINGS and self.texts is None:
                self.texts = Texts()
                with self.archive.open(part.PartName[1:]) as source:
                    self.texts.read(source)

    def read_worksheets(self) -> None:
        """Finds the sheets, and reads nothing of them yet."""
        for sheet in self.parser.sheets:
            relation = self.parser.rels.get(sheet.id)
            if relation is None:
                # openpyxl would leave it out.
                raise ValueError(f"its sheet {sheet.name} names no part of it")
            kind = relation.Type.rpartition("/")[2]
            self.parts.append(_Part(str(sheet.name), str(relation.target), kind))


class Texts:
    """Texts by their number, in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever made this)
        self._starts = array("Q", [0])

    def read(self, source: IO[bytes]) -> None:
        end = 0
        for depth, element in _elements(source, level=2):
            if depth == 2 and element.tag == _TEXT:
                if len(self._starts) > _MOST_TEXTS:
                    raise ValueError(f"it has more than {_MOST_TEXTS} texts")
                text = _words_of(element).encode()
                self._file.write(text)
                end += len(text)
                self._starts.append(end)

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._starts) - 1:
            raise IndexError(f"there is no text {index}")
        self._file.seek(self._starts[index])
        return self._file.read(self._starts[index + 1] - self._starts[index]).decode()

    def close(self) -> None:
        self._file.close()


def _words_of(text: Any) -> str:
    """A text without its formats, and without what tells how it is pronounced."""
    plain = [part.text for part in text.findall(_WORDS)]
    runs = [part.text for part in text.findall(f"{_RUN}/{_WORDS}")]
    return "".join(words for words in (*plain, *runs) if words)


class _Metered:
    """A part that is read piece by piece, and in which no single thing is very long."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.since += len(piece)
        if self.since > _LONGEST_PIECE:
            raise ValueError(f"more than {_LONGEST_PIECE} bytes of it are one text or name")
        return piece


def _elements(source: IO[bytes], level: int) -> Iterator[tuple[int, Any]]:
    """Elements as they end: how deep each is, and itself.

    Down to `level` (the root's is 1), none is kept once the next is read.
    """
    metered = _Metered(source)
    above: list[Any] = []
    inside = others = 0
    for event, element in iterparse(metered, events=("start", "end")):
        metered.since = 0
        if event == "start":
            above.append(element)
            inside += 1
            others += element.tag not in _OF_CELLS
            if others > _MOST_OTHERS:
                raise ValueError(f"more than {_MOST_OTHERS} elements of it are of no cell")
            if inside > _MOST_ELEMENTS:
                raise ValueError(f"one row or text has more than {_MOST_ELEMENTS} elements")
            continue
        depth = len(above)
        above.pop()
        yield depth, element
        if 1 < depth <= level:
            element.clear()
            above[-1].remove(element)
            inside = 0


class _Parser(WorkSheetParser):
    """openpyxl's parser of a sheet's cells, which holds one row at a time."""

    def __init__(self, source: IO[bytes], reader: _Reader, place: Place) -> None:
        # Of the styles that were read, the stubs know nothing.
        workbook: Any = reader.wb
        texts: Any = reader.texts
        super().__init__(
            source,
            texts,
            data_only=False,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        self.workbook = workbook
        self.part = source
        self.place = place
        # The formats of the styles that cells have had so far.
        self._codes: dict[int, str] = {}

    def rows(self) -> Iterator[Row]:
        for depth, element in _elements(self.part, level=3):
            if depth == 1:
                # Of any other root, no row would have been known as one.
                _require_main(element.tag, "worksheet", self.place)
            if depth == 3 and element.tag == _ROW:
                yield self._row(element)
            elif element.tag == _MERGED:
                first, _, _ = element.get("ref", "").partition(":")
                detail = f"The cells {shown(element.get('ref'))} are merged: a value has one cell."
                raise _fault(self.place, "merged_cells", detail, first)

    def _row(self, element: Any) -> Row:
        number, found = self.parse_row(element)
        self.row_dimensions.clear()
        row: list[Cell] = []
        for cell in found:
            position = cell["column"]
            if position > _MOST_COLUMNS:
                detail = f"A sheet has at most {_MOST_COLUMNS} columns."
                raise _fault(self._at(number, position), "too_many_columns", detail)
            if position <= len(row):
                raise _fault(self._at(number, position), "workbook", "A cell stands twice.")
            row.extend([None] * (position - 1 - len(row)))
            row.append(self._value(cell, number, position))
        return number, row

    def _at(self, number: int, position: int) -> Place:
        return Place(self.place.file, self.place.sheet, number, letters(position), position)

    def _value(self, cell: dict[str, Any], number: int, position: int) -> Cell:
        value, kind = cell["value"], cell["data_type"]
        if kind == "f":
            detail = "A formula is not read: give its value."
            raise _fault(self._at(number, position), "formula", detail, str(value))
        if kind == "e":
            detail = "An error that a formula left is no value."
            raise _fault(self._at(number, position), "error_value", detail, value)
        if isinstance(value, str):
            return unescaped(value) or None
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float | datetime | date | time):
            return shown_by(value, self._format_of(cell["style_id"]))
        return str(value)

    def _format_of(self, style: int) -> str:
        code = self._codes.get(style)
        if code is None:
            code = self._codes[style] = self._code_of(style)
        return code

    def _code_of(self, style: int) -> str:
        styles = self.workbook._cell_styles
        if not 0 <= style < len(styles):
            raise ValueError(f"it has no style {style}, by which one of its cells is shown")
        number = styles[style].numFmtId
        own = self.workbook._number_formats
        if 164 <= number < 164 + len(own):
            return str(own[number - 164])
        return BUILTIN_FORMATS.get(number, "")
