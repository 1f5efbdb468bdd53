"""What touches SQL runs on both engines: the check of it.

Most tests run on SQLite alone; those with the marker `both_engines` on PostgreSQL, too. Which ones
need it, nobody has to know by heart: whatever asks SQLite for something, in the application or in a
test, has to ask PostgreSQL for it in some test. Where it does not, the run fails and says so.

A statement is known by where it is asked: by the application's function that asks and those that
have called it, or else by the test's own function. Where one function asks now this and now that,
the other is not seen, nor what is asked past SQLAlchemy or in another process.
"""

import json
import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[1]
ENGINES = ("sqlite", "postgresql")
# What is said to SQLite alone: PostgreSQL alters tables in place, and stores nothing unreadable.
OF_SQLITE = {
    "app/kernel/migrating.py:edit_sqlite_table",
    "app/feed/revisions.py:_numbers",
    "app/feed/revisions.py:_one_by_one",
}
# What a query is comes from the function that asks it, and from who has called that for what.
CALLERS = 3
# By engine, where something is asked, and the first test that came there.
_asked: dict[str, dict[str, str]] = {name: {} for name in ENGINES}
_names: dict[CodeType, tuple[str, str] | None] = {}
# What was told by the processes of a run that has several.
_told: list[dict[str, dict[str, str]]] = []


def _name(code: CodeType) -> tuple[str, str] | None:
    """Whether a function is the application's or the tests', and its name."""
    try:
        return _names[code]
    except KeyError:
        pass
    path = Path(code.co_filename)
    found = None
    if path.is_relative_to(ROOT) and path != Path(__file__):
        file = path.relative_to(ROOT)
        if file.parts[0] in ("app", "tests"):
            found = (file.parts[0], f"{file}:{code.co_qualname}")
    _names[code] = found
    return found


def _where() -> str | None:
    """By which functions of the application something is asked, or else by which of the tests."""
    of_app, of_tests = [], None
    frame = sys._getframe(2)
    while frame is not None and len(of_app) < CALLERS:
        name = _name(frame.f_code)
        if name is not None:
            part, function = name
            if part == "app":
                if function not in of_app:
                    of_app.append(function)
            elif of_app:
                break
            else:
                of_tests = of_tests or function
        frame = frame.f_back
    if OF_SQLITE.intersection(of_app):
        return None
    return " < ".join(of_app) or of_tests


@event.listens_for(Engine, "before_cursor_execute")
def _note(
    connection: Any, _cursor: object, _statement: str, _values: object, context: Any, _many: bool
) -> None:
    asked = _asked.get(connection.dialect.name)
    # What is said in the engine's own words is said to no other.
    if asked is None or context.compiled is None:
        return
    where = _where()
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    # A test that is not given its engine has chosen it: what it asks itself is for that one.
    has_chosen = connection.dialect.name not in test.partition("[")[2]
    if where is None or where in asked or (has_chosen and where.startswith("tests/")):
        return
    asked[where] = test


class EnginesCheck:
    """Adds up what the processes of a run have asked, and fails the run for what is missing."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput["asked"] = json.dumps(_asked)
            return
        told = [_asked, *_told]
        on_postgres = {where for each in told for where in each["postgresql"]}
        if is_whole(config) and exitstatus == pytest.ExitCode.OK:
            self.missing = {
                where: test
                for each in told
                for where, test in each["sqlite"].items()
                if where not in on_postgres and test
            }
        if self.missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {}).get("asked")
        if told:
            _told.append(json.loads(told))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.missing:
            return
        terminalreporter.section("asked of SQLite alone: mark a test of it both_engines", sep="=")
        by_test: dict[str, list[str]] = {}
        for where, test in sorted(self.missing.items()):
            by_test.setdefault(test, []).append(where)
        for test, places in sorted(by_test.items()):
            terminalreporter.line(test)
            for where in places[:3]:
                terminalreporter.line(f"    {where}")
            if len(places) > 3:
                terminalreporter.line(f"    and {len(places) - 3} more")


def is_whole(config: pytest.Config) -> bool:
    """Whether all the tests were run, and not those of some folder or name."""
    option = config.option
    narrowed = (option.keyword, option.markexpr, option.deselect, option.ignore)
    narrowed += (option.ignore_glob, option.lf, option.stepwise)
    named = {Path(config.invocation_params.dir, name).resolve() for name in config.args}
    return not any(narrowed) and named == {ROOT / "tests"}
