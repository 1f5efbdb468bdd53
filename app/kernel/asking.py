"""Asking one statement from the event loop itself, without a thread and a session.

For answers that one statement gives, and gives soon. Whatever goes wrong here is told by None: the
ordinary way through a session then answers, or says what is wrong.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any, Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Engine

from app.kernel.database import quick_sqlite
from app.kernel.statements import Found, OneStatement

# Longer than any such statement takes: waiting longer means that something is wrong.
_PATIENCE = 2.0


class Asking(Protocol):
    """Asks statements of one database."""

    # The event loop that it has connections in.
    loop: asyncio.AbstractEventLoop | None

    async def ask(self, statement: OneStatement, parameters: Mapping[str, Any]) -> Found | None:
        """What the statement finds; None where it cannot be asked."""

    async def close(self) -> None:
        """Lets go of its connections."""


class SqliteAsking:
    """Asks SQLite in the event loop's own thread: a statement takes less than handing it over."""

    def __init__(self, engine: Engine) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._engine = engine
        self._connection: sqlite3.Connection | None = None

    async def ask(self, statement: OneStatement, parameters: Mapping[str, Any]) -> Found | None:
        """What the statement finds; None where the file cannot be read at once."""
        try:
            if self._connection is None:
                self.loop = asyncio.get_running_loop()
                self._connection = quick_sqlite(self._engine)
                self._connection.execute("PRAGMA cache_size=-16000")
            compiled = statement.compiled("sqlite")
            found = self._connection.execute(compiled.sql, compiled.values(parameters))
            return statement.found(found.fetchone())
        except sqlite3.Error:
            await self.close()
            return None

    async def close(self) -> None:
        """Closes its connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self.loop = None


class PostgresAsking:
    """Asks PostgreSQL over a few connections of its own, each statement prepared by the server."""

    def __init__(self, engine: Engine) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        url = engine.url.set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._pool: AsyncConnectionPool | None = None
        self._opening = asyncio.Lock()

    async def ask(self, statement: OneStatement, parameters: Mapping[str, Any]) -> Found | None:
        """What the statement finds; None while the database is out of reach."""
        try:
            pool = self._pool or await self._opened()
            async with pool.connection() as connection:
                compiled = statement.compiled("postgresql")
                found = await connection.execute(compiled.sql, compiled.values(parameters))
                row = await found.fetchone()
        except psycopg.Error:
            return None
        return None if row is None else statement.found(row)

    async def _opened(self) -> AsyncConnectionPool:
        async with self._opening:
            if self._pool is None:
                pool = AsyncConnectionPool(
                    self._address,
                    min_size=1,
                    max_size=4,
                    timeout=_PATIENCE,
                    open=False,
                    # A statement is one transaction of its own. To plan one takes longer than to
                    # run it: it is planned once, whatever is asked, and not compiled to machine
                    # code, which only the planner's estimates would call for.
                    kwargs={
                        "autocommit": True,
                        "prepare_threshold": 0,
                        "application_name": "clearsky asks",
                        "options": "-c jit=off -c plan_cache_mode=force_generic_plan"
                        " -c default_transaction_read_only=on"
                        f" -c statement_timeout={int(_PATIENCE * 1000)}",
                    },
                )
                await pool.open()
                self._pool, self.loop = pool, asyncio.get_running_loop()
        return self._pool

    async def close(self) -> None:
        """Closes its connections."""
        if self._pool is not None:
            await self._pool.close()
        self._pool = self.loop = None


def asking_of(engine: Engine) -> Asking:
    """The way that fits the engine."""
    return SqliteAsking(engine) if engine.dialect.name == "sqlite" else PostgresAsking(engine)
