"""Asking one statement from the event loop itself, without a thread and a session.

For answers that one statement gives, and gives soon. Whatever goes wrong here is told by None: the
ordinary way through a session then answers, or says what is wrong.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Engine

from app.kernel.database import PATIENCE_OF_CONNECTIONS, quick_sqlite
from app.kernel.statements import Found, OneStatement

# Longer than any such statement takes: waiting longer means that something is wrong.
_PATIENCE = 2.0
# While a database is out of reach it is looked for so often, beside what is asked.
_PAUSE = 1.0


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
        # Runs while the database is out of reach: nobody who asks waits for it then.
        self._looking: asyncio.Task[None] | None = None

    async def ask(self, statement: OneStatement, parameters: Mapping[str, Any]) -> Found | None:
        """What the statement finds; None while the database is out of reach."""
        if self._looking is not None:
            return None
        try:
            pool = self._pool or await self._opened()
            async with pool.connection() as connection:
                compiled = statement.compiled("postgresql")
                found = await connection.execute(compiled.sql, compiled.values(parameters))
                row = await found.fetchone()
        except psycopg.Error as error:
            if _is_cut_off(error) and self._looking is None:
                self._looking = asyncio.create_task(self._look_for_it())
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
                        "cursor_factory": psycopg.AsyncRawCursor,
                        **PATIENCE_OF_CONNECTIONS,
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

    async def _look_for_it(self) -> None:
        # The pool itself would try ever more seldom; another one is made once it is there.
        pool, self._pool = self._pool, None
        try:
            if pool is not None:
                await pool.close()
            while not await self._is_there():
                await asyncio.sleep(_PAUSE)
        finally:
            self._looking = None

    async def _is_there(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(
                self._address, connect_timeout=int(_PATIENCE), application_name="clearsky asks"
            )
        except psycopg.Error:
            return False
        await connection.close()
        return True

    async def close(self) -> None:
        """Closes its connections."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
            self._looking = None
        if self._pool is not None:
            await self._pool.close()
        self._pool = self.loop = None


def _is_cut_off(error: psycopg.Error) -> bool:
    # No SQLSTATE: no connection was to be had, or it broke. 57P0x: the server shuts down or starts.
    return isinstance(error, psycopg.OperationalError) and (
        error.sqlstate is None or error.sqlstate.startswith(("08", "57P0"))
    )


def asking_of(engine: Engine) -> Asking:
    """The way that fits the engine."""
    return SqliteAsking(engine) if engine.dialect.name == "sqlite" else PostgresAsking(engine)
