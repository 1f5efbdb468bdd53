"""Making a backup while writes go on: every row as of one revision."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

import zstandard
from sqlalchemy import Connection, select

from app import __version__
from app.backups.archive import (
    BATCH,
    MANIFEST,
    ROWS,
    BackupError,
    Manifest,
    TableRows,
    columns_of,
    digest_of_file,
    line_of,
    sync_folder,
    written_whole,
)
from app.kernel.access import OPERATOR
from app.kernel.dates import utc_now
from app.kernel.journal import head
from app.kernel.migration_state import migration_of
from app.kernel.private_files import make_private_folder
from app.kernel.sessions import Database
from app.tables import Base


def backup(database: Database, target: Path) -> Manifest:
    """Writes a backup to the new folder `target`, and returns what its manifest says.

    All is read in one transaction, which sees one state and stands in nobody's way. The folder gets
    its name once all of it is on the disk; only its owner may look into it, since keys' hashes and
    drafts are among the rows. Raises BackupError where `target` is there already.
    """
    if target.exists():
        raise BackupError(f"{target} is there already; a backup overwrites nothing.")
    make_private_folder(target.parent)
    unfinished = Path(mkdtemp(prefix=f"{target.name}.unfinished-", dir=target.parent))
    try:
        manifest = _written(database, unfinished)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_folder(target.parent)
    return manifest


def _written(database: Database, folder: Path) -> Manifest:
    rows = folder / ROWS
    with database.reading(OPERATOR, on_primary=True) as session:
        newest = head(session)
        connection = session.connection()
        migration = migration_of(connection)
        if migration is None:
            raise BackupError("The database is empty.")
        made_at = utc_now()
        tables = _write_rows(connection, rows)
    manifest = Manifest(
        made_at=made_at,
        version=__version__,
        migration=migration,
        revision=newest.number,
        hash=newest.hash,
        tables=tables,
        bytes=rows.stat().st_size,
        sha256=digest_of_file(rows),
    )
    with written_whole(folder / MANIFEST) as file:
        file.write(f"{manifest.model_dump_json(indent=2)}\n".encode())
    sync_folder(folder)
    return manifest


def _write_rows(connection: Connection, path: Path) -> list[TableRows]:
    """Writes all rows, tables in an order in which they can be filled again."""
    written = []
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    with (
        written_whole(path) as file,
        compressor.stream_writer(file, closefd=False) as out,
    ):
        for table in Base.metadata.sorted_tables:
            found = TableRows(name=table.name, columns=columns_of(table.columns), rows=0)
            asked = select(found.as_table()).execution_options(yield_per=BATCH)
            # Closed where writing fails: the server keeps a cursor for it.
            with connection.execute(asked) as rows:
                for batch in rows.partitions():
                    out.write(b"".join(map(line_of, batch)))
                    found.rows += len(batch)
            written.append(found)
    return written
