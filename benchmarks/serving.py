"""A server in a thread of this process, so that what it asks of its database can be seen."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, event

from app.kernel.asking import PostgresAsking, SqliteAsking
from app.kernel.statements import Found, OneStatement

Statement = tuple[str, Any]


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a running server of `app`, stopped afterwards."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def watched(engine: Engine) -> Iterator[list[Statement]]:
    """The statements that are asked inside the block, transaction control aside.

    Those of sessions, and those that are asked from the event loop without one.
    """
    statements: list[Statement] = []

    def note(connection, cursor, statement, parameters, *rest):  # type: ignore[no-untyped-def] # noqa: ARG001
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    with ExitStack() as stack:
        event.listen(engine, "before_cursor_execute", note)
        stack.callback(event.remove, engine, "before_cursor_execute", note)
        for way in (SqliteAsking, PostgresAsking):
            stack.enter_context(_noting(way, engine.dialect.name, statements))
        yield statements


@contextmanager
def _noting(way: type[Any], engine: str, statements: list[Statement]) -> Iterator[None]:
    asked = way.ask

    async def ask(
        self: Any, statement: OneStatement, parameters: Mapping[str, Any]
    ) -> Found | None:
        compiled = statement.compiled(engine)
        statements.append((compiled.sql, compiled.values(parameters)))
        found: Found | None = await asked(self, statement, parameters)
        return found

    with patch.object(way, "ask", ask):
        yield
