"""What progress reads of a million reports: the engines' own plans, and what the past costs.

For the plain question, as_of and at_revision alike: each statement's plan (with the rows that
PostgreSQL counted as it ran it), and the time of each question as a ratio to the plain one, in
interleaved rounds.
"""

import statistics
import sys
import time
from typing import Any

import httpx
from sqlalchemy import Engine, event, select

from app.kernel.database import open_engine, writing_engine
from app.kernel.journal import JournalHead
from app.kernel.logs import configure_logs
from app.main import create_app
from app.settings import load_settings
from benchmarks.many_reports import add_assessments, add_reports
from benchmarks.record import PLAN, add_meetings, add_records, databases
from benchmarks.serving import serving

ITEMS = 9
OTHER_PLANS = 100
MEETINGS = 20
ROUNDS = 60
LOOKED_AT = ("status_report", "assessment", "change")


def _statements(engine: Engine, client: httpx.Client, path: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def note(connection, cursor, statement, parameters, *rest):  # type: ignore[no-untyped-def] # noqa: ARG001
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    client.get(path).raise_for_status()
    event.remove(engine, "before_cursor_execute", note)
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


def main() -> None:
    """Prints plans and ratios for both engines, with as many reports as the first argument says."""
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    configure_logs("error", "json")
    with databases() as urls:
        for name, url in urls.items():
            add_records(url, items=ITEMS, reports=2)
            for other in range(OTHER_PLANS):
                add_records(url, items=ITEMS, reports=0, plan=f"{PLAN}-other-{other}")
            meetings = add_meetings(url, MEETINGS)
            engine = open_engine(url)
            items = [f"{PLAN}-{number}" for number in range(1, ITEMS + 1)]
            with writing_engine(engine).begin() as connection:
                before = connection.execute(select(JournalHead.number)).scalar_one()
                concluded = add_assessments(connection, meetings)
                written = add_reports(connection, items, reports // ITEMS // 4)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
            engine.dispose()
            app = create_app(load_settings(database_url=url, log_level="error"))
            with serving(app) as address, httpx.Client(base_url=address, timeout=120) as client:
                print(f"\n== {name}: {written} reports, {concluded} assessments")
                _report(app.state.database.engine, client, before)


def _report(engine: Engine, client: httpx.Client, before: int) -> None:
    path = f"/v1/agreements/{PLAN}/progress"
    newest = int(client.get(path).headers["revision"])
    asked = {
        "plain": path,
        "as_of": f"{path}?as_of=2025-06-01",
        "at_revision, newest": f"{path}?at_revision={newest}",
        "at_revision, half way": f"{path}?at_revision={(before + newest) // 2}",
        "both": f"{path}?as_of=2024-06-01&at_revision={(before + newest) // 2}",
        "at_revision, before all": f"{path}?at_revision={before}",
    }
    for label, question in asked.items():
        statements = _statements(engine, client, question)
        print(f"\n-- {label}")
        for statement, parameters in statements:
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
