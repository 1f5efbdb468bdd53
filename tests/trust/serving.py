"""Servers with settings of their own; who asks them can say from which address.

Uvicorn takes the address that a proxy on this machine tells: so a test stands for any client.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.main import create_app
from tests import plain_http
from tests.in_process import own_settings, serving

# Addresses that are kept for examples (RFC 5737).
HERE, THERE, ELSEWHERE = "192.0.2.1", "198.51.100.1", "203.0.113.1"


@contextmanager
def served(database_url: str, **settings: object) -> Iterator[httpx.Client]:
    """A client, on this machine, of a server with these settings."""
    app = create_app(own_settings(database_url=database_url, **settings))
    with (
        serving(app, logs="critical") as address,
        plain_http.client(base_url=address, timeout=30) as client,
    ):
        yield client


def at(address: str, **headers: str) -> dict[str, str]:
    """The headers of a request that a proxy has passed on for `address`."""
    return {"X-Forwarded-For": address, **headers}


def bearer(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}
