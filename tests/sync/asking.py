"""Whoever asks servers that come and go."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.cli.running import DEADLINE


@dataclass
class Caller:
    """The holder of a key, who asks one server or another until there is an answer, and not 503."""

    key: str
    addresses: Sequence[str]
    random: random.Random
    # How often there was none.
    unanswered: int = 0
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=DEADLINE))

    def __post_init__(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.key}"

    @property
    def address(self) -> str:
        """Of any of the servers."""
        return self.random.choice(self.addresses)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer, once there is one."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                answer = self.http.request(method, f"{self.address}{path}", **options)
            except httpx.TransportError:
                self.unanswered += 1
            else:
                if answer.status_code != 503:
                    return answer
            time.sleep(0.05)
        raise AssertionError(f"{method} {path} was not answered in {DEADLINE} s")
