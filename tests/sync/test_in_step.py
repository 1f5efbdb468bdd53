"""Systems follow feed, stream and webhooks while sides write and servers die: all end alike."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests import plain_http
from tests.amounts import SEED, time_for_more
from tests.cli.running import DEADLINE, run_forked
from tests.engines import PostgresTemplates, Templates
from tests.sync.following import (
    Follower,
    FollowerOfFeed,
    FollowerOfStream,
    FollowerOfWebhook,
    load_files,
)
from tests.sync.writing import Side
from tests.trust.crashing import Process, kill_postgres, processes
from tests.waiting import wait_until

pytestmark = pytest.mark.both_engines

# So many each side makes at least.
WRITES = 40
MINISTRIES = (("korea", "kr-moe"), ("china", "cn-mee"), ("korea", "kr-moe"))
CALLERS = ("korea", "china", "japan")
WAYS = (FollowerOfFeed, FollowerOfStream, FollowerOfWebhook)
SETTINGS = {
    "webhook_networks": "127.0.0.0/8",
    "webhook_retries": "0.1,0.3",
    # And so whoever takes over from a server that was killed does so after twice as long.
    "webhook_timeout": "2",
    "rate_limit": "off",
    "rate_limit_principal": "off",
    "stream_heartbeat": "0.5",
}


@contextmanager
def all_following(followers: list[Follower]) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """While the block runs each begins and follows in a thread; one that failed says why.

    What it gives waits for something that they are to come to.
    """
    with ThreadPoolExecutor(len(followers)) as pool:
        working = [pool.submit(follower.begin_and_follow) for follower in followers]

        def wait_for(true: Callable[[], bool]) -> None:
            wait_until(lambda: any(each.done() for each in working) or true(), seconds=DEADLINE)

        try:
            yield wait_for
        finally:
            for follower in followers:
                follower.stopped.set()
            for each in working:
                each.result()


def write_until(sides: list[Side], count: int, meanwhile: "Disturbing") -> None:
    """Each side writes until so many of its writes were made, and everything has befallen them."""
    more = time_for_more()

    def write(side: Side) -> None:
        while side.written < count or not meanwhile.all_came or more():
            side.step()

    with ThreadPoolExecutor(len(sides)) as pool:
        working = [pool.submit(write, side) for side in sides]
        while not all(each.done() for each in working):
            meanwhile.once()
        for each in working:
            each.result()


class Disturbing:
    """Ends servers, and takes things out of the past, at random moments."""

    def __init__(
        self, served: list[Process], side: Side, templates: Templates, url: str, folder: Path
    ) -> None:
        self.served, self.side, self.templates = served, side, templates
        self.url, self.folder = url, folder
        self.random = random.Random(SEED)
        self.counts: Counter[str] = Counter()
        ways = [self.kill, self.redact, self.stop]
        if isinstance(templates, PostgresTemplates):
            ways.append(self.kill_database)
        self.kinds = len(ways)
        self.ways = itertools.cycle(ways)

    @property
    def all_came(self) -> bool:
        """Whether there was a disturbance of each kind."""
        return len(self.counts) == self.kinds

    def once(self) -> None:
        """One disturbance, and a while of peace."""
        next(self.ways)()
        time.sleep(self.random.uniform(0.2, 1.0))

    def kill(self) -> None:
        self.counts["killed"] += 1
        self._restart(lambda process: process.kill())

    def stop(self) -> None:
        self.counts["stopped"] += 1
        self._restart(lambda process: process.runs[-1].stop())

    def _restart(self, end: Callable[[Process], object]) -> None:
        process = self.random.choice(self.served)
        end(process)
        process.start()
        process.wait_until_ready()

    def kill_database(self) -> None:
        self.counts["database killed"] += 1
        kill_postgres(self.templates.server)
        self.templates.server.start()

    def redact(self) -> None:
        """A person is there, renamed and gone; and then taken out of the past."""
        id_ = f"redacted-{self.counts['redacted']}"
        line = f"clearsky redact person {id_} --reason 'Asked for by the person'"
        path, name = f"/v1/people/{id_}", {"en": "Somebody"}
        somebody = {"id": id_, "name": name, "organization": self.side.ministry}
        made = self.side.ask("POST", "/v1/people", json=somebody)
        match = {"If-Match": made.headers["etag"]}
        renamed = self.side.ask("PATCH", path, json={"title": name}, headers=match)
        gone = self.side.ask("DELETE", path, headers={"If-Match": renamed.headers["etag"]})
        assert gone.status_code == 204, gone.text
        told = run_forked(line, self.folder, database_url=self.url)
        assert told.status == 0, told
        self.counts["redacted"] += 1


def test_all_who_follow_the_record_hold_what_it_says_whatever_befell_them(
    templates, database_url, tmp_path
):
    with processes(database_url, 2, tmp_path, **SETTINGS) as served, ExitStack() as stack:
        addresses = [process.address for process in served]
        korea, china, disturber = (
            Side(templates.keys[caller], addresses, random.Random(SEED + number), ministry=ministry)
            for number, (caller, ministry) in enumerate(MINISTRIES)
        )
        followers = {
            (caller, way): way(
                templates.keys[caller],
                addresses,
                random.Random(f"{SEED} {caller} {way.__name__}"),
                name=f"{caller}-{way.__name__}",
            )
            for caller in CALLERS
            for way in WAYS
        }
        for caller in (korea, china, disturber, *followers.values()):
            stack.enter_context(caller.http)
        disturbing = Disturbing(served, disturber, templates, database_url, tmp_path)
        with all_following(list(followers.values())) as wait_for:
            write_until([korea, china], WRITES, disturbing)
            head = plain_http.get(f"{addresses[0]}/v1/journal/head").json()["revision"]
            for caller in CALLERS:
                feed, stream, webhook = (followers[caller, way] for way in WAYS)
                wait_for(partial(feed.has_come_to, head))
                wait_for(partial(stream.has_come_to, head))
                # It cannot know that what follows is nothing that it would be told.
                wait_for(lambda: webhook.mirror.last == feed.mirror.last)  # noqa: B023
        assert head > 2 * WRITES
        for caller in CALLERS:
            mirrors = [followers[caller, way].mirror for way in WAYS]
            snapshot = followers[caller, FollowerOfFeed].ask("GET", "/v1/snapshot")
            assert snapshot.headers["revision"] == str(head)
            assert [mirror.lines == snapshot.content for mirror in mirrors] == [True, True, True]
            since = max(mirror.began for mirror in mirrors)
            taken = [mirror.taken_after(since) for mirror in mirrors]
            assert taken[0]
            assert taken[0] == taken[1] == taken[2]
    exported = tmp_path / "exported"
    told = run_forked(f"clearsky export {exported}", tmp_path, database_url=database_url)
    assert told.status == 0, told
    both = [followers[caller, FollowerOfFeed].mirror for caller in ("korea", "china")]
    assert load_files(both) == {path.name: path.read_bytes() for path in exported.iterdir()}
    assert len(disturbing.counts) == (4 if isinstance(templates, PostgresTemplates) else 3)
    assert all(follower.restarts + follower.unanswered for follower in followers.values())
    assert any(followers[caller, FollowerOfWebhook].repeats for caller in CALLERS)
