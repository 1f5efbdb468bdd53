"""Schemathesis over the whole OpenAPI document, on both engines: all its checks, none failing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Server
from tests.engines import Templates

HERE = Path(__file__).parent
EXAMPLES_PER_OPERATION = 8


def test_the_api_keeps_what_its_openapi_document_promises(
    server: Server, templates: Templates, tmp_path: Path
) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{server.address}/openapi.json"),
            *("--header", f"Authorization: Bearer {templates.keys['korea']}"),
            *("--checks", "all", "--max-examples", str(EXAMPLES_PER_OPERATION)),
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
