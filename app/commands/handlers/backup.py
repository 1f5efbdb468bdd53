"""Making a backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.backups.archive import BackupError
from app.backups.backup import backup
from app.commands.handlers.database import opened
from app.commands.refusing import Refused


def make_backup(target: Path) -> None:
    """Writes a backup of the database to a new folder, and prints what it holds."""
    with opened() as database, faults_refused(target):
        manifest = backup(database, target)
    click.echo(f"{target}: revision {manifest.revision} {manifest.hash}")


@contextmanager
def faults_refused(folder: Path) -> Iterator[None]:
    """Tells in one sentence what is wrong with a backup, or with the folder that it is in."""
    try:
        yield
    except BackupError as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename or folder}: {error.strerror}.") from None
