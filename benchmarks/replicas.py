"""Reading on streaming replicas: a primary and two hot standbys of it, all on this machine.

Where the machine has two cores, replicas add no throughput: the three servers of PostgreSQL, those
of Clear Sky and the load share them, so that two processes on replicas answer about as much as two
on the primary. What is shown is that reads leave the primary (how long its processors work for a
thousand answers), how long after its acknowledgement a write is there through each replica, and
what Min-Revision costs a reader who will not wait for that. Replication is asynchronous, as it is
by default; the primary is as durable as those of the other comparisons.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import httpx
import psutil
import psycopg

from benchmarks.bench import Bench, driving
from benchmarks.data import PLAN, generate, items_of, prepare
from benchmarks.databases import postgres_server
from benchmarks.load import LoadError, Measured
from benchmarks.measuring import Figure, Measure, in_rounds
from benchmarks.names import (
    MIN_REVISION,
    PRIMARY_BUSY,
    REPLICAS,
    REPLICAS_HIT,
    REPLICAS_PROGRESS,
    VISIBLE,
)
from benchmarks.servers import Server, clear_sky
from benchmarks.works import progress_of
from tests.replicas import PostgresServer, replica_of

_DATABASE = "benchmark"
# Writes in a round, for each second that a round of the others takes.
_WRITES_A_SECOND = 100
# Milliseconds that something takes once a revision has been acknowledged.
Late = Callable[[int], float]
C = TypeVar("C")
# A small record, by which is seen how far a replica is.
_SMALL = "/v1/parties/KR"


def compare_replicas(bench: Bench) -> None:
    """Clear Sky on a primary alone, and with a replica for each process."""
    if not bench.wants(*REPLICAS):
        return
    with _replicated(bench.effort.reports) as made:
        if bench.wants(REPLICAS_HIT):
            with _processes(made, kept_answers=True) as processes:
                _compare_rates(bench, REPLICAS_HIT, processes)
        if bench.wants(*REPLICAS[1:]):
            with _processes(made, kept_answers=False) as processes:
                if bench.wants(REPLICAS_PROGRESS):
                    _compare_rates(bench, REPLICAS_PROGRESS, processes)
                if bench.wants(PRIMARY_BUSY):
                    _compare_work_of_primary(bench, made, processes)
                _compare_lateness(bench, made, processes)


@dataclass(frozen=True)
class Replicated:
    """A database on a primary, and where it is read on each of its replicas."""

    primary: PostgresServer
    url: str
    replica_urls: Sequence[str]
    keys: dict[str, str]

    def primary_worked(self) -> float:
        """Seconds for which the primary has kept a processor busy."""
        main = psutil.Process(self.primary.get_pid())
        times = [main.cpu_times(), *(each.cpu_times() for each in main.children())]
        ended = times[0].children_user + times[0].children_system
        return float(ended + sum(each.user + each.system for each in times))


@contextmanager
def _replicated(reports: int) -> Iterator[Replicated]:
    with ExitStack() as stack:

        def folder() -> Path:
            name = TemporaryDirectory(prefix="clearsky-bench-", ignore_cleanup_errors=True)
            return Path(stack.enter_context(name))

        primary = stack.enter_context(postgres_server(folder()))
        with psycopg.connect(primary.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_DATABASE}")
        url = str(primary.get_uri(_DATABASE))
        keys = prepare(url)
        generate(url, reports)
        replicas = [stack.enter_context(replica_of(primary, folder())) for _ in range(2)]
        yield Replicated(primary, url, [replica.url(_DATABASE) for replica in replicas], keys)


@dataclass(frozen=True)
class Processes:
    """Processes of Clear Sky: two that know the primary alone, and two with a replica each."""

    on_primary: Sequence[Server]
    on_replicas: Sequence[Server]

    @property
    def contenders(self) -> dict[str, Sequence[Server]]:
        """Those that share a load. Two on the primary show what is the second process's merit."""
        return {
            "primary x1": self.on_primary[:1],
            "primary x2": self.on_primary,
            "replicas x2": self.on_replicas,
        }


@contextmanager
def _processes(made: Replicated, *, kept_answers: bool) -> Iterator[Processes]:
    with ExitStack() as stack:
        on_primary, on_replicas = [], []
        for replica_url in made.replica_urls:
            alone = clear_sky(made.url, kept_answers=kept_answers)
            reading = clear_sky(made.url, kept_answers=kept_answers, replica_url=replica_url)
            on_primary.append(stack.enter_context(alone))
            on_replicas.append(stack.enter_context(reading))
        yield Processes(on_primary, on_replicas)


def _compare_rates(bench: Bench, work: str, processes: Processes) -> None:
    in_rounds(
        bench.results,
        bench.effort,
        work,
        {name: _together(servers) for name, servers in processes.contenders.items()},
        clients=(16,),
        reports=bench.effort.reports,
    )


