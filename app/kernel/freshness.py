"""Knowing the newest revision without asking for it each time."""

import asyncio
import os
import socket
import sqlite3
import threading
import time
from contextlib import closing, suppress
from typing import NamedTuple, Protocol

import psycopg
import structlog
from sqlalchemy import Engine, Update, extract, func

from app.kernel.database import quick_sqlite
from app.kernel.journal import Head

CHANNEL = "clearsky_head"
# In the `info` of a session that has changed credentials: their new version.
CREDENTIALS_VERSION = "credentials_version"
# The head, and the hash that a revision has which is known to have been there.
_HEAD = """
SELECT head.number, head.hash, head.credentials_version, revision.hash
FROM journal_head AS head LEFT JOIN revision ON revision.number = {}
WHERE head.id = 1
"""
log = structlog.get_logger("clearsky.database")


class Newest(NamedTuple):
    """The newest revision, and the version of all credentials."""

    revision: int
    # None while it must be asked which is current: then nobody is remembered.
    credentials_version: str | None
    # Another one once revisions that were there are not: counted by this process, for itself.
    history: int = 0


class Freshness(Protocol):
    """What is newest, as far as this process can be sure of it."""

    # How long ago, in seconds, the last heard revision of another process had been written.
    lag: float | None

    def newest(self) -> Newest | None:
        """What is newest; None where that cannot be said, and must be asked."""

    def committed(self, head: Head) -> None:
        """Notes the head as this process itself has committed it."""

    def seen(self, revision: int) -> None:
        """Notes a revision that a read of this process has seen."""

    def close(self) -> None:
        """Lets go of what it holds."""


def telling(move: Update, engine: str) -> Update:
    """A statement that moves the head, and tells all who listen once that is committed."""
    if engine != "postgresql":
        return move
    head = move.table.c
    at = extract("epoch", func.clock_timestamp())
    said = func.concat_ws(" ", head.number, head.hash, head.credentials_version, at)
    return move.returning(func.pg_notify(CHANNEL, said))


class KnownHead:
    """The head of the journal, put together from the database's answers and from commits heard of.

    An answer is believed, also one of a head that has gone back, as by a failover that lost
    revisions. A commit is heard of by a notice, or from the thread that made it, and so may be
    heard of late. That does no harm to revisions, of which the newest counts; but versions of
    credentials have no order. So a commit tells that credentials were changed, and never which
    version is current: that is only what was answered to a question asked after it was heard of.
    """

    def __init__(self) -> None:
        self.newest = Newest(-1, None)
        self._lock = threading.Lock()
        # The newest that is certain to have been there; now, and when it was asked last.
        self._certain: Head | None = None
        self._compared: Head | None = None
        # What was heard of since it was asked last: the last commit, and the newest revision.
        self._committed: Head | None = None
        self._seen = -1

    def asking(self) -> int:
        """Begins to ask: returns the revision whose hash is to be asked, too."""
        with self._lock:
            self._committed, self._seen = None, -1
            self._compared = self._certain
            return 0 if self._compared is None else self._compared.number

    def asked(self, head: Head, hash_then: str | None) -> None:
        """Takes what was answered: the head, and the hash of the revision that asking() named."""
        with self._lock:
            history, known, committed = self.newest.history, self._compared, self._committed
            # Nothing comes before the first revision: every history goes on from there.
            if known is not None and known.number > 0 and known.hash != hash_then:
                history += 1
                log.warning("revisions are gone", was=known.number, now=head.number)
            version: str | None = head.credentials_version
            self._certain = head
            if committed is not None:
                # Meanwhile; whether before or after the answer cannot be said.
                version = version if version == committed.credentials_version else None
                self._certain = max(head, committed, key=lambda each: each.number)
            self.newest = Newest(max(head.number, self._seen), version, history)

    def committed(self, head: Head) -> None:
        """Takes what was heard of a commit."""
        with self._lock:
            known = self.newest.credentials_version
            self.newest = self.newest._replace(
                revision=max(self.newest.revision, head.number),
                credentials_version=known if known == head.credentials_version else None,
            )
            self._committed, self._seen = head, max(self._seen, head.number)
            if self._certain is None or self._certain.number < head.number:
                self._certain = head

    def seen(self, revision: int) -> None:
        """Takes a revision that a read has seen; that on a replica may be newer than the head."""
        if revision <= self.newest.revision:
            return
        with self._lock:
            self.newest = self.newest._replace(revision=max(self.newest.revision, revision))
            self._seen = max(self._seen, revision)

    def doubt(self) -> None:
        """Has it be asked which credentials are current."""
        with self._lock:
            self.newest = self.newest._replace(credentials_version=None)


