"""Many clients at once: no change is lost, and whoever cannot be served yet is told so."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError

from app.kernel.access import OPERATOR
from app.kernel.database import BusyError, is_busy, open_engine
from app.kernel.journal import Author
from app.kernel.sessions import Database
from tests.cli.running import DEADLINE
from tests.trust.crashing import load_on

pytestmark = pytest.mark.both_engines

CLIENTS = 64
SHARED = [f"/v1/dialogues/shared-{number}" for number in range(4)]
# Another process that takes SQLite's write lock and lets it go, line by line.
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
for line in sys.stdin:
    connection.execute(line)
    print("done", flush=True)
"""


def test_64_clients_that_change_the_same_records_lose_no_change(clients):
    for path in SHARED:
        body = {
            "id": path.rpartition("/")[2],
            "name": {"en": "Shared by all"},
            "parties": ["KR", "CN"],
            "level": "working",
        }
        clients.admin.post("/v1/dialogues", json=body).raise_for_status()
    together = threading.Barrier(CLIENTS)

    def change(number: int) -> str:
        client = (clients.korea, clients.china)[number % 2]
        path = SHARED[number % len(SHARED)]
        together.wait()
        # What stands in the way each time is that the change of another came through.
        for _ in range(CLIENTS // len(SHARED)):
            read = client.get(path)
            added = {"aliases": [*read.json()["aliases"], {"en": f"Client {number}"}]}
            tag = {"If-Match": read.headers["etag"]}
            answer = client.patch(path, json=added, headers=tag)
            if answer.status_code == 200:
                return str(answer.headers["revision"])
            assert answer.status_code == 412, answer.text
        raise AssertionError("it never came through")

    with ThreadPoolExecutor(CLIENTS) as pool:
        revisions = set(pool.map(change, range(CLIENTS)))
    assert len(revisions) == CLIENTS
    for place, path in enumerate(SHARED):
        names = {alias["en"] for alias in clients.anonymous.get(path).json()["aliases"]}
        assert names == {f"Client {n}" for n in range(CLIENTS) if n % len(SHARED) == place}
        history = clients.korea.get(f"{path}/history", params={"limit": 200}).json()["items"]
        lengths = [len(entry["record"]["aliases"]) for entry in history]
        assert lengths == list(range(len(history))), "each change is the one before and one more"
    assert clients.korea.post("/v1/journal/verify").json()["valid"]


class Holder:
    """Another process, which holds SQLite's write lock when it is told to."""

    def __init__(self, path: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _do(self, statement: str) -> None:
        self.process.stdin.write(f"{statement}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Inside the block nobody else can write."""
        self._do("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._do("ROLLBACK")


@pytest.fixture
def url(sqlite_templates) -> Iterator[str]:
    with sqlite_templates.fresh("reference") as made:
        yield made


@pytest.fixture
def holder(url) -> Iterator[Holder]:
    made = Holder(url.removeprefix("sqlite:///"))
    yield made
    made.process.stdin.close()
    assert made.process.wait(DEADLINE) == 0
    made.process.stdout.close()


def test_under_load_sqlite_writes_or_says_that_it_is_busy_and_loses_nothing(
    url, holder, running_server, sqlite_templates
):
    database = Database(open_engine(url, busy_timeout=0.05))
    running_server.app.state.database = database
    with load_on([running_server.address], sqlite_templates, clients=16) as load:
        with load.under_way():
            for _ in range(2):
                with holder.holding():
                    # Again and again: far longer than the limit.
                    load.wait_until_refused(load.refused + 2 * len(load.clients))
                    read = load.ask("GET", "/v1/people")
                    assert len(read.json()["items"]) >= len(load.clients)
                load.wait_for_writes()
        load.hold()
    database.close()


def test_what_a_write_has_waited_before_counts_towards_its_limit(url, holder):
    limit = 3600.0
    database = Database(open_engine(url, busy_timeout=limit))
    long_ago = time.monotonic() - limit
    author = Author(OPERATOR)

    def late() -> None:
        with database.writing(author, asked_at=long_ago):
            pass

    # For its turn in the process.
    with database.writing(author), pytest.raises(BusyError):
        late()
    # For the file.
    with holder.holding(), pytest.raises(OperationalError) as refused:
        late()
    assert is_busy(refused.value)
    # Where nobody is in the way it is done, however late.
    late()
    # The next waits as long as ever.
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == limit * 1000
    database.close()
