"""Several queries asked as one statement, of one state of the record, compiled once."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import JSON, Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler

from app.kernel.access import Principal
from app.kernel.visibility import SEEN, held_to_visibility, seen_by

Rows = list[list[Any]]
_NEWEST = "(SELECT number FROM journal_head WHERE id = 1)"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in an engine's own words, and what each of its placeholders takes."""

    sql: str
    # For each placeholder the name of a parameter, or None and the value that is always the same.
    places: tuple[tuple[str | None, Any], ...]

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """What to bind, in order."""
        return tuple(value if name is None else parameters[name] for name, value in self.places)


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement found: the newest revision, and the rows of each query by its name."""

    revision: int
    rows: Mapping[str, Rows]


@dataclass(slots=True)
class OneStatement:
    """Queries by name, held to what a caller may see; asked together.

    Each answers with the rows of its columns, in its order, as JSON values. Parameters are the
    queries' own bindparam() names.
    """

    queries: Mapping[str, Select[Any]]
    _compiled: dict[str, Compiled] = field(default_factory=dict)

    def compiled(self, engine: str) -> Compiled:
        """The statement for `sqlite` or `postgresql`."""
        if engine not in self._compiled:
            self._compiled[engine] = _compile(self.queries, engine)
        return self._compiled[engine]

    def parameters(self, principal: Principal, **given: Any) -> dict[str, Any]:
        """The values of its parameters, with those that hold it to what `principal` may see."""
        return {**given, SEEN: seen_by(principal)}

    def found(self, row: Sequence[Any]) -> Found:
        """What the one row of its answer says."""
        revision, *columns = row
        return Found(
            revision,
            {
                name: orjson.loads(column) if column else []
                for name, column in zip(self.queries, columns, strict=True)
            },
        )


def _compile(queries: Mapping[str, Select[Any]], engine: str) -> Compiled:
    dialect: Dialect = (
        sqlite.dialect(paramstyle="qmark")
        if engine == "sqlite"
        else PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    )
    columns, places = [_NEWEST], []
    for name, query in queries.items():
        compiled = held_to_visibility(query).compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{name} is no query")
        columns.append(f"({_as_rows(query, str(compiled), engine)}) AS {name}")
        places.extend(_places(compiled, dialect))
    sql = f"SELECT {', '.join(columns)}"
    return Compiled(sql if engine == "sqlite" else _numbered(sql), tuple(places))


def _numbered(sql: str) -> str:
    """SQL with PostgreSQL's own placeholders: psycopg need not look for its own in each request."""
    numbers = itertools.count(1)
    return re.sub("%[s%]", lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql)


def _as_rows(query: Select[Any], sql: str, engine: str) -> str:
    """SQL for all rows of a query as one text: a JSON array of arrays."""
    names, values = [], []
    for place, column in enumerate(query.selected_columns):
        names.append(f"c{place}")
        # SQLite's JSON is text, which would be quoted once more.
        is_text = engine == "sqlite" and isinstance(column.type, JSON)
        values.append(f"json(c{place})" if is_text else f"c{place}")
    row = ", ".join(values)
    if engine == "sqlite":
        rows = f"json_group_array(json_array({row}))"
    else:
        rows = f"json_agg(json_build_array({row}))::text"
    return f"WITH asked({', '.join(names)}) AS ({sql}) SELECT {rows} FROM asked"  # noqa: S608 (no value stands in it)


def _places(compiled: SQLCompiler, dialect: Dialect) -> list[tuple[str | None, Any]]:
    places: list[tuple[str | None, Any]] = []
    for name in compiled.positiontup or ():
        bound = compiled.binds[name]
        if bound.required:
            places.append((bound.key, None))
            continue
        process = bound.type.bind_processor(dialect)
        value = bound.effective_value
        places.append((None, process(value) if process else value))
    return places
