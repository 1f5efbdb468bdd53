"""Which migration a database is at, and which one this version expects, without Alembic.

Every command asks, and so does every probe of the server's readiness; Alembic, which runs the
migrations, takes longer to import than they take to ask.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def known_migrations() -> list[str]:
    """The migrations that this version of the code has, from the first to the newest.

    They are numbered, and the name of each one's file begins with its number.
    """
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def newest_migration() -> str:
    """The migration that this version of the code expects."""
    return known_migrations()[-1]


def database_migration(engine: Engine) -> str | None:
    """The migration that the database is at; None for an empty one."""
    with engine.connect() as connection:
        return migration_of(connection)


def migration_of(connection: Connection) -> str | None:
    """The same, as the connection's transaction sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_migrated(engine: Engine) -> bool:
    """Whether the database is at the migration that this version expects."""
    return database_migration(engine) == newest_migration()
