"""What progress reads of many reports: the engines' own plans, and what the past costs.

    python -m benchmarks.plans [REPORTS]

For the plain question, as_of and at_revision alike: each statement's plan (with the rows that
PostgreSQL counted as it ran it), and the time of each question as a ratio to the plain one, in
interleaved rounds.
"""

import statistics
import sys
import time
from typing import Any

import httpx
from sqlalchemy import Engine, func, select

from app.kernel.database import open_engine
from app.kernel.journal import Change
from app.kernel.logs import configure_logs
from app.main import create_app
from app.settings import load_settings
from benchmarks.data import PLAN
from benchmarks.databases import ENGINES, databases
from benchmarks.serving import Statement, serving, watched
from benchmarks.works import progress_of

ROUNDS = 60
LOOKED_AT = ("status_report", "assessment", "change")


def _statements(engine: Engine, client: httpx.Client, path: str) -> list[Statement]:
    with watched(engine) as found:
        client.get(path).raise_for_status()
    return [
        (statement, parameters)
        for statement, parameters in found
        if statement.startswith(("SELECT", "WITH")) and any(name in statement for name in LOOKED_AT)
    ]


def _plan(engine: Engine, statement: str, parameters: Any) -> str:
    sqlite = engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def _revisions(url: str) -> tuple[int, int]:
    """The revision that made the plan, before any report on it, and the newest."""
    engine = open_engine(url)
    with engine.connect() as connection:
        made = connection.scalars(
            select(Change.revision).where(Change.kind == "agreement", Change.record_id == PLAN)
        ).one()
        newest = connection.scalars(select(func.max(Change.revision))).one()
    engine.dispose()
    return made, newest


def main() -> None:
    """Prints plans and ratios for both engines, with as many reports as the first argument says."""
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    configure_logs("error", "json")
    with databases() as made:
        made.make([(engine, reports) for engine in ENGINES])
        for engine in ENGINES:
            url = made.shared(engine, reports).url
            settings = load_settings(database_url=url, log_level="error", kept_answers_bytes=0)
            app = create_app(settings)
            with serving(app) as address, httpx.Client(base_url=address, timeout=120) as client:
                print(f"\n== {engine}: {reports} reports")
                _report(app.state.database.engine, client, *_revisions(url))


def _report(engine: Engine, client: httpx.Client, before: int, newest: int) -> None:
    path = progress_of(PLAN).path
    asked = {
        "plain": path,
        "as_of": f"{path}?as_of=2026-05-01",
        "at_revision, newest": f"{path}?at_revision={newest}",
        "at_revision, half way": f"{path}?at_revision={(before + newest) // 2}",
        "both": f"{path}?as_of=2026-05-01&at_revision={(before + newest) // 2}",
        "at_revision, before all": f"{path}?at_revision={before}",
    }
    for label, question in asked.items():
        print(f"\n-- {label}")
        for statement, parameters in _statements(engine, client, question):
            print(f"{_plan(engine, statement, parameters)}\n")
    times: dict[str, list[float]] = {label: [] for label in asked}
    for _ in range(ROUNDS):
        for label, question in asked.items():
            started = time.perf_counter()
            client.get(question).raise_for_status()
            times[label].append(time.perf_counter() - started)
    plain = statistics.median(times["plain"])
    print("-- time of each question as a ratio to the plain one (median; lower and upper quartile)")
    for label, taken in times.items():
        low, middle, high = statistics.quantiles(taken, n=4)
        print(f"{label:<24} {middle / plain:5.2f}   ({low / plain:.2f} to {high / plain:.2f})")


if __name__ == "__main__":
    main()
