"""`clearsky backup` and `clearsky restore`."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from app.backups.archive import BackupError, Manifest
from app.backups.backup import backup
from app.backups.restore import restore
from app.commands.common import Refused, opened

B = TypeVar("B")


@click.command("backup", epilog="\b\nExample:\n  clearsky backup before-upgrade")
@click.argument("target", type=click.Path(path_type=Path))
def backup_command(target: Path) -> None:
    """Write everything to the new folder TARGET, as of one revision, while writes go on."""
    with opened() as database:
        manifest = _kept(backup, database, target)
    click.echo(f"{target}: revision {manifest.revision} {manifest.hash}")


@click.command("restore", epilog="\b\nExample:\n  clearsky restore before-upgrade")
@click.argument("source", type=click.Path(path_type=Path))
def restore_command(source: Path) -> None:
    """Fill an empty database from the backup SOURCE, verify it, and say which revision it is at.

    It overwrites nothing; where anything is wrong the database stays empty. A backup of either
    engine can be restored on the other.
    """
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
