"""A process that closes its database leaves nothing behind: no listener and no connection."""

import gc
import sqlite3
import warnings
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from app.kernel import freshness
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.freshness import PostgresFreshness
from app.kernel.journal import head
from app.kernel.sessions import Database
from tests.engines import PostgresTemplates, SqliteTemplates, opened
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


def test_sqlite_is_not_closed_under_who_asks_for_what_is_newest(
    sqlite_templates: SqliteTemplates, monkeypatch
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        opened(url) as database,
        ThreadPoolExecutor(1) as pool,
    ):
        closed_meanwhile: list[bool] = []

        class Connection(sqlite3.Connection):
            def execute(self, *statement: Any) -> sqlite3.Cursor:
                ending = pool.submit(database.freshness.close)
                wait([ending], timeout=0.2)
                closed_meanwhile.append(ending.done())
                return super().execute(*statement)

        path = url.removeprefix("sqlite:///")
        monkeypatch.setattr(
            freshness,
            "quick_sqlite",
            lambda _: sqlite3.connect(path, check_same_thread=False, factory=Connection),
        )
        newest = database.freshness.newest()
        assert newest is not None
        assert newest.revision == 1
        assert closed_meanwhile == [False, False]


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
