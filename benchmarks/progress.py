"""Requests per second of progress, on both engines, beside a route that asks no database.

The load comes from this process over keep-alive connections; each server is a process of its own.
The rounds are interleaved, so that a slow moment of the machine meets all of them.
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from benchmarks.record import PLAN, add_records, databases

CONNECTIONS = 16
SECONDS = 3.0
ROUNDS = 5
PATHS = {"progress of nine items": f"/v1/agreements/{PLAN}/progress", "no database": "/healthz"}


@contextmanager
def server(url: str) -> Iterator[int]:
    """The port of a server process on the database at `url`, stopped afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.main:served_app", "--factory", "--port", "0"],
        env={**os.environ, "CLEARSKY_DATABASE_URL": url, "CLEARSKY_LOG_LEVEL": "error"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    found = None
    while found is None:
        found = re.search(r"running on http://127\.0\.0\.1:(\d+)", process.stderr.readline())
    try:
        yield int(found.group(1))
    finally:
        process.terminate()
        process.stderr.read()
        process.wait()


async def _client(port: int, request: bytes, length: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < until:
        writer.write(request)
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(length)
        answered += 1
    writer.close()
    return answered


async def _rate(port: int, path: str) -> float:
    length = len(httpx.get(f"http://127.0.0.1:{port}{path}").content)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    until = time.perf_counter() + SECONDS
    clients = (_client(port, request, length, until) for _ in range(CONNECTIONS))
    return sum(await asyncio.gather(*clients)) / SECONDS


def main() -> None:
    """Prints the median rate and spread of each, and its ratio to the route without a database."""
    rates: dict[tuple[str, str], list[float]] = {}
    with databases() as urls, ExitStack() as stack:
        for url in urls.values():
            add_records(url, items=9, reports=500)
        ports = {name: stack.enter_context(server(url)) for name, url in urls.items()}
        for _ in range(ROUNDS):
            for engine, port in ports.items():
                for label, path in PATHS.items():
                    rates.setdefault((engine, label), []).append(asyncio.run(_rate(port, path)))
    for (engine, label), found in rates.items():
        median = statistics.median(found)
        ratio = median / statistics.median(rates[engine, "no database"])
        spread = f"{min(found):.0f} to {max(found):.0f}"
        print(f"{engine:<11} {label:<24} {median:7.0f}/s  ({spread})  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
