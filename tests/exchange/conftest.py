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
