"""A process that closes its database leaves nothing behind: no listener and no connection."""

import gc
import warnings

import pytest

from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.freshness import PostgresFreshness
from app.kernel.journal import head
from app.kernel.sessions import Database
from tests.engines import PostgresTemplates
from tests.waiting import wait_until

pytestmark = pytest.mark.both_engines


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


def test_a_connection_in_use_when_its_database_is_closed_is_closed_when_it_is_given_back(
    database_url,
) -> None:
    database = Database(open_engine(database_url))
    with database.reading(OPERATOR) as session:
        used = session.connection().connection.driver_connection
        database.close()
        assert head(session).number > 0
    # What is still open says so when it is gone.
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        del used, session, database
        gc.collect()
    assert not said
