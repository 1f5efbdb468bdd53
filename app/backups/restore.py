"""Restoring a backup: into an empty database, proven before it is committed, or not at all."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, cast, func, insert, inspect, select, text
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.exc import DBAPIError

from app.backups.archive import (
    BATCH,
    BackupError,
    Manifest,
    TableRows,
    lines,
    manifest_of,
    values_of,
)
from app.feed.faults import told
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.database import writing_engine
from app.kernel.keys import renew_credentials_version
from app.kernel.migrating import take_turn, upgrade_within
from app.kernel.migration_state import known_migrations, newest_migration
from app.kernel.sessions import RecordSession
from app.webhooks.leases import pause_all
from app.webhooks.models import PauseReason

_SHOWN = 3


def restore(engine: Engine, source: Path) -> Manifest:
    """Fills an empty database from the backup in the folder `source`; returns its manifest.

    The tables are made as they were, filled, brought to this version and verified in one
    transaction: whatever goes wrong leaves the database as it was. Raises BackupError for a
    database that is not empty, and for a backup that is not whole, of a later version, or whose
    journal does not hold.
    """
    manifest = manifest_of(source)
    if manifest.migration not in known_migrations():
        raise BackupError(
            f"{source} was made by a later version ({manifest.version}, migration "
            f"{manifest.migration}); this one knows migrations up to {newest_migration()}."
        )
    with writing_engine(engine).begin() as connection:
        # A server that is started meanwhile would fill it too.
        take_turn(connection)
        _require_empty(connection)
        upgrade_within(connection, manifest.migration)
        _fill(connection, manifest, source)
        if manifest.migration != newest_migration():
            upgrade_within(connection)
        # Where it was taken from may go on sending: a person says which of the two does.
        pause_all(connection, PauseReason.RESTORED)
        # Keys are as they were then: what comes after is another history.
        renew_credentials_version(connection)
        _require_proven(connection, manifest, source)
    return manifest


def _require_empty(connection: Connection) -> None:
    tables = sorted(inspect(connection).get_table_names())
    if tables:
        shown = ", ".join(tables[:_SHOWN]) + (", …" if len(tables) > _SHOWN else "")
        raise BackupError(
            f"The database {connection.engine.url!r} is not empty, it has the tables {shown}: "
            "restore overwrites nothing."
        )


def _fill(connection: Connection, manifest: Manifest, source: Path) -> None:
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        # A migration bounds its own statements; filling takes as long as there are rows.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    # What migrations have put there: the journal's first row, and a signing key.
    for found in reversed(manifest.tables):
        connection.execute(found.as_table().delete())
    remaining = lines(source)
    try:
        for found in manifest.tables:
            rows = islice(remaining, found.rows)
            filling = insert(found.as_table())
            filled = 0
            while batch := [values_of(line, found.columns) for line in islice(rows, BATCH)]:
                connection.execute(filling, batch)
                filled += len(batch)
            if filled != found.rows:
                raise BackupError(
                    f"{source} has {filled} of the {found.rows} rows of {found.name}."
                )
        if next(remaining, None) is not None:
            raise BackupError(f"{source} has more rows than its manifest says.")
        if postgresql:
            # All references are checked now: tables with checks to come cannot be altered.
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            _count_on(connection, manifest.tables)
    except (DBAPIError, ValueError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        first_line = str(reason).strip().partition("\n")[0]
        raise BackupError(f"{source} does not fit the tables: {first_line}.") from error


def _count_on(connection: Connection, tables: Iterable[TableRows]) -> None:
    """Sets the counters by which PostgreSQL numbers rows to what the rows have come to."""
    for found in tables:
        rows = found.as_table()
        for name in (name for name, as_ in found.columns.items() if as_ == "integer"):
            counter = connection.scalar(select(func.pg_get_serial_sequence(found.name, name)))
            if counter is not None:
                highest = select(func.max(rows.c[name])).scalar_subquery()
                connection.execute(select(func.setval(cast(counter, REGCLASS), highest)))


def _require_proven(connection: Connection, manifest: Manifest, source: Path) -> None:
    with RecordSession(connection, autoflush=False, info={"principal": OPERATOR}) as session:
        result = verify(session)
    if not result.valid:
        faults = "\n".join(told(fault) for fault in result.faults)
        more = "\nThere is more that does not fit." if result.more else ""
        raise BackupError(f"{source} does not verify: {faults}{more}")
    if (result.head.revision, result.head.hash) != (manifest.revision, manifest.hash):
        raise BackupError(
            f"{source} holds revision {result.head.revision} {result.head.hash}, not what its "
            f"manifest says: revision {manifest.revision} {manifest.hash}."
        )
