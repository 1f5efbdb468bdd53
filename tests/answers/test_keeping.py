"""Kept answers by their rules: for whom one is kept, until when, and how it is given.

Without a database and without HTTP: `make mutants` runs these for each alteration of the code.
"""

import asyncio
import gzip
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest

from app.kernel import answering, answers, principals
from app.kernel.access import Principal, Role
from app.kernel.answering import IS_HEAD, Answering
from app.kernel.answers import Answer, Answers, quarter, whole
from app.kernel.codings import SHORTEST, Coding
from app.kernel.freshness import Newest
from app.kernel.observing import Metrics
from app.kernel.principals import KnownPrincipals, one_spelling
from app.kernel.private_addresses import credentials_in
from app.kernel.prompt import ANSWERED, Answered
from app.kernel.recent import Changed
from app.kernel.tabular.formats import Format

KOREA = Principal("key:korea", Role.EDITOR, "KR")
NIER = Principal("key:reporter", Role.REPORTER, "KR", "kr-nier")
PRIVATE = "/v1/calendars/clearskycal_abc/meetings.ics"
PATH, ROUTE = "/v1/people/guo-jing", "/v1/people/{id}"
REPORT = Changed(8, "status_report", "r", None)
PERSON = Changed(8, "person", "p", None)
LONG = b'{"revision":7,"says":"' + b"x" * SHORTEST + b'"}'
PLACE = len(b'{"revision":')


class Heard:
    """A freshness, and recent changes, that say what the test has them say."""

    lag = None

    def __init__(self):
        self.says = Newest(7, "a version")
        self.changes = []
        self.reads, self.asked, self.forgotten = [], [], 0

    def newest(self):
        return self.says

    def seen(self, revision):
        self.reads.append(revision)

    async def between(self, after, until):
        self.asked.append((after, until))
        return self.changes

    def forget(self):
        self.forgotten += 1


class Known(dict):
    """The principals of credentials."""

    def find(self, credentials):
        return self.get(credentials)


def answer(body=b"said", **more):
    values = {
        "revision": 7,
        "quarter": quarter(),
        "etag": 'W/"e"',
        "headers": [(b"content-type", b"text/plain"), (b"etag", b'W/"e"'), (b"revision", b"7")],
        "body": body,
        "count": lambda: None,
    }
    return Answer(**values | more)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def kept(heard):
    return Answers(heard, heard, 100_000)


def key(path=PATH):
    return None, path, b"", None


# For whom, and what of.


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (PATH, {}, (None, PATH, b"q=1", None)),
        (PATH, {b"accept": b"text/csv"}, (None, PATH, b"q=1", Format.CSV)),
        (PATH, {b"authorization": b"Bearer kr"}, ((Role.EDITOR, "KR", None), PATH, b"q=1", None)),
        (
            PATH,
            {b"authorization": b"Bearer nier", b"accept": b"text/csv"},
            ((Role.REPORTER, "KR", "kr-nier"), PATH, b"q=1", Format.CSV),
        ),
        # Who it is must be looked up first.
        (PATH, {b"authorization": b"Bearer other"}, None),
        # An address with a secret: without it, and never as a table.
        (
            PRIVATE,
            {b"accept": b"text/csv"},
            ((Role.EDITOR, "KR", None), "/v1/calendars/[secret]/meetings.ics", b"q=1", None),
        ),
        (PRIVATE.replace("abc", "other"), {}, None),
        (PRIVATE, {b"authorization": b"Bearer kr"}, None),
    ],
)
def test_where_an_answer_is_kept(path, headers, expected):
    database = SimpleNamespace(
        principals=Known({b"Bearer kr": KOREA, b"Bearer nier": NIER}),
        holders=Known({credentials_in(PRIVATE): KOREA}),
    )
    assert answering._key(database, path, b"q=1", headers) == expected


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (None, True),
        (b"6", True),
        (b"7", True),
        (b"8", False),
        (b"0000000000000007", True),
        (b"00000000000000007", False),
        (b"", False),
        (b"-1", False),
        (b"seven", False),
    ],
)
def test_an_answer_is_new_enough_from_its_revision_on(wanted, given):
    asked = {} if wanted is None else {b"min-revision": wanted}
    found = answer()
    assert answering._new_enough(found, asked) is (found if given else None)
    assert answering._new_enough(None, asked) is None


