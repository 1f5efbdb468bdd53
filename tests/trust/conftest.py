"""Fixtures of the tests of trust."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.engines import PostgresTemplates


@pytest.fixture(scope="package")
def own_server() -> Iterator[PostgresTemplates]:
    """A PostgreSQL server that a test may stop, kill, and start again."""
    with TemporaryDirectory(prefix="clearsky-postgresql-") as folder:
        templates = PostgresTemplates(Path(folder) / "data")
        yield templates
        templates.server.cleanup()
