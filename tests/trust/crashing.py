"""A record is written to while what serves it, or holds it, is killed; and what must be so then.

A few kills are made by the tests. Many, from the checkout:

    python -m tests.trust.crashing --kills 200 --engine sqlite
"""

import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import click
import httpx
import psutil

from tests import plain_http
from tests.asking import Caller
from tests.cli.running import DEADLINE, Serving, started
from tests.engines import PostgresTemplates, SqliteTemplates, Templates, folder_for_databases
from tests.ports import unused_port
from tests.replicas import PostgresServer
from tests.waiting import wait_until

PLAN = "clear-sky-plan-2023"
ITEMS = tuple(f"{PLAN}-{number}" for number in range(1, 10))
# An answer that is the same answer again has these as it had them.
TOLD = ("etag", "location", "revision", "content-type")
# After so many kills a new record is taken.
RENEWED = 20


@dataclass(frozen=True)
class Write:
    """What a client asks to be written, once."""

    method: str
    path: str
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Acknowledged:
    """A write, and what was answered: its revision, and the records as they then were."""

    write: Write
    revision: int
    records: list[dict[str, Any]]
    told: tuple[object, ...]


def told_by(answer: httpx.Response) -> tuple[object, ...]:
    """What an answer says, for comparing it with another."""
    headers = [answer.headers.get(name) for name in TOLD]
    return answer.status_code, answer.content, *headers


