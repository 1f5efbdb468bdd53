"""Waiting for what another thread or process is about to do."""

import time
from collections.abc import Callable


def wait_until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    """Returns once `true()` is; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.01)
