"""The whole benchmark: Clear Sky beside its peers, small beside large, one worker beside two.

    python -m benchmarks.suite [--quick] [--only NAME…]

Everything that is compared is measured in one run, in rounds; what counts are the ratios.
"""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import names
from benchmarks.bench import Bench, peers_here
from benchmarks.comparison import compare_hits, compare_reads
from benchmarks.databases import ENGINES, databases
from benchmarks.goals import goals_table
from benchmarks.growth import compare_sizes
from benchmarks.load import require_wrk
from benchmarks.measuring import FULL, QUICK, Effort, Results
from benchmarks.replicas import compare_replicas
from benchmarks.servers import ROOT
from benchmarks.starting import compare_commands, compare_starts, compare_workers
from benchmarks.writing import compare_writes

RESULTS = Path(__file__).with_name("results")
PARTS = (
    compare_hits,
    compare_reads,
    compare_writes,
    compare_sizes,
    compare_workers,
    compare_starts,
    compare_commands,
    compare_replicas,
)


def run(effort: Effort, only: frozenset[str]) -> Results:
    """Measures what is wanted."""
    require_wrk()
    if not peers_here():
        print("There is no .venv-peers, and so no peers; `make bench` sets it up.")
    began = time.perf_counter()
    with databases() as made:
        results = Results(_about(effort))
        bench = Bench(made, effort, results, only)
        _make_databases(bench)
        results.about["postgresql"] = made.postgresql_version()
        for part in PARTS:
            part(bench)
    results.about["minutes"] = round((time.perf_counter() - began) / 60, 1)
    return results


def _make_databases(bench: Bench) -> None:
    sizes: set[int] = set()
    growth = {*names.GROWN, names.MEMORY}
    if bench.wants(*(set(names.ALL) - growth - {names.START, names.COMMAND, *names.REPLICAS})):
        sizes.add(bench.effort.reports)
    if bench.wants(*growth):
        sizes.update(bench.effort.sizes)
    if bench.wants(names.START):
        sizes.add(bench.effort.sizes[0])
    if not sizes:
        return
    began = time.perf_counter()
    bench.databases.make([(engine, size) for size in sorted(sizes) for engine in ENGINES])
    told = " and ".join(f"{size:,}" for size in sorted(sizes))
    print(f"Databases with {told} reports, in {time.perf_counter() - began:.0f} s", flush=True)


def _about(effort: Effort) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "taken_on": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or None,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} on {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "rounds": effort.rounds,
        "rounds_without_goal": effort.rounds_without_goal,
        "seconds": effort.seconds,
        "reports": effort.reports,
        "sizes": list(effort.sizes),
    }


def print_goals(results: Results) -> None:
    """Prints the goals that were measured."""
    rows = goals_table(results)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def main() -> None:
    """Runs what the command line asks for, prints it, and keeps the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.suite",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="few reports, rounds and seconds")
    parser.add_argument(
        "--only", nargs="+", choices=names.ALL, default=[], metavar="NAME", help="a part alone"
    )
    parser.add_argument(
        "--output", type=Path, help="where the figures go (by default only those of a whole run)"
    )
    asked = parser.parse_args()
    results = run(QUICK if asked.quick else FULL, frozenset(asked.only))
    print_goals(results)
    output = asked.output
    if output is None and not asked.only:
        RESULTS.mkdir(exist_ok=True)
        output = RESULTS / ("quick.json" if asked.quick else "full.json")
    if output is not None:
        output.write_text(json.dumps(results.as_json(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
