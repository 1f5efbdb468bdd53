"""What stands before everything else: kept answers, conditions, codings and HEAD.

A read of the record is answered by what was kept, if that is still so; whatever answers it
otherwise is kept, and given in the coding that the client takes, or by 304.
"""

import asyncio
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.answers import (
    Answer,
    Headers,
    Key,
    Representation,
    quarter,
    whole,
)
from app.kernel.codings import SHORTEST, Coding, accepted
from app.kernel.conditional import not_modified
from app.kernel.observing import Metrics, request_id_of
from app.kernel.principals import audience_of_caller
from app.kernel.private_addresses import credentials_in, is_private, masked
from app.kernel.prompt import ANSWERED, Answered
from app.kernel.sessions import Database
from app.kernel.tabular.formats import preferred_table

_OWN_TO_EACH = (b"x-request-id", b"content-length")
Asked = dict[bytes, bytes]
# In the scope of a GET that was a HEAD: what would go on without end need not begin.
IS_HEAD = "clearsky.is_head"


class AnswerFigures(Collector):
    """Hits, misses and size of kept answers, and how soon writes are heard of, for `/metrics`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.hits = self.renewals = self.misses = 0
        self.database: Database | None = None
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """The figures as they are."""
        counter = CounterMetricFamily(
            "clearsky_kept_answers",
            "Reads of the record, by whether a kept answer served.",
            labels=["result"],
        )
        counter.add_metric(["hit"], self.hits)
        counter.add_metric(["renewed"], self.renewals)
        counter.add_metric(["miss"], self.misses)
        yield counter
        database = self.database
        yield GaugeMetricFamily(
            "clearsky_kept_answers_bytes",
            "Bytes of kept answers.",
            0 if database is None else database.answers.bytes,
        )
        lag = None if database is None else database.freshness.lag
        if lag is not None:
            yield GaugeMetricFamily(
                "clearsky_revision_lag_seconds",
                "From the writing of the last revision heard of until it was heard of.",
                lag,
            )


class Answering:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self.figures = AnswerFigures(metrics.registry)
        self._under_way: dict[Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", IS_HEAD: True}
            send = _without_body(send)
        path: str = scope["path"]
        if not path.startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        # Of a header that is sent twice the first counts, as for those who are asked next.
        asked = dict(reversed(scope["headers"]))
        database: Database = scope["app"].state.database
        key = _key(database, path, scope["query_string"], asked)
        if key is None or not database.answers.limit:
            await self._work_out(None, database, scope, receive, send, asked)
            return
        found = _new_enough(database.answers.find(key), asked)
        if found is None and key in self._under_way:
            # Another request is working out the same answer.
            await self._under_way[key].wait()
            found = _new_enough(database.answers.find(key), asked)
        if found is None:
            found = _new_enough(await database.answers.renew(key), asked)
            self.figures.renewals += found is not None
        else:
            self.figures.hits += 1
        if found is None:
            await self._work_out(key, database, scope, receive, send, asked)
            return
        found.count()
        representation = database.answers.in_coding(found, _coding(found, asked))
        given = asked.get(b"x-request-id")
        request_id = request_id_of(given.decode("latin-1") if given else None).encode()
        await _give(found, representation, asked, request_id, send)

    async def _work_out(
        self,
        key: Key | None,
        database: Database,
        scope: Scope,
        receive: Receive,
        send: Send,
        asked: Asked,
    ) -> None:
        self.figures.misses += 1
        self.figures.database = database
        done = asyncio.Event()
        if key is not None:
            self._under_way.setdefault(key, done)
        try:
            await self.app(scope, receive, self._keeping(done, database, scope, send, asked))
        finally:
            done.set()
            if key is not None and self._under_way.get(key) is done:
                del self._under_way[key]

    def _keeping(
        self,
        done: asyncio.Event,
        database: Database,
        scope: Scope,
        send: Send,
        asked: Asked,
    ) -> Send:
        """`send`, that keeps an answer which is whole, and gives it as the client wants it."""
        began = quarter()
        started: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            if not started:
                await send(message)
                return
            start = started.pop()
            if not whole(start, message):
                # What is not kept helps nobody who waits for it.
                done.set()
                await send(start)
                await send(message)
                return
            headers: Asked = dict(start["headers"])
            answer = self._answer(began, scope, start, message)
            representation = answer.in_coding(_coding(answer, asked))
            # Only now is it known who asked, where that had to be looked up.
            place = _key(database, scope["path"], scope["query_string"], asked)
            if place is not None and database.answers.limit:
                database.answers.keep(place, answer)
            # Whoever waits for the answer need not wait until this client has taken it.
            done.set()
            await _give(answer, representation, asked, headers[b"x-request-id"], send)

        return sending

    def _answer(self, began: int, scope: Scope, start: Message, end: Message) -> Answer:
        headers: Headers = [pair for pair in start["headers"] if pair[0] not in _OWN_TO_EACH]
        named = dict(headers)
        promptly: Answered | None = scope.get(ANSWERED)
        return Answer(
            revision=int(named[b"revision"]),
            quarter=began,
            etag=named[b"etag"].decode("latin-1"),
            headers=headers,
            body=end.get("body", b""),
            count=self.metrics.requests.labels("GET", scope["route"].path, 200).inc,
            touched_by=None if promptly is None else promptly.touched_by,
            place=None if promptly is None else promptly.place,
        )


def _key(database: Database, path: str, query: bytes, asked: Asked) -> Key | None:
    """Where an answer is kept; None while it is not known for whom."""
    authorization = asked.get(b"authorization")
    if is_private(path):
        holder = None if authorization else database.holders.find(credentials_in(path))
        return None if holder is None else (audience_of_caller(holder), masked(path), query, None)
    table = preferred_table(asked.get(b"accept"))
    if authorization is None:
        return None, path, query, table
    principal = database.principals.find(authorization)
    return None if principal is None else (audience_of_caller(principal), path, query, table)


def _new_enough(found: Answer | None, asked: Asked) -> Answer | None:
    wanted = asked.get(b"min-revision")
    if found is None or wanted is None:
        return found
    # What is no number of a sensible length is for the route to refuse.
    sensible = wanted.isdigit() and len(wanted) <= 16
    return found if sensible and int(wanted) <= found.revision else None


def _coding(answer: Answer, asked: Asked) -> Coding:
    wanted = asked.get(b"accept-encoding")
    if wanted is None or len(answer.body) < SHORTEST:
        return Coding.IDENTITY
    return accepted(wanted)


async def _give(
    answer: Answer, found: Representation, asked: Asked, request_id: bytes, send: Send
) -> None:
    own = (b"x-request-id", request_id)
    condition = asked.get(b"if-none-match")
    if condition is not None and not_modified(condition.decode("latin-1"), answer.etag):
        headers = [*found.headers_of_304, own]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [*found.headers, own]})
    await send({"type": "http.response.body", "body": found.body})


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
        elif not message.get("more_body"):
            await send({"type": "http.response.body", "body": b""})

    return sending
