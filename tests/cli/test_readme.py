"""The README's stories, line by line, as somebody new would follow them."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.stories import ROOT, follow
from tests.conftest import Server


def section(title: str) -> str:
    readme = (ROOT / "README.md").read_text("utf-8")
    (found,) = re.findall(rf"^## {title}$(.*?)^## ", readme, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_first_story_gives_what_it_says(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    told = follow(section("Ask, report, ask again"), server, database_url, tmp_path)
    asked, _, reported, again, journal = told
    before = json.loads(asked)
    assert [item["standing"]["basis"] for item in before["items"]] == ["unreported"] * 9
    report = json.loads(reported)
    assert (report["party"], report["status"], report["progress"]) == ("KR", "on_track", 60)
    standing = json.loads(again)["standing"]
    assert (standing["basis"], standing["progress"]) == ("one_sided", 60)
    feed, verified = journal.splitlines()[0], journal.splitlines()[-1]
    assert report["id"] in feed
    assert "revisions hold" in verified


@pytest.mark.both_engines
def test_the_story_of_two_sides_gives_what_it_says(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    told = follow(section("Two sides"), server, database_url, tmp_path)
    loaded, standing, moved, past = told
    assert "records created" in loaded
    found = json.loads(standing)["standing"]
    assert (found["basis"], found["status"]) == ("diverging", "delayed")
    assert {position["party"]: position["status"] for position in found["positions"]} == {
        "KR": "completed",
        "CN": "delayed",
    }
    assert json.loads(moved)["moved"]["meeting"]["id"] == "demonstration-dialogue-1"
    assert json.loads(past)["summary"]["by_basis"]["joint"] == 3
