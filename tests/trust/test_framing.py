"""Where a request ends is told by its Content-Length or its chunks (RFC 9112, section 6.3) alone.

An Upgrade is offered in vain (RFC 9110, section 7.8): the answer is that to the same without one.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests import plain_http
from tests.cli.running import DEADLINE, Serving, serving
from tests.engines import SqliteTemplates
from tests.ports import unused_port
from tests.trust.serving import bearer

# As the JDK's client and `curl --http2` offer it.
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
OFFERS = {
    "h2c": H2C,
    "websocket": b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
    "any name": b"connection: upgrade\r\nupgrade: nothing/1\r\n",
    "many": b"Upgrade: a/1, b\r\nUPGRADE: c\r\nConnection: x\r\nCONNECTION: y,UPGRADE ,z\r\n",
    "no Connection": b"Upgrade: h2c\r\n",
    "no Upgrade": b"Connection: upgrade\r\n",
}
# Refused by name where it was read.
UNKNOWN_MEMBER = b'{"marker": 1}'
# Sent within a body: the log has it if it is run.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
PING, PONG = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b'{"status":"ok"}'
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

Framing = Callable[[bytes], bytes]


def _with_length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def _in_chunks(body: bytes) -> bytes:
    chunks = b"5\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n" % (body[:5], len(body) - 5, body[5:])
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"\r\n"


def _with_trailers(body: bytes) -> bytes:
    return _in_chunks(body)[:-2] + H2C + b"\r\n"


for_each_offer = pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
for_each_framing = pytest.mark.parametrize("framing", [_with_length, _in_chunks, _with_trailers])
at_once_and_later = pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])


class Answer(NamedTuple):
    """Status and content of what was answered."""

    status: int
    content: bytes


@pytest.fixture(scope="module")
def server(
    sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("framing")
    with (
        sqlite_templates.fresh("reference") as url,
        serving(folder, unused_port(), database_url=url) as started,
    ):
        yield started


@pytest.fixture(autouse=True)
def _nothing_was_smuggled(server: Serving) -> Iterator[None]:
    yield
    for unexpected in ("smuggled", "Traceback", "upgrade"):
        assert unexpected not in server.errors


@pytest.fixture
def connection(server: Serving) -> Iterator[socket.socket]:
    with _connected(server) as made:
        yield made


def _connected(server: Serving) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@pytest.fixture
def as_korea(sqlite_templates: SqliteTemplates) -> bytes:
    return _asking_as(sqlite_templates.keys["korea"])


@pytest.fixture
def as_admin(sqlite_templates: SqliteTemplates) -> bytes:
    return _asking_as(sqlite_templates.keys["admin"])


def _asking_as(key: str) -> bytes:
    """The end of a request's line, and headers, up to those that say where its body ends."""
    return (
        b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIf-Match: *\r\n"
        b"Authorization: Bearer %s\r\n" % key.encode()
    )


def _received(connection: socket.socket, ending: bytes) -> bytes:
    """What is answered up to `ending`, and maybe some more."""
    received = b""
    while ending not in received:
        piece = connection.recv(65536)
        assert piece, f"closed after {received!r}"
        received += piece
    return received


def _answers(received: bytes) -> list[Answer]:
    answers = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        told = re.search(rb"content-length: (\d+)", head)
        assert told, head
        # The request's id is another for each.
        content = re.sub(rb'"instance":"[^"]*"', b"", rest[: int(told[1])])
        answers.append(Answer(int(head.split()[1]), content))
        received = rest[int(told[1]) :]
    return answers


def _asked(connection: socket.socket, sent: bytes, afterwards: bytes = b"") -> list[Answer]:
    """All answers, until the server closes; `afterwards` is sent when it has read `sent`."""
    received = b""
    if afterwards:
        # It has read what came with a request when it answers that.
        connection.sendall(PING + sent)
        received = _received(connection, PONG)
        connection.sendall(afterwards)
    else:
        connection.sendall(sent)
    received += b"".join(iter(lambda: connection.recv(65536), b""))
    return _answers(received)[bool(afterwards) :]


