"""Bringing a database's tables to what this version of the code expects."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from app.kernel.migration_state import MIGRATIONS

# Any number that no other program takes as its advisory lock on the same database.
MIGRATION_LOCK = 7_202_312_20


def alembic_config(engine: Engine | None = None, *, connection: Connection | None = None) -> Config:
    """Alembic's configuration for this project; for a database where an engine of it is given.

    With a connection, everything is done in the transaction that it is in.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs the migrations that the database has not seen."""
    command.upgrade(alembic_config(engine), revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same in the connection's transaction, with which it is committed or undone."""
    command.upgrade(alembic_config(connection=connection), revision)


def take_turn(connection: Connection) -> None:
    """Waits until nobody else makes or alters the tables; until its end the transaction alone does.

    On SQLite whoever writes is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))


def downgrade(engine: Engine, revision: str) -> None:
    """Undoes migrations down to `revision`, or to nothing for `base`."""
    command.downgrade(alembic_config(engine), revision)
