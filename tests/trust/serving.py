"""Servers with settings of their own; who asks them can say from which address.

Uvicorn takes the address that a proxy on this machine tells: so a test stands for any client.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from app.kernel.logs import configure_logs
from app.main import create_app
from app.settings import load_settings
from tests import plain_http

# Addresses that are kept for examples (RFC 5737).
HERE, THERE, ELSEWHERE = "192.0.2.1", "198.51.100.1", "203.0.113.1"


@contextmanager
def served(database_url: str, **settings: object) -> Iterator[httpx.Client]:
    """A client, on this machine, of a server with these settings."""
    configure_logs("critical", "json")
    app = create_app(load_settings(database_url=database_url, **settings))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with plain_http.client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at(address: str, **headers: str) -> dict[str, str]:
    """The headers of a request that a proxy has passed on for `address`."""
    return {"X-Forwarded-For": address, **headers}


def bearer(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}
