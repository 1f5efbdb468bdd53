"""A command imports what it needs, and nothing else: help and refusals wait for nobody.

What is imported is the same on every machine, as the time that it takes is not.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import DEADLINE, environment, words
from tests.cli.test_commands import COMMANDS, RELEASE
from tests.engines import SqliteTemplates

# Runs commands one after the other, as their processes would, in an interpreter that has imported
# nothing yet; then tells what they have imported, and how each of them ended.
_RUN = """
import json, sys

before = set(sys.modules)
from app.process import command

statuses = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["clearsky", *arguments]
    try:
        command()
    except SystemExit as stop:
        statuses.append(stop.code)
print()
print(json.dumps({"statuses": statuses, "modules": sorted(set(sys.modules) - before)}))
"""
# What takes a while to import: one package of each kind of work.
SLOW = frozenset(
    {
        *("alembic", "fastapi", "httpx", "icalendar", "joserfc", "prometheus_client", "uvicorn"),
        *("docx", "lxml", "openpyxl", "pypdf"),
        *("app.drafting.finding", "app.exchange", "app.feed.router", "app.main"),
    }
)
# These two are refused, once they have looked: nothing is past of the meeting, and no folder there.
REDACT, RESTORE = "redact meeting temm-23 --reason because", "restore missing"
# What commands take of it; those that take the same, one after the other.
TAKEN: dict[tuple[str, ...], frozenset[str]] = {
    (
        "keys create somebody --role reader",
        "keys list",
        "keys rotate reader",
        "keys revoke reader",
        "webhooks list",
        "verify",
        REDACT,
        "backup kept",
    ): frozenset(),
    ("migrate", RESTORE): frozenset({"alembic"}),
    # Who has an address, and whom one who shows it in a request speaks for, is one module.
    ("calendars list",): frozenset({"fastapi"}),
    ("load", "export exported", "export exported --format csv"): frozenset({"app.exchange"}),
    # openpyxl takes lxml where it is there.
    ("export exported --format xlsx",): frozenset({"app.exchange", "openpyxl", "lxml"}),
    ("template clear-sky-plan-2023 plan.xlsx",): frozenset({"openpyxl", "lxml"}),
    (f"draft {RELEASE.name}",): frozenset({"app.drafting.finding", "app.exchange"}),
}


def _run(folder: Path, *lines: str, **settings: str) -> tuple[list[int], set[str], str]:
    """How each of these lines ended, what they imported, and what they said on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps([words(line) for line in lines])],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return found["statuses"], set(found["modules"]), done.stderr


def _third_parties(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"app"}


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([" ".join((*path, "--help")) for path in COMMANDS], 0),
        (["--version"], 0),
        (["", "keys", "frob", "keys frob"], 2),
        (["keys create a/b --role reader", "keys create somebody --role king", "load --demo=1"], 2),
        (["redact treaty x --reason y", "redact person x --reason ' '", "verify 00"], 2),
    ],
    ids=["help of every command", "version", "no command", "wrong arguments", "unfit arguments"],
)
def test_help_and_refusals_import_click_and_what_declares_the_commands(
    lines: list[str], status: int, folder: Path
) -> None:
    statuses, modules, errors = _run(folder, *lines)
    assert statuses == [status] * len(lines), errors
    assert _third_parties(modules) == {"click", "typing_extensions"}
    assert [name for name in modules if name.startswith("app.commands.handlers")] == []


@pytest.mark.parametrize("lines", TAKEN, ids=lambda lines: lines[0])
def test_a_command_imports_nothing_slow_but_what_it_needs(
    lines: tuple[str, ...], folder: Path, sqlite_templates: SqliteTemplates
) -> None:
    shutil.copy(RELEASE, folder)
    with sqlite_templates.fresh("reference") as url:
        statuses, modules, errors = _run(folder, *lines, database_url=url)
    assert statuses == [2 if line in (REDACT, RESTORE) else 0 for line in lines], errors
    assert modules & SLOW <= TAKEN[lines]
    handlers = [name for name in modules if name.startswith("app.commands.handlers.")]
    assert set(handlers) - {"app.commands.handlers.database"}, "it has run what it declares"


def test_serving_drafts_nothing_and_reads_no_workbook(
    folder: Path, sqlite_templates: SqliteTemplates
) -> None:
    with sqlite_templates.fresh("reference") as url:
        # An address of nobody's (RFC 5737): refused when all that comes before serving is done.
        statuses, modules, errors = _run(folder, "serve --host 192.0.2.1", database_url=url)
    assert (statuses, errors.count("Cannot listen")) == ([2], 1), errors
    needed = {"alembic", "app.exchange", "fastapi", "prometheus_client", "uvicorn"}
    assert modules & SLOW <= needed
