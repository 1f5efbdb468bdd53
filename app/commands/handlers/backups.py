"""Making a backup, and restoring one."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from app.backups.archive import BackupError, Manifest
from app.backups.backup import backup
from app.backups.restore import restore
from app.commands.handlers.database import opened
from app.commands.refusing import Refused

B = TypeVar("B")


def make_backup(target: Path) -> None:
    """Writes a backup of the database to a new folder."""
    with opened() as database:
        manifest = _kept(backup, database, target)
    click.echo(f"{target}: revision {manifest.revision} {manifest.hash}")


def restore_backup(source: Path) -> None:
    """Fills the empty database from a backup."""
    with opened(migrated=False) as database:
        manifest = _kept(restore, database.engine, source)
    click.echo(
        f"Restored and verified: revision {manifest.revision} {manifest.hash}, as of "
        f"{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
    )


def _kept(step: Callable[[B, Path], Manifest], database: B, folder: Path) -> Manifest:
    try:
        return step(database, folder)
    except BackupError as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename or folder}: {error.strerror}.") from None
