"""Whose word is taken for where a request comes from: that of proxies that the operator trusts."""

from pathlib import Path

import httpx

from tests.cli.running import Serving, serving
from tests.engines import SqliteTemplates
from tests.trust.serving import HERE, THERE, at, free_port

# Whether the server is ready is asked from this machine, and not counted.
LIMITED = {"rate_limit": "2/day", "rate_limit_exempt": "127.0.0.1"}


def _asked(server: Serving, address: str) -> int:
    return httpx.get(f"{server.address}/v1/people", headers=at(address)).status_code


def test_nobody_is_believed_about_an_address_unless_set(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        serving(tmp_path, free_port(), database_url=url, **LIMITED) as server,
    ):
        told = [_asked(server, address) for address in (HERE, THERE, HERE)]
        assert told == [200, 200, 429], "all of them from the one address that the server sees"
        # Nor is whoever says so taken for one of this machine.
        assert _asked(server, "127.0.0.1") == 429
        assert httpx.get(f"{server.address}/metrics", headers=at("127.0.0.1")).status_code == 429


def test_a_trusted_proxy_says_where_a_request_comes_from(
    tmp_path: Path, sqlite_templates: SqliteTemplates
) -> None:
    with (
        sqlite_templates.fresh("reference") as url,
        serving(
            tmp_path, free_port(), database_url=url, trusted_proxies="127.0.0.1", **LIMITED
        ) as server,
    ):
        told = [_asked(server, address) for address in (HERE, THERE, HERE, HERE, THERE)]
        assert told == [200, 200, 200, 429, 200]
        # Only the last address that no trusted proxy has is what the proxy itself has seen.
        assert _asked(server, f"{THERE}, {HERE}") == 429
