"""A process cut off from the news of others, or from the database: it tells nothing old as new.

Each write gives one item another progress, so that what an answer says shows its revision.
"""

import itertools
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import psycopg
import pytest

from app.kernel.access import OPERATOR, Role
from app.kernel.database import open_engine
from app.kernel.dates import utc_now
from app.kernel.freshness import PostgresFreshness
from app.kernel.journal import Author
from app.kernel.keys import ApiKey, issue_key
from app.kernel.sessions import Database
from tests.answers.test_never_wrong import Said, Served, Worker, serving
from tests.engines import PostgresTemplates, folder_for_databases
from tests.waiting import wait_until

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
# Answered promptly, and in the ordinary way.
PATHS = (f"{ITEM}/standing", "/v1/status-reports?sort=-reported_on&limit=200")
CALLERS = ("anonymous", "korea")
# What a process may be late by, and what a busy machine adds to it.
BOUND = PostgresFreshness.BOUND + 15


@pytest.fixture(scope="module")
def on_sqlite(sqlite_templates, tmp_path_factory) -> Iterator[Served]:
    with serving(sqlite_templates, 2, tmp_path_factory.mktemp("workers")) as made:
        yield made


@pytest.fixture(scope="module")
def on_postgres(postgres_templates, tmp_path_factory) -> Iterator[Served]:
    with serving(postgres_templates, 2, tmp_path_factory.mktemp("workers")) as made:
        yield made


@dataclass
class Reports:
    """Reports by Korea on one item, each with the next progress, and what must be said of them."""

    worker: Worker
    numbers: Iterator[int] = field(default_factory=lambda: itertools.cycle(range(1, 100)))
    # The progress and the number of reports, at each revision.
    by_revision: dict[int, tuple[int | None, int]] = field(default_factory=dict)
    newest: int = 0

    def __post_init__(self) -> None:
        standing, listed = (self.worker.send("GET", "korea", path) for path in PATHS)
        self.newest = standing.revision
        self.by_revision[self.newest] = (progress_in(standing), len(listed.content["items"]))

    def make(self) -> int:
        """Reports once more; returns the revision."""
        body = {"status": "on_track", "progress": next(self.numbers)}
        made = self.worker.send("POST", "korea", f"{ITEM}/reports", body)
        assert made.status == 201, made
        _, reports = self.by_revision[self.newest]
        self.by_revision[made.revision] = (body["progress"], reports + 1)
        self.newest = made.revision
        return made.revision

    def hold(self, path: str, said: Said) -> None:
        """An answer says what was so at its revision."""
        assert said.status == 200, said
        progress, reports = self.by_revision[said.revision]
        if path == PATHS[0]:
            assert progress_in(said) == progress
        else:
            assert len(said.content["items"]) == reports


def progress_in(said: Said) -> int | None:
    return said.content["standing"]["progress"]


@contextmanager
def being_read(
    reports: Reports, workers: list[Worker], *, for_the_newest: bool = True
) -> Iterator[None]:
    """While the block runs, every worker is read all the time; all must have been right.

    Half of the questions are for nothing older than what is known to be written, unless workers
    are to hear of that in no other way than by themselves.
    """
    stop = Event()
    seen: list[tuple[str, int, Said]] = []

    def read(worker: Worker) -> None:
        for caller, path in itertools.cycle(itertools.product(CALLERS, PATHS)):
            if stop.wait(0.005):
                return
            seen.append((path, 0, worker.send("GET", caller, path)))
            if for_the_newest:
                wanted = reports.newest
                said = worker.send("GET", caller, path, min_revision=str(wanted))
                seen.append((path, wanted, said))

    with ThreadPoolExecutor(len(workers)) as pool:
        reading = [pool.submit(read, worker) for worker in workers]
        try:
            yield
        finally:
            stop.set()
        for each in reading:
            each.result()
    assert seen
    for path, wanted, said in seen:
        reports.hold(path, said)
        assert said.revision >= wanted


def wait_until_it_is_known(worker: Worker, reports: Reports, revision: int) -> None:
    """A write of another process is told by this one, to those who ask for nothing newer."""
    for path in PATHS:

        def known(path: str = path) -> bool:
            said = worker.send("GET", "anonymous", path)
            reports.hold(path, said)
            return said.revision >= revision

        wait_until(known, seconds=BOUND)


@dataclass
class Listeners:
    """The connections on which the workers of a PostgreSQL database hear what is newest."""

    url: str

    def _of_each(self, what: str) -> list[int]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = connection.execute(
                f"SELECT pid, {what} FROM pg_stat_activity"  # noqa: S608 (a constant)
                " WHERE application_name = 'clearsky listens' AND datname = current_database()"
            ).fetchall()
        return [pid for pid, _ in rows]

    def count(self) -> int:
        return len(self._of_each("1"))

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """All are closed; each worker makes another by and by."""
        self._of_each("pg_terminate_backend(pid)")
        yield

    @contextmanager
    def silent(self) -> Iterator[None]:
        """While the block runs nothing comes over them, and nothing says that they are dead."""
        stopped = self._of_each("1")
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


DISTURBED = pytest.mark.parametrize(
    "disturbed", [Listeners.cut_off, Listeners.silent], ids=["cut off", "silent"]
)


def test_what_one_process_writes_all_tell_at_once_on_sqlite(on_sqlite):
    writer, other = on_sqlite.workers
    reports = Reports(writer)
    with being_read(reports, on_sqlite.workers):
        for _ in range(20):
            revision = reports.make()
            for path in PATHS:
                said = other.send("GET", "anonymous", path)
                assert said.revision >= revision


