"""The program in a process of its own that does not have to import its modules first.

Importing takes most of the time in which a server starts. The fork server of the standard library
imports once, and each process is a fork of it; so are the workers of a server. Tests of the start
run the program itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.operations.listening import EachItsOwn

_context = get_context("forkserver")
_context.set_forkserver_preload(
    [
        "tests.cli.forked",
        "app.process",
        "app.cli",
        "app.commands.handlers.serve",
        "app.main",
        "app.exchange.load",
        "psycopg",
    ]
)


@dataclass
class ForkedProcess:
    """A fork, as `subprocess.Popen` presents a process."""

    args: list[str]
    _process: ForkServerProcess = field(repr=False)

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def forked(
    args: list[str], *, cwd: Path, env: dict[str, str], output: Path, errors: Path, umask: int
) -> ForkedProcess:
    """Runs the program with these arguments; `umask` is that of the tests if it is -1."""
    process = _context.Process(target=_run, args=(args, cwd, env, output, errors, umask))
    process.start()
    return ForkedProcess(args, process)


def _run(
    args: list[str], cwd: Path, env: dict[str, str], output: Path, errors: Path, umask: int
) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if umask != -1:
        os.umask(umask)
    for descriptor, path in ((0, os.devnull), (1, output), (2, errors)):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = args
    _fork_workers()
    from app.process import command  # noqa: PLC0415 (the program's modules are its own)

    command()


def _fork_workers() -> None:
    """Lets Uvicorn's supervisor fork its workers, which it would start anew."""
    import uvicorn._subprocess  # noqa: PLC0415 (the tests' own process does not need it)

    uvicorn._subprocess.spawn = SimpleNamespace(Process=_forked_worker)


def _forked_worker(target: Callable[..., None], kwargs: dict[str, Any]) -> BaseProcess:
    return get_context("fork").Process(target=_work, args=(target, kwargs))


def _work(target: Callable[..., None], kwargs: dict[str, Any]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # Not as the supervisor has it.
        signal.signal(number, signal.SIG_DFL)
    # What is pickled on the way to a process started anew is copied on the way to this one.
    sockets = [copy(each) if isinstance(each, EachItsOwn) else each for each in kwargs["sockets"]]
    target(**kwargs | {"sockets": sockets})
