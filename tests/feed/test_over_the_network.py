"""Streams of a process of `clearsky serve`: reconnecting, restarts, bounds, and who is let in."""

import json
import random
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from app.kernel.access import OPERATOR
from app.kernel.dates import utc_now
from app.kernel.journal import Author
from app.kernel.keys import ApiKey
from tests import plain_http
from tests.cli.running import DEADLINE, serving
from tests.feed.events import STREAM, opened, place
from tests.journal.test_feed import follow
from tests.ports import unused_port
from tests.trust.serving import bearer
from tests.waiting import wait_until

ITEM = "/v1/action-items/clear-sky-plan-2023-1"
# Without a stop in time, the server would wait for as long as this for what it still answers.
PATIENCE = 30


@pytest.fixture
def serve(database_url, tmp_path):
    """Starts servers on this test's database: serve(port, …)."""

    def start(port, *options, **settings):
        settings = {name: str(value) for name, value in settings.items()}
        return serving(tmp_path, port, *options, database_url=database_url, **settings)

    return start


@pytest.fixture
def client_of(templates):
    def client(server, name=None):
        headers = {} if name is None else bearer(templates.keys[name])
        return plain_http.client(base_url=server.address, headers=headers, timeout=DEADLINE)

    return client


def report(client):
    client.post(f"{ITEM}/reports", json={"status": "on_track"}).raise_for_status()


def newest(client):
    return client.get("/v1/journal/head").headers["revision"]


class Following(threading.Thread):
    """A client that takes events as they come, and comes back when it is cut off."""

    def __init__(self, address, key, chance):
        super().__init__()
        self.address, self.key, self.chance = address, key, chance
        self.events, self.last_id, self.opened = [], "0", 0
        self.is_done = threading.Event()

    def run(self):
        while not self.is_done.is_set():
            client = plain_http.client(base_url=self.address, headers=self.key, timeout=2)
            try:
                with client, opened(client, self.last_id) as events:
                    self.opened += 1
                    while not self.is_done.is_set() and self.chance.random() > 0.03:
                        self.events += [event] if (event := events.next_or_none()) else []
                        self.last_id = events.last_id or self.last_id
            except (httpx.TransportError, AssertionError, StopIteration):
                time.sleep(0.05)

    def finish(self, last):
        wait_until(lambda: place(self.last_id) >= (int(last), 0), seconds=DEADLINE)
        self.is_done.set()
        self.join(DEADLINE)


@pytest.mark.both_engines
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_missed_or_repeated_across_reconnects_and_restarts(
    serve, client_of, templates, workers
):
    port, chance = unused_port(), random.Random(workers)
    followers = [
        Following(f"http://127.0.0.1:{port}", key, random.Random(number))
        for number, key in enumerate([{}, bearer(templates.keys["korea"])])
    ]
    for ending in (signal.SIGTERM, signal.SIGKILL, None):
        with serve(port, "--workers", str(workers), stream_heartbeat=1) as server:
            for follower in followers:
                if not follower.is_alive():
                    follower.start()
            with client_of(server, "korea") as korea:
                for number in range(25):
                    state = chance.choice(["draft", "submitted"])
                    body = {"status": "on_track", "state": state}
                    korea.post(f"{ITEM}/reports", json=body).raise_for_status()
                    if number % 10 == 9:
                        meeting = {"reports": [
                            {"action_item": f"clear-sky-plan-2023-{n}", "status": "delayed"}
                            for n in range(1, 6)
                        ]}  # fmt: skip
                        path = "/v1/agreements/clear-sky-plan-2023/reports"
                        korea.post(path, json=meeting).raise_for_status()
            if ending is None:
                report_last(client_of, server)
                with client_of(server) as reader:
                    last = newest(reader)
                for follower in followers:
                    follower.finish(last)
                for follower, name in zip(followers, (None, "korea"), strict=True):
                    with client_of(server, name) as reader:
                        items, _ = follow(reader, limit=200)
                    assert [event.change for event in follower.events] == items
                    assert follower.opened > 3
            elif workers == 1 or ending is signal.SIGTERM:
                server.stop(ending)
            else:
                # The workers outlive a killed supervisor for a moment.
                server.stop(signal.SIGTERM)


