"""The section "Export" of docs/exchange.md, line by line."""

import json
from pathlib import Path

import openpyxl

from tests.cli.stories import ROOT, follow
from tests.conftest import Server


def test_the_section_gives_what_it_says(server: Server, database_url: str, tmp_path: Path) -> None:
    _, _, section = (ROOT / "docs" / "exchange.md").read_text("utf-8").partition("\n## Export\n")
    asked, whole = follow(section.partition("\n## ")[0], server, database_url, tmp_path)
    assert {json.loads(line)["record_kind"] for line in asked.splitlines()} == {"organization"}
    assert (tmp_path / "meetings.csv").read_text("utf-8").startswith("id,dialogue,ordinal,name.en")
    (sheet,) = openpyxl.load_workbook(tmp_path / "progress.xlsx").worksheets
    assert (sheet.title, sheet.max_row) == ("progress", 10)
    assert (tmp_path / "tables" / "action-items.csv").exists()
    assert (tmp_path / "lines" / "action-items.jsonl").exists()
    assert "workbook/record.xlsx: 103" in whole
    # What is loaded is as it was.
    assert whole.endswith("0 records created, 0 changed, 103 as they were; no revision.")
