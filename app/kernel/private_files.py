"""Files and folders that hold the record, or what is taken from it: their owner alone reads them.

Modes are those of POSIX. Elsewhere they say nothing, and nothing is said about them.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_READ_OR_WRITE = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


def make_files_private() -> None:
    """Lets group and others into nothing that this process makes from here on.

    This covers what libraries make, and the processes that this one starts.
    """
    os.umask(os.umask(_OTHERS) | _OTHERS)


def open_private(name: str, flags: int) -> int:
    """An opener for `open()`: a file that it makes is its owner's alone."""
    return os.open(name, flags, _FILE)


def make_private_folder(path: Path) -> None:
    """Makes a folder, and those above it that are missing; each is its owner's alone.

    A folder that is there stays as it is. Raises OSError.
    """
    if path.is_dir() or path == path.parent:
        return
    make_private_folder(path.parent)
    path.mkdir(_FOLDER, exist_ok=True)


@contextmanager
def written_anew(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of what is at `path` once the block ends well.

    It is its owner's alone, whoever could read the one before, which stays where the block fails.
    What is no regular file, such as a pipe, is written to as it is. Raises OSError.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    place = path.resolve()
    try:
        # What is protected against writing would be replaced, were only its folder asked.
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        handle, unfinished = tempfile.mkstemp(prefix=".clearsky-", dir=place.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with open(handle, "wb") as file:
            yield file
        os.replace(unfinished, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise


def open_to_others(paths: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Those of `paths` that group or others may read or write, each with its mode."""
    if os.name != "posix":
        return
    for path in paths:
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _READ_OR_WRITE:
                yield path, mode