class SqliteFreshness:
    """Asks SQLite whether anybody has committed since (`PRAGMA data_version`): microseconds.

    Asked by one thread, that of the event loop, once for all requests that had come in when it
    asked. Any thread may close it: SQLite crashes where a connection is closed under a statement.
    """

    def __init__(self, engine: Engine) -> None:
        # Whoever asks each time hears of nothing late.
        self.lag: float | None = None
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self._head = KnownHead()
        self._asked = False

    def newest(self) -> Newest | None:
        """What is newest; None while the file cannot be read."""
        if self._asked:
            return self._head.newest
        try:
            with self._lock:
                self._ask()
        except (sqlite3.Error, TypeError):
            self.close()
            return None
        with suppress(RuntimeError):
            # Forgotten before the loop looks for further requests.
            asyncio.get_running_loop().call_soon(self._forget)
            self._asked = True
        return self._head.newest

    def _ask(self) -> None:
        if self._connection is None:
            self._connection = quick_sqlite(self._engine)
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            known = self._head.asking()
            *head, then = self._connection.execute(_HEAD.format("?"), (known,)).fetchone()
            self._head.asked(Head(*head), then)
            self._version = version

    def _forget(self) -> None:
        self._asked = False

    def committed(self, head: Head) -> None:
        """Nothing to note: the file itself tells."""

    def seen(self, revision: int) -> None:
        """Nothing to note: the file itself tells."""

    def close(self) -> None:
        """Closes its connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._version = None


class PostgresFreshness:
    """Listens for revisions on a connection of its own, and asks now and then what it has missed.

    While it hears nothing for longer than `BOUND` seconds, it says nothing.
    """

    BOUND = 3.0
    _PAUSE = 1.0
    # The same while it is not certain which credentials are current.
    _SHORT_PAUSE = 0.05

    def __init__(self, engine: Engine) -> None:
        self.lag: float | None = None
        url = engine.url.set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._head = KnownHead()
        self._heard_at = float("-inf")
        self._stopped = threading.Event()
        self._holding = threading.Lock()
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
        return self._head.newest

    def committed(self, head: Head) -> None:
        """Notes the head as this process has committed it, before its notice has come round."""
        self._head.committed(head)

    def seen(self, revision: int) -> None:
        """Notes a revision that a read has seen, before its notice has come round."""
        self._head.seen(revision)

    def close(self) -> None:
        """Stops listening."""
        self._stopped.set()
        with self._holding:
            if self._connection is not None:
                _hang_up(self._connection)
        if self._thread is not None:
            self._thread.join(timeout=2 * self._PAUSE)

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
        with self._holding:
            self._connection = connection

    def _follow(self, connection: psycopg.Connection) -> None:
        while not self._stopped.is_set():
            self._ask(connection)
            pause = self._SHORT_PAUSE if self._must_ask else self._PAUSE
            with closing(connection.notifies(timeout=pause)) as notices:
                for notice in notices:
                    self._hear(notice.payload)
                    if self._must_ask or self._stopped.is_set():
                        break

    @property
    def _must_ask(self) -> bool:
        return self._head.newest.credentials_version is None

    def _ask(self, connection: psycopg.Connection) -> None:
        known = self._head.asking()
        row = connection.execute(_HEAD.format("%s"), (known,)).fetchone()
        if row is not None:
            *head, then = row
            self._head.asked(Head(*head), then)
            self._heard_at = time.monotonic()

    def _hear(self, notice: str) -> None:
        try:
            number, hash_, version, written_at = notice.split()
            head, lag = Head(int(number), hash_, version), time.time() - float(written_at)
        except ValueError:
            # Whoever may connect can send notices; one of another version may tell of anything.
            self._head.doubt()
        else:
            self._head.committed(head)
            self.lag = max(lag, 0.0)
        self._heard_at = time.monotonic()


def _hang_up(connection: psycopg.Connection) -> None:
    """Ends the wait of the thread that listens on the connection, as a server that goes away."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def freshness_of(engine: Engine) -> Freshness:
    """The way that fits the engine."""
    if engine.dialect.name == "sqlite":
        return SqliteFreshness(engine)
    return PostgresFreshness(engine)
