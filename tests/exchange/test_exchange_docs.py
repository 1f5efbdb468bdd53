"""The sections on import and the template of docs/exchange.md, line by line."""

import json
import shutil
from pathlib import Path

import openpyxl

from tests.cli.stories import ROOT, follow
from tests.conftest import Server
from tests.engines import Templates


def test_the_sections_give_what_they_say(
    server: Server, database_url: str, templates: Templates, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "exchange.md").read_text("utf-8")
    section = text.partition("\n## Import\n")[2].partition("\n## The reporting template\n")[0]
    template = text.partition("\n## The reporting template\n")[2].partition("\n## ")[0]
    files = tmp_path / "docs" / "examples"
    shutil.copytree(ROOT / "docs" / "examples" / "exchange", files / "exchange")
    key = f"```sh\nKEY={templates.keys['korea']}\n```\n"
    told = follow(f"{key}{section}", server, database_url, tmp_path)
    _, tried, done, faulty, loaded = told
    assert json.loads(tried)["counts"][0]["created"] == 2
    people, record = (json.loads(line) for line in done.replace("}{", "}\n{").splitlines())
    assert people["records"] == json.loads(tried)["records"]
    assert [count["kind"] for count in record["counts"]] == ["person", "document"]
    errors = [(error["cell"], error["rule"]) for error in json.loads(faulty)["errors"]]
    assert errors == [
        ("D3", "json_pointer"),
        ("B5", "contradicting_row"),
        ("C2", "unknown_reference"),
    ]
    assert loaded.count("0 records created, 0 changed, 4 as they were") == 2

    address = f"API={server.address}/v1\n"
    (download, _) = template.split("```sh\n")[1:]
    follow(f"```sh\n{address}{download}", server, database_url, tmp_path)
    assert openpyxl.load_workbook(tmp_path / "template.xlsx")["reports"].max_row == 12
