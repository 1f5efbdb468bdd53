"""Knowing the newest revision without asking for it each time."""

import asyncio
import os
import socket
import sqlite3
import threading
import time
from contextlib import suppress
from typing import NamedTuple, Protocol

import psycopg
from sqlalchemy import Engine, Update, extract, func

from app.kernel.database import quick_sqlite

CHANNEL = "clearsky_head"
# In the `info` of a session that has changed keys.
ACCESS_MOVED = "access_moved"
_HEAD = "SELECT number, access FROM journal_head WHERE id = 1"


class Newest(NamedTuple):
    """The newest revision, and how often API keys have been changed."""

    revision: int
    access: int


class Freshness(Protocol):
    """What is newest, as far as this process can be sure of it."""

    # How long ago, in seconds, the last heard revision of another process had been written.
    lag: float | None

    def newest(self) -> Newest | None:
        """What is newest; None where that cannot be said, and must be asked."""

    def committed(self, revision: int, access: int = -1) -> None:
        """Notes a revision that this process has committed itself, or has seen.

        So with `access`, where this process has changed keys.
        """

    def close(self) -> None:
        """Lets go of what it holds."""


def telling(move: Update, engine: str) -> Update:
    """A statement that moves the head, and tells all who listen once that is committed."""
    if engine != "postgresql":
        return move
    head = move.table.c
    said = func.concat_ws(" ", head.number, head.access, extract("epoch", func.clock_timestamp()))
    return move.returning(func.pg_notify(CHANNEL, said))


class SqliteFreshness:
    """Asks SQLite whether anybody has committed since (`PRAGMA data_version`): microseconds.

    Used by one thread, that of the event loop, which asks once for all requests that had come in
    when it asked.
    """

    def __init__(self, engine: Engine) -> None:
        # Whoever asks each time hears of nothing late.
        self.lag: float | None = None
        self._engine = engine
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self._newest: Newest | None = None
        self._asked = False

    def newest(self) -> Newest | None:
        """What is newest; None while the file cannot be read."""
        if self._asked:
            return self._newest
        try:
            if self._connection is None:
                self._connection = quick_sqlite(self._engine)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                self._newest = Newest(*self._connection.execute(_HEAD).fetchone())
                self._version = version
        except (sqlite3.Error, TypeError):
            self.close()
            return None
        with suppress(RuntimeError):
            # Forgotten before the loop looks for further requests.
            asyncio.get_running_loop().call_soon(self._forget)
            self._asked = True
        return self._newest

    def _forget(self) -> None:
        self._asked = False

    def committed(self, revision: int, access: int = -1) -> None:
        """Nothing to note: the file itself tells."""

    def close(self) -> None:
        """Closes its connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = None


class PostgresFreshness:
    """Listens for revisions on a connection of its own, and asks now and then what it has missed.

    While it hears nothing for longer than `BOUND` seconds, it says nothing.
    """

    BOUND = 3.0
    _PAUSE = 1.0

    def __init__(self, engine: Engine) -> None:
        self.lag: float | None = None
        url = engine.url.set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._newest = Newest(-1, -1)
        self._heard_at = float("-inf")
        self._stopped = threading.Event()
        self._changed = threading.Lock()
        self._thread: threading.Thread | None = None
        # While it is open; nobody closes it but the listener, who forgets it here before.
        self._connection: psycopg.Connection | None = None

    def newest(self) -> Newest | None:
        """What is newest; None until the listener has heard it, and while it is cut off."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="freshness", daemon=True)
            self._thread.start()
        if time.monotonic() - self._heard_at > self.BOUND:
            return None
        return self._newest

    def committed(self, revision: int, access: int = -1) -> None:
        """Notes a revision, or a change of keys, before its notice has come round."""
        self._note(revision, access)

    def close(self) -> None:
        """Stops listening."""
        self._stopped.set()
        with self._changed:
            if self._connection is not None:
                _hang_up(self._connection)
        if self._thread is not None:
            self._thread.join(timeout=2 * self._PAUSE)

    def _note(self, revision: int, access: int) -> None:
        # Notices come in the order of commits, but this process may know its own before.
        with self._changed:
            known = self._newest
            self._newest = Newest(max(known.revision, revision), max(known.access, access))

    def _listen(self) -> None:
        while not self._stopped.is_set():
            with (
                suppress(psycopg.Error),
                psycopg.connect(
                    self._address, autocommit=True, application_name="clearsky listens"
                ) as connection,
            ):
                self._hold(connection)
                try:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._follow(connection)
                finally:
                    self._hold(None)
            # Cut off: nothing is certain until it listens again.
            self._heard_at = float("-inf")
            self._stopped.wait(self._PAUSE)

    def _hold(self, connection: psycopg.Connection | None) -> None:
        with self._changed:
            self._connection = connection

    def _follow(self, connection: psycopg.Connection) -> None:
        while not self._stopped.is_set():
            row = connection.execute(_HEAD).fetchone()
            if row is not None:
                self._note(*row)
                self._heard_at = time.monotonic()
            for notice in connection.notifies(timeout=self._PAUSE):
                revision, access, written_at = notice.payload.split()
                self._note(int(revision), int(access))
                self._heard_at = time.monotonic()
                self.lag = max(time.time() - float(written_at), 0.0)
                if self._stopped.is_set():
                    return


def _hang_up(connection: psycopg.Connection) -> None:
    """Ends the wait of the thread that listens on the connection, as a server that goes away."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def freshness_of(engine: Engine) -> Freshness:
    """The way that fits the engine."""
    if engine.dialect.name == "sqlite":
        return SqliteFreshness(engine)
    return PostgresFreshness(engine)
