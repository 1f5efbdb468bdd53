"""Temporary files for which the disk has no room."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app.kernel.problems import Unavailable

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_AGAIN = 60


@contextmanager
def needing_room(detail: str) -> Iterator[None]:
    """Raises Unavailable, in these words, where a file or SQLite's own has no room to grow."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise Unavailable(detail, retry_after=_AGAIN) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise Unavailable(detail, retry_after=_AGAIN) from error