@pytest.mark.parametrize(
    ("wanted", "size", "coding"),
    [
        (None, SHORTEST, Coding.IDENTITY),
        (b"gzip", SHORTEST - 1, Coding.IDENTITY),
        (b"gzip", SHORTEST, Coding.GZIP),
        (b"br", SHORTEST, Coding.IDENTITY),
    ],
)
def test_in_which_coding_an_answer_is_given(wanted, size, coding):
    asked = {} if wanted is None else {b"accept-encoding": wanted}
    assert answering._coding(answer(b"x" * size), asked) is coding


@pytest.mark.parametrize(
    ("start", "end", "may_be_kept"),
    [
        ({}, {}, True),
        ({}, {"more_body": False}, True),
        ({}, {"more_body": True}, False),
        ({"status": 203}, {}, False),
        ({"headers": []}, {}, False),
        ({"headers": [(b"etag", b"7")]}, {}, False),
        ({"headers": [(b"etag", b'"e"'), (b"revision", b"7")]}, {}, True),
        ({"headers": [(b"revision", b"7"), (b"cache-control", b"no-store")]}, {}, False),
        ({"headers": [(b"revision", b"7"), (b"cache-control", b"no-cache")]}, {}, True),
    ],
)
def test_what_may_be_kept(start, end, may_be_kept):
    said = {"status": 200, "headers": [(b"revision", b"7")], **start}
    assert whole(said, {"body": b"", **end}) is may_be_kept


UNTIL = datetime.fromtimestamp(1000, UTC)


@pytest.fixture
def remembered(heard, monkeypatch):
    """Whom credentials speak for, at a time before which Korea's need not be asked again."""
    made = KnownPrincipals(heard)
    monkeypatch.setattr(principals, "time", lambda: 999.9)
    made.keep(b"Bearer kr", KOREA, "a version", UNTIL)
    return made


def test_before_anybody_is_remembered_nothing_is_asked(heard):
    heard.newest = None
    made = KnownPrincipals(heard)
    assert made.find(b"Bearer kr") is None
    assert made.credentials_version is None


@pytest.mark.parametrize(
    ("says", "found"),
    [
        (Newest(7, "a version"), True),
        (Newest(9, "a version"), True),
        (Newest(7, "another"), False),
        (Newest(7, "a version", 1), False),
        (Newest(7, None), False),
        (None, False),
    ],
)
def test_a_caller_is_remembered_while_no_credentials_change(heard, remembered, says, found):
    heard.says = says
    assert remembered.find(b"Bearer kr") is (KOREA if found else None)
    assert remembered.find(b"Bearer other") is None
    assert remembered.credentials_version == "a version"


@pytest.mark.parametrize("says", [Newest(7, "another"), Newest(7, "a version", 1)])
def test_who_is_forgotten_stays_so_until_looked_up_again(heard, remembered, says):
    before, heard.says = heard.says, says
    assert remembered.find(b"Bearer kr") is None
    heard.says = before._replace(history=says.history)
    assert remembered.find(b"Bearer kr") is None
    remembered.keep(b"Bearer kr", KOREA, "a version", UNTIL)
    assert remembered.find(b"Bearer kr") is KOREA


@pytest.mark.parametrize(("now", "found"), [(0, True), (999.9, True), (1000, False)])
def test_a_caller_is_remembered_until_a_time(remembered, monkeypatch, now, found):
    monkeypatch.setattr(principals, "time", lambda: now)
    assert remembered.find(b"Bearer kr") is (KOREA if found else None)


