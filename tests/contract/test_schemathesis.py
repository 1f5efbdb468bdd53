"""Schemathesis over the whole OpenAPI document, on both engines: all its checks, none failing.

For a caller of each kind: one that may do all is asked everything, the others less often.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import plain_http
from tests.conftest import Server
from tests.engines import Templates

HERE = Path(__file__).parent
# For each caller, how many examples of each operation, and in which phases.
CALLERS = {
    "korea": (5, "examples,coverage,fuzzing"),
    "china": (1, "fuzzing"),
    "japan": (1, "fuzzing"),
    "admin": (1, "fuzzing"),
    "reporter": (1, "fuzzing"),
    "reader": (1, "fuzzing"),
    "anonymous": (1, "fuzzing"),
}


@pytest.fixture
def schemathesis(server: Server, templates: Templates, tmp_path: Path) -> Callable[..., str]:
    """Runs Schemathesis as a caller, with these options, and gives what it says of a success."""
    # It waits ten seconds for the document, which is made when it is first asked for.
    assert plain_http.get(f"{server.address}/openapi.json", timeout=120).status_code == 200

    def run(caller: str, *options: str) -> str:
        key = templates.keys.get(caller)
        credentials = () if key is None else ("--header", f"Authorization: Bearer {key}")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(HERE / "schemathesis.toml")),
                *("run", f"{server.address}/openapi.json"),
                *credentials,
                *("--checks", "all", "--continue-on-failure", "--no-color", "--warnings", "off"),
                *options,
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
        return done.stdout

    return run


@pytest.mark.parametrize("caller", CALLERS)
def test_the_api_keeps_what_its_openapi_document_promises(
    caller: str, schemathesis: Callable[..., str]
) -> None:
    examples, phases = CALLERS[caller]
    schemathesis(caller, "--phases", phases, "--max-examples", str(examples))


@pytest.mark.parametrize("caller", ["korea", "admin", "reporter", "reader", "anonymous"])
def test_it_keeps_them_from_one_answer_to_the_next(
    caller: str, schemathesis: Callable[..., str]
) -> None:
    # Of few subjects: where all operations can follow all, hardly a link is followed.
    subjects = ("--include-tag", "people", "--include-tag", "action-items")
    told = schemathesis(caller, "--phases", "stateful", "--max-examples", "10", *subjects)
    followed = re.search(r"API Links: +(\d+) covered", told)
    assert followed is not None, told
    assert int(followed[1]) > 0, told