def _together(servers: Sequence[Server]) -> Measure:
    """A measure of the progress that several servers answer at once, to equal parts of clients.

    The rates are added up; the times are those of the slowest.
    """
    measures = [driving(server, progress_of(PLAN)) for server in servers]

    def measure(clients: int, seconds: float) -> Measured:
        each = max(1, clients // len(measures))
        with ThreadPoolExecutor(len(measures)) as pool:
            found = list(pool.map(lambda one: one(each, seconds), measures))
        requests = sum(one.requests for one in found)
        return Measured(
            requests=requests,
            seconds=requests / sum(one.rate for one in found),
            bytes=sum(one.bytes for one in found),
            p50_ms=max(one.p50_ms for one in found),
            p90_ms=max(one.p90_ms for one in found),
            p99_ms=max(one.p99_ms for one in found),
        )

    return measure


def _compare_work_of_primary(bench: Bench, made: Replicated, processes: Processes) -> None:
    """What progress, computed anew, costs the primary, whoever answers it."""
    contenders = {name: _together(servers) for name, servers in processes.contenders.items()}

    def work_for_answers(measure: Measure) -> tuple[float, None]:
        before = made.primary_worked()
        measured = measure(16, bench.effort.seconds)
        return (made.primary_worked() - before) * 1000 / measured.requests * 1000, None

    for measure in contenders.values():
        measure(16, 0)
    _add_rounds(bench, PRIMARY_BUSY, contenders, work_for_answers, clients=16)


def _compare_lateness(bench: Bench, made: Replicated, processes: Processes) -> None:
    """How late writes are seen through replicas, and what it costs to ask for them at once."""
    writer = processes.on_primary[0].address
    first, second = (reader.address for reader in processes.on_replicas)
    writes = round(bench.effort.seconds * _WRITES_A_SECOND)
    with httpx.Client(timeout=60) as client:
        turns: dict[str, dict[str, Late]] = {
            VISIBLE: {
                "replica 1": lambda revision: _until_seen(client, first, revision),
                "replica 2": lambda revision: _until_seen(client, second, revision),
            },
            MIN_REVISION: {
                "primary": lambda _: _asked(client, writer, None),
                "primary, Min-Revision": lambda revision: _asked(client, writer, revision),
                "replica": lambda _: _asked(client, first, None),
                "replica, Min-Revision": lambda revision: _asked(client, first, revision),
            },
        }

        def times(late: Late) -> tuple[float, float]:
            found = [late(_write(client, writer, made.keys)) for _ in range(writes)]
            return statistics.median(found), statistics.quantiles(found, n=100)[98]

        for work, contenders in turns.items():
            if bench.wants(work):
                _add_rounds(bench, work, contenders, times, clients=1)


def _add_rounds(
    bench: Bench,
    work: str,
    contenders: Mapping[str, C],
    measure: Callable[[C], tuple[float, float | None]],
    *,
    clients: int,
) -> None:
    """Measures milliseconds in rounds: what a measure gives are the middle and, maybe, the p99."""
    figures = {
        name: Figure(work, name, clients, bench.effort.reports, unit="ms") for name in contenders
    }
    for _ in range(bench.effort.rounds_without_goal):
        for name, figure in figures.items():
            middle, late = measure(contenders[name])
            figure.values.append(middle)
            if late is not None:
                figure.p99_ms.append(late)
    for figure in figures.values():
        bench.results.add(figure)


def _write(client: httpx.Client, address: str, keys: Mapping[str, str]) -> int:
    """The revision of a report that has just been acknowledged."""
    answer = client.post(
        f"{address}/v1/action-items/{items_of(PLAN)[0]}/reports",
        json={"status": "on_track", "progress": 60, "summary": {"en": f"{time.time_ns()}"}},
        headers={"Authorization": f"Bearer {keys['reporter']}"},
    )
    return _revision(answer)


def _until_seen(client: httpx.Client, address: str, revision: int) -> float:
    """Milliseconds until an answer shows a revision, exact to the time of a small answer."""
    began = time.perf_counter()
    while _revision(client.get(address + _SMALL)) < revision:
        pass
    return (time.perf_counter() - began) * 1000


def _asked(client: httpx.Client, address: str, revision: int | None) -> float:
    """Milliseconds that progress takes, of whatever revision or of none before this one."""
    headers = {} if revision is None else {"Min-Revision": str(revision)}
    began = time.perf_counter()
    seen = _revision(client.get(address + progress_of(PLAN).path, headers=headers))
    if revision is not None and seen < revision:
        raise LoadError(f"Revision {revision} was asked for, and {seen} was given.")
    return (time.perf_counter() - began) * 1000


def _revision(answer: httpx.Response) -> int:
    if not answer.is_success:
        raise LoadError(f"{answer.url} was answered {answer.status_code}", answer.status_code)
    return int(answer.headers["revision"])
