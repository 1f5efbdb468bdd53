"""The README's story, line by line, as somebody new would follow it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Server

README = Path(__file__).parents[2] / "README.md"
STORY = re.compile(r"^## Ask, report, ask again$(.*?)^## ", re.DOTALL | re.MULTILINE)
SHELL = re.compile(r"^```sh$(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_story_gives_what_it_says(server: Server, database_url: str, tmp_path: Path) -> None:
    (story,) = STORY.findall(README.read_text("utf-8"))
    blocks = SHELL.findall(story)
    assert len(blocks) == 5
    script = "\necho; echo ----\n".join(blocks)
    script = script.replace("http://127.0.0.1:8000", server.address)
    script = script.replace(".venv/bin/clearsky", f"{sys.executable} -m app.cli")
    run = subprocess.run(
        ["bash", "-euc", script.replace("curl ", "curl --silent --show-error --fail ")],
        cwd=tmp_path,
        env={
            **os.environ,
            "CLEARSKY_DATABASE_URL": database_url,
            "PYTHONPATH": str(README.parent),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    asked, _, reported, again, told = run.stdout.split("----\n")
    before = json.loads(asked)
    assert [item["standing"]["basis"] for item in before["items"]] == ["unreported"] * 9
    report = json.loads(reported)
    assert (report["party"], report["status"], report["progress"]) == ("KR", "on_track", 60)
    standing = json.loads(again)["standing"]
    assert (standing["basis"], standing["progress"]) == ("one_sided", 60)
    feed, verified = told.splitlines()[0], told.splitlines()[-1]
    assert report["id"] in feed
    assert "revisions hold" in verified
