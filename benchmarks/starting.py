"""What a second worker brings, and how long servers and commands take to start."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench, driving, engine_of
from benchmarks.data import PLAN
from benchmarks.measuring import Figure, in_rounds
from benchmarks.names import (
    BARE_APPLICATION,
    CLEAR_SKY,
    COMMAND,
    HELP,
    IMPORT_CLICK,
    KEYS_HELP,
    START,
    WORKERS_HIT,
    WORKERS_PROGRESS,
    with_workers,
)
from benchmarks.servers import ROOT, clear_sky, free_port, running
from benchmarks.works import progress_of

# They are over soon: so many in a round.
_COMMANDS_A_ROUND = 4
_ASKED_FOR_MODULES = """
import json, sys
import app.main
mine = sys.stdlib_module_names | {"app", "__main__"}
print(json.dumps([name for name in sys.modules if name.partition(".")[0] not in mine]))
"""
_SOURCE = """
import importlib
from contextlib import suppress

from fastapi import FastAPI

for name in MODULES:
    with suppress(ImportError):
        importlib.import_module(name)

app = FastAPI()


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}
"""


def compare_workers(bench: Bench) -> None:
    """One worker and two, both as `clearsky serve` starts them."""
    for work, kept_answers in ((WORKERS_HIT, True), (WORKERS_PROGRESS, False)):
        if not bench.wants(work):
            continue
        with ExitStack() as stack:
            measures = {}
            for contender in CLEAR_SKY:
                url = bench.databases.shared(engine_of(contender), bench.effort.reports).url
                for workers in (1, 2):
                    name = with_workers(contender, workers)
                    server = clear_sky(
                        url, name=name, workers=workers, kept_answers=kept_answers, by_command=True
                    )
                    measures[name] = driving(stack.enter_context(server), progress_of(PLAN))
            in_rounds(
                bench.results,
                bench.effort,
                work,
                measures,
                clients=(16,),
                reports=bench.effort.reports,
            )


def compare_starts(bench: Bench) -> None:
    """From the start of the process to its first answer, beside FastAPI with the same imports."""
    if not bench.wants(START):
        return
    reports = bench.effort.sizes[0]
    names = [*CLEAR_SKY, BARE_APPLICATION]
    figures = {name: Figure(START, name, 1, reports, unit="s") for name in names}
    with TemporaryDirectory() as folder:
        modules = subprocess.run(
            [sys.executable, "-c", _ASKED_FOR_MODULES],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        source = _SOURCE.replace("MODULES", repr(json.loads(modules.stdout)))
        (Path(folder) / "bare_application.py").write_text(source, "utf-8")
        # The first start of each is left out: it reads files that the later ones find in memory.
        for turn in range(bench.effort.rounds + 1):
            for name, figure in figures.items():
                seconds = _start(bench, name, folder, reports)
                if turn:
                    figure.values.append(seconds)
    for figure in figures.values():
        bench.results.add(figure)


def compare_commands(bench: Bench) -> None:
    """Help of the program, and of one of its commands, beside Python that only imports click."""
    if not bench.wants(COMMAND):
        return
    commands = {
        name: [str(Path(sys.executable).with_name("clearsky")), *name.split()[1:]]
        for name in (HELP, KEYS_HELP)
    } | {IMPORT_CLICK: [sys.executable, "-c", IMPORT_CLICK]}
    figures = {name: Figure(COMMAND, name, 1, 0, unit="s") for name in commands}
    for turn in range(bench.effort.rounds * _COMMANDS_A_ROUND + 1):
        for name, figure in figures.items():
            began = time.perf_counter()
            subprocess.run(commands[name], stdout=subprocess.DEVNULL, check=True)
            if turn:
                figure.values.append(time.perf_counter() - began)
    for figure in figures.values():
        bench.results.add(figure)


def _start(bench: Bench, name: str, folder: str, reports: int) -> float:
    if name == BARE_APPLICATION:
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "bare_application:app", "--app-dir", folder]
        command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        with running(name, command, port, {}) as server:
            return server.started_in
    url = bench.databases.shared(engine_of(name), reports).url
    with clear_sky(url, name=name) as server:
        return server.started_in
