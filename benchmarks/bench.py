"""One run of the benchmark: what it measures on, and the servers that it starts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.databases import Databases, Engine, Made
from benchmarks.load import Group, LoadError, Measured, Request, ask, drive
from benchmarks.measuring import Effort, Measure, Results
from benchmarks.names import BARE, CLEAR_SKY, SQLITE
from benchmarks.servers import PEERS_PYTHON, Server, clear_sky, peer, peers
from benchmarks.works import ClearSky, Rest, Works

Asked = Callable[[Works, Server], Request | None]
# So many requests warm a server up, or three seconds of them.
_WARMING = 300
_ABSENT = frozenset({404, 405, 501})


@dataclass(frozen=True)
class Bench:
    """Where databases come from, how much is measured, and what has come of it."""

    databases: Databases
    effort: Effort
    results: Results
    only: frozenset[str] = frozenset()

    def wants(self, *works: str) -> bool:
        """Whether any of these pieces of work is to be measured."""
        return not self.only or not self.only.isdisjoint(works)


def engine_of(name: str) -> Engine:
    """The engine on which a contender is: the peers are on PostgreSQL."""
    return "sqlite" if name == SQLITE else "postgresql"


def peers_here() -> list[str]:
    """The peers that can be started on this machine."""
    return list(peers()) if PEERS_PYTHON.exists() else []


def works_of(name: str) -> Works:
    """How a contender is asked."""
    if name in CLEAR_SKY:
        return ClearSky()
    works: Works = getattr(peers()[name], "works", None) or Rest()
    return works


class Fleet:
    """Servers, started when they are first asked for; all on shared databases, or each on its own.

    Clear Sky is there on both engines, the peers on PostgreSQL.
    """

    def __init__(self, bench: Bench, stack: ExitStack, *, own_databases: bool = False) -> None:
        self.names = [*CLEAR_SKY, *(name for name in peers_here() if name != BARE)]
        self._bench, self._stack, self._own = bench, stack, own_databases
        self._running: dict[tuple[str, bool], Server] = {}
        self._made: dict[str, Made] = {}

    def database(self, name: str) -> Made:
        """The database that a contender is on."""
        if name not in self._made:
            engine = engine_of(name)
            databases, reports = self._bench.databases, self._bench.effort.reports
            self._made[name] = (
                self._stack.enter_context(databases.copy(engine, reports))
                if self._own
                else databases.shared(engine, reports)
            )
        return self._made[name]

    def server(self, name: str, *, kept_answers: bool = True) -> Server:
        """A contender's server; Clear Sky's with its kept answers or without."""
        kept_answers = kept_answers or name not in CLEAR_SKY
        if (name, kept_answers) not in self._running:
            url = self.database(name).url
            started = (
                clear_sky(url, name=name, kept_answers=kept_answers)
                if name in CLEAR_SKY
                else peer(name, url)
            )
            self._running[name, kept_answers] = self._stack.enter_context(started)
        return self._running[name, kept_answers]

    def able(
        self, asked: Asked, *, kept_answers: bool = True
    ) -> Iterator[tuple[str, Server, Request]]:
        """The contenders that have what is `asked`, and the request for it."""
        for name in self.names:
            server = self.server(name, kept_answers=kept_answers)
            request = asked(works_of(name), server)
            if request is not None and _has(server, request):
                yield name, server, request


def _has(server: Server, request: Request) -> bool:
    try:
        ask(server.address, request)
    except LoadError as error:
        if error.status in _ABSENT:
            return False
        raise
    return True


def driving(server: Server, load: Request | list[Group]) -> Measure:
    """A measure that puts `load` on a server; of no seconds, as much as warms it up."""

    def measure(clients: int, seconds: float) -> Measured:
        warming = 0 if seconds else _WARMING
        return drive(server.address, load, clients=clients, seconds=seconds or 3, count=warming)

    return measure
