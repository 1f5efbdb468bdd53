"""PostgreSQL is stopped or killed while many write: they are told to wait, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import plain_http
from tests.engines import PostgresTemplates
from tests.feed.events import opened
from tests.replicas import PostgresServer, pgexec
from tests.trust.crashing import ITEMS, Load, Process, kill_postgres, load_on, processes
from tests.waiting import wait_until

pytestmark = pytest.mark.both_engines

REPORTS = f"/v1/action-items/{ITEMS[0]}/reports"


def stop(server: PostgresServer) -> None:
    """As an operator stops it: what is under way is cut off."""
    server.stop()


def stop_at_once(server: PostgresServer) -> None:
    """As a power cut stops it: it has to recover from its log when it starts."""
    arguments = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


@pytest.fixture
def process(own_server: PostgresTemplates, tmp_path) -> Iterator[Process]:
    """One that serves a new record on that server, and is not started again."""
    with (
        own_server.fresh("reference") as url,
        processes(url, 1, tmp_path) as (served,),
    ):
        yield served
        assert len(served.runs) == 1


@contextmanager
def away(own_server: PostgresTemplates, how) -> Iterator[None]:
    """While the block runs the server is not there."""
    how(own_server.server)
    try:
        yield
    finally:
        own_server.server.start()


def assert_told_to_wait(load: Load, process: Process) -> None:
    """Whatever needs the database is refused for now, and what does not is answered."""
    key = {"Authorization": f"Bearer {load.templates.keys['korea']}"}
    with plain_http.client(base_url=process.address, timeout=60) as client:
        refused = [
            client.get("/readyz"),
            client.get(f"/v1/action-items/{ITEMS[1]}/standing"),
            client.get("/v1/status-reports?party=KR"),
            client.get("/v1/people", headers=key),
            client.post(REPORTS, json={"status": "on_track"}, headers=key),
            client.post(
                REPORTS, json={"status": "on_track"}, headers={"Authorization": "Bearer x"}
            ),
        ]
        for answer in refused:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize("how", [stop, stop_at_once, kill_postgres])
def test_writes_wait_while_postgresql_is_away_and_go_on_without_a_restart(how, own_server, process):
    with load_on([process.address], own_server) as load:
        with load.under_way():
            load.wait_for_writes()
            with away(own_server, how):
                load.wait_until_refused(load.refused + len(load.clients))
                assert_told_to_wait(load, process)
            # All that waited is written now, and so is what comes after it.
            load.wait_for_writes(2)
        load.hold()


@pytest.mark.parametrize("how", [stop, kill_postgres])
def test_a_stream_stays_open_while_postgresql_is_away_and_misses_nothing(how, own_server, process):
    key = {"Authorization": f"Bearer {own_server.keys['korea']}"}
    with plain_http.client(base_url=process.address, headers=key, timeout=60) as client:

        def report():
            written = client.post(REPORTS, json={"status": "on_track"})
            return int(written.raise_for_status().headers["revision"])

        since = client.get("/v1/journal/head").headers["revision"]
        with opened(client, since) as events:
            first = report()
            assert next(events).change["revision"] == first
            with away(own_server, how):
                wait_until(lambda: client.get("/readyz").status_code == 503)
            wait_until(lambda: client.get("/readyz").status_code == 200)
            second = report()
            assert (next(events).change["revision"], second) == (second, first + 1)
