"""Bringing a database's tables to what this version of the code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config(engine: Engine | None = None) -> Config:
    """Alembic's configuration for this project; with an engine, for its database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs the migrations that the database has not seen."""
    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undoes migrations down to `revision`, or to nothing for `base`."""
    command.downgrade(alembic_config(engine), revision)


def newest_migration() -> str | None:
    """The migration that this version of the code expects."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def database_migration(engine: Engine) -> str | None:
    """The migration that the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_migrated(engine: Engine) -> bool:
    """Whether the database is at the migration that this version expects."""
    return database_migration(engine) == newest_migration()
