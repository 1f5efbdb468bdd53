"""docs/integrating.md, block by block, in curl and in Python."""

import json
import re
from pathlib import Path

from tests.cli.stories import ROOT, follow, follow_python
from tests.conftest import Server
from tests.engines import Templates

STORY = (ROOT / "docs" / "integrating.md").read_text("utf-8")


def test_every_block_is_run() -> None:
    assert set(re.findall(r"^```(\w+)$", STORY, re.MULTILINE)) == {"sh", "python"}


def test_the_lines_of_curl_give_what_they_say(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    told = follow(STORY, server, database_url, tmp_path)
    _, unchanged, listed, changes, reported, changed, delivery = told
    assert unchanged == "304"
    assert len(json.loads(listed)["items"]) == 9
    feed = json.loads(changes)
    assert (feed["items"], feed["next"]) == ([], None)
    lines = (tmp_path / "snapshot.jsonl").read_text("utf-8").splitlines()
    assert sum(json.loads(line)["kind"] == "action_item" for line in lines) == 9
    first, again = map(json.loads, reported.splitlines())
    assert first == again
    assert json.loads(changed)["progress"] == 40
    assert json.loads(delivery)["failures"] == 0


def test_the_python_gives_what_it_says(
    server: Server, templates: Templates, tmp_path: Path
) -> None:
    told = follow_python(STORY, tmp_path, CLEARSKY=server.address, KEY=templates.keys["reporter"])
    _, progress, records, copied, pushed, changed, received = told
    assert progress == "9 None"
    assert records == "9"
    assert re.fullmatch(r"\d+ True", copied)
    once, refused = pushed.splitlines()
    assert once == "True"
    assert refused.startswith("422 /status ")
    assert changed == "200 40"
    assert received == "1 0"
