"""Fixtures: a fresh database for each test, and clients of a real server on it.

Tests run on SQLite, those marked `both_engines` on PostgreSQL too; in `make test-deep` all do.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.main import create_app
from tests import plain_http
from tests.amounts import DEEP, examples
from tests.both_engines import ENGINES, EnginesCheck
from tests.compiling import compile_once
from tests.engines import PostgresTemplates, SqliteTemplates, Templates, folder_for_databases
from tests.environment import require_short_paths, take_own_environment
from tests.in_process import own_settings, serving

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("deep", deadline=None, max_examples=examples(100), print_blob=True)
settings.load_profile("deep" if DEEP else "ci")
compile_once()
# What is imported stays: the collector need not look through it, nor so often through the rest.
gc.freeze()
gc.set_threshold(20_000, 50, 50)


def pytest_configure(config: pytest.Config) -> None:
    """The environment is the tests' own; what touches SQL is looked after; and cores are shared."""
    take_own_environment()
    require_short_paths()
    config.pluginmanager.register(EnginesCheck())
    keep_to_a_core(os.environ.get("PYTEST_XDIST_WORKER", ""))


def keep_to_a_core(worker: str) -> None:
    """Keeps a process of tests, and all that it starts, to one core, each worker to another.

    A request goes through four threads and a database, one after the other: to wake each of them
    on another core takes a quarter of the time. In `make test-deep` they run at once wherever they
    can, for the sake of what only shows then.
    """
    if worker and not DEEP and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        # A container may not let it.
        with suppress(OSError):
            os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


# What takes longest comes first, so that no process is left with it at the end.
LONGEST = (
    "tests/contract/test_schemathesis.py",
    "tests/sync/",
    "tests/clients/",
    "tests/trust/test_non_interference.py",
    "tests/trust/test_crash.py",
    "tests/trust/test_full_disk.py",
    "tests/webhooks/test_sharing.py",
    "tests/feed/test_over_the_network.py",
    "tests/cli/",
    "tests/answers/",
    "tests/trust/",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What comes first, and what stays together."""
    for item in items:
        if isinstance(item, pytest.Function) and _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=_place)


def _shares_with_its_module(item: pytest.Function) -> bool:
    """Whether it uses what is set up once for all the tests of its module or folder."""
    used = item._fixtureinfo.name2fixturedefs.values()
    return any(fixtures[-1].scope in ("module", "package") for fixtures in used)


def _place(item: pytest.Item) -> int:
    found = (n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path))
    return next(found, len(LONGEST))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The engines that a test runs on, where it does not say so itself."""
    own = metafunc.definition.iter_markers("parametrize")
    if any("templates" in mark.args[0] for mark in own):
        return
    both = DEEP or metafunc.definition.get_closest_marker("both_engines")
    if "templates" in metafunc.fixturenames:
        metafunc.parametrize("templates", ENGINES if both else ENGINES[:1], indirect=True)


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


@pytest.fixture
def templates(request: pytest.FixtureRequest) -> Templates:
    """The templates of each engine in turn that the test runs on."""
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
        own_settings(database_url=f"sqlite:///{sqlite_templates.folder}/unused.db", webhooks=False)
    )
    with serving(app) as address:
        yield Server(app, address)


@pytest.fixture
def server(running_server: Server, database: Database) -> Server:
    """The server, on this test's database."""
    running_server.app.state.database = database
    return running_server


class Clients:
    """Clients of the server: one without a key, and one for each key of tests.engines.KEYS.

    Each is made when it is first used: few tests use all.
    """

    anonymous: httpx.Client
    admin: httpx.Client
    korea: httpx.Client
    china: httpx.Client
    japan: httpx.Client
    reporter: httpx.Client
    reader: httpx.Client

    def __init__(self, address: str, keys: dict[str, str]) -> None:
        self._address, self._keys = address, keys
        self._made = ExitStack()

    def __getattr__(self, name: str) -> httpx.Client:
        if name not in Clients.__annotations__:
            raise AttributeError(name)
        headers = {} if name == "anonymous" else {"Authorization": f"Bearer {self._keys[name]}"}
        client = plain_http.client(base_url=self._address, headers=headers, timeout=30)
        setattr(self, name, self._made.enter_context(client))
        return client

    def close(self) -> None:
        self._made.close()


@pytest.fixture
def clients(server: Server, templates: Templates) -> Iterator[Clients]:
    made = Clients(server.address, templates.keys)
    yield made
    made.close()
