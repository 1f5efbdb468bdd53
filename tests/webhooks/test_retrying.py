"""When what was not delivered is tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings, listed
from app.webhooks.retrying import Schedule
from app.webhooks.sending import LONGEST_WAIT, wait_of

WAITS = [float(wait) for wait in listed(Settings.model_fields["webhook_retries"].default)]
SCHEDULE = Schedule(WAITS, timedelta(days=5))


@given(st.integers(1, 1000), st.floats(0, LONGEST_WAIT))
def test_a_wait_is_at_most_what_is_scheduled_unless_the_receiver_asks_for_more(failures, asked):
    scheduled = WAITS[min(failures, len(WAITS)) - 1]
    wait = SCHEDULE.wait(failures, asked).total_seconds()
    assert asked - 0.001 <= wait <= max(scheduled, asked) + 0.001


def test_those_who_have_failed_together_do_not_come_back_together():
    assert len({SCHEDULE.wait(3, 0.0) for _ in range(20)}) == 20


def test_the_waits_grow_from_seconds_to_a_day():
    assert sorted(WAITS) == WAITS
    assert (WAITS[0], WAITS[-1]) == (5.0, 86_400.0)


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "120", 120),
        (503, "0", 0),
        (503, "999999999", LONGEST_WAIT),
        (500, "120", 0),
        (429, "soon", 0),
        (429, "-5", 0),
        (429, "", 0),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
        (429, format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), LONGEST_WAIT),
    ],
)
def test_a_receiver_that_asks_for_patience_is_heard_within_bounds(status, said, seconds):
    assert wait_of(status, [(b"Retry-After", said.encode())]) == seconds
