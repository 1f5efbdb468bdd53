"""Servers in a thread of the tests, over a real socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from app.kernel.logs import configure_logs
from app.settings import Settings, load_settings
from tests.waiting import wait_until


def own_settings(**settings: object) -> Settings:
    """These settings and no others, whatever is in `.env` beside the tests."""
    return load_settings(_env_file=None, **settings)


@contextmanager
def serving(app: FastAPI, *, logs: str = "error") -> Iterator[str]:
    """The address of `app` on a loopback port, until the block ends."""
    configure_logs(logs, "json")
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
