"""When a message that was not delivered is sent again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long is waited after each failure in a row, in seconds, and when it is given up.

    After as many failures as there are `waits`, the last of them is waited each time.
    """

    waits: Sequence[float]
    pause_after: timedelta

    def wait(self, failures: int, retry_after: float) -> timedelta:
        """How long to wait after the last of so many failures: anything up to what is scheduled.

        So those who have failed together do not come back together. A receiver is left alone for as
        long as it asks.
        """
        longest = self.waits[min(failures, len(self.waits)) - 1]
        chosen = random.uniform(0, longest)  # noqa: S311 (no secret)
        return timedelta(seconds=max(chosen, retry_after))
