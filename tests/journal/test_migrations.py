"""Migrations: up and down on both engines, and just what the models say."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from app.directory.models import Party
from app.directory.schemas import PartyBody
from app.kernel.access import OPERATOR
from app.kernel.changes import create
from app.kernel.database import open_engine
from app.kernel.journal import Author, head
from app.kernel.migrating import alembic_config, downgrade, upgrade
from app.kernel.migration_state import (
    database_migration,
    is_migrated,
    known_migrations,
    newest_migration,
)
from app.kernel.sessions import Database
from app.tables import Base
from tests import plain_http

pytestmark = pytest.mark.both_engines


@pytest.fixture
def engine(empty_url):
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def differences(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


def test_up_down_and_up_again_gives_what_the_models_say(engine):
    assert (database_migration(engine), is_migrated(engine)) == (None, False)
    upgrade(engine)
    assert is_migrated(engine)
    assert differences(engine) == []
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert differences(engine) == []
    database = Database(engine)
    with database.writing(Author(OPERATOR)) as session:
        body = PartyBody(id="KR", name={"en": "Korea"}, timezone="Asia/Seoul")
        create(session, Party, body)
    with database.reading(OPERATOR) as session:
        assert head(session).number == 1


def constraints_of(engine):
    """Every named check of every table, as the database has it; Alembic compares none."""
    inspector = inspect(engine)
    return {
        (table, check["name"]): re.sub(r"\s+", " ", check["sqltext"])
        for table in Base.metadata.tables
        for check in inspector.get_check_constraints(table)
    }


def test_the_migrations_make_the_checks_that_the_models_have(engine, templates):
    upgrade(engine)
    with templates.fresh(None) as url:
        by_the_models = open_engine(url)
        Base.metadata.create_all(by_the_models)
        expected = constraints_of(by_the_models)
        by_the_models.dispose()
    assert len(expected) > 20
    assert constraints_of(engine) == expected


class BrokenOffError(Exception):
    """What ends a migration in the middle."""


@pytest.mark.parametrize("reached", [known_migrations()[1], newest_migration()])
def test_migrations_that_are_broken_off_leave_the_database_as_it_was(engine, reached):
    def break_off(_connection, _cursor, statement, *_):
        if "UPDATE alembic_version" in statement and f"'{reached}'" in statement:
            raise BrokenOffError

    event.listen(engine, "before_cursor_execute", break_off)
    with pytest.raises(BrokenOffError):
        upgrade(engine)
    event.remove(engine, "before_cursor_execute", break_off)
    assert database_migration(engine) is None
    assert inspect(engine).get_table_names() == []
    upgrade(engine)
    assert is_migrated(engine)
    assert differences(engine) == []


def test_the_files_of_the_migrations_are_numbered_as_the_migrations_are():
    scripts = ScriptDirectory.from_config(alembic_config())
    assert [script.revision for script in scripts.walk_revisions()] == known_migrations()[::-1]


def test_a_database_at_an_earlier_migration_is_not_ready(engine):
    upgrade(engine)
    downgrade(engine, "-1")
    assert not is_migrated(engine)
    upgrade(engine)
    assert database_migration(engine) == newest_migration()


def test_migrating_again_changes_nothing_and_keeps_the_signing_key(engine):
    def key():
        with engine.connect() as connection:
            return connection.execute(text("SELECT value FROM secret")).scalar_one()

    upgrade(engine)
    before = key()
    upgrade(engine)
    assert key() == before
    assert len(before) == 64


def test_migrating_gives_credentials_a_version_that_they_never_had(engine):
    def version():
        with engine.connect() as connection:
            return connection.execute(
                text("SELECT credentials_version FROM journal_head")
            ).scalar_one()

    versions = set()
    for _ in range(2):
        upgrade(engine)
        versions.add(version())
        downgrade(engine, "0009")
    assert len(versions) == 2
    assert all(len(bytes.fromhex(each)) == 16 for each in versions)


def test_the_server_is_not_ready_on_a_database_that_is_not_migrated(engine, running_server):
    running_server.app.state.database = Database(engine)
    answer = plain_http.get(f"{running_server.address}/readyz")
    assert answer.status_code == 503
    assert "clearsky migrate" in answer.json()["detail"]
