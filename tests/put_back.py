"""A database put back to what it was, beneath the processes that serve it.

So a promoted server leaves it that had not heard of the last commits. Nobody is told, and no
connection breaks.
"""

import sqlite3
from collections.abc import Callable

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.tables import Base


def copied(url: str) -> Callable[[], None]:
    """Copies a database; what is returned puts it back to that."""
    if url.startswith("sqlite"):
        return _copied_file(str(make_url(url).database))
    return _copied_rows(url)


def _copied_file(path: str) -> Callable[[], None]:
    copy = sqlite3.connect(":memory:")

    def put_back() -> None:
        live = sqlite3.connect(path)
        copy.backup(live)
        live.close()

    live = sqlite3.connect(path)
    live.backup(copy)
    live.close()
    return put_back


def _copied_rows(url: str) -> Callable[[], None]:
    tables = [sql.Identifier(table.name) for table in Base.metadata.sorted_tables]
    copies = []
    with psycopg.connect(url) as connection:
        for table in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as rows:
                copies.append(b"".join(rows))

    def put_back() -> None:
        with psycopg.connect(url) as connection:
            # Rows come in any order, and no trigger has a say.
            connection.execute("SET session_replication_role = replica")
            for table, copy in zip(tables, copies, strict=True):
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as rows:
                    rows.write(copy)

    return put_back
