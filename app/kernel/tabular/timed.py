"""Files whose reading ends in time."""

import io
from collections.abc import Callable
from time import monotonic
from typing import BinaryIO

from app.kernel.tabular.places import Fault, FaultyError, Place


class Timed(io.RawIOBase):
    """A file that is read no longer than so many seconds after this is made.

    Every format is read piece by piece, and of a packed file a piece unpacks to no more than a few
    megabytes; so whatever is done with what was read, the next piece is soon asked for.
    """

    def __init__(
        self, file: BinaryIO, seconds: float, now: Callable[[], float] = monotonic
    ) -> None:
        self._file = file
        self._seconds = seconds
        self._now = now
        self._end = now() + seconds

    def _check(self) -> None:
        if self._now() > self._end:
            detail = f"Reading the file takes longer than {self._seconds:g} seconds: divide it."
            raise FaultyError([Fault(Place(), "time_limit", detail)])

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises FaultyError when time is over."""
        self._check()
        return self._file.read(size)

    def readline(self, size: int | None = -1) -> bytes:
        """The next line. Raises FaultyError when time is over."""
        self._check()
        return self._file.readline(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As of any file."""
        return self._file.tell()

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True
