"""Fixtures of the command line's tests."""

import sys
from pathlib import Path

import pytest

from app.cli import main
from app.settings import current_settings
from tests.cli.running import Run, Told
from tests.ports import unused_port


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def run(
    folder: Path,  # noqa: ARG001 (the program runs in it)
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs the program in the tests' own process: faster than a new one, and otherwise the same."""

    def run_here(*arguments: str, **settings: str) -> Told:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["clearsky", *arguments])
            for name, value in settings.items():
                patched.setenv(f"CLEARSKY_{name.upper()}", value)
            current_settings.cache_clear()
            capfd.readouterr()
            try:
                with pytest.raises(SystemExit) as stop:
                    main()
            finally:
                current_settings.cache_clear()
            output, errors = capfd.readouterr()
        status = stop.value.code
        assert isinstance(status, int)
        return Told(status, output, errors)

    return run_here


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody listens on."""
    return unused_port()
