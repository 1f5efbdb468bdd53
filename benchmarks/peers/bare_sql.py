"""Bare Starlette and asyncpg: one hand-written statement an answer, which PostgreSQL makes whole.

The limit of a miss: nothing stands between the query and the socket.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

CONNECTIONS = 8
BATCH = 1000
# The last sequence that a change can have: what lies after it is of a later revision.
LAST = 2**31 - 1

PROGRESS = (Path(__file__).parent / "progress.sql").read_text("utf-8")

# A record's document stands in the journal as JSON already, in the revision that last changed it.
ONE = """
SELECT change.document
FROM status_report AS report
JOIN change ON change.kind = 'status_report'
    AND change.record_id = report.id
    AND change.revision = report.revision
WHERE report.id = $1 AND report.visibility = 'public'
"""

# One row more than is asked for says whether there is a next page.
PAGE = """
SELECT concat(
    '{"items":[', string_agg(report.document, ',') FILTER (WHERE report.place <= $2),
    '],"next":', coalesce(
        '"' || max(report.id) FILTER (WHERE report.place = $2 AND report.more) || '"', 'null'
    ),
    '}'
)
FROM (
    SELECT
        found.id,
        (
            SELECT change.document
            FROM change
            WHERE change.kind = 'status_report'
              AND change.record_id = found.id
              AND change.revision = found.revision
        ) AS document,
        row_number() OVER () AS place,
        count(*) OVER () > $2 AS more
    FROM (
        SELECT id, revision
        FROM status_report
        WHERE id > $1 AND visibility = 'public'
        ORDER BY id ASC
        LIMIT $2 + 1
    ) AS found
) AS report
"""
PAGES = {"id": PAGE, "-id": PAGE.replace("id > $1", "id < $1").replace("id ASC", "id DESC")}
# Before the first id, and after the last: ids are lower-case slugs.
ENDS = {"id": "", "-id": "~"}

# Nothing that stands beside a change's document needs escaping. A time has no fraction where it
# is a whole second, as everywhere in the API.
FEED = """
SELECT concat(
    '{"items":[', string_agg(change.record, ',') FILTER (WHERE change.place <= $3),
    '],"next":', coalesce(
        max(change.here) FILTER (WHERE change.place = $3 AND change.more), 'null'
    ),
    ',"revision":', (SELECT number FROM journal_head WHERE id = 1), '}'
)
FROM (
    SELECT
        concat(
            '{"revision":', found.revision,
            ',"at":"', replace(
                to_char(found.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', ''
            ),
            'Z","kind":"', found.kind,
            '","id":"', found.record_id,
            '","operation":"', found.operation,
            '","record":', coalesce(found.document, 'null'),
            ',"digest":"', found.digest, '"}'
        ) AS record,
        concat('"', found.revision, '.', found.sequence, '"') AS here,
        row_number() OVER () AS place,
        count(*) OVER () > $3 AS more
    FROM (
        SELECT change.*, revision.at
        FROM change
        JOIN revision ON revision.number = change.revision
        WHERE (change.revision, change.sequence) > ($1, $2) AND change.visibility = 'public'
        ORDER BY change.revision, change.sequence
        LIMIT $3 + 1
    ) AS found
) AS change
"""

SNAPSHOT = """
SELECT change.document
FROM status_report AS report
JOIN change ON change.kind = 'status_report'
    AND change.record_id = report.id
    AND change.revision = report.revision
WHERE report.visibility = 'public'
ORDER BY report.id
"""


async def _leave_as_it_is(connection: asyncpg.Connection) -> None:
    """No round trip to reset a connection that was only asked single statements."""


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        reset=_leave_as_it_is,
        # To plan such a statement takes longer than to run it.
        server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"},
    ) as pool:
        app.state.pool = pool
        yield


def _answer(body: str | None) -> Response:
    if body is None:
        return JSONResponse({"detail": "Not found"}, 404)
    return Response(body, media_type="application/json")


async def progress(request: Request) -> Response:
    """A plan's progress today."""
    return _answer(await request.app.state.pool.fetchval(PROGRESS, request.path_params["id"]))


async def status_reports(request: Request) -> Response:
    """A page of status reports, by id."""
    asked = request.query_params
    sort = asked.get("sort", "id")
    after = asked.get("cursor", ENDS[sort])
    pool = request.app.state.pool
    return _answer(await pool.fetchval(PAGES[sort], after, int(asked.get("limit", 50))))


async def status_report(request: Request) -> Response:
    """One status report."""
    return _answer(await request.app.state.pool.fetchval(ONE, request.path_params["id"]))


async def changes(request: Request) -> Response:
    """A page of the feed."""
    asked = request.query_params
    if "cursor" in asked:
        revision, sequence = map(int, asked["cursor"].split("."))
    else:
        revision, sequence = int(asked.get("since", 0)), LAST
    pool, limit = request.app.state.pool, int(asked.get("limit", 50))
    return _answer(await pool.fetchval(FEED, revision, sequence, limit))


async def snapshot(request: Request) -> Response:
    """All status reports, one a line."""

    async def lines() -> AsyncIterator[str]:
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            cursor = await connection.cursor(SNAPSHOT)
            while rows := await cursor.fetch(BATCH):
                yield "".join(f"{row[0]}\n" for row in rows)

    return StreamingResponse(lines(), media_type="application/jsonl")


app = Starlette(
    lifespan=_lifespan,
    routes=[
        Route("/v1/agreements/{id}/progress", progress),
        Route("/v1/status-reports", status_reports),
        Route("/v1/status-reports/{id}", status_report),
        Route("/v1/changes", changes),
        Route("/snapshot", snapshot),
    ],
)
