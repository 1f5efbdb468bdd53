"""What the bare writers share: the report that each writes, clients in threads, and the figures."""

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from uuid_utils import uuid7

from benchmarks.peers.journalling import (
    chained,
    content_digest,
    kept,
    report_document,
    search_text,
)

PRINCIPAL = "key:benchmark"
SUMMARY = {"en": "Measured: the programme is agreed.", "ko": "측정용"}

# Writes one report durably.
Write = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the reports are on, and by whom."""

    item: str
    agreement: str
    party: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A report and its revision, as they are written; `summary` is JSON text."""

    id: str
    number: int
    hash: str
    at: datetime
    reported_on: str
    summary: str
    content_digest: str
    search_text: str
    document: str
    digest: str


def entry_after(number: int, previous: str, subject: Subject) -> Entry:
    """A new report on `subject`, in the revision after `number`, whose hash is `previous`."""
    at = datetime.now(UTC)
    document = report_document(
        id=str(uuid7()),
        action_item=subject.item,
        party=subject.party,
        organization=None,
        status="on_track",
        progress=60,
        summary=SUMMARY,
        reported_on=at.date().isoformat(),
        submitted_by=PRINCIPAL,
        at=at,
        revision=number + 1,
    )
    change = kept(document)
    return Entry(
        id=document["id"],
        number=number + 1,
        hash=chained(
            number=number + 1,
            at=at,
            principal=PRINCIPAL,
            party=subject.party,
            created=[(document["id"], change.digest)],
            previous=previous,
        ),
        at=at,
        reported_on=document["reported_on"],
        summary=json.dumps(SUMMARY, ensure_ascii=False, separators=(",", ":")),
        content_digest=content_digest(document),
        search_text=search_text(SUMMARY),
        document=change.document,
        digest=change.digest,
    )


def main(open_writer: Callable[[str, str], Write]) -> None:
    """Writes for as long as the arguments say, a connection a client, and prints figures as JSON.

    `open_writer` takes the database's address and the id of an action item, and connects.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("item")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=1)
    asked = parser.parse_args()
    latencies: list[float] = []
    started = threading.Barrier(asked.clients + 1)

    def work() -> None:
        write = open_writer(asked.url, asked.item)
        write()
        started.wait()
        until = time.perf_counter() + asked.seconds
        while (begun := time.perf_counter()) < until:
            write()
            latencies.append(1000 * (time.perf_counter() - begun))

    clients = [threading.Thread(target=work) for _ in range(asked.clients)]
    for client in clients:
        client.start()
    started.wait()
    begun = time.perf_counter()
    for client in clients:
        client.join()
    seconds = time.perf_counter() - begun
    hundredths = statistics.quantiles(latencies, n=100)
    print(
        json.dumps(
            {
                "writes": len(latencies),
                "seconds": round(seconds, 3),
                "p50_ms": round(hundredths[49], 3),
                "p99_ms": round(hundredths[98], 3),
                "latencies_ms": [round(latency, 3) for latency in latencies],
            }
        )
    )