def _answered(connection: socket.socket, head: bytes, framed: bytes, *, later: bool) -> Answer:
    """What such a request is answered; the body comes later, if so. Nothing in it is a request."""
    framing, end, body = framed.partition(b"\r\n\r\n")
    head += framing + end
    parts = (head, body + LAST) if later else (head + body + LAST,)
    answer, last = _asked(connection, *parts)
    assert last == (200, PONG)
    return answer


def _assert_read(answer: Answer, member: bytes = b"marker") -> None:
    """The body was read: the answer names a member of it."""
    assert answer.status == 422
    assert b'"/%s"' % member in answer.content


@at_once_and_later
@for_each_framing
@for_each_offer
def test_a_body_is_read_whatever_is_offered(
    connection: socket.socket, as_korea: bytes, offer: bytes, framing: Framing, later: bool
) -> None:
    head = b"POST /v1/people" + as_korea + offer
    _assert_read(_answered(connection, head, framing(UNKNOWN_MEMBER), later=later))


@at_once_and_later
@for_each_framing
@pytest.mark.parametrize(
    "line",
    [
        b"POST /v1/people",
        b"PUT /v1/meetings/cn-kr-dg-dialogue-7/assessments",
        b"PATCH /v1/people/zhou-guomei",
        b"DELETE /v1/people/zhou-guomei",
        b"GET /v1/people",
        b"OPTIONS /v1/people",
    ],
)
def test_no_byte_of_a_body_is_run_as_a_request(
    server: Serving, as_korea: bytes, line: bytes, framing: Framing, later: bool
) -> None:
    answers = []
    for offer in (b"", *OFFERS.values()):
        with _connected(server) as connection:
            head = line + as_korea + offer
            answers.append(_answered(connection, head, framing(SMUGGLED), later=later))
    assert answers == [answers[0]] * len(answers)


@for_each_framing
def test_it_does_not_matter_where_a_segment_ends(
    connection: socket.socket, as_korea: bytes, framing: Framing
) -> None:
    sent = b"POST /v1/people" + as_korea + H2C + framing(UNKNOWN_MEMBER)
    for end in range(1, len(sent)):
        connection.sendall(PING + sent[:end])
        received = _received(connection, PONG)
        connection.sendall(sent[end:] + PING)
        ping, answer, pong = _answers(received + _received(connection, PONG))
        assert ping == pong == (200, PONG)
        _assert_read(answer)


@for_each_framing
def test_a_request_may_come_byte_by_byte(
    connection: socket.socket, as_korea: bytes, framing: Framing
) -> None:
    for byte in b"POST /v1/people" + as_korea + H2C + framing(UNKNOWN_MEMBER):
        connection.sendall(bytes([byte]))
    answer, last = _asked(connection, LAST)
    _assert_read(answer)
    assert last == (200, PONG)


@for_each_framing
def test_requests_sent_one_upon_another_are_each_answered(
    connection: socket.socket, as_korea: bytes, framing: Framing
) -> None:
    members = [b"marker-%d" % number for number in range(100)]
    sent = b""
    for number, member in enumerate(members):
        # Some offer something, in turn, and some nothing.
        offer = [b"", *OFFERS.values()][number % 7]
        sent += b"POST /v1/people" + as_korea + offer + framing(b'{"%s": 1}' % member)
    *answers, last = _asked(connection, sent + LAST)
    for answer, member in zip(answers, members, strict=True):
        _assert_read(answer, member)
    assert last == (200, PONG)


@for_each_offer
def test_requests_without_a_body_are_each_answered(connection: socket.socket, offer: bytes) -> None:
    offering = PING[:-2] + offer + b"\r\n"
    assert _asked(connection, offering * 50 + LAST, offering * 50 + LAST) == [(200, PONG)] * 51


@for_each_framing
@for_each_offer
def test_a_body_is_asked_for_whatever_is_offered(
    connection: socket.socket, as_korea: bytes, offer: bytes, framing: Framing
) -> None:
    head, end, body = framing(UNKNOWN_MEMBER).partition(b"\r\n\r\n")
    expecting = b"POST /v1/people" + as_korea + offer + b"Expect: 100-continue\r\n"
    connection.sendall(expecting + head + end)
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    answer, last = _asked(connection, body + LAST)
    _assert_read(answer)
    assert last == (200, PONG)


