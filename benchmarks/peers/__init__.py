"""Peers: programs that do Clear Sky's work on its own tables, each well in its framework's idiom.

They are compared with Clear Sky, each a process with one worker. They need what
requirements.lock says, in a virtual environment of their own, and find the database by the
environment's DATABASE_URL. This module imports nothing of theirs, nor of Clear Sky's.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: `command` takes an interpreter and a port of 127.0.0.1, and is run at the root."""

    letter: str
    title: str
    command: Callable[[str, int], list[str]]


def _uvicorn(module: str) -> Callable[[str, int], list[str]]:
    return lambda python, port: [
        *(python, "-m", "uvicorn", f"benchmarks.peers.{module}:app"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools"),
        *("--no-access-log", "--log-level", "warning"),
    ]


def _gunicorn(module: str) -> Callable[[str, int], list[str]]:
    # Threads, because the other kind of worker closes each connection after one request.
    return lambda python, port: [
        *(python, "-m", "gunicorn", f"benchmarks.peers.{module}"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "1"),
        *("--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
        *("--log-level", "warning"),
    ]


PEERS = {
    # Its environment also names what it answers: BODY, a file, and ETAG.
    "bare": Peer("a", "bare Starlette, fixed bytes", _uvicorn("bare")),
    "bare_sql": Peer("b", "bare Starlette, one statement by hand", _uvicorn("bare_sql")),
    "fastapi_orm": Peer("c", "FastAPI, SQLAlchemy's ORM", _uvicorn("fastapi_orm")),
    "litestar": Peer("d", "Litestar, Advanced Alchemy", _uvicorn("litestar_app")),
    "drf": Peer("e", "Django REST framework", _gunicorn("drf.wsgi:application")),
}
