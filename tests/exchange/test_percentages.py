"""A percentage is read as its cell shows it, and stored or refused as that."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from app.exchange.entries import Entries
from app.exchange.reading import read_file
from app.kernel.access import OPERATOR
from app.kernel.sessions import Database
from app.kernel.tabular.formats import Format
from app.kernel.tabular.places import Fault
from app.reporting.models import StatusReport
from tests.cli.running import run_forked
from tests.conftest import Clients
from tests.exchange.uploading import FIRST_ITEM, PLAN, as_file, refused, template, upload
from tests.exchange.worlds import FIRST_REPORT

WHOLE = "a whole number from 0 to 100"


def _read(sheet: str, heading: str, value: Any, code: str) -> tuple[list[Any], list[Fault]]:
    """What a sheet's one cell says in its column, beside an id; and what is wrong."""
    workbook = Workbook()
    worksheet: Any = workbook.active
    worksheet.title = sheet
    worksheet.append(["id", heading])
    worksheet.append(["one", value])
    worksheet["B2"].number_format = code
    entries = Entries()
    read_file(entries, io.BytesIO(as_file(workbook)), Format.XLSX)
    bodies = [entry.body for entry in entries]
    entries.close()
    return bodies, entries.faults


# As many as the plan has items: what a cell holds, its number format, and what it shows.
SHOWN = [
    (1, "0%", 100),
    (0.6, "0%", 60),
    (0.29, "0.00%", 29),
    (0.57, "#,##0%", 57),
    (0.58, "[Red]0%", 58),
    (0.07, "0%;-0%", 7),
    (60, '0"%"', 60),
    ("60%", "@", 60),
    ("６０ %", "@", 60),
]


def test_a_progress_is_reported_as_its_cell_shows_it(clients: Clients) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    for row, (value, code, _) in enumerate(SHOWN, start=FIRST_ITEM):
        sheet.cell(row, columns["status"]).value = "delayed"
        sheet.cell(row, columns["progress"]).value = value
        sheet.cell(row, columns["progress"]).number_format = code
    file = as_file(workbook)
    tried = upload(clients.reporter, file, dry_run=True)
    assert (tried.status_code, tried.json()["errors"]) == (200, [])
    made = upload(clients.reporter, file)
    assert made.status_code == 200, made.text
    reports = [
        clients.anonymous.get(f"/v1/status-reports/{record['id']}").json()
        for record in made.json()["records"]
    ]
    said = {report["action_item"]: report["progress"] for report in reports}
    assert [said[sheet.cell(FIRST_ITEM + row, 1).value] for row in range(len(SHOWN))] == [
        progress for _, _, progress in SHOWN
    ]


# What a cell holds, its number format, and what the fault says was given.
NO_WHOLE = [
    (0.6, "General", 0.6),
    (0.6, "0", 0.6),
    (0.6, '0"%"', 0.6),
    (0.605, "0.0%", "60.5%"),
    (0.605, "0.00%", "60.50%"),
    ("0.6", "@", "0.6"),
    ("about 60%", "@", "about 60%"),
    ("60%-70%", "@", "60%-70%"),
    (True, "General", True),
]
BEYOND = [(1.4, "0%", 140), (140, "General", 140), (60, "0%", 6000), ("101 %", "@", 101)]


@pytest.mark.parametrize(
    ("cells", "rule", "words"),
    [
        (NO_WHOLE, "whole_percent", WHOLE),
        (BEYOND, "less_than_equal", "100"),
        ([(-0.6, "0%;0%", -60)], "greater_than_equal", "0"),
    ],
)
def test_what_no_percentage_can_be_is_refused_at_its_cell(
    cells: list[tuple[Any, str, Any]], rule: str, words: str, clients: Clients
) -> None:
    workbook, columns = template(clients)
    sheet = workbook["reports"]
    for row, (value, code, _) in enumerate(cells, start=FIRST_ITEM):
        sheet.cell(row, columns["status"]).value = "delayed"
        sheet.cell(row, columns["progress"]).value = value
        sheet.cell(row, columns["progress"]).number_format = code
    errors = refused(clients, clients.reporter, workbook)
    letter = sheet.cell(1, columns["progress"]).column_letter
    assert [(error["sheet"], error["cell"], error["rule"], error["value"]) for error in errors] == [
        ("reports", f"{letter}{row}", rule, given)
        for row, (_, _, given) in enumerate(cells, start=FIRST_ITEM)
    ]
    for error in errors:
        assert words in error["detail"]


@pytest.mark.both_engines
def test_a_report_of_the_whole_record_is_loaded_as_its_cell_shows_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "status-reports"
    sheet.append(
        ["id", "action_item", "party", "status", "progress", "reported_on", "state", "submitted_by"]
    )
    item = f"{PLAN}-1"
    sheet.append([FIRST_REPORT, item, "KR", "on_track", 0.35, "2024-01-02", "submitted", "x"])
    told = {}
    for code in ("General", "0%"):
        sheet["E2"].number_format = code
        workbook.save(tmp_path / "reports.xlsx")
        told[code] = run_forked("clearsky load reports.xlsx", tmp_path, database_url=database_url)
    assert told["General"].status == 2
    for said in ("sheet status-reports, row 2, column progress", WHOLE, "given: 0.35"):
        assert said in told["General"].errors
    assert (told["0%"].status, told["0%"].errors) == (0, "")
    with database.reading(OPERATOR) as session:
        assert session.get_one(StatusReport, FIRST_REPORT).progress == 35


@pytest.mark.parametrize(
    ("sheet", "heading"),
    [("action-items", "number"), ("meetings", "ordinal"), ("documents", "file.bytes")],
)
def test_a_percentage_is_no_other_number(sheet: str, heading: str) -> None:
    _, faults = _read(sheet, heading, 0.05, "0%")
    found = [fault for fault in faults if fault.place.cell == "B2"]
    assert [(fault.rule, fault.value) for fault in found] == [("int_type", "5%")]


def test_a_percentage_in_a_text_is_the_words_that_are_shown() -> None:
    bodies, faults = _read("people", "name.en", 0.605, "0.0%")
    assert faults == []
    assert bodies[0].name == {"en": "60.5%"}
