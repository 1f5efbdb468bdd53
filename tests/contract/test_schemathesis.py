"""Schemathesis over the whole OpenAPI document, on both engines: all its checks, none failing.

For a caller of each kind: one that may do all is asked everything, the others less often.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.engines import Templates

HERE = Path(__file__).parent
# For each caller, how many examples of each operation, and in which phases.
EVERY_PHASE = "examples,coverage,fuzzing,stateful"
CALLERS = {
    "korea": (5, EVERY_PHASE),
    "china": (1, "fuzzing,stateful"),
    "japan": (1, "fuzzing,stateful"),
    "admin": (1, "fuzzing,stateful"),
    "reporter": (1, "fuzzing,stateful"),
    "reader": (1, "fuzzing,stateful"),
    "anonymous": (1, "fuzzing,stateful"),
}


@pytest.mark.parametrize("caller", CALLERS)
def test_the_api_keeps_what_its_openapi_document_promises(
    caller: str, server: Server, templates: Templates, tmp_path: Path
) -> None:
    examples, phases = CALLERS[caller]
    key = templates.keys.get(caller)
    credentials = () if key is None else ("--header", f"Authorization: Bearer {key}")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{server.address}/openapi.json"),
            *credentials,
            *("--phases", phases),
            *("--checks", "all", "--max-examples", str(examples)),
            *("--continue-on-failure", "--no-color", "--warnings", "off"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
