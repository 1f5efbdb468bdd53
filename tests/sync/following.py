"""Systems that follow the record, each in its own way, and what each of them holds."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
from pydantic import BaseModel
from standardwebhooks import Webhook

from app.exchange.kinds import KINDS, Kind
from app.feed.collections import COLLECTIONS
from app.kernel.compact import compact
from tests.asking import Caller
from tests.feed.events import STREAM, Events
from tests.ports import unused_port

MEMBERS = ("revision", "at", "kind", "id", "operation", "record", "digest", "redacted")
# The kinds as a snapshot has them.
ORDER = {kind: place for place, kind in enumerate(COLLECTIONS.values())}
# A change's revision, kind and id, of which there is but one.
Known = tuple[int, str, str]
Change = dict[str, Any]


@dataclass
class Mirror:
    """What a system holds of the record: the newest change of each record that is there.

    It never takes a change twice, or after a later one.
    """

    newest: dict[tuple[str, str], Change] = field(default_factory=dict)
    # In the order in which they came, each once.
    taken: dict[Known, None] = field(default_factory=dict)
    began: int = 0
    revision: int = 0

    def begin(self, snapshot: httpx.Response) -> None:
        """Takes the whole record as of one revision."""
        assert snapshot.status_code == 200, snapshot.text
        changes = [orjson.loads(line) for line in snapshot.content.splitlines()]
        self.newest = {(change["kind"], change["id"]): change for change in changes}
        self.began = self.revision = int(snapshot.headers["revision"])

    def take(self, change: Change) -> None:
        """Takes one change more."""
        known = (change["revision"], change["kind"], change["id"])
        assert known not in self.taken, f"{known} came twice"
        assert change["revision"] >= self.revision, f"{known} came after {self.revision}"
        self.revision = change["revision"]
        self.taken[known] = None
        if change["operation"] == "delete":
            self.newest.pop(known[1:], None)
        else:
            self.newest[known[1:]] = change

    @property
    def last(self) -> Known | None:
        """The last change that it has taken."""
        return next(reversed(self.taken), None)

    def taken_after(self, revision: int) -> list[Known]:
        """What it has taken of the changes after a revision, in order."""
        return [known for known in self.taken if known[0] > revision]

    @property
    def lines(self) -> bytes:
        """What it holds, as a snapshot tells it."""
        in_order = sorted(self.newest.values(), key=lambda each: (ORDER[each["kind"]], each["id"]))
        told = [orjson.dumps({name: change[name] for name in MEMBERS}) for change in in_order]
        return b"".join(line + b"\n" for line in told)


def load_files(mirrors: Sequence[Mirror]) -> dict[str, bytes]:
    """What all of them together hold, as `clearsky export` writes it."""
    held = {key: change for mirror in mirrors for key, change in mirror.newest.items()}
    files: dict[str, bytes] = {}
    for kind in KINDS:
        records = [
            held[key]["record"] for key in sorted(held) if key[0] == kind.model.__tablename__
        ]
        if records:
            told = [compact(_body_of(kind, record)) for record in records]
            option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
            files[kind.file] = orjson.dumps(told, option=option)
    return files


def _body_of(kind: Kind, record: dict[str, Any]) -> BaseModel:
    members = {name: record[name] for name in kind.body.model_fields if name in record}
    return kind.body.model_validate(members)


@dataclass
class Follower(Caller, ABC):
    """A system of a party's: whatever befalls it, it goes on from what it has taken."""

    name: str = ""
    mirror: Mirror = field(default_factory=Mirror)
    # How often it has stopped or was cut off, and gone on.
    restarts: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Takes the whole record, while others write."""
        self.mirror.begin(self.ask("GET", "/v1/snapshot"))

    def begin_and_follow(self) -> None:
        """All that it does."""
        self.begin()
        self.follow()

    @abstractmethod
    def follow(self) -> None:
        """Takes changes until it is stopped."""


class FollowerOfFeed(Follower):
    """Asks for what is new, page by page."""

    since = -1
    cursor: str | None = None

    def begin(self) -> None:
        super().begin()
        self.since = self.mirror.revision

    def follow(self) -> None:
        while not self.stopped.is_set():
            query: dict[str, Any] = {"since": self.since, "limit": self.random.choice((1, 7, 200))}
            if self.cursor is not None:
                query["cursor"] = self.cursor
            page = self.ask("GET", "/v1/changes", params=query)
            assert page.status_code == 200, page.text
            told = page.json()
            if self.random.random() < 0.05:
                # It stops before it has taken the page, and asks again.
                self.restarts += 1
                continue
            for change in told["items"]:
                self.mirror.take(change)
            self.cursor = told["next"]
            if self.cursor is None:
                self.since = told["revision"]
                self.stopped.wait(self.random.uniform(0, 0.1))

    def has_come_to(self, revision: int) -> bool:
        """Whether it has taken all up to a revision."""
        return self.cursor is None and self.since >= revision


class FollowerOfStream(Follower):
    """Holds a stream open, and opens it again after the last event that it has taken."""

    last_id = "0"

    def begin(self) -> None:
        super().begin()
        self.last_id = str(self.mirror.revision)

    def follow(self) -> None:
        while not self.stopped.is_set():
            try:
                self._take_some()
            except httpx.TransportError:
                time.sleep(0.02)
            self.restarts += 1

    def _take_some(self) -> None:
        with self.http.stream(
            "GET", f"{self.address}{STREAM}", headers={"Last-Event-ID": self.last_id}
        ) as answer:
            if answer.status_code != 200:
                assert answer.status_code == 503, answer.read()
                return
            events = Events(answer)
            for _ in range(self.random.choice((20, 200, 2000))):
                try:
                    event = events.next_or_none()
                except StopIteration:
                    return
                if event is not None:
                    assert event.type == "change"
                    self.mirror.take(event.change)
                self.last_id = events.last_id or self.last_id
                if self.stopped.is_set():
                    return

    def has_come_to(self, revision: int) -> bool:
        """Whether it has taken all up to a revision."""
        return int(self.last_id.partition("-")[0]) >= revision


class FollowerOfWebhook(Follower):
    """Is sent what is new. Now and then it fails, before or after it has taken a message."""

    webhook = ""
    repeats = 0

    def begin(self) -> None:
        self.port = unused_port()
        url = f"http://127.0.0.1:{self.port}/{self.name}"
        made = self.ask("POST", "/v1/webhooks", json={"url": url})
        assert made.status_code == 201, made.text
        self.webhook = f"/v1/webhooks/{made.json()['id']}"
        self.verifier = Webhook(made.json()["secret"])
        self.seen: set[str] = set()
        # Of what it is sent it leaves out what the snapshot holds.
        super().begin()

    def follow(self) -> None:
        while not self.stopped.is_set():
            with self._listening():
                self.stopped.wait(self.random.uniform(0.5, 2))
            self.restarts += 1

    @contextmanager
    def _listening(self) -> Iterator[None]:
        follower = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                # Another receiver may have had the port before.
                is_own = self.path == f"/{follower.name}"
                status = follower.receive(body, dict(self.headers)) if is_own else 404
                self.close_connection = status is None or status >= 400
                if status is not None:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        with ThreadingHTTPServer(("127.0.0.1", self.port), Handler) as receiver:
            receiver.daemon_threads = True
            thread = threading.Thread(target=receiver.serve_forever, args=(0.02,))
            thread.start()
            yield
            receiver.shutdown()
            thread.join()

    def receive(self, body: bytes, headers: dict[str, str]) -> int | None:
        """The status that a message is answered with; None where its connection breaks."""
        chance = self.random.random()
        if chance < 0.03:
            return 500
        message = self.verifier.verify(body, headers)
        id_ = headers["webhook-id"]
        if id_ in self.seen:
            self.repeats += 1
        else:
            self.seen.add(id_)
            if message["data"]["revision"] > self.mirror.began:
                self.mirror.take(message["data"])
        return None if chance > 0.97 else 204