def test_of_another_version_of_credentials_nobody_is_remembered_beside_it(heard, remembered):
    remembered.keep(b"Bearer nier", NIER, "a version", UNTIL)
    assert remembered.find(b"Bearer kr") is KOREA
    remembered.keep(b"Bearer nier", NIER, "another", UNTIL)
    heard.says = Newest(7, "another")
    assert remembered.find(b"Bearer nier") is NIER
    assert remembered.find(b"Bearer kr") is None
    assert remembered.credentials_version == "another"


def test_so_many_are_remembered_and_then_those_who_come_next(remembered, monkeypatch):
    monkeypatch.setattr(principals, "_MOST", 2)
    remembered.keep(b"Bearer nier", NIER, "a version", UNTIL)
    assert remembered.find(b"Bearer kr") is KOREA
    remembered.keep(b"Bearer third", KOREA, "a version", UNTIL)
    assert remembered.find(b"Bearer kr") is remembered.find(b"Bearer nier") is None
    assert remembered.find(b"Bearer third") is KOREA


@pytest.mark.parametrize(
    ("shown", "spelling"),
    [
        (b"Bearer a", b"bearer a"),
        (b"BEARER   a  ", b"bearer a"),
        (b"bearer A", b"bearer A"),
        (b"Bearer a b", b"bearer a b"),
        (b"Bearer", b"bearer "),
        (b"Bearer \xa0\xe9", b"bearer \xe9"),
    ],
)
def test_the_same_credentials_have_one_spelling(remembered, shown, spelling):
    assert one_spelling(shown) == spelling
    remembered.keep(shown, NIER, "a version", UNTIL)
    assert remembered.find(spelling) is NIER


def test_no_credentials_are_held_themselves_nor_what_another_could_work_out(
    remembered, monkeypatch
):
    ((held, _),) = remembered._known.items()
    assert len(held) == 32
    monkeypatch.setattr(principals, "_OWN", b"of another process")
    assert remembered.find(b"Bearer kr") is None
    assert KnownPrincipals(Heard())._known == {}


# Until when.


@pytest.mark.parametrize(("at", "number"), [(0, 0), (899.9, 0), (900, 1), (1799.9, 1)])
def test_a_quarter_of_an_hour_is_900_seconds(monkeypatch, at, number):
    monkeypatch.setattr(answers.time, "time", lambda: at)
    found = quarter()
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize(
    ("says", "differs", "given"),
    [
        (Newest(7, "v"), {}, True),
        (Newest(7, "another"), {}, True),
        (Newest(8, "v"), {}, False),
        (Newest(6, "v"), {}, False),
        (Newest(7, "v", 1), {}, False),
        (None, {}, False),
        (Newest(7, "v"), {"quarter": quarter() - 1}, False),
        (Newest(7, "v"), {"quarter": quarter() + 2}, False),
    ],
)
def test_an_answer_is_given_while_its_revision_is_the_newest(heard, kept, says, differs, given):
    found = answer(**differs)
    kept.keep(key(), found)
    heard.says = says
    assert kept.find(key()) is (found if given else None)
    assert kept.find(key("/v1/people/other")) is None


