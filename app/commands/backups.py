"""`clearsky backup` and `clearsky restore`."""

from pathlib import Path

import click

from app.commands.lazy import handled_by


@click.command("backup", epilog="\b\nExample:\n  clearsky backup before-upgrade")
@click.argument("target", type=click.Path(path_type=Path))
@handled_by("app.commands.handlers.backup:make_backup")
def backup_command() -> None:
    """Write everything to the new folder TARGET, as of one revision, while writes go on."""


@click.command("restore", epilog="\b\nExample:\n  clearsky restore before-upgrade")
@click.argument("source", type=click.Path(path_type=Path))
@handled_by("app.commands.handlers.restore:restore_backup")
def restore_command() -> None:
    """Fill an empty database from the backup SOURCE, verify it, and say which revision it is at.

    It overwrites nothing; where anything is wrong the database stays empty. A backup of either
    engine can be restored on the other.
    """
