"""Fixtures: a fresh database for each test on each engine, and clients of a real server on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.main import create_app
from app.settings import load_settings
from tests import plain_http
from tests.engines import PostgresTemplates, SqliteTemplates, Templates, folder_for_databases
from tests.in_process import serving


@pytest.fixture(scope="session")
def sqlite_templates() -> Iterator[SqliteTemplates]:
    with folder_for_databases("clearsky-sqlite-") as folder:
        yield SqliteTemplates(folder)


@pytest.fixture(scope="session")
def postgres_templates() -> Iterator[PostgresTemplates]:
    with folder_for_databases("clearsky-postgresql-") as folder:
        templates = PostgresTemplates(folder / "data")
        yield templates
        templates.server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def templates(request: pytest.FixtureRequest) -> Templates:
    """The templates of each engine in turn: whatever uses this fixture runs on both."""
    return request.getfixturevalue(
        "sqlite_templates" if request.param == "sqlite" else "postgres_templates"
    )


@pytest.fixture
def empty_url(templates: Templates) -> Iterator[str]:
    """The URL of a database without tables."""
    with templates.fresh(None) as url:
        yield url


@pytest.fixture
def database_url(templates: Templates) -> Iterator[str]:
    """The URL of a database that holds the reference record, and the keys of tests.engines.KEYS."""
    with templates.fresh("reference") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, open."""
    opened = Database(open_engine(database_url), kept_bytes=1024 * 1024)
    yield opened
    opened.close()


@dataclass
class Server:
    """A server on a loopback port, in a thread of the tests."""

    app: FastAPI
    address: str


@pytest.fixture(scope="session")
def running_server(sqlite_templates: SqliteTemplates) -> Iterator[Server]:
    app = create_app(
        load_settings(database_url=f"sqlite:///{sqlite_templates.folder}/unused.db", webhooks=False)
    )
    with serving(app) as address:
        yield Server(app, address)


@pytest.fixture
def server(running_server: Server, database: Database) -> Server:
    """The server, on this test's database."""
    running_server.app.state.database = database
    return running_server


@dataclass
class Clients:
    """Clients of the server: one without a key, and one for each key of tests.engines.KEYS."""

    anonymous: httpx.Client
    admin: httpx.Client
    korea: httpx.Client
    china: httpx.Client
    japan: httpx.Client
    reporter: httpx.Client
    reader: httpx.Client


@pytest.fixture
def clients(server: Server, templates: Templates) -> Iterator[Clients]:
    made = {
        name: plain_http.client(
            base_url=server.address, headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        for name, key in templates.keys.items()
    }
    anonymous = plain_http.client(base_url=server.address, timeout=30)
    yield Clients(anonymous=anonymous, **made)
    for client in (anonymous, *made.values()):
        client.close()
