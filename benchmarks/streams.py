"""What open streams of changes cost one worker, and how soon they tell of a write.

    python -m benchmarks.streams [STREAMS]

Interleaved rounds on each engine: progress read with no stream open and with so many, while nothing
is written and while a report is made ten times a second. Then the memory that a stream takes, and
the time from sending a report until each of the streams has it, as a ratio to the time until the
report itself is answered.
"""

import selectors
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from benchmarks.data import PLAN
from benchmarks.databases import ENGINES, Made, databases
from benchmarks.load import Request, ask, drive, json_post
from benchmarks.servers import Server, clear_sky
from benchmarks.works import progress_of

ROUNDS, SECONDS, CLIENTS, REPORTS = 5, 2, 16, 10_000
_TOLD = b"event: change"


class Streams:
    """Open streams, read as fast as they come by one thread."""

    def __init__(self, server: Server, number: int) -> None:
        revision = ask(server.address, Request("/v1/journal/head")).headers["revision"]
        head = f"GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {revision}\r\n\r\n"
        address = urlsplit(server.address)
        self._selector = selectors.DefaultSelector()
        self._sockets = []
        for _ in range(number):
            opened = socket.create_connection((address.hostname or "", address.port or 0))
            opened.sendall(head.encode())
            while b"id: " not in opened.recv(65536):
                pass
            self._sockets.append(opened)
            self._selector.register(opened, selectors.EVENT_READ)
        self._is_over = False
        # When each event came, of all streams.
        self.came: list[float] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select(timeout=0.1):
                received = key.fileobj.recv(65536)  # type: ignore[union-attr]
                now = time.perf_counter()
                self.came += [now] * received.count(_TOLD)

    def close(self) -> None:
        """Closes them all."""
        self._is_over = True
        self._reading.join()
        for opened in self._sockets:
            opened.close()


@contextmanager
def _open(server: Server, number: int) -> Iterator[Streams]:
    streams = Streams(server, number)
    try:
        yield streams
    finally:
        streams.close()
        # Until the server has noticed.
        while "clearsky_streams 0.0" not in ask(server.address, Request("/metrics")).text:
            time.sleep(0.1)


@contextmanager
def _written(server: Server, report: Request, every: float | None) -> Iterator[None]:
    """While a report is made again and again; without `every`, none is."""
    is_over = threading.Event()

    def write() -> None:
        while every is not None and not is_over.wait(every):
            ask(server.address, report)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        yield
    finally:
        is_over.set()
        writing.join()


def _reads(server: Server, report: Request, every: float | None) -> float:
    with _written(server, report, every):
        read = progress_of(PLAN)
        return drive(server.address, read, clients=CLIENTS, seconds=SECONDS).rate


def _memory(server: Server, number: int) -> float:
    """Bytes that each of the streams takes, opened for the first time."""
    before = server.memory()
    with _open(server, number):
        return (server.memory() - before) / number


def _latencies(server: Server, report: Request, number: int) -> tuple[list[float], list[float]]:
    """For each of some reports: when the first and when the last stream had it, as said above."""
    first, last = [], []
    with _open(server, number) as streams:
        for _ in range(8 * ROUNDS):
            streams.came.clear()
            began = time.perf_counter()
            ask(server.address, report)
            answered = time.perf_counter() - began
            while len(streams.came) < number:
                time.sleep(0.001)
            first.append((streams.came[0] - began) / answered)
            last.append((streams.came[-1] - began) / answered)
            time.sleep(0.05)
    return first, last


def _told(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _measure(made: Made, number: int) -> None:
    report = json_post(
        f"/v1/action-items/{PLAN}-1/reports", {"status": "on_track"}, made.keys["reporter"]
    )
    settings = {"streams_per_caller": number, "streams": number, "rate_limit": "off"}
    settings |= {"rate_limit_principal": "off"}
    with clear_sky(made.url, **settings) as server:
        drive(server.address, progress_of(PLAN), clients=CLIENTS, seconds=SECONDS)
        print(f"{made.engine}: {_memory(server, number) / 1024:.0f} KiB a stream")
        for what, every in (("nothing is written", None), ("a report ten times a second", 0.1)):
            ratios = []
            for turn in range(ROUNDS):
                rates = {}
                for open_ones in (0, number) if turn % 2 else (number, 0):
                    with _open(server, open_ones):
                        rates[open_ones] = _reads(server, report, every)
                ratios.append(rates[number] / rates[0])
            print(f"  reads with {number} streams to without, {what}: {_told(ratios)}")
        first, last = _latencies(server, report, number)
        print(f"  until the first stream has a report, to its answer: {_told(first)}")
        print(f"  until all {number} have it, to its answer: {_told(last)}")


def main() -> None:
    """Prints the figures of each engine."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with databases() as made:
        for engine in ENGINES:
            with made.copy(engine, REPORTS) as one:
                _measure(one, number)


if __name__ == "__main__":
    main()
