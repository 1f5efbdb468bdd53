"""Bare Starlette that answers every path with the same bytes from memory: the limit of a hit.

The environment names the file that holds them, BODY, and their entity tag, ETAG.
"""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ETAG = os.environ["ETAG"]
HEADERS = {"ETag": ETAG}
BODY = Path(os.environ["BODY"]).read_bytes()


async def answer(request: Request) -> Response:
    """The bytes, or 304 where the caller has them already."""
    if request.headers.get("if-none-match") == ETAG:
        return Response(status_code=304, headers=HEADERS)
    return Response(BODY, headers=HEADERS, media_type="application/json")


app = Starlette(routes=[Route("/{path:path}", answer)])
