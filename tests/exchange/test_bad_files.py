"""Files that cannot be imported: each says where, and by which rule; nothing of it is taken."""

import io
import itertools
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment

from app.exchange.entries import Entries
from app.exchange.kinds import KINDS
from app.exchange.reading import read_file
from app.kernel.tabular import reading_workbooks
from app.kernel.tabular.formats import Format
from app.kernel.tabular.places import Fault
from app.kernel.tabular.timed import Timed

PEOPLE = next(kind for kind in KINDS if kind.collection == "people")


def _faults(file: bytes, form: Format) -> tuple[list[Fault], int]:
    entries = Entries()
    read_file(entries, io.BytesIO(file), form, PEOPLE if form is Format.CSV else None)
    taken = len(entries)
    entries.close()
    return entries.faults, taken


def _workbook(change: Callable[[Any], None], sheet: str = "people") -> bytes:
    workbook = Workbook()
    worksheet = workbook.active
    worksheet.title = sheet
    worksheet.append(["id", "name.en", "name.ko", "organization"])
    worksheet.append(["one", "One", None, None])
    change(worksheet)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _rezipped(change: Callable[[dict[str, bytes]], None], level: int = 6) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_workbook(lambda _: None))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ROWS = b"<row>" + b'<c t="inlineStr"><is><t>x</t></is></c>' + b"</row>"


