"""Running the shell lines and the Python of a document, as somebody new would follow it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.running import BIN
from tests.conftest import Server

ROOT = Path(__file__).parents[2]
_BLOCK = r"^```{}$(.*?)^```$"
_BETWEEN = "----next-block----"


def follow(story: str, server: Server, database_url: str, folder: Path) -> list[str]:
    """Runs a story's blocks of shell, one after the other; what each has printed.

    The first line that fails, such as a request that is refused, ends it and fails the test.
    """
    script = f"\necho; echo {_BETWEEN}\n".join(_blocks("sh", story))
    script = script.replace("http://127.0.0.1:8000", server.address)
    script = script.replace(".venv/bin/clearsky", f"{sys.executable} -m app.cli")
    script = script.replace("curl ", "curl --silent --show-error --fail ")
    return _told(
        ["bash", "-euo", "pipefail", "-c", script],
        folder,
        CLEARSKY_DATABASE_URL=database_url,
        PYTHONPATH=str(ROOT),
        PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}",
    )


def follow_python(story: str, folder: Path, **environment: str) -> list[str]:
    """Runs a story's blocks of Python as one program; what each has printed."""
    program = f"\nprint({_BETWEEN!r})\n".join(_blocks("python", story))
    return _told([sys.executable, "-c", program], folder, **environment)


def _blocks(language: str, story: str) -> list[str]:
    return re.findall(_BLOCK.format(language), story, re.DOTALL | re.MULTILINE)


def _told(command: list[str], folder: Path, **environment: str) -> list[str]:
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout[-2000:]
    return [block.strip() for block in run.stdout.split(_BETWEEN)]
