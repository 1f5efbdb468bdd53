"""Bringing a database's tables to what this version of the code expects."""

import sys
from collections.abc import Mapping

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
    # Where migrations tell what they have done to what was there.
    config = Config(stdout=sys.stdout)
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


def edit_sqlite_table(
    connection: Connection, table: str, replaced: Mapping[str, str] | None = None, added: str = ""
) -> None:
    """Loosens or adds constraints in the text of a table's definition.

    SQLite has no ALTER for them. This is the way that its documentation of ALTER TABLE gives for
    changes that leave the stored rows as they are; making the table anew would delete, by cascade,
    what refers to it, and its triggers. Raises RuntimeError for a table that is not defined as
    expected, and for rows that break what is added.
    """
    sql = connection.execute(
        text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name"),
        {"name": table},
    ).scalar_one()
    for old, new in (replaced or {}).items():
        if sql.count(old) != 1:
            raise RuntimeError(f"{table} is not defined as expected: {old!r} in {sql}")
        sql = sql.replace(old, new)
    sql = f"{sql.rstrip().removesuffix(')')}{added})"
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": sql, "name": table},
    )
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    problems = connection.exec_driver_sql(f"PRAGMA integrity_check('{table}')").scalars().all()
    if problems != ["ok"]:
        raise RuntimeError(f"{table}: {problems}")


def downgrade(engine: Engine, revision: str) -> None:
    """Undoes migrations down to `revision`, or to nothing for `base`."""
    command.downgrade(alembic_config(engine), revision)
