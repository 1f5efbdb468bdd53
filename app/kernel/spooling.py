"""Answers that are made whole before they are sent, on disk where they are long.

So a transaction is open for as long as the server takes to write, not for as long as a client takes
to read; what goes wrong is told before anything is sent; and little of it is in memory at once.
"""

import hashlib
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO, cast

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.kernel.codings import Coding, encoded_blocks
from app.kernel.conditional import coded, etag_of_digest
from app.kernel.problems import Unavailable
from app.kernel.room import needing_room
from app.kernel.turns import Turns

# What is no longer than this is answered, and kept, as any other answer is.
LONGEST_IN_MEMORY = 1024 * 1024
# Of those that are longer: how many a process has on disk at a time.
_ON_DISK = 32
_BLOCK = 64 * 1024
_AGAIN = 10


class Spools:
    """How much of it a process does at a time."""

    def __init__(self, at_once: int, on_disk: int = _ON_DISK) -> None:
        self._writing = Turns(at_once, "Other long lists are being written.")
        self._held = BoundedSemaphore(on_disk)

    def writing(self) -> AbstractContextManager[None]:
        """One of those that take long to write. Raises Unavailable where too many do."""
        return self._writing.taken()

    def hold(self, spool: "Spool") -> None:
        """Counts a spool that is on disk until it is gone. Raises Unavailable beyond the bound."""
        if not self._held.acquire(blocking=False):
            spool.close()
            raise Unavailable("Other long lists are being sent.", retry_after=_AGAIN)
        # Also where nobody comes to read it.
        spool.when_gone = weakref.finalize(spool.file, self._held.release)


class Spool:
    """A file that is written once and read once, in memory while it is short."""

    def __init__(self) -> None:
        self.file = cast(BinaryIO, SpooledTemporaryFile(max_size=LONGEST_IN_MEMORY))  # noqa: SIM115
        self.size = 0
        self.etag = ""
        self.when_gone: Callable[[], object] | None = None

    @contextmanager
    def written(self) -> Iterator[BinaryIO]:
        """The file to write to. Raises Unavailable where the disk is full."""
        try:
            with needing_room("There is no room to write the list."):
                yield self.file
                self.size = self.file.seek(0, 2)
                self.etag = self._tag()
        except BaseException:
            self.close()
            raise

    @property
    def is_short(self) -> bool:
        """Whether it is in memory."""
        return self.size <= LONGEST_IN_MEMORY

    def blocks(self) -> Iterator[bytes]:
        """What was written, from the start."""
        self.file.seek(0)
        while block := self.file.read(_BLOCK):
            yield block

    def close(self) -> None:
        """Lets go of it."""
        self.file.close()
        if self.when_gone is not None:
            self.when_gone()

    def _tag(self) -> str:
        digest = hashlib.sha256()
        for block in self.blocks():
            digest.update(block)
        return etag_of_digest(digest.digest())


class SpooledResponse(StreamingResponse):
    """The answer that a spool holds, in a coding; the spool is gone when it has been given."""

    def __init__(
        self, spool: Spool, coding: Coding, headers: dict[str, str], media_type: str
    ) -> None:
        if coding is Coding.IDENTITY:
            headers = headers | {"Content-Length": str(spool.size)}
        else:
            headers = headers | {"Content-Encoding": coding, "ETag": coded(spool.etag, coding)}
        blocks = encoded_blocks(spool.blocks(), coding)
        super().__init__(blocks, headers=headers, media_type=media_type)
        self._spool = spool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gives the answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._spool.close()