@pytest.mark.parametrize(
    ("says", "changes", "differs", "renewed"),
    [
        (Newest(9, "v"), [], {}, True),
        (Newest(9, "v"), [PERSON], {}, True),
        (Newest(7, "v"), [], {}, True),
        (Newest(9, "v"), [PERSON, REPORT], {}, False),
        (Newest(9, "v"), [REPORT, PERSON], {}, False),
        (Newest(9, "v"), None, {}, False),
        (Newest(6, "v"), [], {}, False),
        (None, [], {}, False),
        (Newest(9, "v", 1), [], {}, False),
        (Newest(9, "v"), [], {"touched_by": None}, False),
        (Newest(9, "v"), [], {"quarter": quarter() - 1}, False),
    ],
)
def test_an_answer_is_renewed_where_nothing_since_touches_it(
    heard, kept, says, changes, differs, renewed
):
    touched = {"touched_by": lambda change: change.kind == "status_report"}
    found = answer(b'{"revision":7}', place=PLACE, **touched | differs)
    kept.keep(key(), found)
    heard.says, heard.changes = says, changes
    newer = asyncio.run(kept.renew(key()))
    assert asyncio.run(kept.renew(key("/v1/people/other"))) is None
    if not renewed:
        assert newer is None
        return
    assert heard.asked == [(7, says.revision)]
    assert (newer.revision, newer.body) == (says.revision, b'{"revision":%d}' % says.revision)
    assert kept.find(key()) is newer


def test_an_answer_is_not_renewed_where_history_became_another_meanwhile(heard, kept):
    async def between(*_):
        heard.says = Newest(9, "v", 1)
        kept.find(key())
        return []

    kept.keep(key(), answer(touched_by=lambda _: False))
    heard.says, heard.between = Newest(9, "v"), between
    assert asyncio.run(kept.renew(key())) is None
    assert len(kept) == 0


def test_of_a_history_that_is_gone_nothing_is_kept_and_of_the_new_one_all(heard, kept):
    assert heard.forgotten == 0
    kept.keep(key(), answer())
    heard.says = Newest(7, "v", 1)
    assert kept.find(key()) is None
    assert (len(kept), kept.bytes, heard.forgotten) == (0, 0, 1)
    anew = answer()
    kept.keep(key(), anew)
    assert kept.find(key()) is anew
    assert (kept.bytes, heard.forgotten) == (anew.size, 1)


def test_a_newer_revision_is_said_wherever_the_answer_says_one():
    headers = [(b"etag", b'W/"e"'), (b"revision", b"7"), (b"vary", b"accept")]
    found = answer(b'{"revision":7,"n":7}', headers=headers, place=PLACE)
    found.in_coding(Coding.GZIP)
    newer = found.at(10)
    assert newer == replace(
        found,
        revision=10,
        headers=[(b"etag", b'W/"e"'), (b"revision", b"10"), (b"vary", b"accept")],
        body=b'{"revision":10,"n":7}',
        representations={},
    )
    assert replace(found, place=None).at(10).body == found.body
    assert gzip.decompress(newer.in_coding(Coding.GZIP).body) == newer.body


# Within a bound.


def test_what_is_kept_takes_its_body_in_each_coding_and_what_goes_with_it():
    found = answer(LONG)
    assert found.size == len(LONG) + 1024
    found.in_coding(Coding.IDENTITY)
    assert found.size == len(LONG) + 1024
    coded = found.in_coding(Coding.GZIP)
    assert found.size == len(LONG) + 1024 + len(coded.body)


def test_the_longest_unused_go_first_beyond_the_bound(heard):
    kept = Answers(heard, heard, 3 * answer(b"x" * 1000).size)
    for path in "abc":
        kept.keep(key(path), answer(b"x" * 1000))
    assert kept.find(key("a")) is not None
    kept.keep(key("d"), answer(b"x" * 1000))
    assert [path for path in "abcd" if kept.find(key(path))] == ["a", "c", "d"]
    kept.keep(key("e"), answer(b"x" * 10_000))
    assert kept.find(key("e")) is None
    assert (len(kept), kept.bytes) == (3, kept.limit)


def test_what_is_kept_in_another_coding_takes_room_too(heard):
    kept = Answers(heard, heard, 3 * answer(b"x" * 1000).size)
    for path in "abc":
        kept.keep(key(path), answer(b"x" * 1000))
    kept.in_coding(kept.find(key("c")), Coding.GZIP)
    assert [path for path in "abc" if kept.find(key(path))] == ["b", "c"]
    assert kept.bytes == sum(kept.find(key(path)).size for path in "bc")


