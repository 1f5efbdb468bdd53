"""There is no room left: writes are refused for now, reads go on, and nothing is half written."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import httpx
import psycopg
import pytest

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from tests import plain_http
from tests.engines import PostgresTemplates, SqliteTemplates, Templates
from tests.trust.crashing import PLAN, Load, load_on, processes
from tests.trust.disks import SmallDisk, no_file_longer_than, small_disk

pytestmark = pytest.mark.both_engines

REPORTS = f"/v1/agreements/{PLAN}/reports"
DIALOGUE = "/v1/dialogues/cn-kr-dg-dialogue"
NO_ROOM = "The database has no room to write."
OUT_OF_REACH = "The database cannot be reached."
IN_DOUBT = "The database broke off in the commit"
# Far more than fills what room there may be in pages that are not full.
MANY = 300


@dataclass
class Full:
    """A record whose disk is full, asked over HTTP."""

    load: Load
    # How each refusal begins.
    details: tuple[str, ...]

    def __post_init__(self) -> None:
        key = {"Authorization": f"Bearer {self.load.templates.keys['korea']}"}
        self.client = plain_http.client(base_url=self.load.addresses[0], headers=key, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def report(self, number: int) -> httpx.Response:
        """Reports on many items at once."""
        reports = [
            {
                "action_item": f"{PLAN}-{item}",
                "status": "on_track",
                "reported_on": f"2024-01-{day:02}",
                "summary": {"en": f"{number} {item} {day} {'at length ' * 20}"},
            }
            for item in range(1, 10)
            for day in range(1, 4)
        ]
        key = {"Idempotency-Key": f"full-{number}"}
        return self.client.post(REPORTS, json={"reports": reports}, headers=key)

    def assert_refused(self, answer: httpx.Response) -> None:
        """A client is told to come again, and why."""
        assert answer.status_code == 503, answer.text
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["detail"].startswith(self.details)

    def assert_it_only_reads(self, room: AbstractContextManager[Any]) -> None:
        """Writes until there is no room; then none is taken, all is read, and later they go on."""
        written: list[httpx.Response] = []
        with room:
            while (answer := self.report(len(written))).status_code == 201:
                written.append(answer)
                assert len(written) < MANY
            self.assert_refused(answer)
            self.assert_refused(self.report(len(written)))
            self.assert_all_is_read(written)
        first = self.report(len(written))
        assert first.status_code == 201
        assert "idempotent-replayed" not in first.headers
        written.append(first)
        self.assert_all_is_read(written)

    def assert_all_is_read(self, written: list[httpx.Response]) -> None:
        """The record says all that was acknowledged, and no more."""
        assert self.client.get("/readyz").status_code == 200
        read = self.client.get(DIALOGUE)
        assert read.status_code == 200
        journal, head = self.load.changes()
        by_hand = {int(answer.headers["revision"]): answer for answer in written}
        assert set(by_hand) <= set(journal)
        for revision, answer in by_hand.items():
            items = {record["id"]: record for record in answer.json()["items"]}
            assert items == {record["id"]: record for record in journal[revision]}
        if written:
            again = self.report(0)
            assert again.content == written[0].content
            assert again.headers["idempotent-replayed"] == "true"
        verified = self.client.post("/v1/journal/verify").json()
        assert verified["valid"], verified
        assert verified["head"]["revision"] == head


@contextmanager
def sqlite_on(disk: SmallDisk, templates: SqliteTemplates) -> Iterator[str]:
    """A record in a file on the disk."""
    shutil.copyfile(templates.folder / "reference.db", disk.folder / "record.db")
    yield f"sqlite:///{disk.folder}/record.db"


@contextmanager
def postgres_on(disk: SmallDisk, templates: PostgresTemplates) -> Iterator[str]:
    """A record whose tables are on the disk, in a tablespace.

    PostgreSQL's own log of writes is elsewhere: without room for that it stops itself, and is a
    database that is away, as in test_database_away.
    """
    server = templates.server
    if server.system_user is not None:
        shutil.chown(disk.folder, server.system_user)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        connection.execute("CREATE DATABASE small TEMPLATE reference TABLESPACE small")
        try:
            yield server.get_uri("small")
        finally:
            connection.execute("DROP DATABASE small WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")


@contextmanager
def served(running_server, url: str, templates: Templates) -> Iterator[Load]:
    """The server of the tests on a database, and clients of it."""
    database = Database(open_engine(url), kept_bytes=1024 * 1024)
    running_server.app.state.database = database
    try:
        with load_on([running_server.address], templates) as load:
            yield load
    finally:
        database.close()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    # Below a folder that PostgreSQL's own user may look into.
    with TemporaryDirectory(prefix="clearsky-disk-") as folder:
        Path(folder).chmod(0o755)
        with small_disk(Path(folder) / "disk", megabytes=64) as made:
            yield made


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_on_a_full_disk_the_record_is_read_and_written_again_once_there_is_room(
    engine, disk, request, running_server
):
    templates: Templates = request.getfixturevalue(
        "sqlite_templates" if engine == "sqlite" else "postgres_templates"
    )
    place = sqlite_on if engine == "sqlite" else postgres_on
    with (
        place(disk, templates) as url,
        served(running_server, url, templates) as load,
        Full(load, (NO_ROOM,)) as full,
    ):
        full.assert_it_only_reads(disk.full())


def test_nothing_that_many_write_is_lost_or_half_there_when_the_disk_fills_up(
    sqlite_templates, disk, running_server
):
    with (
        sqlite_on(disk, sqlite_templates) as url,
        served(running_server, url, sqlite_templates) as load,
    ):
        for _ in range(2):
            with load.under_way():
                load.wait_for_writes()
                with disk.full():
                    load.wait_until_refused(load.refused + len(load.clients))
                load.wait_for_writes()
            load.hold()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process from outside")
def test_the_same_where_the_disk_gives_another_error_than_that_it_is_full(
    sqlite_templates, tmp_path
):
    with (
        sqlite_templates.fresh("reference") as url,
        processes(url, 1, tmp_path) as (process,),
        load_on([process.address], sqlite_templates) as load,
        Full(load, (OUT_OF_REACH, IN_DOUBT)) as full,
    ):
        log = Path(url.removeprefix("sqlite:///") + "-wal")

        def no_room() -> AbstractContextManager[None]:
            return no_file_longer_than(log.stat().st_size, process.runs[0].process.pid)

        with load.under_way():
            load.wait_for_writes()
            with no_room():
                load.wait_until_refused(load.refused + len(load.clients))
            load.wait_for_writes()
        load.hold()
        full.assert_it_only_reads(no_room())
