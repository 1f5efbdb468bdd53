"""The section "From a press release" of docs/exchange.md, line by line."""

import re
import shutil
from pathlib import Path

from tests.cli.running import Run, words
from tests.cli.stories import ROOT

FILES = (
    "tests/exchange/press-release-2023-12-20.txt",
    "tests/drafting/releases/zh-planned.txt",
    "tests/drafting/releases/ko-eighth.txt",
)


def test_the_section_gives_what_it_says(run: Run, folder: Path, database_url: str) -> None:
    for file in FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    page = (ROOT / "docs" / "exchange.md").read_text("utf-8")
    section = page.partition("\n## From a press release\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    outputs: list[str] = []
    for line in "".join(block for language, block in blocks if language == "sh").splitlines():
        program, *arguments = words(line)
        assert program == ".venv/bin/clearsky"
        told = run(*arguments, database_url=database_url)
        assert (told.status, told.errors) == (0, "")
        outputs.append(told.output)
    review, unsure, accepted, _, _, added = outputs
    shown = [block.splitlines() for language, block in blocks if not language]
    for line in shown[0]:
        assert line in review
    name, city = shown[1]
    before, _, after = name.partition("…")
    assert before in unsure
    assert after in unsure
    assert city in unsure
    assert accepted.startswith("3 records created")
    assert added.startswith("6 records created")
