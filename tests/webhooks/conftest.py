"""Fixtures: a receiver on a real socket, webhooks that send to it, and what delivers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.webhooks.addresses import Addresses
from app.webhooks.delivering import Deliverer
from app.webhooks.figures import Figures
from app.webhooks.retrying import Schedule
from app.webhooks.sending import Sender
from tests.conftest import Clients, Server
from tests.waiting import wait_until
from tests.webhooks.receiving import Receiver, receiving

HERE = ("127.0.0.1/32",)
Delivering = Callable[..., AbstractContextManager[CollectorRegistry]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def delivering(database_url: str) -> Delivering:
    """Delivers while its block runs, as one process does: the figures are what it gives."""

    @contextmanager
    def run(
        *,
        addresses: Addresses | None = None,
        timeout: float = 5.0,
        waits: tuple[float, ...] = (0.05,),
        pause_after: timedelta = timedelta(days=5),
    ) -> Iterator[CollectorRegistry]:
        registry = CollectorRegistry()
        deliverer = Deliverer(
            Database(open_engine(database_url, connections=2)),
            lambda: Sender(addresses or Addresses(HERE), timeout=timeout),
            Schedule(waits, pause_after),
            Figures(registry),
        )
        deliverer.start()
        try:
            yield registry
        finally:
            deliverer.stop()

    return run


def is_delivered(client: httpx.Client, webhook: dict[str, Any]) -> bool:
    """Whether all of now was delivered to a webhook of the client's, and that was written down."""
    answer = client.get(f"/v1/webhooks/{webhook['id']}/delivery")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found["revision"] == found["newest"] and found["sequence"] is None


@dataclass
class Webhooks:
    """Webhooks of the tests' callers, most of them to one receiver."""

    receiver: Receiver
    clients: Clients

    def make(
        self, client: httpx.Client | None = None, to: Receiver | None = None, **body: Any
    ) -> dict[str, Any]:
        """A webhook to a receiver, which from now on verifies by its secret."""
        receiver = to or self.receiver
        answer = self.post("", {"url": receiver.url} | body, client)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        receiver.verify_with(made["secret"])
        return made

    def post(
        self, path: str, body: Any = None, client: httpx.Client | None = None
    ) -> httpx.Response:
        return (client or self.clients.korea).post(f"/v1/webhooks{path}", json=body)

    def step(self, webhook: dict[str, Any], step: str, body: Any = None) -> dict[str, Any]:
        answer = self.post(f"/{webhook['id']}/{step}", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def read(
        self, webhook: dict[str, Any], part: str = "", client: httpx.Client | None = None
    ) -> dict[str, Any]:
        path = f"/v1/webhooks/{webhook['id']}{part}"
        answer = (client or self.clients.korea).get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def is_delivered(self, webhook: dict[str, Any]) -> bool:
        return is_delivered(self.clients.korea, webhook)

    def wait_until_delivered(self, webhook: dict[str, Any]) -> None:
        wait_until(lambda: self.is_delivered(webhook))

    def attempts(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        """All attempts, oldest first."""
        found, path = [], f"/v1/webhooks/{webhook['id']}/attempts?limit=200"
        while path:
            answer = self.clients.korea.get(path)
            found += answer.json()["items"]
            path = answer.links.get("next", {}).get("url")
        return found[::-1]


@pytest.fixture
def webhooks(receiver: Receiver, server: Server, clients: Clients) -> Iterator[Webhooks]:
    allowed = server.app.state.webhook_addresses
    server.app.state.webhook_addresses = Addresses(HERE)
    yield Webhooks(receiver, clients)
    server.app.state.webhook_addresses = allowed


@pytest.fixture
def report(clients: Clients) -> Callable[..., dict[str, Any]]:
    """A status report of Korea on the fifth item, or as it is said."""

    def add(client: httpx.Client | None = None, item: int = 5, **body: Any) -> dict[str, Any]:
        path = f"/v1/action-items/clear-sky-plan-2023-{item}/reports"
        answer = (client or clients.korea).post(path, json={"status": "on_track"} | body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return add