def _sheet_of(rows: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        start, _, end = parts[SHEET].partition(b"</sheetData>")
        parts[SHEET] = start + rows + b"</sheetData>" + end

    return change


BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def _sheets(*names: str, others: bool = False) -> Callable[[dict[str, bytes]], None]:
    """Further sheets, of the first one's part unless there are others."""

    def change(parts: dict[str, bytes]) -> None:
        sheets, relations = b"", b""
        for number, name in enumerate(names, start=70):
            sheets += b'<sheet name="%s" sheetId="%d" r:id="x%d"/>' % (
                name.encode(),
                number,
                number,
            )
            part = number if others else 1
            relations += (
                b'<Relationship Id="x%d" Target="/xl/worksheets/sheet%d.xml" Type="http://schemas.'
                b'openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
            ) % (number, part)
        sheets = sheets.replace(
            b"<sheet ",
            b"<sheet xmlns:r="
            b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships" ',
        )
        parts[BOOK] = parts[BOOK].replace(b"</sheets>", sheets + b"</sheets>")
        parts[RELATIONS] = parts[RELATIONS].replace(
            b"</Relationships>", relations + b"</Relationships>"
        )

    return change


def _styles(parts: dict[str, bytes]) -> None:
    styles = "xl/styles.xml"
    parts[styles] = parts[styles].replace(b"</cellXfs>", b"<xf/>" * 300_000 + b"</cellXfs>")


def _packed_by(method: int) -> bytes:
    file = io.BytesIO(_workbook(lambda _: None))
    with zipfile.ZipFile(file, "a", method) as archive:
        archive.writestr("docProps/other.xml", b"<x/>")
    return file.getvalue()


def _entities(parts: dict[str, bytes]) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    parts[SHEET] = bomb + parts[SHEET].replace(b"One", b"&b;")


def _macros(parts: dict[str, bytes]) -> None:
    parts["xl/vbaProject.bin"] = b"x"


CSV_FAULTS: list[tuple[str, bytes, str, str | None, str]] = [
    ("nothing", b"", "missing", None, "headings"),
    ("another encoding", "id,name.ko\none,한국".encode("cp949"), "utf_8", None, "byte 15 of"),
    (
        "mixed encodings",
        b"id,name.en\none,\xea\xb5\xad\ntwo,\xb1\xb9",
        "utf_8",
        None,
        "in its line 3",
    ),
    ("UTF-16", "id,name.en\n".encode("utf-16"), "utf_8", None, "byte 0 of"),
    ("a duplicate header", b"id,name.en,name.en\none,a,b", "duplicate_header", "C1", "B1"),
    ("an unknown column", b"id,nmae.en\none,a", "unknown_column", "B1", "no such column"),
    ("no id column", b"name.en\nOne", "missing_column", None, "no column id"),
    ("a row without id", b"id,name.en\n,One", "missing", None, "id of the record"),
    ("a cell beside the table", b"id,name.en\none,One,two", "no_heading", "C2", "no heading"),
    ("an open quote", b'id,name.en\none,"One', "csv", None, "near line 2"),
    ("a long cell", b"id,name.en\none," + b"x" * 200_000, "csv", None, "field larger"),
    ("a long text", b"id,name.en\none," + b"x" * 20_001, "string_too_long", "B2", "20000"),
    (
        "a row without end",
        b"id,name.en\n" + b'"' + b'x\n","' * (3 * 1024 * 1024),
        *("row_limit", None, "row 2"),
    ),
    ("a long line", b"x" * (9 * 1024 * 1024), "line_limit", None, "line 1"),
    ("a contradiction", b"id,name.en\none,a\none,b", "contradicting_row", "B3", "A2 says 'a'"),
    ("a repeated row", b"id,name.en\none,a\none,a", "repeated_row", None, "A2"),
    ("an id that stands twice", b"id,name.en\none,a\ntwo,b\none,a", "repeated_id", None, "row 2"),
    (
        "a bad reference",
        b"id,name.en,organization\none,a,No Such",
        "string_pattern_mismatch",
        "C2",
        "",
    ),
    ("blank text", b"id,name.en\none,   ", "blank_text", "B2", "white space"),
    ("an unknown mark", b"id,name.en\none,\\x", "mark", "B2", "backslash"),
    ("a missing member", b"id,organization\none,kr-moe", "missing", None, "required"),
]

WORKBOOK_FAULTS: list[tuple[str, bytes, str, str | None, str]] = [
    ("a formula", _workbook(lambda s: s.append(["two", "=1+1"])), "formula", "B3", "formula"),
    ("an error", _workbook(lambda s: s.append(["two", "#REF!"])), "error_value", "B3", "no value"),
    (
        "a number without end",
        _rezipped(_sheet_of(b'<row r="3"><c r="A3"><v>1E400</v></c></row>')),
        *("number", "A3", "cell one of text"),
    ),
    (
        "a number of more digits than are kept",
        _rezipped(_sheet_of(b'<row r="3"><c r="A3"><v>1.2345678901234567E19</v></c></row>')),
        *("number", "A3", "cell one of text"),
    ),
    ("merged cells", _workbook(lambda s: s.merge_cells("B2:C3")), "merged_cells", None, "B2:C3"),
    ("another sheet", _workbook(lambda _: None, "Sheet"), "sheet_name", None, "people"),
    (
        "a million empty rows",
        _rezipped(_sheet_of(b'<row r="3" spans="1:4" ht="15"/>' + b"<row/>" * 1_000_000)),
        *("empty_rows", None, "delete them"),
    ),
    (
        "fifty thousand empty rows",
        _rezipped(_sheet_of(b"".join(b'<row r="%d"/>' % n for n in range(3, 50_000)))),
        *("empty_rows", None, "delete them"),
    ),
    ("a row far below", _rezipped(_sheet_of(b'<row r="900000"/>')), "empty_rows", None, "delete"),
    (
        "a cell far out",
        _rezipped(_sheet_of(b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row>')),
        *("too_many_columns", "XFD3", "1000 columns"),
    ),
    (
        "a row of a million cells",
        _rezipped(_sheet_of(b'<row r="3">' + b"<c/><d a=''/>" * 300_000 + b"</row>"), 1),
        *("workbook", None, "elements"),
    ),
    (
        "a text without end",
        _rezipped(_sheet_of(ROWS.replace(b"<t>x", b"<t>" + bytes(range(65, 91)) * 99_999)), 1),
        *("workbook", None, "one text or name"),
    ),
    (
        "one part as many sheets",
        _rezipped(_sheets(*(f"s{n}" for n in range(500)))),
        *("too_many_sheets", None, "at most"),
    ),
    ("one part as two sheets", _rezipped(_sheets("m")), "duplicate_sheet", None, "same part"),
    (
        "two sheets of one name",
        _rezipped(_sheets("People", others=True)),
        *("duplicate_sheet", None, "same name"),
    ),
    (
        "a row again and again",
        _rezipped(_sheet_of(b'<row r="3"/>' * 50_000)),
        *("row_order", None, "rising numbers"),
    ),
    (
        "a row below the last",
        _rezipped(_sheet_of(b'<row r="1048577"><c t="inlineStr"><is><t>x</t></is></c></row>')),
        *("row_order", None, "up to 1048576"),
    ),
    (
        "elements that say nothing",
        _rezipped(_sheet_of(b"<x/>" * 300_000)),
        *("workbook", None, "are of no cell"),
    ),
    ("very many styles", _rezipped(_styles), "workbook", None, "styles.xml brings the elements"),
    ("LZMA", _packed_by(zipfile.ZIP_LZMA), "zip_method", None, "than by DEFLATE"),
    ("bzip2", _packed_by(zipfile.ZIP_BZIP2), "zip_method", None, "than by DEFLATE"),
    ("a zip bomb", _rezipped(_sheet_of(b" " * 50_000_000)), "zip_bomb", None, "times its size"),
    ("entities", _rezipped(_entities), "entities", None, "entities"),
    ("macros", _rezipped(_macros), "macros", None, "macros"),
    ("no XML", _rezipped(lambda p: p.update({SHEET: b"<worksheet"})), "workbook", None, ""),
    ("a lost part", _rezipped(lambda p: p.pop(SHEET)), "workbook", None, ""),
    ("no workbook", b"PK\x03\x04" + b"x" * 100, "workbook", None, "Not a workbook"),
    ("text", b"id,name.en", "workbook", None, "Not a workbook"),
    (
        "an old or encrypted one",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9,
        "workbook_format",
        None,
        ".xlsx",
    ),
]

LINE_FAULTS: list[tuple[str, bytes, str, str | None, str]] = [
    ("no JSON", b'{"record_kind":"person","id":"one","name":{"en":"x"}}\n{', "json", None, "row 2"),
    ("no kind", b'{"id":"one"}', "record_kind", None, "action_item"),
    ("no object", b"[1]", "record_kind", None, "row 1"),
    (
        "an unknown member",
        b'{"record_kind":"person","id":"one","name":{"fr":"x"}}',
        "extra_forbidden",
        None,
        "/name/fr",
    ),
    ("another encoding", b'{"record_kind":"person","id":"\xff"}', "utf_8", None, "row 1"),
    (
        "very many members",
        b'{"record_kind":"person",' + b",".join(b'"m%d":1' % n for n in range(300)) + b"}",
        *("too_many_members", None, "at most 200 members"),
    ),
    (
        "very many values",
        b'{"record_kind":"person","id":"one","name":[%s0]}' % (b"0," * 300_000),
        *("too_many_members", None, "at most 200000 values"),
    ),
    (
        "very many faults",
        b'{"record_kind":"meeting","id":"one","citations":[%s{}]}'
        % ((b"{" + b",".join(b'"m%d":1' % n for n in range(190)) + b"},") * 99),
        *("too_many_faults", None, "not told one by one"),
    ),
    ("a long line", b" " * (9 * 1024 * 1024), "line_limit", None, "row 1"),
]

FAULTS = [
    *((Format.CSV, *fault) for fault in CSV_FAULTS),
    *((Format.XLSX, *fault) for fault in WORKBOOK_FAULTS),
    *((Format.JSONL, *fault) for fault in LINE_FAULTS),
]


@pytest.mark.parametrize(
    ("form", "file", "rule", "cell", "words"),
    [(form, *fault) for form, _, *fault in FAULTS],
    ids=[f"{form}: {what}" for form, what, *_ in FAULTS],
)
def test_a_bad_file_is_refused_at_its_place(
    form: Format, file: bytes, rule: str, cell: str | None, words: str
) -> None:
    faults, _ = _faults(file, form)
    assert [(fault.rule, fault.place.cell) for fault in faults][:1] == [(rule, cell)], faults
    assert words in str(faults[0])
    assert len(str(faults[0])) < 900


def test_of_texts_in_their_table_no_more_are_read_than_any_workbook_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = b"<si><r><rPr><b/></rPr><t>tw</t></r><r><t>o</t></r></si><si><t>Two</t></si>"
    row = b'<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c></row>'

    def change(parts: dict[str, bytes]) -> None:
        main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        parts["xl/sharedStrings.xml"] = b"<sst " + main + b">" + texts + b"</sst>"
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        table = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
        types = "[Content_Types].xml"
        parts[types] = parts[types].replace(b"</Types>", table)
        _sheet_of(row)(parts)

    file = _rezipped(change)
    assert _faults(file, Format.XLSX) == ([], 2)
    monkeypatch.setattr(reading_workbooks, "_MOST_TEXTS", 1)
    assert "more than 1 texts" in str(_faults(file, Format.XLSX)[0][0])


def test_a_large_part_is_packed_to_no_less_than_a_hundredth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = _rezipped(_sheet_of((b" " * 900_000).join((b"", b"<row r='3'/>", b"<row r='4'/>"))))
    monkeypatch.setattr(reading_workbooks, "_MOST_RATIO", 10_000)
    assert _faults(file, Format.XLSX) == ([], 1)
    monkeypatch.setattr(reading_workbooks, "_LARGE", 1_000_000)
    assert "100 times its size" in str(_faults(file, Format.XLSX)[0][0])


MANY = 1000


def test_of_very_many_faults_reading_tells_the_first_and_stops() -> None:
    rows = b"".join(b"p-%d,\n" % n for n in range(100_000))
    faults, taken = _faults(b"id,name.en\n" + rows, Format.CSV)
    assert (len(faults), taken) == (101, 0)


@pytest.mark.parametrize(
    ("form", "file"),
    [
        (Format.CSV, b"id,name.en\n" + b"".join(b"p-%d,One\n" % n for n in range(MANY))),
        (Format.XLSX, _workbook(lambda _: None)),
        (Format.JSONL, b"\n" * MANY),
    ],
)
def test_reading_that_takes_too_long_ends(form: Format, file: bytes) -> None:
    seconds = itertools.count()
    entries = Entries()
    timed: Any = Timed(io.BytesIO(file), 5, now=lambda: next(seconds))
    read_file(entries, timed, form, PEOPLE if form is Format.CSV else None)
    assert [fault.rule for fault in entries.faults] == ["time_limit"]
    assert "5 seconds" in str(entries.faults[0])
    entries.close()


@pytest.mark.parametrize(
    "file",
    [
        ",".join(f"no-{n}" for n in range(MANY)).encode(),
        b"id,name.en\n" + b"one,One\n" * MANY,
        b"id,name.en\n" + b"".join(b"one,%d\n" % n for n in range(MANY)),
        b"id,name.en,citations.quote\n" + b"one,,\\x\n" * MANY,
    ],
)
def test_of_one_record_no_more_faults_are_made_than_are_told(
    file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    class Counted(Fault):
        def __init__(self, *given: Any) -> None:
            nonlocal made
            made += 1
            super().__init__(*given)

    monkeypatch.setattr("app.kernel.tabular.gathering.Fault", Counted)
    faults, _ = _faults(file, Format.CSV)
    assert len(faults) == made == 101


def _fine(worksheet: Any) -> None:
    worksheet["A2"].alignment = Alignment(wrap_text=True)
    worksheet["C2"] = "=not a formula"
    worksheet["C2"].data_type = "s"
    worksheet["A9"] = "two"
    worksheet["B9"] = 2023


@pytest.mark.parametrize(
    ("form", "file"),
    [
        (Format.CSV, b"\xef\xbb\xbfid,name.en\r\none,One\r\n\r\ntwo,Two\r\n,\r\n"),
        (Format.XLSX, _workbook(_fine)),
        (Format.JSONL, b'\xef\xbb\xbf{"record_kind":"person","id":"one","name":{"en":"One"}}\n\n'
         b'{"id":"two","record_kind":"person","name":{"ko":"\xeb\x91\x98"}}'),
    ],
)  # fmt: skip
def test_what_spreadsheets_leave_is_passed_over(form: Format, file: bytes) -> None:
    assert _faults(file, form) == ([], 2)
