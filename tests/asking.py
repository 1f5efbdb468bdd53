"""Whoever asks servers that come and go."""

import itertools
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests import plain_http
from tests.cli.running import DEADLINE


@dataclass
class Caller:
    """The holder of a key, who asks one server or another until there is an answer, and not 503."""

    key: str
    addresses: Sequence[str]
    random: random.Random
    # How often it had to ask again; and how often because it was refused for now.
    unanswered: int = 0
    refused: int = 0
    http: httpx.Client = field(default_factory=lambda: plain_http.client(timeout=DEADLINE))

    def __post_init__(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.key}"

    @property
    def address(self) -> str:
        """Of any of the servers."""
        return self.random.choice(self.addresses)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer, once there is one."""
        return self.insist(method, path, **options)[0]

    def insist(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, bool]:
        """The answer, once there is one; and whether that was the first time of asking."""
        end = time.monotonic() + DEADLINE
        for attempt in itertools.count():
            with suppress(httpx.TransportError):
                answer = self.http.request(method, f"{self.address}{path}", **options)
                if answer.status_code != 503:
                    return answer, attempt == 0
                assert int(answer.headers["retry-after"]) > 0
                self.refused += 1
            self.unanswered += 1
            assert time.monotonic() < end, f"{method} {path} was not answered in {DEADLINE} s"
            time.sleep(0.05)
        raise AssertionError("not reached")
