"""Delivering beside a server, as its settings say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio.to_thread
from prometheus_client import CollectorRegistry

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from app.settings import Settings, listed
from app.webhooks.addresses import Addresses
from app.webhooks.delivering import Deliverer
from app.webhooks.figures import Figures
from app.webhooks.retrying import Schedule
from app.webhooks.sending import Sender

# It reads in two threads.
_CONNECTIONS = 2


@asynccontextmanager
async def delivering(
    settings: Settings, addresses: Addresses, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """While the block runs this process delivers, unless its settings say that it does not."""
    if not settings.webhooks:
        yield
        return
    engine = open_engine(
        settings.database_url, connections=_CONNECTIONS, busy_timeout=settings.busy_timeout
    )
    schedule = Schedule(
        waits=[float(wait) for wait in listed(settings.webhook_retries)],
        pause_after=timedelta(days=settings.webhook_pause_days),
    )
    deliverer = Deliverer(
        Database(engine),
        lambda: Sender(addresses, timeout=settings.webhook_timeout),
        schedule,
        Figures(registry),
    )
    deliverer.start()
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(deliverer.stop)
