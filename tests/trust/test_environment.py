"""The tests find the same on every machine, whatever is set there."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.environment import require_short_paths
from tests.in_process import own_settings

ROOT = Path(__file__).parents[2]
# It asks a server over HTTP, with a key and without.
SOME_TEST = "tests/dialogues/test_hours.py::test_times_are_patched_kept_and_taken_back"


def test_what_is_set_on_a_machine_changes_no_test() -> None:
    inherited = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    elsewhere = {
        "CLEARSKY_RATE_LIMIT": "1/day",
        "CLEARSKY_ANONYMOUS_READS": "false",
        "http_proxy": "http://192.0.2.1:9",
        "TZ": "America/Los_Angeles",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", SOME_TEST],
        cwd=ROOT,
        env=inherited | elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_folder_for_temporary_files_that_is_too_long_for_sockets_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = "/" + "x" * 100
    monkeypatch.setattr(tempfile, "tempdir", long)
    with pytest.raises(pytest.UsageError, match=f"TMPDIR is {long}: .+ at most 75 bytes"):
        require_short_paths()


def test_servers_of_tests_do_not_read_the_settings_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CLEARSKY_RATE_LIMIT=1/day\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert own_settings().rate_limit != "1/day"
