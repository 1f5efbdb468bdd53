"""Engines and sessions: one session and one transaction a request, on SQLite or PostgreSQL."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

# What libpq is told, so that a server which falls silent is given up in a quarter of a minute.
PATIENCE_OF_CONNECTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
_WRITES = "clearsky_writes"
_BUSY_TIMEOUT = "clearsky_busy_timeout"


class BusyError(Exception):
    """Other writes of this process have held the database for too long."""


def _compact_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def open_engine(url: str, *, connections: int = 16, busy_timeout: float = 5.0) -> Engine:
    """An engine for `url`; a write that waits longer than `busy_timeout` seconds fails.

    On SQLite the file's folder is made, and the file is kept in WAL mode with foreign keys on.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            json_serializer=_compact_json,
            # What is written is for those who may see it: no message repeats it.
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            execution_options={_BUSY_TIMEOUT: busy_timeout},
            connect_args={"timeout": busy_timeout, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _leave_no_transaction)
        return engine
    return create_engine(
        parsed,
        json_serializer=_compact_json,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        execution_options={_BUSY_TIMEOUT: busy_timeout},
        connect_args={
            **PATIENCE_OF_CONNECTIONS,
            "application_name": "clearsky",
            "options": f"-c lock_timeout={int(busy_timeout * 1000)} -c timezone=UTC",
        },
    )


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions by itself, too late and never as IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _leave_no_transaction(connection: sqlite3.Connection | None, _: ConnectionPoolEntry) -> None:
    # A COMMIT that a deferred constraint refuses leaves SQLite's transaction, and its lock, open.
    if connection is not None and connection.in_transaction:
        connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that has read cannot become the writer safely (SQLITE_BUSY_SNAPSHOT).
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def quick_sqlite(engine: Engine) -> sqlite3.Connection:
    """A connection to the engine's file for the event loop: it only reads, and never waits."""
    # In an address, `?`, `#` and `%` would mean something.
    address = f"file:{quote(str(engine.url.database))}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=0, check_same_thread=False)


def reading_engine(engine: Engine) -> Engine:
    """The same pool, for transactions that see one state throughout and change nothing."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing_engine(engine: Engine) -> Engine:
    """The same pool, for transactions that write; on SQLite they take the write lock at once."""
    return engine.execution_options(**{_WRITES: True})


@contextmanager
def writing_without_waiting(engine: Engine) -> Iterator[Connection]:
    """A transaction for a small write beside the record, committed when the block ends well.

    Raises an error that is_busy() knows rather than wait for another write.
    """
    with writing_engine(engine).connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")
                yield connection
            return
        _wait_for_writes(connection, 0)
        try:
            with connection.begin():
                yield connection
        finally:
            _wait_for_writes(connection, busy_timeout_of(engine))


def _wait_for_writes(connection: Connection, seconds: float) -> None:
    # Past SQLAlchemy, which would begin a transaction.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    cursor.close()


def busy_timeout_of(engine: Engine) -> float:
    """The seconds that a write waits for others."""
    return float(engine.get_execution_options()[_BUSY_TIMEOUT])


def is_busy(error: DBAPIError) -> bool:
    """Whether `error` says that another write held the database for too long."""
    if not isinstance(error, OperationalError):
        return False
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error.orig, "sqlstate", None) == "55P03"


def is_unreachable(error: DBAPIError) -> bool:
    """Whether `error` says that the database does not answer, rather than that it refuses."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
        )
    state = getattr(error.orig, "sqlstate", None)
    # No SQLSTATE: the connection failed before the server spoke. Class 53 is lack of resources,
    # 57P0x a server that is shutting down or starting up.
    return isinstance(error, OperationalError) and (
        state is None or state.startswith(("53", "08", "57P0"))
    )


def is_given_up(error: DBAPIError) -> bool:
    """Whether `error` says that a replica has gone, or that it ended a read to go on replaying."""
    return is_unreachable(error) or getattr(error.orig, "sqlstate", None) == "40001"


def check_reachable(engine: Engine) -> None:
    """Raises when the database does not answer a trivial query."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
