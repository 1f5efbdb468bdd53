"""How much the long tests do: little and always the same by themselves, more in `make test-deep`.

What is long by its nature is in both: a small part of it, the same each time, in `make test`, so
that a broken rule is found there; and at length, other each time, in `make test-deep`.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator

DEEP = os.environ.get("DEEP") == "1"
# What is random begins with it; the same in all processes of a run.
SEED = int(os.environ["SEED"]) if DEEP else 20231220
# How many times as many examples are tried as in `make test`.
EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
# How long each test goes on that goes on for as long as it is let.
SECONDS = float(os.environ.get("SECONDS", "60"))


def examples(few: int) -> int:
    """How many examples of a property are tried: so many, or in the deep tests so many more."""
    return few * EXAMPLES if DEEP else few


def seeds(few: int) -> list[int]:
    """What random choices begin with: 1, 2, …; in the deep tests more of them, from SEED on."""
    first = SEED if DEEP else 1
    return list(range(first, first + examples(few)))


def rounds(few: int) -> Iterator[int]:
    """Rounds, by number: so many, or in the deep tests as many more as there is time for."""
    more = time_for_more()
    for number in itertools.count():
        if number >= few and not more():
            return
        yield number


def time_for_more() -> Callable[[], bool]:
    """Says whether a deep test that has begun now goes on; what is not deep does not."""
    until = time.monotonic() + SECONDS
    return lambda: DEEP and time.monotonic() < until
