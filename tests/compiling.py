"""Each test opens engines of its own, and compiling statements takes longer than most tests do.

So a statement is compiled once a process. Each engine still has its own dialect, with its own
events and defaults; SQLAlchemy looks compiled statements up by the dialect, and here all dialects
of one class are equal.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from app.kernel import database

_compiled: LRUCache[Any, Any] = LRUCache(10_000)
_create_engine = database.create_engine


def _hash(dialect: Dialect) -> int:
    return hash(type(dialect))


def _equal(dialect: Dialect, other: object) -> bool:
    return type(dialect) is type(other)


def _create_engine_with_shared_cache(
    *arguments: Any, execution_options: dict[str, Any], **options: Any
) -> Engine:
    shared = {**execution_options, "compiled_cache": _compiled}
    return _create_engine(*arguments, execution_options=shared, **options)


def compile_once() -> None:
    """Has every engine that the application opens from now on use one cache."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__hash__ = _hash  # type: ignore[method-assign, assignment]
        dialect.__eq__ = _equal  # type: ignore[method-assign, assignment]
    database.create_engine = _create_engine_with_shared_cache
