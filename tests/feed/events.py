"""A client of the stream: reads Server-Sent Events by the rules of WHATWG HTML, section 9.2.6."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

STREAM = "/v1/changes/stream"


class Event(NamedTuple):
    """An event as a browser's EventSource would dispatch it."""

    type: str
    data: str
    id: str

    @property
    def change(self) -> dict[str, Any]:
        """The change that it tells."""
        return json.loads(self.data)


class Events:
    """An open stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self.comments = 0
        self.retry: int | None = None
        self._lines = answer.iter_lines()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        """The next event. Raises StopIteration where the server has ended the stream."""
        while True:
            event = self.next_or_none()
            if event is not None:
                return event

    def next_or_none(self) -> Event | None:
        """The event that comes next; None where it is a heartbeat that comes."""
        fields = self.block()
        if "data" not in fields:
            return None
        return Event(fields.get("event", "message"), fields["data"], self.last_id)

    def block(self) -> dict[str, str]:
        """The fields up to the next empty line, dispatched as an event or not."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line:
                self.last_id = fields.get("id", self.last_id)
                return fields
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not name:
                self.comments += 1
            elif name == "retry":
                self.retry = int(value)
            else:
                fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        raise StopIteration

    def at_first(self) -> Iterator[dict[str, str]]:
        """The blocks with ids until nothing follows, which is told by an id alone."""
        while True:
            fields = self.block()
            if "id" in fields:
                yield fields
                if "data" not in fields:
                    return

    def take(self, number: int) -> list[Event]:
        """The next events, so many."""
        return [next(self) for _ in range(number)]

    def until(self, id_: str) -> list[Event]:
        """The events that come until the client's last id is this one, or is beyond it."""
        events: list[Event] = []
        while place(self.last_id) < place(id_):
            event = self.next_or_none()
            events += [] if event is None else [event]
        return events


def place(id_: str) -> tuple[int, int]:
    """The order of ids."""
    revision, dash, sequence = id_.partition("-")
    return int(revision or -1), int(sequence) if dash else 2**31


@contextmanager
def opened(client: httpx.Client, last_id: str | None = None, **query: Any) -> Iterator[Events]:
    """A stream, open inside the block."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    with client.stream("GET", STREAM, params=query, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        yield Events(answer)
