"""Reading from Clear Sky and from its peers: the same questions to databases of the same size."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.bench import Asked, Bench, Fleet, driving, peers_here
from benchmarks.data import PLAN
from benchmarks.load import Measured, Request, ask
from benchmarks.measuring import Measure, in_rounds
from benchmarks.names import (
    BARE,
    CLEAR_SKY,
    FEED_END,
    FEED_START,
    HIT,
    LIST_END,
    LIST_START,
    NOT_MODIFIED,
    POSTGRESQL,
    PROGRESS,
    READS,
    RECORD,
    SNAPSHOT,
)
from benchmarks.servers import Server, peer
from benchmarks.works import Subjects, progress_of, subjects_of


def compare_hits(bench: Bench) -> None:
    """An answer that is kept, whole and as 304, beside bare Starlette with the same bytes."""
    if not bench.wants(HIT, NOT_MODIFIED):
        return
    whole = progress_of(PLAN)
    with ExitStack() as stack:
        fleet = Fleet(bench, stack)
        servers = {name: fleet.server(name) for name in CLEAR_SKY}
        if BARE in peers_here():
            body = ask(servers[POSTGRESQL].address, whole).content
            servers[BARE] = stack.enter_context(_bare(body))
        known = {
            name: whole.with_headers(If_None_Match=ask(server.address, whole).headers["etag"])
            for name, server in servers.items()
        }
        for work, requests in ((HIT, dict.fromkeys(servers, whole)), (NOT_MODIFIED, known)):
            _measure(
                bench, work, {name: driving(servers[name], requests[name]) for name in servers}
            )


@contextmanager
def _bare(body: bytes) -> Iterator[Server]:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "body"
        place.write_bytes(body)
        with peer(BARE, "", BODY=str(place), ETAG='"bare"') as server:
            yield server


def compare_reads(bench: Bench) -> None:
    """What each server reads and renders anew; Clear Sky keeps no answers meanwhile."""
    if not bench.wants(*READS, SNAPSHOT):
        return
    subjects = subjects_of(bench.databases.shared("postgresql", bench.effort.reports).url)
    with ExitStack() as stack:
        fleet = Fleet(bench, stack)
        for work in READS:
            if bench.wants(work):
                able = fleet.able(_asking(work, subjects), kept_answers=False)
                _measure(bench, work, {name: driving(server, it) for name, server, it in able})
        if bench.wants(SNAPSHOT):
            able = fleet.able(lambda works, _: works.snapshot(), kept_answers=False)
            measures = {name: _downloading(server, it) for name, server, it in able}
            _measure(bench, SNAPSHOT, measures, clients=(1,))


def _asking(work: str, subjects: Subjects) -> Asked:
    asked: Mapping[str, Asked] = {
        PROGRESS: lambda works, _: works.progress(PLAN),
        RECORD: lambda works, _: works.record(subjects.reports[50]),
        LIST_START: lambda works, _: works.first_page(),
        LIST_END: lambda works, server: works.last_page(server.address, subjects.near_the_end),
        FEED_START: lambda works, _: works.feed(0),
        FEED_END: lambda works, _: works.feed(subjects.since),
    }
    return asked[work]


def _measure(
    bench: Bench, work: str, measures: Mapping[str, Measure], clients: Sequence[int] | None = None
) -> None:
    if bench.wants(work):
        in_rounds(
            bench.results,
            bench.effort,
            work,
            measures,
            clients=clients,
            reports=bench.effort.reports,
        )


def _downloading(server: Server, request: Request) -> Measure:
    """A measure of one long answer, from its request to its last byte."""

    def measure(clients: int, seconds: float) -> Measured:  # noqa: ARG001
        began, received = time.perf_counter(), 0
        with httpx.stream("GET", server.address + request.path, timeout=600) as answer:
            answer.raise_for_status()
            for block in answer.iter_raw():
                received += len(block)
        taken = time.perf_counter() - began
        return Measured(1, taken, received, *[taken * 1000] * 3)

    return measure