def report_last(client_of, server):
    with client_of(server, "korea") as korea:
        report(korea)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_server_stops_while_streams_are_open(serve, client_of, workers):
    with serve(unused_port(), "--workers", str(workers)) as server:
        with client_of(server) as client:
            since = newest(client)
            streams = [opened(client, since) for _ in range(10)]
            events = [stream.__enter__() for stream in streams]
            assert server.stop(within=PATIENCE / 2) == 0
            for each in events:
                # It ends as an answer does, and is not cut off.
                assert list(each) == []
            for stream in streams:
                stream.__exit__(None, None, None)
        server.assert_no_fault()
        ended = [event for event in server.events if event["event"] == "stream ended"]
        assert [event["because"] for event in ended] == ["the server stops"] * 10


def test_the_server_stops_for_one_who_takes_nothing(serve, client_of):
    with (
        serve(unused_port()) as server,
        client_of(server, "korea") as korea,
        slow_reader(server, korea),
    ):
        assert server.stop(within=PATIENCE / 2) == 0


class slow_reader:  # noqa: N801 (used as a function)
    """A client that opens a stream, after which far more is written than it ever takes."""

    def __init__(self, server, korea):
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.connection.connect(("127.0.0.1", server.port))
        self.connection.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert self.connection.recv(15) == b"HTTP/1.1 200 OK"
        text = {"en": "x" * 20_000}
        path = "/v1/people/lee-young-seok"
        for number in range(150):
            etag = korea.get(path).headers["etag"]
            body = {"title": text, "name": {"en": f"Lee {number}"}}
            korea.patch(path, json=body, headers={"If-Match": etag}).raise_for_status()

    def __enter__(self):
        return self.connection

    def __exit__(self, *exception):
        self.connection.close()


def test_one_who_takes_nothing_holds_up_nobody_and_is_given_up(serve, client_of):
    with (
        serve(unused_port(), send_timeout=1) as server,
        client_of(server, "korea") as korea,
        opened(korea, newest(korea)) as events,
        slow_reader(server, korea),
    ):
        # Whoever takes theirs waits for nobody.
        assert len(events.take(150)) == 150
        wait_until(lambda: '"the client has gone"' in server.errors, seconds=DEADLINE)


def test_one_who_is_slow_gets_everything_in_the_end(serve, client_of):
    with (
        serve(unused_port()) as server,
        client_of(server, "korea") as korea,
        slow_reader(server, korea) as connection,
    ):
        connection.settimeout(DEADLINE)
        received, last = b"", f"id: {newest(korea)}".encode()
        # The event is whole with the empty line behind it.
        while b"\n\n" not in received[-100_000:].partition(last)[2]:
            received += connection.recv(65536)
    for number in range(150):
        assert received.count(b'"name":{"en":"Lee %d"' % number) == 1


@pytest.mark.both_engines
def test_three_hundred_streams_are_all_told_of_one_change(serve, client_of):
    with serve(unused_port(), streams_per_caller=300) as server, client_of(server) as reader:
        since = newest(reader)
        connections = []
        for _ in range(300):
            connection = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
            head = f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {since}\r\n\r\n"
            connection.sendall(head.encode())
            connections.append(connection)
        wait_until(lambda: "clearsky_streams 300.0" in reader.get("/metrics").text)
        with client_of(server, "korea") as korea:
            report(korea)
        for connection in connections:
            received = b""
            while b"event: change" not in received:
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 OK")
            connection.close()
        wait_until(lambda: "clearsky_streams 0.0" in reader.get("/metrics").text)


def test_there_are_so_many_streams_of_a_caller_and_of_a_process_and_no_more(serve, client_of):
    with (
        serve(unused_port(), streams=3, streams_per_caller=2) as server,
        client_of(server) as nobody,
        client_of(server, "korea") as korea,
    ):
        with opened(nobody), opened(nobody):
            refused = nobody.get(STREAM)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
            assert "CLEARSKY_STREAMS_PER_CALLER" in refused.json()["detail"]
            with opened(korea):
                refused = korea.get(STREAM)
                assert "CLEARSKY_STREAMS)" in refused.json()["detail"]
            assert korea.get("/v1/changes").status_code == 200
        wait_until(lambda: "clearsky_streams 0.0" in nobody.get("/metrics").text)
        with opened(nobody):
            pass