@dataclass
class Client(Caller):
    """One who writes, and does not let go of a write before it is answered."""

    name: str = ""
    ministry: str = ""
    acknowledged: list[Acknowledged] = field(default_factory=list)
    # Of the client's own record, as it was last read.
    etag: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def own_record(self) -> str:
        """Where the record is that this client alone changes."""
        return f"/v1/people/{self.name}"

    def introduce(self) -> None:
        """Adds the client's own record."""
        name = {"en": f"Client {self.name}"}
        body = {"id": self.name, "name": name, "organization": self.ministry}
        self.etag = self.add("/v1/people", body).headers["etag"]

    def work(self, stop: Event) -> None:
        """Writes one thing after another until `stop`; what was begun is then answered."""
        while not stop.is_set():
            self.random.choice((self.report, self.report, self.report_on_many, self.rename))()

    def report(self) -> None:
        """A report on an item."""
        self.add(f"/v1/action-items/{self.random.choice(ITEMS)}/reports", self._saying())

    def report_on_many(self) -> None:
        """Reports on several items in one write."""
        items = self.random.sample(ITEMS, self.random.randint(2, 5))
        reports = [{"action_item": item, **self._saying()} for item in items]
        self.add(f"/v1/agreements/{PLAN}/reports", {"reports": reports})

    def rename(self) -> None:
        """A change of the client's own record, against what it has read of it."""
        body = {"title": self._saying()["summary"]}
        write = Write("PATCH", self.own_record, body, {"If-Match": self.etag})
        answer, certain = self.send(write)
        if answer.status_code == 412:
            # Nobody else changes it: the change is there already, from when there was no answer.
            assert not certain, answer.text
            wanted = {"Min-Revision": answer.headers["revision"]}
            answer, _ = self.send(Write("GET", self.own_record, {}, wanted))
        assert answer.status_code == 200, answer.text
        record = answer.json()
        assert record["title"] == body["title"], "an acknowledged change is there, and nobody's"
        self.etag = answer.headers["etag"]
        revision = record["revision"]
        self.acknowledged.append(Acknowledged(write, revision, [record], told_by(answer)))

    def add(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Adds something under a key of its own."""
        key = f"{self.name}-{next(self._numbers)}"
        write = Write("POST", path, body, {"Idempotency-Key": key})
        answer, certain = self.send(write)
        assert answer.status_code == 201, answer.text
        content = answer.json()
        acknowledged = Acknowledged(
            write,
            int(answer.headers["revision"]),
            content.get("items", [content]),
            told_by(answer),
        )
        if not certain:
            self.repeat(acknowledged)
        self.acknowledged.append(acknowledged)
        return answer

    def repeat(self, acknowledged: Acknowledged) -> None:
        """The same write under the same key is answered as it was the first time."""
        answer, _ = self.send(acknowledged.write)
        assert told_by(answer) == acknowledged.told, (told_by(answer), acknowledged.told)
        assert answer.headers["idempotent-replayed"] == "true"

    def send(self, write: Write) -> tuple[httpx.Response, bool]:
        """Sends it until it is answered; and whether that was the first time."""
        body = write.body or None
        return self.insist(write.method, write.path, json=body, headers=write.headers)

    def _saying(self) -> dict[str, Any]:
        # No two alike: each write says something new.
        said = {"en": f"{self.name}, {next(self._numbers)}", "ko": "현재 상황", "zh": "当前情况"}
        return {"status": "on_track", "progress": self.random.randrange(1, 100), "summary": said}


@dataclass
class Load:
    """Several clients at once, and what the record must say of what they have written."""

    addresses: Sequence[str]
    templates: Templates
    clients: list[Client]
    newest: int
    random: random.Random
    repeatable: list[tuple[Client, Acknowledged]] = field(default_factory=list)
    working: list[Future[None]] = field(default_factory=list)
    held: int = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """While the block runs the clients write; afterwards each of their writes is answered."""
        stop = Event()
        with ThreadPoolExecutor(len(self.clients)) as pool:
            self.working = [pool.submit(client.work, stop) for client in self.clients]
            try:
                yield
            finally:
                stop.set()
                for each in self.working:
                    each.result()

    @property
    def unanswered(self) -> int:
        """How many writes were sent again."""
        return sum(client.unanswered for client in self.clients)

    @property
    def refused(self) -> int:
        """How many of them had been answered by 503."""
        return sum(client.refused for client in self.clients)

    def wait_for_writes(self, count: int = 1) -> None:
        """Returns once each client has had so many more writes acknowledged."""
        before = [len(client.acknowledged) for client in self.clients]
        wait_until(
            # One that has failed says so when the load ends.
            lambda: (
                any(each.done() for each in self.working)
                or all(
                    len(client.acknowledged) >= had + count
                    for client, had in zip(self.clients, before, strict=True)
                )
            ),
            seconds=DEADLINE,
        )

    def wait_until_refused(self, count: int) -> None:
        """Returns once so many writes, of all until now, have been answered by 503."""
        wait_until(
            lambda: any(each.done() for each in self.working) or self.refused >= count,
            seconds=DEADLINE,
        )

    def hold(self) -> None:
        """All that was acknowledged since the last time is in the record, once, and nothing else.

        Asked while nobody writes.
        """
        acknowledged = [(client, each) for client in self.clients for each in client.acknowledged]
        by_revision = {each.revision: each for _, each in acknowledged}
        assert len(by_revision) == len(acknowledged), "each write is a revision of its own"
        journal, head = self.changes()
        assert sorted(journal) == list(range(self.newest + 1, head + 1)), "no revision is missing"
        assert set(journal) == set(by_revision), "no revision is there that nobody wrote"
        for revision, each in by_revision.items():
            # Whole: all the records that the write has made, as its answer gave them.
            assert by_id(journal[revision]) == by_id(each.records)
        verified = self.ask("POST", "/v1/journal/verify").json()
        assert verified["valid"], verified
        assert verified["head"]["revision"] == head
        self.repeatable += [pair for pair in acknowledged if pair[1].write.method == "POST"]
        for client, each in self.random.sample(self.repeatable, min(8, len(self.repeatable))):
            client.repeat(each)
        assert self.changes()[1] == head, "what is repeated writes nothing"
        for client in self.clients:
            client.acknowledged.clear()
        self.newest, self.held = head, self.held + len(acknowledged)

    def changes(self) -> tuple[dict[int, list[dict[str, Any]]], int]:
        """The records that each revision since the last time has changed, and the newest one."""
        path, found = "/v1/changes", defaultdict(list)
        asked: dict[str, Any] | None = {"since": self.newest, "limit": 200}
        while asked is not None:
            page = self.ask("GET", path, params=asked).json()
            for change in page["items"]:
                found[change["revision"]].append(change["record"])
            asked = {**asked, "cursor": page["next"]} if page["next"] else None
        return dict(found), page["revision"]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """What the record says, past all that a process may keep or know late."""
        credentials = {"Authorization": f"Bearer {self.templates.keys['admin']}"}
        newest = max((each.revision for c in self.clients for each in c.acknowledged), default=0)
        headers = credentials | {"Min-Revision": str(max(newest, self.newest))}
        with plain_http.client(timeout=DEADLINE, headers=headers) as client:
            answer = client.request(method, f"{self.addresses[0]}{path}", **options)
        assert answer.status_code == 200, answer.text
        return answer


def by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: record["id"])


@contextmanager
def load_on(
    addresses: Sequence[str], templates: Templates, *, clients: int = 4, seed: int = 1
) -> Iterator[Load]:
    """Clients of what is served at these addresses, each with its own record there already."""
    choices = random.Random(seed)
    sides = itertools.cycle((("korea", "kr-moe"), ("china", "cn-mee")))
    made = [
        Client(
            templates.keys[side],
            addresses,
            random.Random(f"{seed} {number}"),
            name=f"client-{number}",
            ministry=ministry,
        )
        for number, (side, ministry) in zip(range(clients), sides, strict=False)
    ]
    # What the reference record came with is its first revision.
    load = Load(addresses, templates, made, 1, choices)
    with ExitStack() as stack:
        for client in made:
            stack.enter_context(client.http)
            client.introduce()
        yield load


@dataclass
class Process:
    """`clearsky serve` at one address, as often as it is started."""

    folder: Path
    settings: dict[str, str]
    stack: ExitStack
    port: int = field(default_factory=unused_port)
    runs: list[Serving] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, after which it need not be ready yet."""
        run = started(self.folder / str(len(self.runs)), self.port, **self.settings)
        self.runs.append(self.stack.enter_context(run))

    def wait_until_ready(self) -> None:
        self.runs[-1].wait_until_ready()

    def kill(self) -> None:
        """Ends it as a crash would: it gets to do nothing any more."""
        process = self.runs[-1].process
        assert process.poll() is None, f"it stopped by itself: {self.runs[-1].errors}"
        process.kill()
        process.wait()

    def assert_no_fault(self) -> None:
        """Nothing that it has answered was a fault of its own."""
        for run in self.runs:
            run.assert_no_fault()


@contextmanager
def processes(url: str, count: int, folder: Path, **settings: str) -> Iterator[list[Process]]:
    """`count` processes that serve the database at `url`, each ready; without any fault at all."""
    settings = {"log_level": "error"} | settings | {"database_url": url}
    with ExitStack() as stack:
        made = [Process(folder / str(number), settings, stack) for number in range(count)]
        for process in made:
            process.start()
        for process in made:
            process.wait_until_ready()
        yield made
        for process in made:
            process.assert_no_fault()


def kill_postgres(server: PostgresServer) -> None:
    """Kills PostgreSQL's first process; returns once those that it had started are gone too."""
    first = server.get_postmaster_info().process
    everyone = [first, *first.children(recursive=True)]
    first.kill()
    wait_until(lambda: all(map(_is_gone, everyone)))
    # Where nobody has buried it, PostgreSQL would take the first process to be running still.
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        for folder in {server.pgdata, server.get_postmaster_info().socket_dir}:
            (folder / name).unlink(missing_ok=True)


def _is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Crashes:
    """Kills at random moments of a load, each followed by a start and a look at everything."""

    load: Load
    processes: list[Process]
    random: random.Random
    # The PostgreSQL server, where that is to be killed too.
    server: PostgresServer | None = None
    kills: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def once(self) -> None:
        """One crash under load, and all that was acknowledged is there."""
        with self.load.under_way():
            time.sleep(self.random.uniform(0.0, 0.6))
            self._choose()()
            # Those who had no answer get one now; and others come after them.
            self.load.wait_for_writes()
        self.load.hold()

    def _choose(self) -> Callable[[], None]:
        if self.server is not None and self.random.random() < 0.2:
            return self._the_database
        return self.random.choice((self._one_process, self._every_process))

    def _one_process(self) -> None:
        self.kills["one process"] += 1
        self._kill([self.random.choice(self.processes)])

    def _every_process(self) -> None:
        self.kills["every process"] += 1
        self._kill(self.processes)

    def _kill(self, victims: list[Process]) -> None:
        for process in victims:
            process.kill()
        for process in victims:
            process.start()
        for process in victims:
            process.wait_until_ready()

    def _the_database(self) -> None:
        self.kills["PostgreSQL"] += 1
        kill_postgres(self.server)
        self.server.start()


@click.command()
@click.option("--engine", type=click.Choice(["sqlite", "postgresql"]), required=True)
@click.option("--kills", default=200, show_default=True)
@click.option("--clients", default=4, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes that serve the record.")
@click.option(
    "--seed", type=int, default=lambda: random.randrange(10**6), help="To do the same again."
)
def main(engine: str, kills: int, clients: int, workers: int, seed: int) -> None:
    """Kills what serves a record, and PostgreSQL itself, many times under load.

    After each kill all that was acknowledged must be in the record once, and nothing else. Now and
    then a new record is taken: to verify one takes the longer the longer it is.
    """
    click.echo(f"seed {seed}")
    choices = random.Random(seed)
    began, total, held, again = time.monotonic(), Counter[str](), 0, 0
    for done in range(0, kills, RENEWED):
        with crashing_on(engine, clients, workers, choices) as (load, crashes):
            for _ in range(min(RENEWED, kills - done)):
                crashes.once()
            total.update(crashes.kills)
            held, again = held + load.held, again + load.unanswered
        click.echo(
            f"{total.total()} kills in {time.monotonic() - began:.0f} s: {held} writes held,"
            f" {again} sent again; {dict(total)}"
        )


@contextmanager
def crashing_on(
    engine: str, clients: int, workers: int, choices: random.Random
) -> Iterator[tuple[Load, Crashes]]:
    """A record of its own, served on an engine, that clients write to, and what kills there."""
    with folder_for_databases("clearsky-crashing-") as place, ExitStack() as stack:
        if engine == "sqlite":
            (place / "databases").mkdir()
            templates: Templates = SqliteTemplates(place / "databases")
            server = None
        else:
            templates = PostgresTemplates(place / "data")
            server = templates.server
            stack.callback(server.cleanup)
        url = stack.enter_context(templates.fresh("reference"))
        served = stack.enter_context(processes(url, workers, place / "processes"))
        addresses = [process.address for process in served]
        seed = choices.randrange(10**6)
        load = stack.enter_context(load_on(addresses, templates, clients=clients, seed=seed))
        yield load, Crashes(load, served, choices, server)


if __name__ == "__main__":
    main()