def test_listeners_that_are_cut_off_again_and_again_make_no_answer_wrong(on_postgres):
    writer, other = on_postgres.workers
    reports, listeners = Reports(writer), Listeners(on_postgres.url)
    with being_read(reports, on_postgres.workers):
        for turn in range(6):
            # As soon as there is a connection, or only when what it says is believed.
            wait_until(lambda: listeners.count() > 0)
            if turn % 2:
                other.wait_until_it_gives_kept_answers()
            with listeners.cut_off():
                revisions = [reports.make() for _ in range(1 + turn)]
            wait_until_it_is_known(other, reports, revisions[-1])
    other.wait_until_it_gives_kept_answers()


def test_a_listener_that_hears_nothing_is_not_believed_for_long(on_postgres):
    writer, other = on_postgres.workers
    reports, listeners = Reports(writer), Listeners(on_postgres.url)
    other.wait_until_it_gives_kept_answers()
    with being_read(reports, [other], for_the_newest=False), listeners.silent():
        wait_until_it_is_known(other, reports, reports.make())
        wait_until(lambda: not other.gives_kept_answers(), seconds=BOUND)
        revision = reports.make()
        for path in PATHS:
            assert other.send("GET", "anonymous", path).revision >= revision
    other.wait_until_it_gives_kept_answers()


@contextmanager
def leaving(served: Served) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """The credentials of a new key that every worker knows, and how to revoke it."""
    database = Database(open_engine(served.url))
    name = f"leaving-{os.urandom(4).hex()}"
    with database.writing(Author(OPERATOR)) as session:
        key = issue_key(session, name, Role.READER, "KR", None)

    def revoke() -> None:
        with database.writing(Author(OPERATOR)) as session:
            session.get(ApiKey, name).revoked_at = utc_now()

    credentials = {"authorization": f"Bearer {key}"}
    try:
        for worker in served.workers:
            wait_until(lambda worker=worker: is_known(worker, credentials))
        yield credentials, revoke
    finally:
        database.close()


def is_known(worker: Worker, credentials: dict[str, str]) -> bool:
    """Whether a worker gives kept answers to whoever has a key."""
    before = worker.hits()
    assert worker.send("GET", "anonymous", PATHS[0], **credentials).status == 200
    return worker.hits() > before


def refused(worker: Worker, credentials: dict[str, str], etag: str) -> bool:
    """Whether a worker refuses a key, in each way of asking."""
    condition = {**credentials, "if_none_match": etag}
    statuses = {
        worker.send(method, "anonymous", path, **headers).status
        for method in ("GET", "HEAD")
        for path in PATHS
        for headers in (credentials, condition)
    }
    assert statuses <= {200, 304, 401}
    return statuses == {401}


def test_a_revoked_key_is_refused_by_all_at_once_on_sqlite(on_sqlite):
    etag = on_sqlite.workers[0].send("GET", "reader", PATHS[0]).etag
    with leaving(on_sqlite) as (credentials, revoke):
        revoke()
        assert all(refused(worker, credentials, etag) for worker in on_sqlite.workers)
        assert on_sqlite.workers[0].send("GET", "reader", PATHS[0]).status == 200


@DISTURBED
def test_a_revoked_key_is_soon_refused_by_all_though_its_answers_were_kept(on_postgres, disturbed):
    etag = on_postgres.workers[0].send("GET", "reader", PATHS[0]).etag
    with leaving(on_postgres) as (credentials, revoke):
        with disturbed(Listeners(on_postgres.url)):
            revoke()
            for worker in on_postgres.workers:
                wait_until(lambda w=worker: refused(w, credentials, etag), seconds=BOUND)
        for worker in on_postgres.workers:
            worker.wait_until_it_gives_kept_answers()
            assert refused(worker, credentials, etag)
            assert worker.send("GET", "reader", PATHS[0]).status == 200


@pytest.fixture
def own_server() -> Iterator[PostgresTemplates]:
    """A PostgreSQL server that a test may stop."""
    with folder_for_databases("clearsky-postgresql-") as folder:
        templates = PostgresTemplates(folder / "data")
        yield templates
        templates.server.cleanup()


def test_a_database_that_was_away_is_served_again_without_a_restart(own_server, tmp_path):
    with serving(own_server, 1, tmp_path) as served:
        (worker,) = served.workers
        reports = Reports(worker)
        reports.make()

        def told() -> dict[tuple[str, str], Said]:
            asked = itertools.product(CALLERS, PATHS)
            return {(caller, path): worker.send("GET", caller, path) for caller, path in asked}

        before = told()
        own_server.server.stop()
        try:
            for said in told().values():
                assert (said.status, said.headers["retry-after"]) == (503, "5")
            body = {"status": "on_track"}
            assert worker.send("POST", "korea", f"{ITEM}/reports", body).status == 503
            assert worker.send("GET", "anonymous", "/healthz").status == 200
        finally:
            own_server.server.start()
        wait_until(lambda: {said.status for said in told().values()} == {200})
        for question, said in told().items():
            assert (said.body, said.etag) == (before[question].body, before[question].etag)
        wait_until_it_is_known(worker, reports, reports.make())
        worker.wait_until_it_gives_kept_answers()
        for (_, path), said in told().items():
            reports.hold(path, said)
            assert said.revision == reports.newest