def test_with_a_bound_of_nothing_nothing_is_kept(heard):
    kept = Answers(heard, heard, 0)
    kept.keep(key(), answer(b""))
    assert (len(kept), kept.bytes) == (0, 0)


def test_what_is_as_large_as_the_bound_is_kept(heard):
    found = answer()
    kept = Answers(heard, heard, found.size)
    kept.keep(key("larger"), answer(b"longer than it"))
    assert (len(kept), kept.bytes) == (0, 0)
    kept.keep(key(), found)
    assert (len(kept), kept.bytes) == (1, found.size)
    assert heard.reads == [7, 7]


def test_what_takes_the_place_of_another_takes_no_room_beside_it(kept):
    for body in (b"some", b"much longer", b"short"):
        kept.keep(key(), answer(body))
        assert (len(kept), kept.bytes) == (1, answer(body).size)


def test_a_coding_is_made_and_counted_once(kept):
    found = answer(LONG)
    kept.keep(key(), found)
    coded = kept.in_coding(found, Coding.GZIP)
    assert kept.bytes == found.size == answer(LONG).size + len(coded.body)
    assert kept.in_coding(found, Coding.GZIP) is coded is found.in_coding(Coding.GZIP)
    assert kept.bytes == found.size


def test_a_representation_has_the_headers_of_its_coding():
    found = answer(LONG)
    plain = found.in_coding(Coding.IDENTITY)
    length = str(len(LONG)).encode()
    assert plain.body == LONG
    assert plain.headers == [*found.headers, (b"content-length", length)]
    assert plain.headers_of_304 == [(b"etag", b'W/"e"'), (b"revision", b"7")]
    coded = found.in_coding(Coding.GZIP)
    assert gzip.decompress(coded.body) == LONG
    assert dict(coded.headers) == {
        b"content-type": b"text/plain",
        b"content-encoding": b"gzip",
        b"content-length": str(len(coded.body)).encode(),
        b"etag": b'W/"e-gzip"',
        b"revision": b"7",
    }
    assert coded.headers_of_304 == [(b"etag", b'W/"e-gzip"'), (b"revision", b"7")]


# How one is given.


