"""Peer F: PostGraphile, GraphQL over Clear Sky's tables; README.md says how its answers map.

It is here once `npm ci` has run in this folder.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.load import Request

FOLDER = Path(__file__).parent
_MODULES = FOLDER / "node_modules"
PAGE = 50


def operation(*names: str, **variables: object) -> Request:
    """A POST of an operation and the fragments that it uses, by the names of their files."""
    query = "\n".join((FOLDER / f"{name}.graphql").read_text("utf-8") for name in names)
    body = json.dumps({"query": query, "variables": variables})
    return Request("/graphql", "POST", {"Content-Type": "application/json"}, body)


class Operations:
    """How PostGraphile is asked; what it has no way of answering here is None."""

    def progress(self, plan: str) -> Request | None:
        """Where the items of a plan stand."""
        return operation("progress", id=plan)

    def record(self, report: str) -> Request | None:
        """One status report."""
        return operation("record", "report", id=report)

    def first_page(self) -> Request | None:
        """The oldest status reports."""
        return operation("list", "report", first=PAGE)

    def last_page(self, address: str, after: str) -> Request | None:  # noqa: ARG002
        """A page near the end of the same list, by the cursor that leads there."""
        asked = operation("end", last=PAGE + 10)
        answer = httpx.post(address + asked.path, content=asked.body, headers=dict(asked.headers))
        first, *_ = answer.raise_for_status().json()["data"]["reports"]["edges"]
        return operation("list", "report", first=PAGE, after=first["cursor"])

    def feed(self, since: int) -> Request | None:
        """The changes after a revision."""
        return operation("feed", since=str(since), first=PAGE)

    def report(self, item: str, key: str) -> Request | None:  # noqa: ARG002
        """Only reading is compared."""
        return None

    def bulk(self, plan: str, key: str) -> Request | None:  # noqa: ARG002
        """Only reading is compared."""
        return None

    def snapshot(self) -> Request | None:
        """It has no answer of all status reports."""
        return None


class PostGraphile:
    """One process of Node, on the schema that it prepares."""

    letter = "f"
    title = "PostGraphile 5"
    works = Operations()

    def prepare(self, url: str) -> None:
        """Makes the schema that it shows, anew."""
        with psycopg.connect(url) as connection:
            connection.execute((FOLDER / "schema.sql").read_bytes())

    def command(self, python: str, port: int) -> Sequence[str]:  # noqa: ARG002
        """What starts it: the Node that npm has installed with it, or else the machine's own."""
        own = _MODULES / ".bin" / "node"
        node = str(own) if own.exists() else "node"
        environment = ["env", "NODE_ENV=production", "GRAPHILE_ENV=production"]
        return [*environment, node, str(FOLDER / "server.mjs"), str(port)]


def progress_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to progress.graphql as GET /v1/agreements/{id}/progress gives it."""
    agreement = data["agreement"]
    return {
        "dialogue": None,
        "meeting": None,
        "agreement": {"id": agreement["id"], "name": agreement["name"]},
        "as_of": agreement["as_of"],
        "revision": int(data["revision"]),
        "summary": agreement["summary"],
        "items": agreement["items"],
    }


PEERS = {"postgraphile": PostGraphile()} if _MODULES.exists() else {}
