"""Fixtures of drafting: the command line, in a folder with the press release."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import folder, run  # noqa: F401 (the fixtures of the command line)

RELEASE = Path(__file__).parents[1] / "exchange" / "press-release-2023-12-20.txt"


@pytest.fixture
def release(folder: Path) -> Path:  # noqa: F811 (the fixture above)
    """The press release of 20 December 2023, in the working directory."""
    return Path(shutil.copy(RELEASE, folder))
