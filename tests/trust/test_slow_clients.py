"""A client that sends its request, or takes its answer, ever so slowly is cut off in bounded time.

Each test ends as soon as the server has let go, and fails where it has not after a minute.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests import plain_http
from tests.cli.running import DEADLINE, Serving, serving
from tests.engines import SqliteTemplates
from tests.ports import unused_port

CONNECTIONS = 30
HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
OFFER = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"


@pytest.fixture(scope="module")
def impatient(
    sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    """A server that waits for nobody for longer than half a second."""
    timeouts = {f"{what}_timeout": "0.5" for what in ("header", "body", "send")}
    with (
        sqlite_templates.fresh("reference") as url,
        serving(
            tmp_path_factory.mktemp("impatient"),
            unused_port(),
            database_url=url,
            connections=str(CONNECTIONS),
            **timeouts,
        ) as server,
    ):
        yield server


@pytest.fixture
def connection(impatient: Serving) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", impatient.port), DEADLINE) as made:
        yield made


def _trickled(connection: socket.socket, piece: bytes) -> bytes:
    """What is answered to a client that sends a piece ten times a second until it is cut off."""
    connection.settimeout(0.1)
    answer, until = b"", time.monotonic() + DEADLINE
    while time.monotonic() < until:
        # Once it is closed, sending fails before what was answered has been read.
        with suppress(ConnectionError):
            connection.sendall(piece)
        try:
            received = connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return answer
        if not received:
            return answer
        answer += received
    raise AssertionError(f"still connected after {DEADLINE} s, with {answer!r}")


def _read(connection: socket.socket) -> bytes:
    """All that is answered until the server closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("offer", [b"", OFFER])
def test_headers_that_trickle_in_are_refused(connection: socket.socket, offer: bytes) -> None:
    connection.sendall(HEAD + offer + b"X-Slow: ")
    answer = _trickled(connection, b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/problems/request-timeout" in answer
    assert b"x-content-type-options: nosniff" in answer


def test_headers_that_trickle_in_after_an_answered_request_are_refused(
    connection: socket.socket,
) -> None:
    connection.sendall(HEAD + b"\r\n" + HEAD)
    answer = _trickled(connection, b"X-Slow: x\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


@pytest.mark.parametrize("offer", [b"", OFFER])
@pytest.mark.parametrize("framing", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
def test_a_body_that_trickles_in_is_refused(
    connection: socket.socket, sqlite_templates: SqliteTemplates, framing: bytes, offer: bytes
) -> None:
    key = sqlite_templates.keys["korea"].encode()
    head = (
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %s\r\n%s%s\r\n\r\n" % (key, offer, framing)
    )
    connection.sendall(head)
    answer = _trickled(connection, b"1\r\n \r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("offer", [b"", OFFER])
def test_a_body_that_nobody_asked_for_is_not_waited_for(
    connection: socket.socket, offer: bytes
) -> None:
    connection.sendall(HEAD + offer + b"Content-Length: 1000\r\n\r\n")
    assert _trickled(connection, b" ").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("began", [b"", HEAD + b"\r\n"])
def test_a_connection_on_which_nothing_is_asked_is_closed(
    connection: socket.socket, began: bytes
) -> None:
    connection.sendall(began)
    answer = _read(connection)
    assert answer.count(b"HTTP/1.1 ") == (1 if began else 0)


def test_empty_lines_keep_no_connection_open(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    assert _trickled(connection, b"\r\n").count(b"HTTP/1.1 ") == 1


def test_an_answer_that_is_not_taken_is_given_up(impatient: Serving) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(DEADLINE)
        connection.connect(("127.0.0.1", impatient.port))
        # More than any buffer on the way holds.
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        given_up = select.poll()
        given_up.register(connection, select.POLLERR | select.POLLHUP)
        assert given_up.poll(DEADLINE * 1000), f"still connected after {DEADLINE} s"


@pytest.mark.parametrize("offer", [b"", OFFER])
@pytest.mark.parametrize("size", [40_000, 400_000])
def test_a_head_without_end_is_refused(connection: socket.socket, size: int, offer: bytes) -> None:
    connection.sendall(HEAD + offer + b"X-Long: " + b"x" * size)
    assert _read(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("offer", [b"", OFFER])
def test_a_head_that_is_too_long_is_refused_although_it_came_at_once(
    connection: socket.socket, offer: bytes
) -> None:
    connection.sendall(HEAD + offer + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n")
    answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"/problems/headers-too-large" in answer


def test_what_is_no_request_is_refused_as_a_problem(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"/problems/malformed-request" in answer
    assert b"content-security-policy: default-src 'none'" in answer
    assert b"cache-control: no-store" in answer


@pytest.mark.parametrize("hosts", [b"", b"Host: one\r\nHost: other\r\n"])
def test_a_request_names_one_host(connection: socket.socket, hosts: bytes) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\n" + hosts + b"\r\n")
    answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"names one Host" in answer


def test_no_more_connections_are_held_than_are_set(impatient: Serving) -> None:
    held = [
        socket.create_connection(("127.0.0.1", impatient.port), DEADLINE)
        for _ in range(CONNECTIONS * 2)
    ]
    try:
        for connection in held:
            # Those above the number at once, the others when they have asked nothing for a while.
            with suppress(ConnectionError):
                assert connection.recv(1) == b""
    finally:
        for connection in held:
            connection.close()
    assert plain_http.get(f"{impatient.address}/healthz").status_code == 200


def test_the_server_does_not_name_itself_and_answers_others_meanwhile(
    impatient: Serving, connection: socket.socket
) -> None:
    connection.sendall(HEAD)
    answer = plain_http.get(f"{impatient.address}/v1/people")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    impatient.assert_no_fault()