@for_each_offer
def test_no_other_protocol_is_spoken(connection: socket.socket, offer: bytes) -> None:
    connection.sendall(PING[:-2] + offer + b"\r\n")
    assert _received(connection, PONG).startswith(b"HTTP/1.1 200 ")
    # An empty message, as WebSocket has it.
    (answer,) = _asked(connection, b"\x81\x80\0\0\0\0")
    assert answer.status == 400


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@for_each_offer
def test_after_the_last_request_nothing_is_run(
    connection: socket.socket, as_korea: bytes, offer: bytes, version: bytes
) -> None:
    head = b"POST /v1/people" + as_korea.replace(b"HTTP/1.1", b"HTTP/" + version)
    last = head + offer + b"Connection: close\r\n" + _with_length(UNKNOWN_MEMBER)
    (answer,) = _asked(connection, last + SMUGGLED)
    _assert_read(answer)


@for_each_framing
def test_no_offer_passes_the_bound_of_a_body(
    connection: socket.socket, as_korea: bytes, framing: Framing
) -> None:
    head = b"POST /v1/people" + as_korea + H2C
    answer = _answered(connection, head, framing(b" " * 1_100_000), later=False)
    assert answer.status == 413


@at_once_and_later
@for_each_framing
@for_each_offer
def test_no_offer_makes_a_forged_head_of_the_journal_valid(
    connection: socket.socket, as_korea: bytes, offer: bytes, framing: Framing, later: bool
) -> None:
    forged = json.dumps({"since": 1, "hash": "0" * 64}).encode()
    head = b"POST /v1/journal/verify" + as_korea + offer
    answer = _answered(connection, head, framing(forged), later=later)
    assert answer.status == 200
    assert json.loads(answer.content)["valid"] is False


@for_each_framing
def test_no_offer_makes_a_rotated_key_last_longer(
    server: Serving, as_admin: bytes, framing: Framing
) -> None:
    name = framing.__name__.strip("_").replace("_", "-").encode()
    body = b'{"name": "%s", "role": "reader"}' % name
    with _connected(server) as connection:
        head = b"POST /v1/keys" + as_admin
        issued = _answered(connection, head, framing(body), later=False)
    with _connected(server) as connection:
        head = b"POST /v1/keys/" + name + b"/rotate" + as_admin + H2C
        rotated = _answered(connection, head, framing(b'{"overlap_hours": 0}'), later=False)
    assert rotated.status == 200
    before, now = (json.loads(answer.content)["key"] for answer in (issued, rotated))
    path = f"{server.address}/v1/people"
    assert plain_http.get(path, headers=bearer(before)).status_code == 401
    assert plain_http.get(path, headers=bearer(now)).status_code == 200


@pytest.mark.parametrize("offer", [b"", H2C], ids=["", "h2c"])
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"CONNECT a:1 HTTP/1.1\r\n", 400),
        (b"CONNECT a:1 HTTP/1.1\r\nContent-Length: 36\r\n", 400),
        (b"CONNECT /healthz HTTP/1.1\r\n", 400),
        (b"GET a:1 HTTP/1.1\r\n", 400),
        (b"GET http://a HTTP/1.1\r\n", 400),
        (b"PRI * HTTP/2.0\r\n", 400),
        (b"GET /healthz HTTP/2.0\r\n", 400),
        (b"GET /healthz HTTP/0.9\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n", 501),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: 8\r\nContent-Length: 9\r\n", 400),
    ],
)
def test_what_is_no_request_or_ends_nobody_knows_where_is_the_last_of_its_connection(
    connection: socket.socket, head: bytes, status: int, offer: bytes
) -> None:
    (answer,) = _asked(connection, head + offer + b"Host: x\r\n\r\n" + SMUGGLED * 2)
    assert answer.status == status
    assert b'"type": "/problems/' in answer.content
