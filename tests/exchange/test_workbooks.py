"""A workbook is read whole, or not at all: each sheet is read, or refused by its name."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from app.exchange.entries import Entries
from app.exchange.reading import read_file
from app.kernel.tabular.formats import Format
from app.kernel.tabular.places import Fault
from tests.cli.running import run_forked
from tests.conftest import Clients
from tests.exchange.uploading import FIRST_ITEM, as_file, refused, template, upload


def _faults(file: bytes) -> list[Fault]:
    entries = Entries()
    read_file(entries, io.BytesIO(file), Format.XLSX)
    entries.close()
    return entries.faults


def _copied(workbook: Workbook, columns: dict[str, int]) -> None:
    copy = workbook.copy_worksheet(workbook["reports"])
    copy.title = "reports (2)"
    copy.cell(FIRST_ITEM + 1, columns["status"]).value = "on_track"


def _people(workbook: Workbook, _: dict[str, int]) -> None:
    sheet = workbook.create_sheet("people")
    sheet.append(["id", "name.en"])
    sheet.append(["somebody-new", "Somebody"])


def _hidden_notes(workbook: Workbook, _: dict[str, int]) -> None:
    workbook.create_sheet("Notes").sheet_state = "veryHidden"


def _chart(workbook: Workbook, columns: dict[str, int]) -> None:
    chart = BarChart()
    letter = columns["progress"]
    data = Reference(
        workbook["reports"], min_col=letter, min_row=FIRST_ITEM, max_row=FIRST_ITEM + 2
    )
    chart.add_data(data)
    workbook.create_chartsheet("Chart1").add_chart(chart)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (_copied, "reports (2)"),
        (_people, "people"),
        (_hidden_notes, "Notes"),
        (_chart, "Chart1"),
    ],
)
def test_a_sheet_beside_the_reports_is_refused_by_its_name(
    change: Callable[[Workbook, dict[str, int]], None], name: str, clients: Clients
) -> None:
    workbook, columns = template(clients)
    workbook["reports"].cell(FIRST_ITEM, columns["status"]).value = "on_track"
    change(workbook, columns)
    (error,) = refused(clients, clients.reporter, workbook)
    assert (error["sheet"], error["rule"], error["value"]) == (name, "sheet_name", name)
    assert "instructions and codes" in error["detail"]
    assert clients.anonymous.get("/v1/people/somebody-new").status_code == 404

    # Without it, all is taken: the template's own sheets are no fault.
    del workbook[name]
    assert upload(clients.reporter, workbook).status_code == 200


def test_a_template_whose_sheet_has_another_name_is_told_the_right_one(clients: Clients) -> None:
    workbook, columns = template(clients)
    workbook["reports"].cell(FIRST_ITEM, columns["status"]).value = "on_track"
    workbook["reports"].title = "보고"
    (error,) = refused(clients, clients.reporter, workbook)
    assert (error["sheet"], error["rule"]) == ("보고", "sheet_name")
    assert "must be called reports" in error["detail"]


def test_an_item_in_the_place_of_the_headings_for_people_is_reported(clients: Clients) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    sheet.delete_rows(FIRST_ITEM - 1)
    sheet.cell(FIRST_ITEM - 1, columns["status"]).value = "on_track"
    item = sheet.cell(FIRST_ITEM - 1, 1).value
    (record,) = upload(clients.reporter, workbook).json()["records"]
    report = clients.anonymous.get(f"/v1/status-reports/{record['id']}").json()
    assert report["action_item"] == item


def _of_people(states: dict[str, str]) -> bytes:
    """A workbook with a sheet for each kind, of which some are hidden."""
    workbook = Workbook()
    del workbook["Sheet"]
    for name, state in states.items():
        sheet = workbook.create_sheet(name)
        sheet.append(["id", "name.en"])
        sheet.append([f"new-{name}", "New"])
        sheet.sheet_state = state
    workbook.create_sheet("documents").append(["id"])
    return as_file(workbook)


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_like_any_other(state: str) -> None:
    entries = Entries()
    read_file(entries, io.BytesIO(_of_people({"people": state})), Format.XLSX)
    assert ([entry.id for entry in entries], entries.faults) == (["new-people"], [])
    entries.close()
    (fault,) = _faults(_of_people({"Notes": state}))
    assert (fault.rule, fault.place.sheet, fault.value) == ("sheet_name", "Notes", "Notes")


def _changed(file: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


PEOPLE = _of_people({"people": "visible"})
BOOK, SHEET, TYPES = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"
TRANSITIONAL = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONSHIPS = b"http://purl.oclc.org/ooxml/officeDocument/relationships"


def _replaced(before: bytes, after: bytes, *names: str) -> Callable[[dict[str, bytes]], object]:
    """In some parts, or in all."""

    def change(parts: dict[str, bytes]) -> None:
        for name in names or parts:
            assert not names or before in parts[name]
            parts[name] = parts[name].replace(before, after)

    return change


def _strict(parts: dict[str, bytes]) -> None:
    _replaced(TRANSITIONAL, STRICT)(parts)
    _replaced(RELATIONSHIPS, STRICT_RELATIONSHIPS)(parts)


def _sheetless(parts: dict[str, bytes]) -> None:
    start, _, rest = parts[BOOK].partition(b"<sheets>")
    parts[BOOK] = start + b"<sheets/>" + rest.partition(b"</sheets>")[2]


def _styles_elsewhere(parts: dict[str, bytes]) -> None:
    parts["xl/own.xml"] = parts.pop("xl/styles.xml")
    _replaced(b"/xl/styles.xml", b"/xl/own.xml", TYPES)(parts)


def _archive(**parts: bytes) -> bytes:
    return _changed(as_file(Workbook()), lambda kept: (kept.clear(), kept.update(parts)))


def _charts_alone() -> bytes:
    workbook = Workbook()
    workbook.create_chartsheet("Chart1").add_chart(BarChart())
    del workbook["Sheet"]
    return as_file(workbook)


def _kind(kind: bytes) -> bytes:
    relations = "xl/_rels/workbook.xml.rels"
    return _changed(
        PEOPLE, _replaced(b"relationships/worksheet", b"relationships/" + kind, relations)
    )


DOCUMENT = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BINARY = b"application/vnd.ms-excel.sheet.binary.macroEnabled.main"
MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLED = b'<c r="C2" s="70"><v>1</v></c></row></sheetData>'
SAVE_AS = "save it as .xlsx (Excel Workbook)"

UNREAD: list[tuple[str, bytes, str, str | None, str]] = [
    ("Strict", _changed(PEOPLE, _strict), "workbook_format", None, f"{SAVE_AS}, not as Strict"),
    (
        "Strict in its main part alone",
        _changed(PEOPLE, _replaced(TRANSITIONAL, STRICT, BOOK)),
        *("workbook_format", None, "Strict Open XML"),
    ),
    (
        "Strict in a sheet alone",
        _changed(PEOPLE, _replaced(TRANSITIONAL, STRICT, SHEET)),
        *("workbook_format", "people", "Strict Open XML"),
    ),
    (
        "a sheet that is no worksheet's XML",
        _changed(PEOPLE, _replaced(TRANSITIONAL, b"urn:x", SHEET)),
        *("workbook", "people", "is no worksheet"),
    ),
    (
        "a sheet that names no part",
        _changed(PEOPLE, _replaced(b' r:id="rId1"', b"", BOOK)),
        *("workbook", None, "sheet people names no part"),
    ),
    (
        "styles in another part",
        _changed(PEOPLE, _styles_elsewhere),
        *("workbook", None, "not in xl/styles.xml"),
    ),
    (
        "a style that there is not",
        _changed(PEOPLE, _replaced(b"</row></sheetData>", STYLED, SHEET)),
        *("workbook", "people", "no style 70"),
    ),
    ("no sheet", _changed(PEOPLE, _sheetless), "no_sheet", None, "no sheet"),
    ("charts alone", _charts_alone(), "sheet_name", "Chart1", "Delete one that is none"),
    ("a dialog called people", _kind(b"dialogsheet"), "sheet_kind", "people", "delete it"),
    ("macros called people", _kind(b"xlMacrosheet"), "sheet_kind", "people", "delete it"),
    (
        "OpenDocument",
        _archive(
            mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": b"<x/>"}
        ),
        *("workbook_format", None, f"OpenDocument spreadsheet (.ods) is not read: {SAVE_AS}"),
    ),
    ("another archive", _archive(x=b"x"), "workbook_format", None, SAVE_AS),
    (
        "a binary workbook",
        _changed(PEOPLE, _replaced(MAIN, BINARY, TYPES)),
        *("workbook_format", None, f"(.xlsb) is not read: {SAVE_AS}"),
    ),
    (
        "a text document",
        _changed(PEOPLE, _replaced(MAIN, DOCUMENT, TYPES)),
        *("workbook_format", None, SAVE_AS),
    ),
    ("text", b"id,name.en\none,One", "workbook", None, SAVE_AS),
]


@pytest.mark.parametrize(
    ("file", "rule", "sheet", "words"),
    [case[1:] for case in UNREAD],
    ids=[case[0] for case in UNREAD],
)
def test_a_workbook_of_which_no_sheet_is_read_is_refused_with_what_to_do(
    file: bytes, rule: str, sheet: str | None, words: str
) -> None:
    fault = _faults(file)[0]
    assert (fault.rule, fault.place.sheet) == (rule, sheet)
    assert words in fault.detail


def test_the_same_over_http_and_from_the_command_line(
    clients: Clients, database_url: str, tmp_path: Path
) -> None:
    strict = _changed(PEOPLE, _strict)
    (error,) = refused(clients, clients.korea, strict)
    assert error["rule"] == "workbook_format"
    assert SAVE_AS in error["detail"]
    (tmp_path / "people.xlsx").write_bytes(strict)
    for line in ("clearsky load people.xlsx", "clearsky load --dry-run people.xlsx"):
        told = run_forked(line, tmp_path, database_url=database_url)
        assert told.status == 2
        assert told.errors.startswith("clearsky: people.xlsx: ")
        assert SAVE_AS in told.errors
    assert clients.anonymous.get("/v1/people/new-people").status_code == 404
