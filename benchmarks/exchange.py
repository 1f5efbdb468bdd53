"""How fast records go out and come in as files, against the library alone on the same rows.

    python -m benchmarks.exchange [--rows 100000] [--rounds 3] [--load]

Each measure has a process of its own, so that its peak of memory is its own; contenders take turns.
Reading is to records that are checked one by one and kept on disk; writing is from records. The
library alone reads or writes the same cells, and checks nothing. With --load what was read is also
written to an SQLite record, as one revision; so are as many status reports, which are held to their
items, their agreement and their parties.
"""

import argparse
import csv
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook, load_workbook
from sqlalchemy import make_url

import app.tables  # noqa: F401 (every mapped class)
from app.exchange.entries import Entries
from app.exchange.kinds import KINDS
from app.exchange.load import REFERENCE, load, read_folders
from app.exchange.reading import read_file
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.migrating import upgrade
from app.kernel.sessions import Database
from app.kernel.tabular.formats import Format
from app.kernel.tabular.writing import RECORD_KIND, Listed, write

PEOPLE = next(kind for kind in KINDS if kind.collection == "people")
HEADER = ["id", "name.en", "name.ko", "title.en", "own_translations"]
FORMATS = (Format.CSV, Format.XLSX, Format.JSONL)
MEGABYTE = 1024


def records(rows: int) -> Iterator[dict[str, Any]]:
    """So many people, as load files hold them."""
    for number in range(rows):
        yield {
            "id": f"person-{number}",
            "name": {"en": f"Person {number}", "ko": f"사람 {number}"},
            "title": {"en": "Director"},
            "own_translations": ["/name/en", "/title/en"],
        }


def cells(rows: int) -> Iterator[list[str]]:
    """The same as the cells of a table."""
    for number in range(rows):
        names = [f"Person {number}", f"사람 {number}", "Director"]
        yield [f"person-{number}", *names, "/name/en; /title/en"]


def written_by_us(form: Format, path: Path, rows: int) -> None:
    """Writes a file as an export does."""
    with path.open("wb") as file:
        write(file, form, Listed("people", PEOPLE.body, records(rows), "person"))


def written_alone(form: Format, path: Path, rows: int) -> None:
    """Writes the same with the library alone."""
    if form is Format.JSONL:
        with path.open("wb") as file:
            for record in records(rows):
                file.write(orjson.dumps({RECORD_KIND: "person", **record}) + b"\n")
    elif form is Format.CSV:
        with path.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerow(HEADER)
            csv.writer(text).writerows(cells(rows))
    else:
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("people")
        sheet.append(HEADER)
        for row in cells(rows):
            sheet.append(row)
        workbook.save(path)


def read_by_us(form: Format, path: Path, _: int) -> None:
    """Reads a file as an import does."""
    entries = Entries()
    with path.open("rb") as file:
        read_file(entries, file, form, PEOPLE if form is Format.CSV else None)
    if entries.faults:
        raise ValueError(str(entries.faults[0]))
    entries.close()


def read_alone(form: Format, path: Path, _: int) -> None:
    """Reads the same with the library alone."""
    if form is Format.JSONL:
        with path.open("rb") as file:
            for line in file:
                orjson.loads(line)
    elif form is Format.CSV:
        with path.open(encoding="utf-8", newline="") as text:
            for _row in csv.reader(text):
                pass
    else:
        workbook = load_workbook(path, read_only=True)
        for _row in workbook["people"].iter_rows(values_only=True):
            pass


def reports(rows: int) -> Iterator[dict[str, Any]]:
    """So many status reports on the nine items, by both sides in turn, as JSON Lines hold them."""
    for number in range(rows):
        yield {
            RECORD_KIND: "status_report",
            "id": f"019a0000-0000-7000-8000-{number:012x}",
            "action_item": f"clear-sky-plan-2023-{number % 9 + 1}",
            "party": ("KR", "CN")[number % 2],
            "state": "submitted",
            "status": "on_track",
            "reported_on": "2025-06-01",
            "submitted_by": "benchmark",
        }


def loaded(form: Format, path: Path, _: int) -> None:
    """Reads a file, and writes it to a new record."""
    _load(_new_record(path), form, path)


def reports_loaded(form: Format, path: Path, rows: int) -> None:
    """Reads a file of reports, and writes it to a record that has what they refer to."""
    database = _new_record(path)
    load(database, Author(OPERATOR), read_folders([REFERENCE]))
    with path.open("wb") as file:
        file.writelines(orjson.dumps(report) + b"\n" for report in reports(rows))
    _load(database, form, path)


def _new_record(path: Path) -> Database:
    engine = open_engine(str(make_url(f"sqlite:///{path}.db")))
    upgrade(engine)
    return Database(engine)


def _load(database: Database, form: Format, path: Path) -> None:
    entries = Entries()
    with path.open("rb") as file:
        read_file(entries, file, form, PEOPLE if form is Format.CSV else None)
    load(database, Author(OPERATOR), entries)


MEASURES: dict[str, Callable[[Format, Path, int], None]] = {
    each.__name__: each
    for each in (written_by_us, written_alone, read_by_us, read_alone, loaded, reports_loaded)
}


def measure(name: str, form: Format, path: Path, rows: int) -> dict[str, float]:
    """One measure in a process of its own: rows a second, and the peak of memory in megabytes."""
    command = [sys.executable, "-m", "benchmarks.exchange", "--one", name, form, str(path)]
    told = subprocess.run(
        [*command, "--rows", str(rows)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(told.stdout))


def run_one(name: str, form: Format, path: Path, rows: int) -> None:
    """The measure itself; what it prints is read by measure()."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    MEASURES[name](form, path, rows)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {"rate": rows / seconds, "above": (peak - before) / MEGABYTE}
    print(json.dumps(figures))


def compare(rows: int, rounds: int, *, with_load: bool) -> str:
    """The table of all formats, as Markdown."""
    lines = io.StringIO()
    lines.write("| | rows a second | of the library alone | memory (MB) | the library's |\n")
    lines.write("| --- | --- | --- | --- | --- |\n")
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMATS:
            path = Path(folder) / f"people.{form}"
            for way in ("written", "read"):
                ours, alone = [], []
                for _ in range(rounds):
                    alone.append(measure(f"{way}_alone", form, path, rows))
                    ours.append(measure(f"{way}_by_us", form, path, rows))
                ratio = statistics.median(
                    mine["rate"] / other["rate"] for mine, other in zip(ours, alone, strict=True)
                )
                rate = statistics.median(mine["rate"] for mine in ours)
                mine, other = (max(one["above"] for one in both) for both in (ours, alone))
                lines.write(
                    f"| {form}, {way} | {rate:,.0f} | {ratio:.2f} | {mine:.0f} | {other:.0f} |\n"
                )
            if with_load:
                told = measure("loaded", form, path, rows)
                lines.write(f"| {form}, loaded | {told['rate']:,.0f} | | {told['above']:.0f} | |\n")
        if with_load:
            told = measure("reports_loaded", Format.JSONL, Path(folder) / "reports", rows)
            lines.write(f"| reports, loaded | {told['rate']:,.0f} | | {told['above']:.0f} | |\n")
    return lines.getvalue()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("MEASURE", "FORMAT", "FILE"))
    given = parser.parse_args()
    if given.one:
        name, form, path = given.one
        run_one(name, Format(form), Path(path), given.rows)
    else:
        print(compare(given.rows, given.rounds, with_load=given.load))


if __name__ == "__main__":
    main()
