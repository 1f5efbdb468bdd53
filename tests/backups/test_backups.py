"""A backup is everything as of one revision, or no backup; a restore is all of it, or nothing."""

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import compress
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import Uuid, inspect, select, text

from app.backups import backup as making
from app.backups.archive import (
    MANIFEST,
    ROWS,
    BackupError,
    columns_of,
    line_of,
    lines,
    manifest_of,
    stored,
)
from app.backups.backup import backup
from app.backups.restore import restore
from app.feed.redaction import redact
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.chain import GENESIS
from app.kernel.database import open_engine
from app.kernel.journal import Author, head
from app.kernel.migrating import take_turn, upgrade, upgrade_within
from app.kernel.migration_state import is_migrated, newest_migration
from app.kernel.records import canonical
from app.kernel.sessions import Database
from app.tables import Base
from tests.conftest import Clients, Server
from tests.engines import PostgresTemplates, Templates, opened
from tests.waiting import wait_until

ITEM = "/v1/action-items/clear-sky-plan-2023-1/reports"
PATHS = (
    "/v1/changes?limit=200",
    "/v1/snapshot",
    "/v1/people",
    "/v1/people/brief/history",
    "/v1/status-reports",
    "/v1/redactions",
    "/v1/dialogues/cn-kr-dg-dialogue/progress",
    "/v1/agreements/clear-sky-plan-2023/progress?at_revision=2",
)


@pytest.fixture
def written(clients: Clients, database: Database) -> Database:
    """Reports, a draft, a kept answer, a deleted record, and a redaction."""
    clients.korea.post(ITEM, json={"status": "on_track"}, headers={"Idempotency-Key": "once"})
    clients.china.post(ITEM, json={"status": "delayed", "summary": {"zh": "延迟"}})
    clients.korea.post(ITEM, json={"status": "on_track", "state": "draft"}).raise_for_status()
    person = clients.korea.post(
        "/v1/people", json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    )
    clients.korea.delete("/v1/people/brief", headers={"If-Match": person.headers["etag"]})
    with database.writing(Author(OPERATOR, reason="A test")) as session:
        redact(session, "person", "brief", "A test")
    return database


@pytest.fixture
def made(written: Database, tmp_path: Path) -> Path:
    """A backup of that."""
    backup(written, tmp_path / "made")
    return tmp_path / "made"


def newest(database: Database) -> tuple[int, str]:
    with database.reading(OPERATOR) as session:
        found = head(session)
    return found.number, found.hash


def rows(database: Database) -> dict[str, list[bytes]]:
    """All rows of all tables, in an order of their own; but for what restoring makes anew."""
    with database.reading(OPERATOR) as session:
        connection = session.connection()
        return {
            table.name: sorted(
                # The engines keep the members of JSON in orders of their own.
                canonical(json.loads(line_of(row)))
                for row in connection.execute(
                    select(*(each for each in table.columns if each.name != "credentials_version"))
                )
            )
            for table in Base.metadata.sorted_tables
        }


def tables(url: str) -> list[str]:
    engine = open_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


@pytest.mark.both_engines
def test_all_that_was_there_is_there_again_and_says_the_same(
    written: Database,
    clients: Clients,
    server: Server,
    made: Path,
    empty_url: str,
) -> None:
    manifest = manifest_of(made)
    assert (manifest.revision, manifest.hash) == newest(written)
    assert manifest.migration == newest_migration()
    told = [clients.korea.get(path).content for path in PATHS]
    with opened(empty_url) as again:
        assert restore(again.engine, made) == manifest
        assert is_migrated(again.engine)
        assert rows(again) == rows(written)
        server.app.state.database = again
        assert [clients.korea.get(path).content for path in PATHS] == told
        repeat = {"json": {"status": "on_track"}, "headers": {"Idempotency-Key": "once"}}
        assert clients.korea.post(ITEM, **repeat).headers["idempotent-replayed"] == "true"
        later = clients.china.post(ITEM, json={"status": "completed", "progress": 100})
        assert int(later.headers["revision"]) == manifest.revision + 1
        with again.reading(OPERATOR) as session:
            assert verify(session, manifest.revision, manifest.hash).valid


@pytest.mark.both_engines
def test_a_backup_of_either_engine_is_restored_on_the_other(
    written: Database, made: Path, templates: Templates, request: pytest.FixtureRequest
) -> None:
    other = "postgres_templates" if templates.name == "sqlite" else "sqlite_templates"
    with (
        request.getfixturevalue(other).fresh(None) as url,
        opened(url) as again,
    ):
        manifest = restore(again.engine, made)
        assert newest(again) == newest(written) == (manifest.revision, manifest.hash)
        assert rows(again) == rows(written)


