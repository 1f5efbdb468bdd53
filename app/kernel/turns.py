"""Work that takes long, of which a process does only so much at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.kernel.problems import Unavailable

_AGAIN = 10


class Turns:
    """So many at a time as may be; nobody waits for a turn."""

    def __init__(self, at_once: int, detail: str) -> None:
        self._free = BoundedSemaphore(at_once)
        self._detail = detail

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One of them. Raises Unavailable where there is none."""
        if not self._free.acquire(blocking=False):
            raise Unavailable(self._detail, retry_after=_AGAIN)
        try:
            yield
        finally:
            self._free.release()
