"""`clearsky migrate`: the database's tables, brought to this version."""

import click
from alembic.util.exc import CommandError

from app.commands.common import Refused, opened
from app.kernel.migrating import database_migration, upgrade


@click.command(epilog="\b\nExample:\n  clearsky migrate")
def migrate() -> None:
    """Bring the database's tables to this version; existing records stay."""
    with opened(migrated=False) as database:
        before = database_migration(database.engine)
        try:
            upgrade(database.engine)
        except CommandError as error:
            raise Refused(f"The database cannot be migrated: {error}.") from None
        after = database_migration(database.engine)
    click.echo(f"The database is at migration {after}" + ("." if before != after else " already."))