class Asked:
    """The application behind kept answers, and who asks it; it counts how often it is asked."""

    def __init__(self, heard, limit=100_000):
        self.metrics = Metrics()
        self.answering = Answering(self, self.metrics)
        self.database = SimpleNamespace(
            answers=Answers(heard, heard, limit),
            freshness=heard,
            principals=Known({b"Bearer kr": KOREA}),
            holders=Known(),
        )
        self.app = SimpleNamespace(state=SimpleNamespace(database=self.database))
        self.scopes = []
        self.status, self.bodies = 200, [LONG]
        self.answered = None
        self.begin = self.meanwhile = None

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        assert receive is RECEIVE
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.status is None:
            raise ZeroDivisionError
        scope["route"] = SimpleNamespace(path=ROUTE)
        if self.answered is not None:
            scope[ANSWERED] = self.answered
        said = [
            *((b"content-type", b"text/plain"), (b"etag", b'W/"e"'), (b"revision", b"7")),
            *((b"content-length", b"9"), (b"x-request-id", b"own-%d" % len(self.scopes))),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": said})
        for number, body in enumerate(self.bodies, start=1):
            more = {"more_body": True} if number < len(self.bodies) else {}
            said = {} if body is None else {"body": body}
            await send({"type": "http.response.body", **said, **more})

    async def ask(self, method="GET", path=PATH, **headers):
        """What is sent for a question."""
        given = [(name.replace("_", "-").encode(), said) for name, said in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": given,
            "app": self.app,
        }
        sent = []

        async def send(message):
            sent.append(message)

        await self.answering(scope, RECEIVE, send)
        return sent

    def once(self, *args, **headers):
        return asyncio.run(asyncio.wait_for(self.ask(*args, **headers), timeout=10))

    @property
    def counts(self):
        """Hits, renewals and misses."""
        figures = self.answering.figures
        return figures.hits, figures.renewals, figures.misses


async def RECEIVE():  # noqa: N802
    raise AssertionError("a read has no body")


@pytest.fixture
def asked(heard):
    return Asked(heard)


def told(*, status=200, body=LONG, request_id=b"own-1", **headers):
    """The messages of an answer."""
    said = {
        b"content-type": b"text/plain",
        b"etag": b'W/"e"',
        b"revision": b"7",
        b"content-length": str(len(body)).encode(),
        **{name.replace("_", "-").encode(): value for name, value in headers.items()},
        b"x-request-id": request_id,
    }
    if status == 304:
        said = {k: v for k, v in said.items() if k not in answers._OF_THE_BODY}
        body = b""
    return [
        {"type": "http.response.start", "status": status, "headers": said},
        {"type": "http.response.body", "body": body},
    ]


def read(sent):
    """The same of what was sent, in which no header stands twice."""
    start, *rest = sent
    named = dict(start["headers"])
    assert len(named) == len(start["headers"])
    return [start | {"headers": named}, *rest]


def test_an_answer_is_worked_out_once_and_given_to_each(asked):
    assert read(asked.once()) == told()
    assert asked.counts == (0, 0, 1)
    assert read(asked.once(x_request_id=b"mine")) == told(request_id=b"mine")
    assert asked.counts == (1, 0, 1)
    (made,) = [value for name, value in asked.once()[0]["headers"] if name == b"x-request-id"]
    assert len(made) > 20
    assert len(asked.scopes) == 1
    labels = {"method": "GET", "route": ROUTE, "status": "200"}
    assert asked.metrics.registry.get_sample_value("clearsky_requests_total", labels) == 2


def test_an_answer_without_a_body_is_kept_as_one_of_nothing(asked):
    asked.bodies = [None]
    for _ in range(2):
        assert read(asked.once(x_request_id=b"own-1")) == told(body=b"")
    assert asked.counts == (1, 0, 1)


@pytest.mark.parametrize("first", [True, False])
def test_what_is_kept_is_given_in_any_coding_or_by_304(asked, first):
    if not first:
        asked.once()
    coded = gzip.compress(LONG, compresslevel=5, mtime=0)
    says = {"request_id": b"own-1" if first else b"mine"}
    sent = asked.once(accept_encoding=b"gzip", x_request_id=b"mine")
    assert read(sent) == told(body=coded, content_encoding=b"gzip", etag=b'W/"e-gzip"', **says)
    asked = Asked(Heard()) if first else asked
    sent = asked.once(if_none_match=b'"\xe9", "e"', x_request_id=b"mine")
    assert read(sent) == told(status=304, **says)
    assert read(asked.once(if_none_match=b'"f"', x_request_id=b"mine")) == told(request_id=b"mine")


def test_of_a_header_that_is_sent_twice_the_first_counts(asked):
    asked.once()
    scope = {
        **asked.scopes[0],
        "headers": [(b"min-revision", b"7"), (b"min-revision", b"8"), (b"x-request-id", b"mine")],
    }
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(asked.answering(scope, RECEIVE, send))
    assert read(sent) == told(request_id=b"mine")
    assert asked.counts == (1, 0, 1)


def test_what_is_not_new_enough_is_asked_for_anew(asked):
    asked.once()
    asked.once(min_revision=b"8")
    assert asked.counts == (0, 0, 2)


def test_a_renewed_answer_is_counted_as_such(asked, heard):
    asked.answered = Answered(LONG, 'W/"e"', 7, touched_by=lambda _: False, place=PLACE)
    asked.once()
    heard.says = Newest(8, "v")
    (start, end) = asked.once()
    assert (dict(start["headers"])[b"revision"], end["body"][PLACE : PLACE + 1]) == (b"8", b"8")
    assert asked.counts == (0, 1, 1)
    heard.says, heard.changes = Newest(9, "v"), None
    asked.once()
    assert asked.counts == (0, 1, 2)


def test_a_head_is_answered_as_the_get_without_its_body(asked):
    start, end = told()
    assert read(asked.once("HEAD")) == [start, end | {"body": b""}]
    assert asked.scopes[0]["method"] == "GET"
    assert asked.scopes[0][IS_HEAD] is True
    assert read(asked.once("HEAD", x_request_id=b"own-1")) == [start, end | {"body": b""}]
    assert asked.counts == (1, 0, 1)
    asked.once("GET", "/healthz")
    assert IS_HEAD not in asked.scopes[1]


def test_a_head_of_what_comes_in_pieces_ends_once(asked):
    asked.bodies = [b"one", b"two", b"three"]
    sent = asked.once("HEAD", "/healthz")
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1] == {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize(
    ("status", "bodies"), [(404, [b"none"]), (200, [b"one", b"two"]), (200, [b"one", b"two", b""])]
)
def test_what_may_not_be_kept_is_sent_as_it_comes(asked, status, bodies):
    asked.status, asked.bodies = status, bodies
    for number in (1, 2):
        start, *rest = asked.once()
        assert start["status"] == status
        assert (b"x-request-id", b"own-%d" % number) in start["headers"]
        assert (b"content-length", b"9") in start["headers"]
        assert [message["body"] for message in rest] == bodies
        assert "more_body" not in rest[-1]
    assert asked.counts == (0, 0, 2)


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("GET", "/healthz"), ("HEAD", "/")])
def test_nothing_else_is_kept_or_counted(asked, method, path):
    for _ in range(2):
        sent = asked.once(method, path)
        assert (b"content-length", b"9") in sent[0]["headers"]
    assert len(asked.scopes) == 2
    assert asked.counts == (0, 0, 0)


