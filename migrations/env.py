"""How Alembic runs the migrations: in one transaction, one runner at a time, bounded waiting."""

from alembic import context
from sqlalchemy import Connection, text

from app.kernel.database import open_engine, writing_engine
from app.kernel.migrating import take_turn
from app.settings import current_settings
from app.tables import Base


def migrate(connection: Connection) -> None:
    """Runs the migrations over a connection that is in no transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
        # SQLite undoes changes of tables, too, in a transaction that is begun as the engine does.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # A migration that waits for a lock makes all behind it wait: give up soon instead.
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SET LOCAL statement_timeout = '10min'"))
        take_turn(connection)
        context.run_migrations()


def run() -> None:
    """Migrates what the program gave, or else the database of the settings.

    A connection that it gave is in a transaction, which it commits itself.
    """
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = context.config.attributes.get("engine") or open_engine(current_settings().database_url)
    with writing_engine(engine).connect() as connection:
        migrate(connection)


run()
