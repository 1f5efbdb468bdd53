"""The section "From a press release" of docs/exchange.md, line by line."""

import re
import shutil
from pathlib import Path

from fastapi import FastAPI

from tests.cli.stories import ROOT, follow
from tests.conftest import Server

FILES = (
    "tests/exchange/press-release-2023-12-20.txt",
    "tests/drafting/releases/zh-planned.txt",
    "tests/drafting/releases/ko-eighth.txt",
)


def test_the_section_gives_what_it_says(database_url: str, tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    _, _, section = (
        (ROOT / "docs" / "exchange.md").read_text("utf-8").partition("\n## From a press release\n")
    )
    section = section.partition("\n## ")[0]
    nobody = Server(FastAPI(), "http://127.0.0.1:9")
    review, unsure, accepted, added = follow(section, nobody, database_url, tmp_path)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    shown = [block.splitlines() for language, block in blocks if not language]
    for line in shown[0]:
        assert line in review
    name, city = shown[1]
    before, _, after = name.partition("…")
    assert before in unsure
    assert after in unsure
    assert city in unsure
    assert accepted.startswith("3 records created")
    assert "records created" in added.splitlines()[-1]
