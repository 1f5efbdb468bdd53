"""Statements per request: for each list, and for progress, with few rows and with many."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import Engine, event

from app.feed.collections import COLLECTIONS
from app.kernel.logs import configure_logs
from app.main import create_app
from app.settings import load_settings
from benchmarks.record import PLAN, add_records, databases
from benchmarks.serving import serving

PATHS = [
    *(f"/v1/{collection}?limit={{limit}}" for collection in COLLECTIONS),
    "/v1/changes?limit={limit}",
    f"/v1/agreements/{PLAN}/progress",
    f"/v1/agreements/{PLAN}/progress?at_revision=2",
    "/v1/dialogues/cn-kr-dg-dialogue/progress",
    f"/v1/action-items/{PLAN}-1/standing",
    f"/v1/action-items/{PLAN}-1/timeline",
    "/v1/meetings/cn-kr-dg-dialogue-7/progress",
    f"/v1/agreements/{PLAN}/reviews",
]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed inside the block, transaction control aside."""
    statements: list[str] = []

    def note(connection, cursor, statement, *rest):  # type: ignore[no-untyped-def] # noqa: ARG001
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def main() -> None:
    """Prints a table: path, then the statements on each engine with 2 rows and with 200."""
    configure_logs("error", "json")
    counts: dict[str, list[int]] = {path: [] for path in PATHS}
    columns: list[str] = []
    with databases() as urls:
        for name, url in urls.items():
            add_records(url, items=200, reports=3)
            app = create_app(load_settings(database_url=url, log_level="error"))
            with serving(app) as address, httpx.Client(base_url=address) as client:
                for limit in (2, 200):
                    columns.append(f"{name} {limit}")
                    for path in PATHS:
                        with counted(app.state.database.engine) as statements:
                            client.get(path.format(limit=limit)).raise_for_status()
                        counts[path].append(len(statements))
    width = max(map(len, PATHS))
    print(" " * width, *(f"{column:>14}" for column in columns))
    for path, found in counts.items():
        print(f"{path:<{width}}", *(f"{count:>14}" for count in found))


if __name__ == "__main__":
    main()
