"""What a hundred times as many reports cost: time, and memory."""

from contextlib import ExitStack

from benchmarks.bench import Bench, driving, engine_of
from benchmarks.data import PLAN, PLANS
from benchmarks.databases import Made
from benchmarks.load import Group, Request, drive
from benchmarks.measuring import Figure, in_rounds
from benchmarks.names import CLEAR_SKY, GROWN, MEMORY, sized
from benchmarks.servers import Server, clear_sky
from benchmarks.works import ClearSky, Subjects, subjects_of

# The load after which memory is looked at.
_REQUESTS = 4000


def compare_sizes(bench: Bench) -> None:
    """Clear Sky with few reports and with many, on both engines."""
    if len(bench.effort.sizes) < 2:
        return
    for name in CLEAR_SKY:
        if bench.wants(*GROWN):
            _compare_times(bench, name)
        if bench.wants(MEMORY):
            for size in bench.effort.sizes:
                made = bench.databases.shared(engine_of(name), size)
                bench.results.add(_memory(bench, sized(name, size), made))


def _compare_times(bench: Bench, contender: str) -> None:
    sizes = {sized(contender, size): size for size in bench.effort.sizes}
    with ExitStack() as stack:
        asked: dict[str, tuple[Server, dict[str, Request | None]]] = {}
        for name, size in sizes.items():
            url = bench.databases.shared(engine_of(contender), size).url
            server = stack.enter_context(clear_sky(url, name=name, kept_answers=False))
            asked[name] = server, _requests(server, subjects_of(url))
        for work in filter(bench.wants, GROWN):
            measures = {
                name: driving(server, request)
                for name, (server, requests) in asked.items()
                if (request := requests[work]) is not None
            }
            in_rounds(bench.results, bench.effort, work, measures, reports=sizes)


def _requests(server: Server, subjects: Subjects) -> dict[str, Request | None]:
    works = ClearSky()
    found = (
        works.progress(PLAN),
        works.last_page(server.address, subjects.near_the_end),
        works.feed(subjects.since),
    )
    return dict(zip(GROWN, found, strict=True))


def _memory(bench: Bench, name: str, made: Made) -> Figure:
    """The resident bytes of a worker after the same load, of several starts."""
    subjects, works = subjects_of(made.url), ClearSky()
    asked = [
        *(works.progress(plan) for plan in PLANS),
        *(works.record(report) for report in subjects.reports),
        works.first_page(),
        works.feed(0),
        works.feed(subjects.since),
    ]
    load = [Group([request for request in asked if request is not None])]
    figure = Figure(MEMORY, name, 16, made.reports, unit="MB")
    for _ in range(min(3, bench.effort.rounds)):
        with clear_sky(made.url) as server:
            drive(server.address, load, clients=16, seconds=60, count=_REQUESTS)
            figure.values.append(server.memory() / 1e6)
    return figure
