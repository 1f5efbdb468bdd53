"""`clearsky serve` as a process: it sets itself up, logs, and stops when told, losing nothing."""

import json
import re
import signal
import socket
import sys
import time
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import text

from app.kernel.database import open_engine
from app.kernel.migrating import downgrade, upgrade
from tests import plain_http
from tests.cli.running import (
    DEADLINE,
    Run,
    Serving,
    assert_refused,
    run_forked,
    run_line,
    serving,
    serving_anew,
    started,
    started_anew,
)
from tests.engines import SqliteTemplates, Templates

PARTY = {"id": "MN", "name": {"en": "Mongolia"}, "timezone": "Asia/Ulaanbaatar"}
KEY = re.compile(r"clearsky_[A-Za-z0-9_-]{43}\n")


def _requests(server: Serving) -> dict[str, dict[str, str]]:
    """The log's line of each request, by request id."""
    return {line["request_id"]: line for line in server.events if line["event"] == "request"}


def _execute(database_url: str, *statements: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_the_first_start_sets_up_the_record_and_shows_a_key_once(
    tmp_path: Path, free_port: int, empty_url: str
) -> None:
    with serving_anew(tmp_path / "first", free_port, database_url=empty_url) as server:
        assert KEY.fullmatch(server.output), "the key alone, on standard output"
        assert f"{server.address}/docs" in server.errors
        assert plain_http.get(f"{server.address}/docs").status_code == 200

        curl = next(line for line in server.errors.splitlines() if line.startswith("  curl "))
        told = run_line(f"{curl} --silent --show-error --fail", tmp_path)
        assert (told.status, told.errors) == (0, "")
        assert json.loads(told.output)["summary"]["by_basis"]["unreported"] == 9

        key = server.output.strip()
        answer = plain_http.post(
            f"{server.address}/v1/parties", json=PARTY, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 201
        assert answer.headers["Revision"] == "2"
        assert server.stop() == 0
        assert key not in server.errors

    with serving(tmp_path / "second", free_port, database_url=empty_url) as server:
        assert server.output == ""
        assert f"{server.address}/docs" in server.errors
        head = plain_http.get(f"{server.address}/v1/journal/head").json()
        assert head["revision"] == 2
        assert server.stop() == 0


def test_each_request_is_a_line_of_json_with_the_id_of_its_answer(
    tmp_path: Path, free_port: int, database_url: str
) -> None:
    with serving(tmp_path, free_port, database_url=database_url) as server:
        answers = [
            plain_http.get(f"{server.address}/v1/parties"),
            plain_http.get(f"{server.address}/v1/parties/XX"),
            plain_http.get(
                f"{server.address}/v1/parties/KR", headers={"X-Request-ID": "from-outside"}
            ),
            plain_http.get(
                f"{server.address}/v1/parties/CN", headers={"X-Request-ID": "no id\tat all"}
            ),
            plain_http.post(f"{server.address}/v1/parties", content=b"{"),
        ]
        assert server.stop(signal.SIGINT) == 0
        lines = _requests(server)
        assert [line["logger"] for line in lines.values()] == ["clearsky.requests"] * len(answers)
        for answer in answers:
            line = lines[answer.headers["X-Request-ID"]]
            assert line["method"] == answer.request.method
            assert line["path"] == answer.request.url.path
            assert line["status"] == answer.status_code
            assert line["level"] == "info"
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", str(line["timestamp"]))
        assert answers[2].headers["X-Request-ID"] == "from-outside"
        assert answers[1].json()["instance"] == answers[1].headers["X-Request-ID"]
        assert not [line for line in lines.values() if line["path"] == "/readyz"]
        started = server.errors.splitlines()
        told = [line for line in started if not line.startswith("{")]
        assert len(told) == 3, "only where it listens is told in words"


@pytest.mark.both_engines
def test_a_key_never_appears_in_the_log_even_when_a_request_fails(
    tmp_path: Path, free_port: int, database_url: str, templates: Templates
) -> None:
    key = templates.keys["admin"]
    unknown = "clearsky_" + "x" * 43
    with serving(tmp_path, free_port, database_url=database_url, log_level="debug") as server:
        headers = {"Authorization": f"Bearer {key}"}
        # The server's fault: a table that it needs is gone.
        _execute(database_url, "DROP TABLE person_citation")
        failed = plain_http.get(f"{server.address}/v1/people", headers=headers)
        assert failed.status_code == 500
        assert failed.headers["Content-Type"] == "application/problem+json"
        assert failed.json()["instance"] == failed.headers["X-Request-ID"]
        others = [
            plain_http.get(
                f"{server.address}/v1/people", headers={"Authorization": f"Basic {key}"}
            ),
            plain_http.get(
                f"{server.address}/v1/people", headers={"Authorization": f"Bearer {unknown}"}
            ),
            plain_http.post(
                f"{server.address}/v1/parties",
                headers={**headers, "Content-Type": "application/json"},
                content=b"{",
            ),
            plain_http.get(f"{server.address}/v1/people?key={key}", headers=headers),
        ]
        assert [answer.status_code for answer in others] == [401, 401, 400, 422]
        assert server.stop() == 0
        fault = next(line for line in server.events if line["event"] == "request failed")
        assert fault["request_id"] == failed.headers["X-Request-ID"]
        assert "person_citation" in str(fault["exception"])
        assert key not in server.errors
        assert unknown not in server.errors
        assert key not in failed.text


@pytest.mark.both_engines
def test_a_request_in_flight_is_finished_before_the_process_stops(
    tmp_path: Path, free_port: int, database_url: str, templates: Templates
) -> None:
    body = json.dumps(PARTY).encode()
    head = (
        f"POST /v1/parties HTTP/1.1\r\nHost: 127.0.0.1:{free_port}\r\n"
        f"Authorization: Bearer {templates.keys['admin']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with serving(tmp_path, free_port, database_url=database_url) as server:
        with socket.create_connection(("127.0.0.1", free_port), DEADLINE) as upload:
            upload.sendall(head.encode())
            # The server asks for the body only once it has begun with the request.
            assert upload.recv(1000).startswith(b"HTTP/1.1 100 ")
            upload.sendall(body[:10])
            server.process.send_signal(signal.SIGTERM)
            _wait_until_it_no_longer_listens(free_port)
            upload.sendall(body[10:])
            answer = b"".join(iter(lambda: upload.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 201 "), answer
        assert b'"id":"MN"' in answer
        assert server.process.wait(DEADLINE) == 0
        server.assert_no_fault()

    engine = open_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM party WHERE id = 'MN'")) == 1
    engine.dispose()


def _wait_until_it_no_longer_listens(port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), DEADLINE).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # It was in the queue of those that nobody takes any more.
    raise AssertionError(f"it still listens after {DEADLINE} s")


def _wait_until_it_tells(server: Serving, what: str, times: int = 1) -> None:
    deadline = time.monotonic() + DEADLINE
    while server.errors.count(what) < times and time.monotonic() < deadline:
        time.sleep(0.001)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_has_hardly_started_stops_too(
    workers: str, tmp_path: Path, free_port: int, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as database_url,
        started_anew(
            tmp_path, free_port, "--workers", workers, database_url=database_url
        ) as server,
    ):
        _wait_until_it_tells(server, "/progress\n")
        assert server.stop() == 0
        server.assert_no_fault()


def test_two_workers_serve_and_stop_cleanly(
    tmp_path: Path, free_port: int, database_url: str, templates: Templates
) -> None:
    headers = {"Authorization": f"Bearer {templates.keys['admin']}"}
    # What is given on the command line counts before the settings, in the workers too.
    settings = {"database_url": database_url, "port": "1", "workers": "1"}
    with serving_anew(tmp_path, free_port, "--workers", "2", **settings) as server:
        ids = []
        for name in ("MN", "JP", "VN"):
            body = {**PARTY, "id": name}
            answer = plain_http.post(f"{server.address}/v1/parties", json=body, headers=headers)
            assert answer.status_code in (201, 409), answer.text
            again = plain_http.get(f"{server.address}/v1/parties/{name}")
            assert again.status_code == 200
            ids += [answer.headers["X-Request-ID"], again.headers["X-Request-ID"]]
        assert server.stop() == 0
        assert set(ids) <= set(_requests(server))
        server.assert_no_fault()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", free_port), DEADLINE)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares connections out by itself")
def test_connections_that_come_together_are_shared_out_among_the_workers(
    tmp_path: Path, free_port: int, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as database_url,
        serving(tmp_path, free_port, "--workers", "2", database_url=database_url) as server,
        ExitStack() as stack,
    ):
        _wait_until_it_tells(server, "Application startup complete", 2)
        together = [stack.enter_context(socket.socket()) for _ in range(64)]
        for connection in together:
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", free_port))
        for connection in together:
            connection.settimeout(DEADLINE)
            _asked(connection, "/healthz")
        # When a process first answered that path tells the processes apart.
        first = re.compile(r'clearsky_requests_created\{.*route="/healthz".*\} (\S+)')
        workers = Counter(
            match[1] for each in together if (match := first.search(_asked(each, "/metrics")))
        )
        assert len(workers) == 2
        # By chance alone: fewer than 8 of 64 come to one of them once in billions of times.
        assert min(workers.values()) >= 8


def _asked(connection: socket.socket, path: str) -> str:
    client = HTTPConnection("127.0.0.1")
    client.sock = connection
    client.request("GET", path)
    return client.getresponse().read().decode()


def test_a_database_at_an_earlier_migration_is_refused_until_it_is_migrated(
    tmp_path: Path, free_port: int, empty_url: str
) -> None:
    engine = open_engine(empty_url)
    upgrade(engine)
    downgrade(engine, "0001")
    engine.dispose()
    told = run_forked(f"clearsky serve --port {free_port}", tmp_path, database_url=empty_url)
    assert_refused(told, "another version", "clearsky migrate")


def test_a_database_at_an_unknown_migration_is_refused(
    tmp_path: Path, free_port: int, database_url: str, run: Run
) -> None:
    _execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    told = run_forked(f"clearsky serve --port {free_port}", tmp_path, database_url=database_url)
    assert_refused(told, "another version")
    assert_refused(run("migrate", database_url=database_url), "9999")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_refused(
    workers: str, tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with socket.socket() as taken, sqlite_templates.fresh("reference") as database_url:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = f"clearsky serve --port {port} --workers {workers}"
        told = run_forked(line, tmp_path, database_url=database_url)
    assert_refused(told, f"127.0.0.1 port {port}", "in use")


def test_port_0_takes_a_free_port_and_tells_which(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as database_url,
        started(tmp_path, 0, database_url=database_url) as server,
    ):
        _wait_until_it_tells(server, "/progress\n")
        found = re.search(r"http://127\.0\.0\.1:([1-9]\d*)/docs", server.errors)
        assert found, server.errors
        server.port = int(found[1])
        server.wait_until_ready()
        assert server.stop(signal.SIGINT) == 0
