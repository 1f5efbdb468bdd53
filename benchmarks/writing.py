"""Writing to Clear Sky and to its peers: reports one by one and together, alone and amid reads."""

import json
import statistics
import subprocess
from contextlib import ExitStack
from importlib.util import find_spec

from benchmarks.bench import Bench, Fleet, driving, peers_here, works_of
from benchmarks.data import PLAN, items_of
from benchmarks.databases import Engine, Made
from benchmarks.load import Group, LoadError, Measured
from benchmarks.measuring import Measure, in_rounds
from benchmarks.names import BARE_PSYCOPG, BARE_SQLITE, BULK, MIXED, POST
from benchmarks.servers import PEERS_PYTHON, ROOT
from benchmarks.works import mixed, reporting, subjects_of

# What makes the same rows by hand, past any server, by the engine on which it does.
WRITERS: dict[str, tuple[Engine, str]] = {
    BARE_PSYCOPG: ("postgresql", "benchmarks.peers.postgres_writer"),
    BARE_SQLITE: ("sqlite", "benchmarks.peers.sqlite_writer"),
}


def compare_writes(bench: Bench) -> None:
    """Each contender writes to a database of its own, and keeps answers as it does by default."""
    if not bench.wants(POST, BULK, MIXED):
        return
    subjects = subjects_of(bench.databases.shared("postgresql", bench.effort.reports).url)
    with ExitStack() as stack:
        fleet = Fleet(bench, stack, own_databases=True)
        keys = {name: fleet.database(name).keys["reporter"] for name in fleet.names}
        writers = _writers(bench, stack) if bench.wants(POST) else {}
        able = [
            (name, server)
            for name, server, _ in fleet.able(
                lambda works, server: works.report(f"{PLAN}-1", keys[server.name])
            )
        ]
        posts = {
            name: driving(server, [Group(reporting(works_of(name), keys[name]))])
            for name, server in able
        }
        together = {
            name: driving(server, request)
            for name, server in able
            if (request := works_of(name).bulk(PLAN, keys[name])) is not None
        }
        amid_reads = {
            name: driving(server, load)
            for name, server in able
            if (load := mixed(works_of(name), subjects, keys[name]))
        }
        for work, measures, clients in (
            (POST, posts | writers, (1, 16)),
            (BULK, together, (1,)),
            (MIXED, amid_reads, None),
        ):
            if bench.wants(work):
                in_rounds(
                    bench.results,
                    bench.effort,
                    work,
                    measures,
                    clients=clients,
                    reports=bench.effort.reports,
                )


def _writers(bench: Bench, stack: ExitStack) -> dict[str, Measure]:
    """The writers that are here, each with a database of its own."""
    found: dict[str, Measure] = {}
    if not peers_here():
        return found
    for name, (engine, module) in WRITERS.items():
        if find_spec(module) is not None:
            made = stack.enter_context(bench.databases.copy(engine, bench.effort.reports))
            found[name] = _writing(module, made)
    return found


def _writing(module: str, made: Made) -> Measure:
    def measure(clients: int, seconds: float) -> Measured:
        command = [str(PEERS_PYTHON), "-m", module, made.url, items_of(PLAN)[0]]
        command += ["--seconds", str(seconds or 1), "--clients", str(clients)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LoadError(f"{module} failed: {done.stderr.strip()[-500:]}")
        told = json.loads(done.stdout)
        cuts = statistics.quantiles(told["latencies_ms"], n=100)
        return Measured(told["writes"], told["seconds"], 0, cuts[49], cuts[89], cuts[98])

    return measure
