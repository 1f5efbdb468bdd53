"""`clearsky migrate`: the database's tables, brought to this version."""

import click

from app.commands.lazy import handled_by


@click.command(epilog="\b\nExample:\n  clearsky migrate")
@handled_by("app.commands.handlers.migrate:migrate_database")
def migrate() -> None:
    """Bring the database's tables to this version; existing records stay."""