def test_what_is_no_request_goes_by():
    passed = []

    async def application(*args):
        passed.append(args)

    given = ({"type": "lifespan"}, object(), object())
    asyncio.run(Answering(application, Metrics())(*given))
    assert passed == [given]


def test_with_a_bound_of_nothing_each_answer_is_worked_out(heard):
    asked = Asked(heard, limit=0)
    for number in (1, 2):
        assert read(asked.once()) == told(request_id=b"own-%d" % number)
    assert asked.counts == (0, 0, 2)
    assert heard.reads == []


def test_whoever_had_to_be_looked_up_first_is_given_what_was_kept_next(asked):
    async def look_up():
        asked.database.principals[b"Bearer new"] = NIER

    asked.meanwhile = look_up
    for _ in range(2):
        asked.once(authorization=b"Bearer new")
    assert asked.counts == (1, 0, 1)
    asked.once(authorization=b"Bearer kr")
    asked.once()
    assert asked.counts == (1, 0, 3)


def test_of_those_who_stay_unknown_nothing_is_kept(asked):
    for _ in range(2):
        asked.once(authorization=b"Bearer other")
    assert asked.counts == (0, 0, 2)
    assert len(asked.database.answers) == 0


def test_an_answer_of_two_quarters_of_an_hour_is_one_of_the_first(asked, monkeypatch):
    now = quarter()

    async def pass_time():
        monkeypatch.setattr(answering, "quarter", lambda: now + 1)
        monkeypatch.setattr(answers, "quarter", lambda: now + 1)

    asked.meanwhile = pass_time
    asked.once()
    asked.once()
    asked.once()
    assert asked.counts == (1, 0, 2)


def test_with_a_bound_of_nothing_nobody_waits_for_anothers_answer(heard):
    asked = Asked(heard, limit=0)
    begun, _ = together(asked)
    assert (begun, asked.counts) == (3, (0, 0, 3))
    assert not asked.answering._under_way