@pytest.mark.both_engines
def test_what_is_restored_has_a_version_of_credentials_of_its_own(
    written: Database, made: Path, templates: Templates
) -> None:
    def version(database: Database) -> str:
        with database.reading(OPERATOR) as session:
            return head(session).credentials_version

    versions = {version(written)}
    for _ in range(2):
        with templates.fresh(None) as url, opened(url) as again:
            restore(again.engine, made)
            versions.add(version(again))
    assert len(versions) == 3


def test_only_its_owner_may_look_into_a_backup(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o700
    # Also where its files are taken elsewhere.
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}


def test_every_column_that_there_is_has_a_place_in_a_backup() -> None:
    kinds = {
        stored for table in Base.metadata.sorted_tables for stored in columns_of(table.c).values()
    }
    assert kinds == {"text", "integer", "truth", "json", "moment", "bytes"}
    with pytest.raises(TypeError):
        stored(Uuid())


def test_a_backup_overwrites_nothing(written: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", "utf-8")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        with pytest.raises(BackupError, match="overwrites nothing"):
            backup(written, tmp_path / name)
    assert (tmp_path / "file").read_text("utf-8") == "here"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_backup_that_fails_on_its_way_leaves_nothing(
    written: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(1000))

    def full(values: Sequence[Any]) -> bytes:
        if next(numbers) == 20:
            raise OSError(28, "No space left on device", "disk")
        return line_of(values)

    monkeypatch.setattr(making, "line_of", full)
    with pytest.raises(OSError, match="No space"):
        backup(written, tmp_path / "never")
    assert list(tmp_path.iterdir()) == []


def forge(made: Path, alter: Callable[[bytes], bytes]) -> None:
    """Alters the lines of a backup, and its manifest so that it fits them."""
    altered = b"".join(map(alter, lines(made)))
    (made / ROWS).write_bytes(zstandard.ZstdCompressor().compress(altered))
    change_manifest(
        made,
        bytes=(made / ROWS).stat().st_size,
        sha256=sha256((made / ROWS).read_bytes()).hexdigest(),
    )


def change_manifest(made: Path, **members: object) -> None:
    manifest = json.loads((made / MANIFEST).read_text("utf-8"))
    (made / MANIFEST).write_text(json.dumps(manifest | members), "utf-8")


def with_the_last_row(made: Path, *, times: int) -> None:
    total = sum(found.rows for found in manifest_of(made).tables)
    numbers = iter(range(1, total + 1))
    forge(made, lambda line: line if next(numbers) < total else line * times)


def shorten(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def alter_the_last_byte(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 0xFF]))


# What is found before anything is written: no database has a part in it.
DAMAGED_FILES = {
    "cut off before its manifest": (lambda made: (made / MANIFEST).unlink(), "cut off"),
    "cut off in its manifest": (lambda made: shorten(made / MANIFEST, 20), "no manifest"),
    "without its rows": (lambda made: (made / ROWS).unlink(), "missing"),
    "cut off in its rows": (lambda made: shorten(made / ROWS, 1), "cut off or altered"),
    "with rows altered": (lambda made: alter_the_last_byte(made / ROWS), "cut off or altered"),
    "of another format": (lambda made: change_manifest(made, format=2), "format"),
    "of a later version": (lambda made: change_manifest(made, migration="9999"), "later version"),
}
# What is found in the database that it was restored into, and is taken out of it again.
DAMAGED_ROWS = {
    "with another hash": (lambda made: change_manifest(made, hash="0" * 64), "manifest says"),
    "with another revision": (lambda made: change_manifest(made, revision=2), "manifest says"),
    "with the past altered": (
        lambda made: forge(made, lambda line: line.replace(b'\\"zh\\":', b'\\"ko\\":')),
        "does not verify: revision 1",
    ),
    "with a record altered": (
        lambda made: forge(made, lambda line: line.replace(b'{"zh":"\xe5\xbb\xb6', b'{"zh":"x')),
        "does not verify: revision 3",
    ),
    "with a row too few": (lambda made: with_the_last_row(made, times=0), "of the"),
    "with a row too many": (
        lambda made: with_the_last_row(made, times=2),
        "more rows than its manifest says",
    ),
    "with a row that another table has no place for": (
        lambda made: forge(made, lambda line: line + line * (b"signing_key" in line)),
        "does not fit",
    ),
    "with rows of another shape": (
        lambda made: forge(made, lambda _: b"[1]\n"),
        "does not fit",
    ),
    "with a key of an organization that there is not": (
        lambda made: forge(made, lambda line: line.replace(b'"KR","kr-nier"', b'"KR","nobody"')),
        "does not fit",
    ),
}


