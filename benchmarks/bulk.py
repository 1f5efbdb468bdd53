"""Writing many rows at once, past the application: COPY on PostgreSQL, executemany on SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

BATCH = 20_000
Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Rows of the journal, and of what it journals, in the order of their columns."""

    revisions: list[Row] = field(default_factory=list)
    reports: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    def extend(self, other: "Rows") -> None:
        """Adds the rows of another."""
        self.revisions.extend(other.revisions)
        self.reports.extend(other.reports)
        self.evidence.extend(other.evidence)
        self.changes.extend(other.changes)


@dataclass(slots=True)
class Head:
    """Where the journal stands."""

    number: int
    hash: str


class Writer(Protocol):
    """A connection that trusts what it is given."""

    def head(self) -> Head:
        """The newest revision."""

    def write(self, table: str, rows: list[Row]) -> None:
        """Adds rows, which all have the same columns."""

    def commit(self, head: Head) -> None:
        """Commits what was written, with the journal's new head."""

    def analyze(self) -> None:
        """Tells the engine's planner what there is now."""


class PostgresWriter:
    """Writes by COPY; references are not checked."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET timezone = 'UTC'")
        connection.commit()

    def head(self) -> Head:
        """The newest revision."""
        row = self._connection.execute("SELECT number, hash FROM journal_head").fetchone()
        self._connection.rollback()
        assert row is not None
        return Head(*row)

    def write(self, table: str, rows: list[Row]) -> None:
        """Adds rows, which all have the same columns."""
        if not rows:
            return
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
        )
        with self._connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))

    def commit(self, head: Head) -> None:
        """Commits what was written, with the journal's new head."""
        self._connection.execute(
            "UPDATE journal_head SET number = %s, hash = %s", (head.number, head.hash)
        )
        self._connection.commit()

    def analyze(self) -> None:
        """Tells the planner what there is now; leaves no work for the first readers."""
        self._connection.autocommit = True
        self._connection.execute("VACUUM (ANALYZE)")
        self._connection.execute("CHECKPOINT")


class SqliteWriter:
    """Writes by executemany; references are not checked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-200000"):
            connection.execute(f"PRAGMA {pragma}")

    def head(self) -> Head:
        """The newest revision."""
        return Head(*self._connection.execute("SELECT number, hash FROM journal_head").fetchone())

    def write(self, table: str, rows: list[Row]) -> None:
        """Adds rows, which all have the same columns."""
        if not rows:
            return
        columns = ", ".join(rows[0])
        values = ", ".join("?" * len(rows[0]))
        self._connection.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({values})",  # noqa: S608 (our own names)
            (tuple(row.values()) for row in rows),
        )

    def commit(self, head: Head) -> None:
        """Commits what was written, with the journal's new head."""
        self._connection.execute(
            "UPDATE journal_head SET number = ?, hash = ?", (head.number, head.hash)
        )
        self._connection.commit()

    def analyze(self) -> None:
        """Tells the planner what there is now; leaves no work for the first readers."""
        self._connection.execute("ANALYZE")
        self._connection.commit()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def bulk_writer(url: str) -> Iterator[Writer]:
    """A writer to the database at `url`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(parsed.database))
        yield SqliteWriter(connection)
        connection.close()
    else:
        with psycopg.connect(url) as session:
            yield PostgresWriter(session)


def write_all(writer: Writer, revisions: Iterator[Rows], head: Head) -> None:
    """Writes revisions in batches; `head` is where the journal stands after the last one taken."""
    batch = Rows()
    for rows in chain(revisions, [None]):
        if rows is not None:
            batch.extend(rows)
        if len(batch.changes) >= BATCH or rows is None:
            writer.write("revision", batch.revisions)
            writer.write("status_report", batch.reports)
            writer.write("evidence", batch.evidence)
            writer.write("change", batch.changes)
            writer.commit(head)
            batch = Rows()
