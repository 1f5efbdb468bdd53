"""Waiting for what another thread or process is about to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.kernel.sessions import Database


def wait_until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    """Returns once `true()` is; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.01)


@contextmanager
def heard_of_keys(database: Database) -> Iterator[None]:
    """Waits after the block until `database` has heard that keys were changed in it.

    On PostgreSQL what another process does is heard by a notice.
    """

    def version() -> str | None:
        newest = database.freshness.newest()
        return None if newest is None else newest.credentials_version

    wait_until(lambda: version() is not None)
    before = version()
    yield
    wait_until(lambda: version() not in (None, before))