@pytest.mark.both_engines
def test_a_backup_that_does_not_verify_is_refused_by_all_that_is_wrong(
    made: Path, empty_url: str
) -> None:
    # In the revision and in the report itself, but not in the document of its change.
    forge(made, lambda line: line.replace(b'"key:china"', b'"key:korea"'))
    forge(made, lambda line: line.replace(b'"Asia/Tokyo"', b'"Asia/Seoul"'))
    with opened(empty_url) as empty, pytest.raises(BackupError, match="does not verify") as refused:
        restore(empty.engine, made)
    assert re.findall(r"revision (\d+)(?:, (\w+) .+)?: ", str(refused.value)) == [
        ("3", ""),
        ("1", "party"),
        ("3", "status_report"),
    ]
    assert tables(empty_url) == []


def refuse_damaged(
    made: Path, harm: Callable[[Path], object], empty_url: str, *, refused_for: str
) -> None:
    harm(made)
    with opened(empty_url) as empty, pytest.raises(BackupError, match=refused_for):
        restore(empty.engine, made)
    assert tables(empty_url) == []


@pytest.mark.parametrize("damage", DAMAGED_FILES)
def test_a_damaged_backup_is_refused_and_the_database_stays_empty(
    made: Path, empty_url: str, damage: str
) -> None:
    harm, why = DAMAGED_FILES[damage]
    refuse_damaged(made, harm, empty_url, refused_for=why)


@pytest.mark.both_engines
@pytest.mark.parametrize("damage", DAMAGED_ROWS)
def test_a_backup_of_damaged_rows_is_refused_and_the_database_is_empty_again(
    made: Path, empty_url: str, damage: str
) -> None:
    harm, why = DAMAGED_ROWS[damage]
    refuse_damaged(made, harm, empty_url, refused_for=why)


@pytest.mark.both_engines
def test_a_database_that_is_not_empty_is_never_restored_into(
    written: Database, made: Path, empty_url: str
) -> None:
    before = rows(written)
    with pytest.raises(BackupError, match="overwrites nothing"):
        restore(written.engine, made)
    assert rows(written) == before
    with opened(empty_url) as other:
        restore(other.engine, made)
        with pytest.raises(BackupError, match="overwrites nothing"):
            restore(other.engine, made)
        assert rows(other) == before


def test_a_database_that_is_set_up_meanwhile_is_not_restored_into(
    made: Path, postgres_templates: PostgresTemplates
) -> None:
    with postgres_templates.fresh(None) as url, opened(url) as other, ThreadPoolExecutor(1) as pool:
        patient = open_engine(url, busy_timeout=60)
        with other.engine.begin() as connection:
            take_turn(connection)
            restoring = pool.submit(restore, patient, made)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            wait_until(lambda: connection.execute(waiting).scalar_one() == 1)
            upgrade_within(connection)
        with pytest.raises(BackupError, match="overwrites nothing"):
            restoring.result()
        patient.dispose()
        assert newest(other) == (0, GENESIS)


def columns_at(migration: str, url: str) -> dict[str, set[str]]:
    """What tables an earlier version had, and what columns."""
    engine = open_engine(url)
    try:
        upgrade(engine, migration)
        inspector = inspect(engine)
        return {
            name: {column["name"] for column in inspector.get_columns(name)}
            for name in inspector.get_table_names()
        }
    finally:
        engine.dispose()


@pytest.mark.both_engines
def test_a_backup_of_an_earlier_version_is_brought_to_this_one(
    clients: Clients, database: Database, templates: Templates, tmp_path: Path, empty_url: str
) -> None:
    clients.korea.post(ITEM, json={"status": "on_track"}).raise_for_status()
    with database.engine.begin() as connection:
        # The earlier version did not know.
        connection.execute(text("UPDATE api_key SET last_used_at = NULL"))
    manifest, made = backup(database, tmp_path / "made"), tmp_path / "made"
    with templates.fresh(None) as url:
        then = columns_at("0004", url)
    remaining, earlier = lines(made), []
    for table in manifest.tables:
        kept = [name in then.get(table.name, ()) for name in table.columns]
        of_table = [json.loads(next(remaining)) for _ in range(table.rows)]
        if any(kept):
            earlier += [line_of([*compress(values, kept)]) for values in of_table]
    told = iter(earlier)
    forge(made, lambda _: next(told, b""))
    tables_then = [
        table.model_dump()
        | {
            "columns": {
                name: as_ for name, as_ in table.columns.items() if name in then[table.name]
            }
        }
        for table in manifest.tables
        if table.name in then
    ]
    change_manifest(made, migration="0004", tables=tables_then)
    with opened(empty_url) as again:
        restore(again.engine, made)
        assert is_migrated(again.engine)
        assert newest(again) == newest(database)
        assert {**rows(again), "journal_head": []} == {**rows(database), "journal_head": []}
