"""Whoever loads very many records at a terminal sees how far it is."""

import os
import pty
import subprocess
from pathlib import Path

from tests.cli.running import DEADLINE, environment

ROWS = 600


def test_a_long_load_counts_its_records_at_a_terminal(database_url: str, tmp_path: Path) -> None:
    people = "".join(f"person-{number},Person {number}\n" for number in range(ROWS))
    (tmp_path / "people.csv").write_text(f"id,name.en\n{people}", encoding="utf-8")
    terminal, its_end = pty.openpty()
    done = subprocess.run(
        ["clearsky", "load", "people.csv"],
        cwd=tmp_path,
        env=environment(database_url=database_url),
        stdout=subprocess.PIPE,
        stderr=its_end,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    os.close(its_end)
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        shown = screen.read(64 * 1024).decode()
    assert done.stdout.startswith(f"{ROWS} records created, 0 changed, 0 as they were;")
    assert "\rChecked 500 records" in shown
    assert f"\rWritten {ROWS} of {ROWS} records" in shown