def together(asked, number=3):
    """What is sent to so many who ask the same while the first answer is worked out."""

    async def ask_all():
        arrived = asyncio.Event()

        async def meanwhile():
            await arrived.wait()

        asked.meanwhile = meanwhile
        asking = [asyncio.create_task(asked.ask()) for _ in range(number)]
        # Each comes as far as it can.
        for _ in range(10):
            await asyncio.sleep(0)
        begun = len(asked.scopes)
        arrived.set()
        return begun, await asyncio.wait_for(
            asyncio.gather(*asking, return_exceptions=True), timeout=10
        )

    return asyncio.run(ask_all())


def test_those_who_ask_the_same_at_once_wait_for_one_answer(asked):
    begun, sent = together(asked)
    assert begun == len(asked.scopes) == 1
    assert asked.counts == (2, 0, 1)
    assert [message[1]["body"] for message in sent] == [LONG] * 3
    assert not asked.answering._under_way


def test_those_who_wait_for_what_is_not_kept_have_it_worked_out_for_each(asked):
    asked.status = 404
    begun, sent = together(asked)
    assert begun == 1
    assert [message[0]["status"] for message in sent] == [404] * 3
    assert len(asked.scopes) == 3
    assert not asked.answering._under_way


def test_those_who_wait_for_what_fails_are_not_left_waiting(asked):
    asked.status = None
    begun, sent = together(asked)
    assert begun == 1
    assert [type(error) for error in sent] == [ZeroDivisionError] * 3
    assert not asked.answering._under_way


def test_those_who_wait_need_not_wait_until_the_first_has_taken_its_answer(asked):
    """Nor for what is not kept."""

    async def ask(status):
        asked.status, stuck = status, asyncio.Event()
        scope_of_first = []

        async def never(message):
            scope_of_first.append(message)
            await stuck.wait()

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"{PATH}-{status}",
            "query_string": b"",
            "headers": [],
            "app": asked.app,
        }
        first = asyncio.create_task(asked.answering(scope, RECEIVE, never))
        while not scope_of_first:
            await asyncio.sleep(0)
        sent = await asyncio.wait_for(asked.ask(path=scope["path"]), timeout=10)
        stuck.set()
        await first
        return sent[0]["status"]

    assert [asyncio.run(ask(status)) for status in (200, 404)] == [200, 404]


def test_the_figures_of_kept_answers_are_told(asked, heard):
    def figures():
        text = generate_latest(asked.metrics.registry).decode()
        return [
            line for line in text.splitlines() if "kept_answers" in line or "revision_lag" in line
        ]

    helped = [
        "# HELP clearsky_kept_answers_total Reads of the record, by whether a kept answer served.",
        "# TYPE clearsky_kept_answers_total counter",
    ]
    taken = [
        "# HELP clearsky_kept_answers_bytes Bytes of kept answers.",
        "# TYPE clearsky_kept_answers_bytes gauge",
    ]

    def counted(hits, renewals, misses):
        counts = {"hit": hits, "renewed": renewals, "miss": misses}
        name = "clearsky_kept_answers_total"
        return [f'{name}{{result="{result}"}} {float(count)}' for result, count in counts.items()]

    assert figures() == [
        *helped,
        *counted(0, 0, 0),
        *taken,
        "clearsky_kept_answers_bytes 0.0",
    ]
    asked.once()
    asked.once()
    heard.lag = 0.25
    size = float(len(LONG) + 1024)
    assert figures() == [
        *helped,
        *counted(1, 0, 1),
        *taken,
        f"clearsky_kept_answers_bytes {size}",
        "# HELP clearsky_revision_lag_seconds"
        " From the writing of the last revision heard of until it was heard of.",
        "# TYPE clearsky_revision_lag_seconds gauge",
        "clearsky_revision_lag_seconds 0.25",
    ]
