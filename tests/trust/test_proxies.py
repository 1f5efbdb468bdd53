"""Whose word is taken for where a request comes from: that of proxies that the operator trusts."""

import socket
from pathlib import Path

import pytest

from app.serving import as_peers
from tests import plain_http
from tests.cli.running import DEADLINE, Serving, serving
from tests.engines import SqliteTemplates
from tests.ports import unused_port
from tests.trust.serving import HERE, THERE, at

# Whether the server is ready is asked from this machine, and not counted.
LIMITED = {"rate_limit": "2/day", "rate_limit_exempt": "127.0.0.1"}


def _asked(server: Serving, address: str) -> int:
    return plain_http.get(f"{server.address}/v1/people", headers=at(address)).status_code


def test_nobody_is_believed_about_an_address_unless_set(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        serving(tmp_path, unused_port(), database_url=url, **LIMITED) as server,
    ):
        told = [_asked(server, address) for address in (HERE, THERE, HERE)]
        assert told == [200, 200, 429], "all of them from the one address that the server sees"
        # Nor is whoever says so taken for one of this machine.
        assert _asked(server, "127.0.0.1") == 429
        assert (
            plain_http.get(f"{server.address}/metrics", headers=at("127.0.0.1")).status_code == 429
        )


def test_a_trusted_proxy_says_where_a_request_comes_from(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        serving(
            tmp_path, unused_port(), database_url=url, trusted_proxies="127.0.0.1", **LIMITED
        ) as server,
    ):
        told = [_asked(server, address) for address in (HERE, THERE, HERE, HERE, THERE)]
        assert told == [200, 200, 200, 429, 200]
        # Only the last address that no trusted proxy has is what the proxy itself has seen.
        assert _asked(server, f"{THERE}, {HERE}") == 429


def test_what_follows_a_body_tells_no_other_address(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        serving(
            tmp_path, unused_port(), database_url=url, trusted_proxies="127.0.0.1", **LIMITED
        ) as server,
    ):
        assert [_asked(server, HERE) for _ in range(2)] == [200, 200]
        request = (
            "GET /v1/people HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"X-Forwarded-For: {HERE}\r\nTransfer-Encoding: chunked\r\n\r\n"
            f"0\r\nX-Forwarded-For: {THERE}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as connection:
            connection.sendall(request.encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 429 ")


def test_a_trusted_proxy_is_known_where_one_socket_takes_ipv4_and_ipv6(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    # As `::` does, but for this machine alone.
    both = {"host": "::ffff:127.0.0.1", "trusted_proxies": "127.0.0.1"}
    with (
        sqlite_templates.fresh("reference") as url,
        serving(tmp_path, unused_port(), database_url=url, **both, **LIMITED) as server,
    ):
        told = [_asked(server, address) for address in (HERE, THERE, HERE, HERE)]
        assert told == [200, 200, 200, 429]
        assert plain_http.get(f"{server.address}/metrics", headers=at(THERE)).status_code == 403
        assert plain_http.get(f"{server.address}/metrics").status_code == 200


@pytest.mark.parametrize(
    ("listed", "peers"),
    [
        (["10.0.0.0/8"], {"10.0.0.0/8", "::ffff:10.0.0.0/104"}),
        (["2001:db8::1"], {"2001:db8::1/128"}),
        (["::1"], {"::1/128", "127.0.0.0/8", "::ffff:127.0.0.0/104"}),
        (["127.0.0.1", "*"], {"*"}),
        ([], set()),
    ],
)
def test_a_proxy_is_known_by_each_address_that_it_has(listed: list[str], peers: set[str]) -> None:
    assert set(as_peers(listed)) == peers
