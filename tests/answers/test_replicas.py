"""Reading on a streaming replica: it may be behind, or away, and no answer is wrong for that.

One process writes and reads on the primary alone; the other reads on the replica. Each write gives
one item another progress, so that what an answer says shows its revision.
"""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from app.kernel.access import OPERATOR, Role
from app.kernel.asking import _PATIENCE
from app.kernel.dates import utc_now
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, issue_key
from app.kernel.sessions import Database
from app.main import create_app
from tests import plain_http
from tests.answers.test_cut_off import CALLERS, ITEM, PATHS, Reports, being_read
from tests.answers.test_never_wrong import Said, Worker
from tests.engines import PostgresTemplates, folder_for_databases
from tests.feed.events import opened
from tests.in_process import own_settings, serving
from tests.replicas import Replica, replica_of
from tests.waiting import heard_of_keys, wait_until


@pytest.fixture(scope="module")
def replica(postgres_templates) -> Iterator[Replica]:
    """A replica of the server on which the tests' databases are."""
    with (
        folder_for_databases("clearsky-replica-") as folder,
        replica_of(postgres_templates.server, folder) as made,
    ):
        yield made


@dataclass(frozen=True)
class Process:
    """One that serves the record: how it is asked, and its own view of the database."""

    worker: Worker
    database: Database

    def says(self, path: str, caller: str = "anonymous", **headers: str) -> Said:
        """An answer, which must be one."""
        said = self.worker.send("GET", caller, path, **headers)
        assert said.status == 200, said
        return said

    def hears(self, revision: int) -> None:
        """Returns once it knows that a revision has been written."""

        def known() -> bool:
            newest = self.database.freshness.newest()
            return newest is not None and newest.revision >= revision

        wait_until(known)


@contextmanager
def process_of(keys: dict[str, str], **settings: object) -> Iterator[Process]:
    """A server with these settings."""
    app = create_app(own_settings(**settings))
    with (
        serving(app) as address,
        plain_http.client(timeout=60, headers={"Accept-Encoding": "identity"}) as client,
    ):
        yield Process(Worker(address, client, keys), app.state.database)


@dataclass(frozen=True)
class Record:
    """A record on a primary and on its replica."""

    templates: PostgresTemplates
    replica: Replica
    url: str
    # A process on the primary alone.
    elsewhere: Process

    @contextmanager
    def read_on_the_replica(self, **settings: object) -> Iterator[Process]:
        """A process that reads on the replica, and writes on the primary."""
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        settings |= {"database_url": self.url, "replica_url": self.replica.url(name)}
        with process_of(self.templates.keys, **settings) as process:
            wait_until(lambda: process.database.freshness.newest() is not None)
            yield process


@pytest.fixture(scope="module")
def record(postgres_templates, replica) -> Iterator[Record]:
    """A new record."""
    with postgres_templates.fresh("reference") as url:
        replica.catch_up()
        with process_of(postgres_templates.keys, database_url=url) as elsewhere:
            yield Record(postgres_templates, replica, url, elsewhere)


@pytest.fixture(scope="module")
def reader(record) -> Iterator[Process]:
    """A process that reads on the replica."""
    with record.read_on_the_replica() as process:
        yield process


@pytest.fixture
def reports(record) -> Reports:
    """What is reported on the primary from now on; the replica has all that was before."""
    record.replica.catch_up()
    return Reports(record.elsewhere.worker)


def assert_answers(
    process: Process, reports: Reports, revision: int, callers=CALLERS, **headers: str
) -> None:
    """Callers are told what was so at that revision."""
    for caller, path in itertools.product(callers, PATHS):
        said = process.says(path, caller, **headers)
        assert said.revision == revision
        reports.hold(path, said)


def test_reads_are_done_on_the_replica_and_say_how_new_they_are(record, reports, reader):
    before = reports.newest
    assert_answers(reader, reports, before)
    with record.replica.held_back():
        after = reports.make()
        reader.hears(after)
        assert_answers(reader, reports, before)
        assert_answers(record.elsewhere, reports, after)
    assert_answers(reader, reports, after)


