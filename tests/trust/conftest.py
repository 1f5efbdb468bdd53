"""Fixtures of the tests of trust."""

from collections.abc import Iterator

import pytest

from tests.engines import PostgresTemplates, folder_for_databases


@pytest.fixture(scope="package")
def own_server() -> Iterator[PostgresTemplates]:
    """A PostgreSQL server that a test may stop, kill, and start again."""
    with folder_for_databases("clearsky-postgresql-") as folder:
        templates = PostgresTemplates(folder / "data")
        yield templates
        templates.server.cleanup()
