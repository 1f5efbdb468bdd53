"""Restoring a backup."""

from pathlib import Path

import click

from app.backups.restore import restore
from app.commands.handlers.backup import faults_refused
from app.commands.handlers.database import opened


def restore_backup(source: Path) -> None:
    """Fills the empty database from a backup, and prints what it holds."""
    with opened(migrated=False) as database, faults_refused(source):
        manifest = restore(database.engine, source)
    click.echo(
        f"Restored and verified: revision {manifest.revision} {manifest.hash}, as of "
        f"{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
    )
