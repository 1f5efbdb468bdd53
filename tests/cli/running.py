"""Running the program `clearsky`: in this process, as a process of its own, or as a server."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests import plain_http
from tests.cli.forked import ForkedProcess, forked

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


def run_forked(line: str, folder: Path, *, umask: int = -1, **settings: str) -> Told:
    """Runs `clearsky …` without a shell in `folder`, in a process that has imported its modules."""
    with TemporaryDirectory() as told:
        output, errors = files = Path(told, "output"), Path(told, "errors")
        for path in files:
            path.touch()
        args = shlex.split(line)
        process = forked(
            args, cwd=folder, env=environment(**settings), output=output, errors=errors, umask=umask
        )
        status = process.wait(DEADLINE)
        return Told(status, *(path.read_text("utf-8") for path in files))


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

    process: subprocess.Popen[bytes] | ForkedProcess
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

    @property
    def events(self) -> list[dict[str, str]]:
        """The lines of standard error that are JSON objects: its log."""
        return [json.loads(line) for line in self.errors.splitlines() if line.startswith("{")]

    def assert_no_fault(self) -> None:
        """Nothing that it has answered was a fault of its own, which its log would say."""
        assert "Traceback" not in self.errors, self.errors
        # With its quotes: psycopg speaks of a "flush request failed" where PostgreSQL was killed.
        assert '"request failed"' not in self.errors, self.errors

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

    def stop(self, how: signal.Signals = signal.SIGTERM, *, within: float = DEADLINE) -> int:
        """Sends the signal and returns the exit status, which must come within so many seconds."""
        self.process.send_signal(how)
        return self.process.wait(within)


@contextmanager
def started(
    folder: Path, listen: int, *options: str, umask: int = -1, **settings: str
) -> Iterator[Serving]:
    """`clearsky serve --port LISTEN OPTIONS` in `folder`, just started, and gone afterwards.

    A fork, which has imported the program's modules. Its umask is that of the tests unless one is
    given.
    """
    args, output, errors = _served(folder, listen, options)
    process = forked(
        args, cwd=folder, env=environment(**settings), output=output, errors=errors, umask=umask
    )
    with ended_afterwards(process):
        yield Serving(process, listen, folder)


@contextmanager
def started_anew(folder: Path, listen: int, *options: str, **settings: str) -> Iterator[Serving]:
    """The same as a user starts it: where it is the start that is tested."""
    args, *files = _served(folder, listen, options)
    with ExitStack() as stack:
        output, errors = (stack.enter_context(path.open("wb")) for path in files)
        process = subprocess.Popen(
            args, cwd=folder, env=environment(**settings), stdout=output, stderr=errors
        )
        stack.enter_context(ended_afterwards(process))
        yield Serving(process, listen, folder)


def _served(folder: Path, listen: int, options: tuple[str, ...]) -> tuple[list[str], Path, Path]:
    """The arguments of `clearsky serve`, and the files for its output and errors, made empty."""
    folder.mkdir(parents=True, exist_ok=True)
    output, errors = folder / "output", folder / "errors"
    for path in (output, errors):
        path.write_bytes(b"")
    return [str(BIN / "clearsky"), "serve", "--port", str(listen), *options], output, errors


@contextmanager
def ended_afterwards(process: subprocess.Popen[bytes] | ForkedProcess) -> Iterator[None]:
    """Stops a process after the block, if it still runs: it has a while for that, and is killed."""
    try:
        yield
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
    """started(), once it is ready."""
    with started(folder, listen, *options, umask=umask, **settings) as server:
        server.wait_until_ready()
        yield server


@contextmanager
def serving_anew(folder: Path, listen: int, *options: str, **settings: str) -> Iterator[Serving]:
    """started_anew(), once it is ready."""
    with started_anew(folder, listen, *options, **settings) as server:
        server.wait_until_ready()
        yield server


def shown_examples(help_text: str) -> list[str]:
    """The lines under "Example:" or "Examples:" at the end of a help text."""
    _, _, block = help_text.partition("\n  Example")
    return [line.strip() for line in block.splitlines()[1:] if line.strip()]


def words(line: str) -> list[str]:
    """The words of a line of shell."""
    return shlex.split(line)
