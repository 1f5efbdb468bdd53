"""A process listens for what others write, for as long as its database is open."""

from app.kernel.database import open_engine
from app.kernel.freshness import PostgresFreshness
from app.kernel.sessions import Database
from tests.engines import PostgresTemplates
from tests.waiting import wait_until


def test_a_database_that_is_closed_is_not_listened_to_until_the_next_notice(
    postgres_templates: PostgresTemplates, monkeypatch
) -> None:
    # Nobody else is told of anything meanwhile: only what closes it can wake the listener.
    monkeypatch.setattr(PostgresFreshness, "_PAUSE", 3600)
    with postgres_templates.fresh("reference") as url:
        database = Database(open_engine(url))
        wait_until(lambda: database.freshness.newest() is not None)
        database.close()
        assert not database.freshness._thread.is_alive()
