"""Running the program `clearsky`: in this process, as a process of its own, or as a server."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests import plain_http

BIN = Path(sys.executable).parent
DEADLINE = 60


@dataclass(frozen=True)
class Told:
    """What a run of the program said and with which status it ended."""

    status: int
    output: str
    errors: str


# Runs the program in the tests' own process: run("keys", "list", database_url=…).
Run = Callable[..., Told]


def environment(**settings: str) -> dict[str, str]:
    """The tests' environment with these settings (`port` is CLEARSKY_PORT) and no others."""
    inherited = {name: value for name, value in os.environ.items() if "CLEARSKY_" not in name}
    inherited["PATH"] = f"{BIN}{os.pathsep}{inherited['PATH']}"
    return inherited | {f"CLEARSKY_{name.upper()}": value for name, value in settings.items()}


def run_line(line: str, folder: Path, **settings: str) -> Told:
    """Runs a line of shell, as a user would, in `folder`."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return Told(done.returncode, done.stdout, done.stderr)


def assert_refused(told: Told, *fragments: str) -> None:
    """One sentence on standard error with all `fragments`, nothing else, and exit status 2."""
    assert told.status == 2, told
    assert told.output == ""
    assert told.errors.startswith("clearsky: "), told.errors
    assert told.errors.endswith(".\n"), told.errors
    assert told.errors.count("\n") == 1, told.errors
    for fragment in fragments:
        assert fragment in told.errors


@dataclass
class Serving:
    """A process of `clearsky serve` on a loopback port, and the files that it writes to."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text("utf-8")

    @property
    def errors(self) -> str:
        return (self.folder / "errors").read_text("utf-8")

    def wait_until_ready(self) -> None:
        """Polls /readyz until it answers 200."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"it stopped by itself: {self.errors}"
            try:
                if plain_http.get(f"{self.address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"it was not ready in {DEADLINE} s: {self.errors}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit status."""
        self.process.send_signal(how)
        return self.process.wait(DEADLINE)


@contextmanager
def started(
    folder: Path, listen: int, *options: str, umask: int = -1, **settings: str
) -> Iterator[Serving]:
    """`clearsky serve --port LISTEN OPTIONS` in `folder`, just started, and gone afterwards.

    Its umask is that of the tests unless one is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("wb") as output, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [str(BIN / "clearsky"), "serve", "--port", str(listen), *options],
            cwd=folder,
            env=environment(**settings),
            stdout=output,
            stderr=errors,
            umask=umask,
        )
        try:
            yield Serving(process, listen, folder)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(DEADLINE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@contextmanager
def serving(
    folder: Path, listen: int, *options: str, umask: int = -1, **settings: str
) -> Iterator[Serving]:
    """The same, once it is ready."""
    with started(folder, listen, *options, umask=umask, **settings) as server:
        server.wait_until_ready()
        yield server


def shown_examples(help_text: str) -> list[str]:
    """The lines under "Example:" or "Examples:" at the end of a help text."""
    _, _, block = help_text.partition("\n  Example")
    return [line.strip() for line in block.splitlines()[1:] if line.strip()]


def words(line: str) -> list[str]:
    """The words of a line of shell."""
    return shlex.split(line)
