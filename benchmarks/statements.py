"""Statements per request: for each list, and for progress, with few rows and with many."""

import httpx

from app.agreements.models import ActionItem, Agreement
from app.agreements.schemas import ActionItemBody, AgreementBody
from app.directory.models import Person
from app.directory.schemas import PersonBody
from app.feed.collections import COLLECTIONS
from app.kernel.access import OPERATOR
from app.kernel.changes import create
from app.kernel.database import open_engine
from app.kernel.journal import Author
from app.kernel.logs import configure_logs
from app.kernel.sessions import Database
from app.main import create_app
from app.settings import load_settings
from benchmarks.data import PLAN
from benchmarks.databases import ENGINES, databases
from benchmarks.serving import serving, watched

REPORTS, MANY = 2_000, 200
# A plan of so many items.
LARGE_PLAN = "statements-plan"
PATHS = [
    *(f"/v1/{collection}?limit={{limit}}" for collection in COLLECTIONS),
    "/v1/changes?limit={limit}",
    f"/v1/agreements/{PLAN}/progress",
    f"/v1/agreements/{LARGE_PLAN}/progress",
    f"/v1/agreements/{PLAN}/progress?at_revision={{newest}}",
    "/v1/dialogues/cn-kr-dg-dialogue/progress",
    f"/v1/action-items/{PLAN}-1/standing",
    f"/v1/action-items/{PLAN}-1/timeline",
    "/v1/meetings/cn-kr-dg-dialogue-7/progress",
    f"/v1/agreements/{PLAN}/reviews",
]


def add_many(url: str) -> None:
    """Adds a plan of many items, and as many people."""
    engine = open_engine(url)
    with Database(engine).writing(Author(OPERATOR)) as session:
        plan = AgreementBody(
            id=LARGE_PLAN, kind="annual_plan", name={"en": "Benchmark"}, parties=["CN", "KR"]
        )
        create(session, Agreement, plan)
        session.flush()
        for number in range(1, MANY + 1):
            item = ActionItemBody(
                id=f"{LARGE_PLAN}-{number}",
                agreement=LARGE_PLAN,
                number=number,
                title={"en": f"Item {number}"},
            )
            create(session, ActionItem, item)
            person = PersonBody(id=f"benchmark-{number}", name={"en": f"Person {number}"})
            create(session, Person, person)
    engine.dispose()


def main() -> None:
    """Prints a table: path, then the statements on each engine with 2 rows and with 200."""
    configure_logs("error", "json")
    counts: dict[str, list[int]] = {path: [] for path in PATHS}
    columns: list[str] = []
    with databases() as made:
        for engine in ENGINES:
            url = made.shared(engine, REPORTS).url
            add_many(url)
            settings = load_settings(database_url=url, log_level="error", kept_answers_bytes=0)
            app = create_app(settings)
            with serving(app) as address, httpx.Client(base_url=address) as client:
                newest = client.get("/v1/journal/head").json()["revision"]
                for limit in (2, MANY):
                    columns.append(f"{engine} {limit}")
                    for path in PATHS:
                        with watched(app.state.database.engine) as statements:
                            client.get(path.format(limit=limit, newest=newest)).raise_for_status()
                        counts[path].append(len(statements))
    width = max(map(len, PATHS))
    print(" " * width, *(f"{column:>14}" for column in columns))
    for path, found in counts.items():
        print(f"{path:<{width}}", *(f"{count:>14}" for count in found))


if __name__ == "__main__":
    main()