def test_what_was_written_through_a_process_is_read_back_through_it(record, reader):
    record.replica.catch_up()
    reports = Reports(reader.worker)
    with record.replica.held_back():
        for _ in range(3):
            assert_answers(reader, reports, reports.make())
        body = {"status": "delayed", "state": "draft"}
        made = reader.worker.send("POST", "china", f"{ITEM}/reports", body)
        draft = f"/v1/status-reports/{made.content['id']}"
        assert reader.says(draft, "china").content == made.content
        assert reader.worker.send("GET", "korea", draft).status == 404


def test_a_change_of_what_was_read_from_behind_is_refused_and_says_what_to_ask_for(record, reader):
    record.replica.catch_up()
    change = {"title": {"en": "The second"}}
    with record.replica.held_back():
        seen = record.elsewhere.says(ITEM, "korea").etag
        renamed = record.elsewhere.worker.send(
            "PATCH", "korea", ITEM, {"title": {"en": "The first"}}, if_match=seen
        )
        behind = reader.says(ITEM, "korea")
        assert behind.etag == seen
        refused = reader.worker.send("PATCH", "korea", ITEM, change, if_match=behind.etag)
        assert (refused.status, refused.revision) == (412, renamed.revision)
        newer = reader.says(ITEM, "korea", min_revision=str(refused.revision))
        changed = reader.worker.send("PATCH", "korea", ITEM, change, if_match=newer.etag)
        assert changed.status == 200


def test_nothing_older_than_min_revision_is_given_for_it(record, reports, reader):
    before = reports.newest
    with record.replica.held_back():
        for _ in range(3):
            after = reports.make()
            assert_answers(reader, reports, after, min_revision=str(after))
        for path in PATHS:
            later = str(after + 1)
            refused = reader.worker.send("GET", "anonymous", path, min_revision=later)
            assert (refused.status, refused.revision) == (503, after)
            assert "retry-after" in refused.headers
        # What is new enough for the caller is read on the replica still.
        not_kept = f"{PATHS[1]}&party=KR"
        assert reader.says(not_kept, min_revision=str(before)).revision == before


def test_an_answer_from_behind_is_not_kept_as_that_of_the_newest_revision(record, reports, reader):
    before = reports.newest
    with record.replica.held_back():
        after = reports.make()
        reader.hears(after)
        hits = reader.worker.hits()
        for _ in range(2):
            assert_answers(reader, reports, before)
        assert reader.worker.hits() == hits
        behind = {path: reader.says(path).etag for path in PATHS}
        assert_answers(reader, reports, after, min_revision=str(after))
        # Now those are kept, and given to all.
        hits = reader.worker.hits()
        assert_answers(reader, reports, after)
        assert reader.worker.hits() == hits + len(CALLERS) * len(PATHS)
        for path in PATHS:
            assert reader.says(path, if_none_match=behind[path]).revision == after
        newest = reports.make()
        reader.hears(newest)
        assert_answers(reader, reports, before)
    assert_answers(reader, reports, newest)


def test_all_answers_are_right_while_the_replica_falls_behind_and_catches_up(
    record, reports, reader
):
    with being_read(reports, [reader.worker]):
        for turn in range(4):
            with record.replica.held_back():
                for _ in range(2 + turn):
                    reader.hears(reports.make())
            reports.make()
    record.replica.catch_up()
    assert_answers(reader, reports, reports.newest)


def test_a_new_key_is_known_at_once_though_the_replica_is_behind(record, reader):
    record.replica.catch_up()
    with record.replica.held_back():
        with (
            heard_of_keys(reader.database),
            record.elsewhere.database.writing(Author(OPERATOR)) as session,
        ):
            key = issue_key(session, "made meanwhile", Role.READER, "KR", None)
        said = reader.worker.send("GET", "anonymous", PATHS[0], authorization=f"Bearer {key}")
    assert said.status == 200


def test_a_revoked_key_opens_nothing_though_the_replica_is_behind(record, reader):
    record.replica.catch_up()
    reader.says(PATHS[0], "reporter")
    with record.replica.held_back():
        with (
            heard_of_keys(reader.database),
            record.elsewhere.database.writing(Author(OPERATOR)) as session,
        ):
            session.get(ApiKey, "reporter").revoked_at = utc_now()
        body = {"status": "on_track"}
        statuses = [
            *(reader.worker.send("GET", "reporter", path).status for path in PATHS),
            reader.worker.send("POST", "reporter", f"{ITEM}/reports", body).status,
        ]
    assert statuses == [401, 401, 401]


