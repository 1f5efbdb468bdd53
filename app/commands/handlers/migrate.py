"""Bringing the database's tables to this version."""

import click
from alembic.util.exc import CommandError

from app.commands.handlers.database import opened
from app.commands.refusing import Refused
from app.kernel.migrating import upgrade
from app.kernel.migration_state import database_migration


def migrate_database() -> None:
    """Runs the migrations that the database has not seen."""
    with opened(migrated=False) as database:
        before = database_migration(database.engine)
        try:
            upgrade(database.engine)
        except CommandError as error:
            raise Refused(f"The database cannot be migrated: {error}.") from None
        after = database_migration(database.engine)
    click.echo(f"The database is at migration {after}" + ("." if before != after else " already."))
