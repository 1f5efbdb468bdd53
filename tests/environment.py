"""What a developer's machine says does not reach the tests: they find the same everywhere."""

import os
import signal
import tempfile

import pytest

# All that stands before the name of a Unix socket: the socket's name is of some 30 bytes, and its
# path of 107 at most (unix(7)).
LONGEST_TMPDIR = 75


def take_own_environment() -> None:
    """Leaves settings of Clear Sky and proxies out of the environment: servers are on loopback.

    SIGTERM ends the tests as Ctrl-C does, so that they stop the databases that they started.
    """
    for name in list(os.environ):
        if name.startswith("CLEARSKY_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def require_short_paths() -> None:
    """Raises UsageError where no Unix socket could be made in the folder for temporary files."""
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > LONGEST_TMPDIR:
        raise pytest.UsageError(
            f"TMPDIR is {folder}: Unix sockets are made in it, whose paths are short. Set TMPDIR "
            f"to a folder of at most {LONGEST_TMPDIR} bytes, such as /tmp."
        )