@contextmanager
def that_lets_nobody_delay_it(replica: Replica) -> Iterator[None]:
    """Inside the block the replica ends at once what stands in the way of its replaying."""

    def set_to(value: str) -> None:
        with psycopg.connect(replica.server.get_uri(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_standby_streaming_delay = {value}")
            connection.execute("SELECT pg_reload_conf()")
        shown = "SHOW max_standby_streaming_delay"
        with psycopg.connect(replica.server.get_uri()) as connection:
            wait_until(lambda: connection.execute(shown).fetchone()[0] in (value, "30s"))

    set_to("0")
    try:
        yield
    finally:
        set_to("DEFAULT")


def test_a_read_that_the_replica_gives_up_is_done_on_the_primary(record, reports, reader):
    replica = record.replica
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    flush = "SELECT pg_logical_emit_message(true, 'tests', '')"
    with (
        that_lets_nobody_delay_it(replica),
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(record.url) as migrating,
        psycopg.connect(record.url, autocommit=True) as primary,
        psycopg.connect(replica.server.get_uri(), autocommit=True) as watching,
    ):

        def is_waiting() -> bool:
            return watching.execute(waiting).fetchone() == (1,)

        # Locks as migrations take them, which a replica takes too: the read has looked at one
        # table, and waits for the other, when the first is locked.
        migrating.execute("LOCK TABLE status_report IN ACCESS EXCLUSIVE MODE")
        primary.execute(flush)
        replica.catch_up()
        reading = pool.submit(reader.worker.send, "GET", "anonymous", f"{PATHS[1]}&party=CN")
        wait_until(is_waiting)
        migrating.execute("LOCK TABLE journal_head IN ACCESS EXCLUSIVE MODE")
        primary.execute(flush)
        wait_until(lambda: not is_waiting())
        migrating.rollback()
        said = reading.result()
    assert (said.status, said.revision) == (200, reports.newest)


# From here on the replica goes away, and what `reader` knew of it is no longer so.


def test_without_the_replica_reads_go_on_from_the_primary_until_it_is_back(record, reports):
    # Each answer is to be worked out, so that it shows where.
    with record.read_on_the_replica(kept_answers_bytes=0) as reader:
        before = reports.newest
        assert_answers(reader, reports, before)
        with record.replica.stopped():
            after = reports.make()
            assert_answers(reader, reports, after, ["anonymous"])
            assert_answers(reader, reports, after, ["korea"], min_revision=str(after))
        with record.replica.held_back():
            newest = reports.make()
            for path in PATHS:
                wait_until(lambda path=path: reader.says(path).revision == after)
            assert_answers(reader, reports, after)
            assert_answers(reader, reports, newest, min_revision=str(newest))


def test_a_process_starts_and_serves_without_its_replica(record, reports):
    with record.replica.stopped(), record.read_on_the_replica() as reader:
        assert_answers(reader, reports, reports.make(), ["anonymous"])


def test_nobody_waits_for_a_replica_that_is_known_to_be_away(record, reports):
    with record.read_on_the_replica(kept_answers_bytes=0) as reader:
        assert_answers(reader, reports, reports.newest)
        with record.replica.stopped():
            reader.says(PATHS[0])
            # Who asks gives up sooner than a connection to the replica would.
            reader.worker.client.timeout = _PATIENCE
            for path in PATHS:
                reader.says(path)


def test_a_stream_leaves_out_nothing_that_the_replica_does_not_have_yet(record, reports, reader):
    before = str(reports.newest)
    with (
        plain_http.client(base_url=reader.worker.address, timeout=60) as client,
        record.replica.held_back(),
        opened(client, before) as events,
    ):
        made = [reports.make() for _ in range(3)]
        assert [event.change["revision"] for event in events.take(3)] == made
        # Nor does whoever has come further than the replica go back with it.
        with opened(client, str(made[1])) as others:
            assert next(others).change["revision"] == made[2]
            made.append(reports.make())
            for stream in (events, others):
                assert next(stream).change["revision"] == made[3]
