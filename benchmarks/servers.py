"""The servers that are compared, each a process of its own: Clear Sky and its peers."""

import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import psutil

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
_PATIENCE = 60.0


class Peer(Protocol):
    """Another way of answering the same, as benchmarks/peers has them."""

    letter: str
    title: str

    def command(self, python: str, port: int) -> Sequence[str]:
        """What starts it, on a port of its own."""


class NotStartedError(RuntimeError):
    """A server that ended, or answered nothing, when it was to start."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is running."""

    name: str
    address: str
    pid: int
    # Seconds from its start as a process to its first answer.
    started_in: float

    def memory(self) -> int:
        """The resident bytes of its process and of those that it has started."""
        main = psutil.Process(self.pid)
        processes = [main, *main.children(recursive=True)]
        return sum(process.memory_info().rss for process in processes)


@contextmanager
def clear_sky(
    url: str,
    *,
    name: str = "clear-sky",
    workers: int = 1,
    kept_answers: bool = True,
    by_command: bool = False,
    **settings: object,
) -> Iterator[Server]:
    """Clear Sky on the database at `url`; `settings` are others of its settings, by name.

    Several workers, or one where it is to be `by_command`, are started by `clearsky serve`.
    """
    environment = {"CLEARSKY_DATABASE_URL": url, "CLEARSKY_LOG_LEVEL": "error"}
    if not kept_answers:
        settings["kept_answers_bytes"] = 0
    environment |= {f"CLEARSKY_{key.upper()}": str(value) for key, value in settings.items()}
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.process:served_app", "--factory"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    if workers > 1 or by_command:
        command = [str(Path(sys.executable).with_name("clearsky")), "serve"]
        command += ["--port", str(port), "--workers", str(workers)]
    with running(name, command, port, environment) as server:
        yield server


@contextmanager
def peer(name: str, url: str, **environment: str) -> Iterator[Server]:
    """A peer of benchmarks/peers on the database at `url`."""
    found = peers()[name]
    port = free_port()
    # Some prepare the database, each for itself.
    prepare = getattr(found, "prepare", None)
    if prepare is not None:
        prepare(url)
    command = found.command(str(PEERS_PYTHON), port)
    with running(name, command, port, {"DATABASE_URL": url, **environment}) as server:
        yield server


def peers() -> dict[str, Peer]:
    """The peers by name, those of benchmarks/peers and those of folders inside it."""
    found: dict[str, Peer] = {}
    for module in ("benchmarks.peers", "benchmarks.peers.postgraphile"):
        if find_spec("benchmarks.peers") is not None and find_spec(module) is not None:
            found |= getattr(importlib.import_module(module), "PEERS", {})
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str],
    *,
    path: str = "/healthz",
) -> Iterator[Server]:
    """A process that listens on `port`, once it has answered a GET of `path`; stopped afterwards.

    Raises NotStartedError, with what the process said, where it ends or answers nothing.
    """
    # Compiled once, as it is where it is installed.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(command), cwd=ROOT, env={**kept, **environment}, stdout=said, stderr=said
        )
        try:
            _wait_for_answer(name, process, port, path, said)
            started_in = time.perf_counter() - began
            yield Server(name, f"http://127.0.0.1:{port}", process.pid, started_in)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_answer(
    name: str, process: subprocess.Popen[Any], port: int, path: str, said: IO[str]
) -> None:
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            break
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
        except (OSError, HTTPException):
            time.sleep(0.005)
        else:
            return
    said.seek(0)
    raise NotStartedError(f"{name} did not start: {said.read()[-2000:]}")