def test_a_silent_stream_says_that_it_is_open_and_how_far_it_has_come(serve, client_of):
    with serve(unused_port(), stream_heartbeat=0.2) as server, client_of(server) as reader:
        since = newest(reader)
        with opened(reader, since, kind="person") as events, client_of(server, "korea") as korea:
            wait_until(lambda: events.block() == {} and events.comments > 2)
            report(korea)
            last = newest(reader)
            assert events.until(last) == []
            assert events.last_id == last


def test_without_anonymous_reads_it_needs_a_key(serve, client_of):
    with serve(unused_port(), anonymous_reads="false") as server, client_of(server) as nobody:
        assert nobody.get(STREAM).status_code == 401
        with client_of(server, "reader") as reader, opened(reader) as events:
            events.take(1)


def issued(admin, **body):
    """A key for a reader of Korea."""
    body = {"name": "leaver", "role": "reader", "party": "KR", **body}
    return admin.post("/v1/keys", json=body).raise_for_status().json()["key"]


@pytest.mark.both_engines
@pytest.mark.parametrize(("step", "body"), [("revoke", None), ("rotate", {"overlap_hours": 0})])
def test_a_key_that_is_taken_away_ends_its_streams_before_anything_else_is_told(
    serve, client_of, step, body
):
    with serve(unused_port(), "--workers", "2") as server, client_of(server, "admin") as admin:
        headers = bearer(issued(admin))
        leaver = plain_http.client(base_url=server.address, headers=headers, timeout=DEADLINE)
        since = newest(admin)
        with client_of(server, "korea") as korea, leaver:
            with opened(leaver, since) as events, opened(korea, since) as others:
                report(korea)
                assert len(events.take(1)) == len(others.take(1)) == 1
                admin.post(f"/v1/keys/leaver/{step}", json=body).raise_for_status()
                report(korea)
                assert len(others.take(1)) == 1
                assert list(events) == []
            assert leaver.get(STREAM).status_code == 401


@pytest.mark.both_engines
def test_an_expired_key_ends_its_streams_by_itself(serve, client_of, database):
    with serve(unused_port()) as server, client_of(server, "admin") as admin:
        headers = bearer(issued(admin, expires_in_days=1))
        with database.writing(Author(OPERATOR)) as session:
            key = session.scalars(select(ApiKey).where(ApiKey.name == "leaver")).one()
            key.expires_at = utc_now() + timedelta(seconds=3)
        guest = plain_http.client(base_url=server.address, headers=headers, timeout=DEADLINE)
        with guest, opened(guest, newest(guest)) as events:
            assert list(events) == []


@pytest.mark.both_engines
def test_snapshot_feed_and_stream_meet_while_many_write(serve, client_of):
    with serve(unused_port(), "--workers", "2") as server, client_of(server) as reader:
        is_done = threading.Event()

        def keep_writing(item):
            with client_of(server, "korea") as korea:
                while not is_done.is_set():
                    path = f"/v1/action-items/clear-sky-plan-2023-{item}/reports"
                    korea.post(path, json={"status": "delayed"}).raise_for_status()

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(keep_writing, item) for item in (1, 2, 3)]
            for _ in range(4):
                with reader.stream("GET", "/v1/snapshot") as answer:
                    lines = [json.loads(line) for line in answer.iter_lines()]
                revision = answer.headers["revision"]
                assert {line["revision"] for line in lines} <= set(range(1, int(revision) + 1))
                with opened(reader, revision) as events:
                    streamed = [event.change for event in events.take(20)]
                fed, _ = follow(reader, since=int(revision), limit=7)
                assert fed[:20] == streamed
                told = {(line["kind"], line["id"]) for line in lines}
                before, _ = follow(reader, limit=200)
                expected = {
                    (item["kind"], item["id"])
                    for item in before
                    if item["revision"] <= int(revision) and item["operation"] != "delete"
                }
                assert told == expected
            is_done.set()
            for writer in writers:
                writer.result()
