"""Disks that are full: a small file system of its own, and a process that may write no further."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SmallDisk:
    """A file system of a few megabytes."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Inside the block there is not a byte of room on it; afterwards there is what was."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                for size in (1 << 16, 1):
                    _fill(file.fileno(), b"\0" * size)
                yield
            finally:
                filler.unlink()


def _fill(descriptor: int, block: bytes) -> None:
    try:
        while os.write(descriptor, block):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A new file system of so many megabytes at `folder`, in memory; gone afterwards."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=0755"
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "clearsky-tests", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        # Only root may, and not everywhere: that a file may not grow is tested without that right.
        pytest.skip(f"a file system of its own cannot be mounted: {mounting.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        # Whoever holds a file on it still, after a failure, lets it go later.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def no_file_longer_than(size: int, process: int) -> Iterator[None]:
    """Inside the block the process can write nothing beyond `size` bytes of any file (EFBIG)."""
    unbounded = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, unbounded[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, unbounded)
