"""Fixtures of loading and exporting."""

from collections.abc import Iterator

import pytest

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from tests.engines import Templates


@pytest.fixture
def migrated_url(templates: Templates) -> Iterator[str]:
    """The URL of a database that has its tables and no record."""
    with templates.fresh("migrated") as url:
        yield url


@pytest.fixture
def migrated(migrated_url: str) -> Iterator[Database]:
    """That database, open."""
    engine = open_engine(migrated_url)
    yield Database(engine)
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of each engine for a module's tests that leave it as they found it."""
    name = "sqlite_templates" if request.param == "sqlite" else "postgres_templates"
    templates: Templates = request.getfixturevalue(name)
    with templates.fresh("migrated") as url:
        engine = open_engine(url)
        yield Database(engine)
        engine.dispose()
