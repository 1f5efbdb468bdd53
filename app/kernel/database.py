"""Engines and sessions: one session and one transaction a request, on SQLite or PostgreSQL."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from app.kernel.private_files import make_private_folder, open_private

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
_PATIENCE = "clearsky_patience"
_making_a_file = Lock()


class BusyError(Exception):
    """Other writes of this process have held the database for too long."""


class CommitInDoubtError(Exception):
    """The database did not say whether it has committed: all of it is there, or nothing."""


def _compact_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def open_engine(url: str, *, connections: int = 16, busy_timeout: float = 5.0) -> Engine:
    """An engine for `url`; a write that waits longer than `busy_timeout` seconds fails.

    On SQLite the file's folder is made, and the file is kept in WAL mode with foreign keys on. A
    folder or file that is made is its owner's alone.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        make_private_folder(Path(parsed.database or "").parent)
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
        event.listen(engine, "do_connect", _make_private_file)
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


def _make_private_file(_: object, __: object, arguments: list[Any], options: Any) -> None:
    """Makes the file that SQLite would make now, but for its owner alone.

    SQLite gives `-wal`, `-shm` and `-journal` the mode of the file that they belong to.
    """
    name = str(arguments[0])
    if name == ":memory:" or options.get("uri"):
        return
    # To close a file that SQLite has open elsewhere in this process would undo SQLite's locks on it
    # (https://sqlite.org/howtocorrupt.html, 2.2). So none that is there is opened, and nobody
    # connects to a new one before it is closed.
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    # Why the file cannot be made is for SQLite to say.
    with _making_a_file, suppress(OSError):
        os.close(open_private(os.path.realpath(name), new))


def files_of(engine: Engine) -> list[Path]:
    """The folder and the files of an SQLite database, whether or not each is there."""
    if engine.dialect.name != "sqlite":
        return []
    path = Path(str(engine.url.database))
    # Its companions stand beside the file itself.
    path = path.resolve() if path.is_symlink() else path
    beside = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal")]
    return [path.parent, path, *beside]


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
    options = connection.get_execution_options()
    if not options.get(_WRITES, False):
        connection.exec_driver_sql("BEGIN")
        return
    limit: float = options[_BUSY_TIMEOUT]
    _wait_at_most(connection, float(options.get(_PATIENCE, limit)))
    try:
        # A transaction that has read cannot become the writer safely (SQLITE_BUSY_SNAPSHOT).
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        _wait_at_most(connection, limit)


def _wait_at_most(connection: Connection, seconds: float) -> None:
    sqlite: sqlite3.Connection | None = connection.connection.driver_connection
    if sqlite is not None:
        sqlite.execute(f"PRAGMA busy_timeout={int(max(0.0, seconds) * 1000)}")


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


def patience(seconds: float) -> dict[str, float]:
    """Options of a transaction that writes: on SQLite it waits for the write lock so long at most.

    On PostgreSQL each of its locks is waited for as long as a write may.
    """
    return {_PATIENCE: seconds}


@contextmanager
def writing_without_waiting(engine: Engine) -> Iterator[Connection]:
    """A transaction for a small write beside the record, committed when the block ends well.

    Raises an error that is_busy() knows rather than wait for another write.
    """
    at_once = writing_engine(engine).execution_options(**patience(0))
    with at_once.connect() as connection, connection.begin():
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")
        yield connection


def busy_timeout_of(engine: Engine) -> float:
    """The seconds that a write waits for others."""
    return float(engine.get_execution_options()[_BUSY_TIMEOUT])


# What SQLite says while others hold the file; the last after many tries at it.
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_OUT_OF_REACH = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
# serialization_failure and deadlock_detected: the transaction is undone, and may be run again.
_GIVEN_UP = ("40001", "40P01")


def _sqlite_code(error: DBAPIError) -> int | None:
    """SQLite's own primary result code, where the error is one of SQLite's."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def is_busy(error: DBAPIError) -> bool:
    """Whether `error` says that another write held the database for too long."""
    return _sqlite_code(error) in _BUSY or _sqlstate(error) == "55P03"


def is_full(error: DBAPIError) -> bool:
    """Whether `error` says that there is no room left to write to."""
    return _sqlite_code(error) == sqlite3.SQLITE_FULL or _sqlstate(error) == "53100"


def is_unreachable(error: DBAPIError) -> bool:
    """Whether `error` says that the database does not answer, rather than that it refuses."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error) in _OUT_OF_REACH
    state = _sqlstate(error)
    # No SQLSTATE: the connection failed before the server spoke. Class 53 is lack of resources,
    # 58 a failing disk, 57P0x a server that is shutting down or starting up.
    return isinstance(error, OperationalError) and (
        state is None or state.startswith(("53", "58", "08", "57P0"))
    )


def is_given_up(error: DBAPIError) -> bool:
    """Whether `error` says that the transaction was undone for the sake of others.

    A replica, too, gives a read up so, to go on replaying.
    """
    return _sqlstate(error) in _GIVEN_UP


def check_reachable(engine: Engine) -> None:
    """Raises when the database does not answer a trivial query."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
