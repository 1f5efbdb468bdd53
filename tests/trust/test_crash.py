"""What serves the record is killed while many write: all acknowledged is there, once and whole."""

import itertools
import random
import time

import pytest

from tests import plain_http
from tests.amounts import SEED, rounds
from tests.cli.running import serving, started
from tests.ports import unused_port
from tests.trust.crashing import Crashes, load_on, processes

pytestmark = pytest.mark.both_engines

KILLS = 3


def test_what_was_acknowledged_outlives_a_crash_and_what_was_not_is_written_once(
    templates, database_url, tmp_path
):
    with (
        processes(database_url, 2, tmp_path) as served,
        load_on([process.address for process in served], templates) as load,
    ):
        crashes = Crashes(load, served, random.Random(SEED))
        for _ in rounds(KILLS):
            crashes.once()
    kills = sum(crashes.kills.values())
    assert kills >= KILLS
    assert load.unanswered, "some write was under way when a process was killed"
    assert load.held > kills * len(load.clients)


def test_a_server_that_is_killed_while_it_sets_up_a_database_sets_it_up_the_next_time(
    empty_url, tmp_path
):
    choices = random.Random(SEED)
    folders = (tmp_path / str(number) for number in itertools.count())
    for _ in range(2):
        with started(next(folders), unused_port(), database_url=empty_url) as server:
            time.sleep(choices.uniform(0.3, 2.0))
            server.process.kill()
            server.process.wait()
    with serving(next(folders), unused_port(), database_url=empty_url) as server:
        head = plain_http.get(f"{server.address}/v1/journal/head")
        assert head.status_code == 200, f"{head.text} {server.errors}"
        assert head.json()["revision"] == 1
        progress = plain_http.get(
            f"{server.address}/v1/dialogues/cn-kr-dg-dialogue/progress"
        ).json()
        assert progress["summary"]["items"] == 9
        server.assert_no_fault()
