"""Importing very much at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Around imports whose modules stay as long as the process does.

    To look through what they make for garbage takes a fifth of the start, and later a part of each
    answer.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
