"""Two records that differ only in what a caller may not see give that caller the same answers.

Hypothesis makes up what everybody sees, and between those steps two sets of others that the caller
may not see: drafts and documents that other sides keep, proposals, meetings that are not announced
and plans under negotiation, with their changes and their ends. Then every GET route is asked in
both records, for all ids of either and with all that the route takes.

The numbers of revisions, and what carries them (the header Revision, cursors, the digest of a
record that names its own), are no secret. So
each number is compared as how many revisions up to it the caller can see; what an answer's bytes
are besides, and its ETag, must be the same.
"""

import io
import itertools
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.calendars.models import CalendarAddress
from app.kernel import dates, keeping, principals
from app.kernel.access import OPERATOR
from app.kernel.database import open_engine
from app.kernel.journal import Author, head
from app.kernel.keys import hash_of
from app.kernel.observing import EVENT_STREAM
from app.kernel.recording import Recorder
from app.kernel.records import digest_of
from app.kernel.secrets import CALENDAR_PREFIX
from app.kernel.sessions import Database
from app.kernel.tabular.formats import JSON_LINES, Format
from app.reporting import assessments, reports
from tests.amounts import DEEP, examples
from tests.api.tables import rows_of
from tests.both_engines import ENGINES
from tests.feed.events import STREAM, Events
from tests.trust.questions import (
    AS_OF,
    DAYS,
    LIMITS,
    WORDS,
    Question,
    further_questions,
    plain_questions,
)

PLAN, FAR_PLAN = "clear-sky-plan-2023", "jp-kr-plan"
MEETING, EARLIER_MEETING, FAR_MEETING = (
    "cn-kr-dg-dialogue-7",
    "cn-kr-dg-dialogue-6",
    "jp-kr-dialogue-1",
)
ITEMS = [f"{PLAN}-{number}" for number in (1, 2, 3)]
MEETING_AHEAD = "cn-kr-dg-dialogue-2"
FAR_ITEM = f"{FAR_PLAN}-1"
NOBODY = "00000000-0000-7000-8000-000000000000"
# The caller's private address of calendars, where it has a key.
OWN_ADDRESS, OWN_SECRET = "018c84c2-0000-7fff-8000-00000000cafe", f"{CALENDAR_PREFIX}{'a' * 43}"
SECRET = {"en": "Unheard-of words."}
BEGINNING = datetime(2024, 3, 1, tzinfo=UTC)
TODAY = datetime(2024, 6, 30, 12, tzinfo=UTC)
# Of what there is to ask, as much of it as each example takes the time for.
IDS_OF_EACH = 2
FURTHER_QUESTIONS = 40
PAGES = 3

CLIENT_OF = {"KR": "korea", "CN": "china", "JP": "japan"}
PARTY_OF = {
    "anonymous": None,
    "admin": None,
    "reader": "KR",
    "reporter": "KR",
    "korea": "KR",
    "china": "CN",
    "japan": "JP",
}
# Of each pair of parties: an item of its plan, and the meeting that concludes on it.
PAIRS = {("CN", "KR"): (ITEMS[1], MEETING), ("JP", "KR"): (FAR_ITEM, FAR_MEETING)}

DIALOGUES = {("CN", "KR"): "cn-kr-dg-dialogue", ("JP", "KR"): "jp-kr-dialogue"}

STATUSES = st.sampled_from(["on_track", "delayed", "suspended", "cancelled"])
REPORT_DAYS = st.sampled_from(["2023-10-20", "2023-11-15", "2023-12-20", "2024-01-10"])
WHICH = st.integers(0, 5)
SEEN_STEPS = st.one_of(
    st.tuples(st.just("report"), WHICH, WHICH, STATUSES, REPORT_DAYS),
    st.tuples(st.just("correct"), WHICH, STATUSES),
    st.tuples(st.just("withdraw"), WHICH),
    st.tuples(st.just("conclude"), WHICH, STATUSES),
    st.tuples(st.just("change_item"), WHICH),
    st.tuples(st.just("add_item")),
    st.tuples(st.just("add_document")),
    st.tuples(st.just("delete_document"), WHICH),
)
HIDDEN_STEPS = st.one_of(
    st.tuples(st.just("draft"), WHICH, WHICH, STATUSES, st.none() | REPORT_DAYS, st.booleans()),
    st.tuples(st.just("change_draft"), WHICH, STATUSES),
    st.tuples(st.just("discard"), WHICH),
    st.tuples(st.just("propose"), WHICH, STATUSES),
    st.tuples(st.just("give_up"), WHICH),
    st.tuples(st.just("keep"), WHICH),
    st.tuples(st.just("change_kept"), WHICH),
    st.tuples(st.just("delete_kept"), WHICH),
    st.tuples(st.just("plan_meeting"), WHICH),
    st.tuples(st.just("change_planned"), WHICH),
    st.tuples(st.just("negotiate"), WHICH),
    st.tuples(st.just("add_negotiated"), WHICH),
    st.tuples(st.just("change_negotiated"), WHICH),
)
# What everybody sees, each time followed by what one record has besides, and the other.
HISTORIES = st.lists(
    st.tuples(
        SEEN_STEPS,
        st.lists(HIDDEN_STEPS, min_size=1, max_size=3),
        st.lists(HIDDEN_STEPS, max_size=2),
    ),
    min_size=2,
    max_size=5,
)


class Chance:
    """What two records would differ in by chance: the time, and the ids that the server makes."""

    def __init__(self) -> None:
        self.begin(0, 0)

    def begin(self, step: int, record: int) -> None:
        """Before each step: `record` is 0 for a step that both take, or tells them apart."""
        self._step, self._record = step, record
        self._moments, self._ids = itertools.count(), itertools.count()

    def now(self) -> datetime:
        apart = timedelta(hours=self._step, minutes=7 * self._record)
        return BEGINNING + apart + timedelta(microseconds=next(self._moments))

    def uuid(self) -> str:
        return f"018c84c2-{self._step:04x}-7{next(self._ids):03x}-8000-{self._record:012x}"

    @contextmanager
    def ruled_out(self) -> Iterator[None]:
        """Inside the block both are as this says."""
        begin = Recorder.begin

        def timed(session: Any, author: Any) -> Recorder:
            recorder = begin(session, author)
            recorder.at = self.now()
            return recorder

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Recorder, "begin", timed)
            # Nor does a day begin between two questions.
            patched.setattr(dates, "datetime", SimpleNamespace(now=TODAY.astimezone))
            # By the same time, or no key would be remembered from one question to the next.
            patched.setattr(principals, "time", TODAY.timestamp)
            patched.setattr(reports, "uuid7", self.uuid)
            patched.setattr(assessments, "uuid7", self.uuid)
            patched.setattr(keeping, "uuid7", self.uuid)
            yield


@dataclass
class World:
    """One of the two records, and what has been written to it."""

    server: Any
    clients: Any
    database: Database
    drafts: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    hidden_ids: set[str] = field(default_factory=set)
    hidden_documents: set[str] = field(default_factory=set)
    planned: list[tuple[str, str]] = field(default_factory=list)
    negotiated: list[tuple[str, str, str]] = field(default_factory=list)
    hidden_items: list[str] = field(default_factory=list)
    # The revisions that the caller can see anything of.
    revisions: list[int] = field(default_factory=list)

    def ask(self, name: str, method: str, url: str, **more: Any) -> httpx.Response:
        """What this record answers to a client; the same request id in both."""
        self.server.app.state.database = self.database
        same = {"X-Request-ID": "asked", "Accept-Encoding": "identity"}
        headers = {**same, **more.pop("headers", {})}
        client = getattr(self.clients, name)
        if url.startswith(STREAM):
            return begun(client, url, headers)
        answer = client.request(method, url, headers=headers, **more)
        assert answer.status_code < 500, answer.text
        return answer

    def newest(self) -> int:
        with self.database.reading(OPERATOR) as session:
            return head(session).number

    def change(self, name: str, method: str, url: str, **more: Any) -> httpx.Response:
        """A request against what was read."""
        etag = self.ask(name, "GET", url).headers.get("etag", '"none"')
        return self.ask(name, method, url, headers={"If-Match": etag}, **more)

    def seen_step(self, step: tuple[Any, ...]) -> int:
        """Takes a step that everybody sees; how it was answered."""
        before = self.newest()
        answer = getattr(self, f"_{step[0]}")(*step[1:])
        self.revisions += range(before + 1, self.newest() + 1)
        return 0 if answer is None else answer.status_code

    def _report(self, side: int, which: int, status: str, day: str) -> httpx.Response:
        party = ["KR", "CN"][side % 2]
        body = {"status": status, "reported_on": day, "summary": {"en": "Told to all."}}
        path = f"/v1/action-items/{ITEMS[which % 3]}/reports"
        answer = self.ask(CLIENT_OF[party], "POST", path, json=body)
        self.reports.append((party, answer.json()["id"]))
        return answer

    def _correct(self, which: int, status: str) -> httpx.Response | None:
        if not self.reports:
            return None
        party, id_ = self.reports[which % len(self.reports)]
        name = CLIENT_OF[party]
        item = self.ask(name, "GET", f"/v1/status-reports/{id_}").json()["action_item"]
        body = {"status": status, "corrects": id_}
        return self.ask(name, "POST", f"/v1/action-items/{item}/reports", json=body)

    def _withdraw(self, which: int) -> httpx.Response | None:
        if not self.reports:
            return None
        party, id_ = self.reports[which % len(self.reports)]
        path = f"/v1/status-reports/{id_}/withdraw"
        return self.ask(CLIENT_OF[party], "POST", path, json={"reason": {"en": "Wrong."}})

    def _conclude(self, which: int, status: str) -> httpx.Response:
        path = f"/v1/meetings/{EARLIER_MEETING}/assessments"
        body = {"assessments": [{"action_item": ITEMS[which % 3], "status": status}]}
        self.change("korea", "PUT", path, json=body)
        match = {"If-Match": self.ask("china", "GET", path).headers["etag"]}
        return self.ask("china", "POST", f"{path}/confirm", json={}, headers=match)

    def _change_item(self, which: int) -> httpx.Response:
        body = {"description": {"en": f"Described anew, {len(self.revisions)}."}}
        return self.change("china", "PATCH", f"/v1/action-items/{ITEMS[which % 3]}", json=body)

    def _add_item(self) -> httpx.Response:
        number = 20 + len(self.revisions)
        body = {"agreement": PLAN, "number": number, "title": {"en": "Added"}}
        return self.ask("korea", "POST", "/v1/action-items", json=body)

    def _add_document(self) -> httpx.Response:
        id_ = f"document-{len(self.documents)}"
        self.documents.append(id_)
        body = {"id": id_, "title": {"en": "Minutes"}, "kind": "minutes", "issuer": "kr-moe"}
        return self.ask("korea", "POST", "/v1/documents", json=body)

    def _delete_document(self, which: int) -> httpx.Response | None:
        if not self.documents:
            return None
        path = f"/v1/documents/{self.documents[which % len(self.documents)]}"
        return self.change("korea", "DELETE", path)

    def hidden_step(self, step: tuple[Any, ...], party: str | None) -> None:
        """Takes a step that callers of `party` may not see; what is refused changes nothing."""
        getattr(self, f"_{step[0]}")(party, *step[1:])

    def _draft(
        self,
        party: str | None,
        which: int,
        item: int,
        status: str,
        day: str | None,
        corrects: bool,
    ) -> None:
        side = sorted({"CN", "JP", "KR"} - {party})[which % (3 if party is None else 2)]
        # Corrected are reports that no step which everybody sees corrects.
        on = FAR_ITEM if side == "JP" else ITEMS[0 if corrects else item % 3]
        body = {
            "state": "draft",
            "status": status,
            "reported_on": day,
            "summary": SECRET,
            "evidence": [
                {"document": id_}
                for id_ in ("press-release-2023-12-20", *(i for of, i in self.kept if of == side))
            ],
        }
        if corrects:
            first = f"/v1/status-reports?action_item={on}&party={side}&limit=1"
            body["corrects"] = self.ask(CLIENT_OF[side], "GET", first).json()["items"][0]["id"]
        path = f"/v1/action-items/{on}/reports"
        answer = self.ask(CLIENT_OF[side], "POST", path, json=body)
        if answer.status_code == 201:
            self.drafts.append((side, answer.json()["id"]))
            self.hidden_ids.add(answer.json()["id"])

    def _change_draft(self, party: str | None, which: int, status: str) -> None:
        del party
        if self.drafts:
            side, id_ = self.drafts[which % len(self.drafts)]
            path = f"/v1/status-reports/{id_}"
            self.change(CLIENT_OF[side], "PATCH", path, json={"status": status})

    def _discard(self, party: str | None, which: int) -> None:
        del party
        if self.drafts:
            side, id_ = self.drafts.pop(which % len(self.drafts))
            self.change(CLIENT_OF[side], "DELETE", f"/v1/status-reports/{id_}")

    def _propose(self, party: str | None, which: int, status: str) -> None:
        pairs = [parties for parties in PAIRS if party not in parties]
        if pairs:
            parties = pairs[which % len(pairs)]
            item, meeting = PAIRS[parties]
            body = {"assessments": [{"action_item": item, "status": status, "remarks": SECRET}]}
            self._put(parties[which % 2], meeting, body)

    def _give_up(self, party: str | None, which: int) -> None:
        pairs = [parties for parties in PAIRS if party not in parties]
        if pairs:
            parties = pairs[which % len(pairs)]
            self._put(parties[0], PAIRS[parties][1], {"assessments": []})

    def _keep(self, party: str | None, which: int) -> None:
        side = sorted({"CN", "KR"} - {party})[which % (1 if party in ("CN", "KR") else 2)]
        body = {
            "title": SECRET,
            "kind": "minutes",
            "issuer": {"CN": "cn-mee", "KR": "kr-moe"}[side],
            "visibility": "party",
            "citations": [{"document": id_} for of, id_ in self.kept if of == side],
        }
        answer = self.ask(CLIENT_OF[side], "POST", "/v1/documents", json=body)
        assert answer.status_code == 201, answer.text
        self.kept.append((side, answer.json()["id"]))
        self.hidden_documents.add(answer.json()["id"])

    def _change_kept(self, party: str | None, which: int) -> None:
        del party
        if self.kept:
            side, id_ = self.kept[which % len(self.kept)]
            self.change(CLIENT_OF[side], "PATCH", f"/v1/documents/{id_}", json={"language": "ko"})

    def _delete_kept(self, party: str | None, which: int) -> None:
        del party
        if self.kept:
            side, id_ = self.kept[which % len(self.kept)]
            answer = self.change(CLIENT_OF[side], "DELETE", f"/v1/documents/{id_}")
            if answer.status_code == 204:
                self.kept.remove((side, id_))

    def _plan_meeting(self, party: str | None, which: int) -> None:
        pairs = [parties for parties in PAIRS if party not in parties]
        if pairs:
            parties = pairs[which % len(pairs)]
            body = {
                "dialogue": DIALOGUES[parties],
                "status": "planned",
                "starts": "2027-05",
                "summary": SECRET,
                "visibility": "parties",
                "participations": [{"party": parties[0], "role": "head"}],
                "agenda": [{"title": SECRET, "action_item": PAIRS[parties][0]}],
            }
            side = parties[which % 2]
            answer = self.ask(CLIENT_OF[side], "POST", "/v1/meetings", json=body)
            assert answer.status_code == 201, answer.text
            self.planned.append((side, answer.json()["id"]))

    def _change_planned(self, party: str | None, which: int) -> None:
        del party
        if self.planned:
            side, id_ = self.planned[which % len(self.planned)]
            body = {"starts": f"2027-0{1 + which}"}
            answer = self.change(CLIENT_OF[side], "PATCH", f"/v1/meetings/{id_}", json=body)
            assert answer.status_code == 200, answer.text

    def _negotiate(self, party: str | None, which: int) -> None:
        pairs = [parties for parties in PAIRS if party not in parties]
        if pairs:
            parties = pairs[which % len(pairs)]
            before = {("CN", "KR"): PLAN, ("JP", "KR"): FAR_PLAN}[parties]
            body = {
                "kind": "annual_plan",
                "name": SECRET,
                "parties": parties,
                "overseen_by": DIALOGUES[parties],
                "starts": "2024",
                "visibility": "parties",
                "relations": [{"kind": "continues", "agreement": before}],
            }
            side = parties[which % 2]
            answer = self.ask(CLIENT_OF[side], "POST", "/v1/agreements", json=body)
            assert answer.status_code == 201, answer.text
            self.negotiated.append((side, answer.json()["id"], PAIRS[parties][0]))

    def _add_negotiated(self, party: str | None, which: int) -> None:
        del party
        if self.negotiated:
            side, id_, before = self.negotiated[which % len(self.negotiated)]
            body = {
                "agreement": id_,
                "number": 1 + len(self.hidden_items),
                "title": SECRET,
                "due": "2024-02",
                "themes": ["water"],
                "leads": [{"party": "KR", "organization": "kr-nier"}],
                "lineage": [{"kind": "continued", "action_item": before}],
            }
            answer = self.ask(CLIENT_OF[side], "POST", "/v1/action-items", json=body)
            assert answer.status_code == 201, answer.text
            self.hidden_items.append(answer.json()["id"])

    def _change_negotiated(self, party: str | None, which: int) -> None:
        del party
        if self.negotiated:
            side, id_, _ = self.negotiated[which % len(self.negotiated)]
            body = {"status": ["negotiating", "signed"][which % 2]}
            answer = self.change(CLIENT_OF[side], "PATCH", f"/v1/agreements/{id_}", json=body)
            assert answer.status_code == 200, answer.text

    def _put(self, party: str, meeting: str, body: dict[str, Any]) -> None:
        path = f"/v1/meetings/{meeting}/assessments"
        answer = self.change(CLIENT_OF[party], "PUT", path, json=body)
        assert answer.status_code == 200, answer.text
        self.hidden_ids |= {item["id"] for item in answer.json()["items"]}

    def begin(self) -> None:
        """What is there before: a dialogue and a plan of Japan and Korea, and some reports."""
        bodies: list[tuple[str, str, dict[str, Any]]] = [
            (
                "korea",
                "/v1/dialogues",
                {
                    "id": "jp-kr-dialogue",
                    "name": {"en": "Far"},
                    "parties": ["JP", "KR"],
                    "level": "working",
                },
            ),
            (
                "korea",
                "/v1/meetings",
                {
                    "dialogue": "jp-kr-dialogue",
                    "ordinal": 1,
                    "status": "held",
                    "starts": "2024-01-10",
                },
            ),
            (
                "korea",
                "/v1/agreements",
                {
                    "id": FAR_PLAN,
                    "kind": "annual_plan",
                    "name": {"en": "Far plan"},
                    "parties": ["JP", "KR"],
                    "overseen_by": "jp-kr-dialogue",
                    "starts": "2024",
                },
            ),
            (
                "korea",
                "/v1/action-items",
                {"agreement": FAR_PLAN, "number": 1, "title": {"en": "Far"}},
            ),
        ]
        told = {"status": "on_track", "progress": 10, "reported_on": "2023-10-01"}
        bodies += [
            (name, f"/v1/action-items/{item}/reports", told)
            for name, item in (("korea", ITEMS[0]), ("china", ITEMS[0]), ("japan", FAR_ITEM))
        ]
        for name, path, body in bodies:
            answer = self.ask(name, "POST", path, json=body)
            assert answer.status_code == 201, answer.text
        self.revisions = list(range(1, self.newest() + 1))

    def give_address(self, key: str) -> None:
        """The private address of a key's holder, the same in both records."""
        with self.database.writing(Author(OPERATOR)) as session:
            session.add(
                CalendarAddress(
                    id=OWN_ADDRESS, key=key, secret_hash=hash_of(OWN_SECRET), created_at=BEGINNING
                )
            )

    def as_seen(self, number: int) -> int:
        """How many revisions up to one the caller can see anything of."""
        return bisect_right(self.revisions, number)


def begun(client: httpx.Client, url: str, headers: dict[str, str]) -> httpx.Response:
    """What a stream tells until nothing follows, which it says by an id alone."""
    with client.stream("GET", url, headers=headers) as answer:
        if answer.headers["content-type"].startswith(EVENT_STREAM):
            events = Events(answer)
            told: Any = [(block["id"], block.get("data")) for block in events.at_first()]
        else:
            told = json.loads(answer.read())
        return httpx.Response(answer.status_code, headers=answer.headers, json=told)


def said_id(world: World, id_: str) -> tuple[int, str]:
    """The id of an event, with the number of the revision as the caller sees it."""
    revision, _, sequence = id_.partition("-")
    return world.as_seen(int(revision)), sequence


def said(world: World, value: Any) -> Any:
    """A JSON value with each number of a revision as the caller sees it, and no cursor."""
    if isinstance(value, list):
        return [said(world, item) for item in value]
    if isinstance(value, str):
        if value.startswith("{"):
            # A cell of a table.
            return said(world, json.loads(value))
        return re.sub(r"(?<=revision )\d+", lambda found: str(world.as_seen(int(found[0]))), value)
    if not isinstance(value, dict):
        return value
    found = {name: said(world, item) for name, item in value.items()}
    if isinstance(value.get("revision"), int):
        found["revision"] = world.as_seen(value["revision"])
    if "digest" in found:
        # It follows from the record, of which the number of its revision is a part.
        assert value["digest"] == digest_of(value["record"])
        del found["digest"]
    if "next" in found:
        found["next"] = value["next"] is not None
    return found


def said_row(world: World, row: dict[str, str]) -> dict[str, Any]:
    """A row of a table with each number of a revision as the caller sees it."""
    found: dict[str, Any] = {
        name: world.as_seen(int(cell)) if name.endswith("revision") and cell else said(world, cell)
        for name, cell in row.items()
    }
    if "digest" in found:
        record = row["record"]
        assert row["digest"] == digest_of(json.loads(record) if record else None)
        del found["digest"]
    return found


def told(world: World, answer: httpx.Response) -> tuple[Any, ...]:
    """All that an answer tells, but for what carries numbers of revisions."""
    carrying = {"revision", "etag", "link", "content-length", "date"}
    headers = {name: v for name, v in answer.headers.items() if name not in carrying}
    kind = answer.headers["content-type"]
    if kind.startswith(EVENT_STREAM):
        body = [
            (said_id(world, id_), said(world, json.loads(change)) if change else None)
            for id_, change in answer.json()
        ]
    elif kind == JSON_LINES:
        body = [said(world, json.loads(line)) for line in answer.text.splitlines()]
    elif "json" in kind:
        body = said(world, answer.json())
    elif kind.startswith("text/calendar"):
        body = re.sub(
            r"(?<=SEQUENCE:)\d+", lambda found: str(world.as_seen(int(found[0]))), answer.text
        )
    elif answer.url.path.endswith("/reporting-template"):
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
        body = [[str(cell.value) for row in sheet.iter_rows() for cell in row] for sheet in sheets]
    elif kind.partition(";")[0] in (Format.CSV.media_type, Format.XLSX.media_type):
        header, *rows = rows_of(answer)
        body = [header, *(said_row(world, dict(zip(header, row, strict=True))) for row in rows)]
    else:
        body = answer.text
    return answer.status_code, headers, "link" in answer.headers, body


def differences(first: Any, second: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ, for whoever reads why the test failed."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        for name in first:
            yield from differences(first[name], second[name], f"{where}/{name}")
    elif isinstance(first, list | tuple) and type(first) is type(second):
        for place, pair in enumerate(itertools.zip_longest(first, second)):
            yield from differences(*pair, f"{where}/{place}")
    elif first != second:
        yield f"{where}: {first} != {second}"


def content(answer: httpx.Response) -> Any:
    """What the ETag of an answer depends on: all but the newest revision, where it names that."""
    if not answer.headers["content-type"].endswith("json"):
        return answer.content
    body = answer.json()
    if answer.headers.get("etag", "").startswith("W/"):
        body.pop("revision", None)
    return body


def newest_told(world: World, name: str, question: Question, url: str | None) -> int | None:
    """The revision of the newest change told in the feed, on which the ETag of a snapshot depends.

    It may be that of a removal, which no line of the snapshot shows.
    """
    if question.path != "/v1/snapshot" or url is None:
        return None
    changes = httpx.URL(url.replace(question.path, "/v1/changes", 1))
    asked: str | None = str(changes.copy_merge_params({"since": "1"}))
    newest = None
    while asked is not None:
        page = world.ask(name, "GET", asked)
        newest = max((item["revision"] for item in page.json()["items"]), default=newest)
        asked = page.links.get("next", {}).get("url")
    return newest


def assert_same(worlds: list[World], name: str, question: Question) -> None:
    """One question, and the pages that follow it, are answered alike in both records."""
    urls: list[str | None] = [question.url(world.revisions) for world in worlds]
    for _ in range(PAGES):
        answers = [
            world.ask(name, "GET", url) for world, url in zip(worlds, urls, strict=True) if url
        ]
        first, second = (told(world, answer) for world, answer in zip(worlds, answers, strict=True))
        if question.path == "/v1/journal/head":
            # The hash holds all that was written, and so differs; it tells nothing of it.
            for answer in (first, second):
                del answer[-1]["hash"], answer[-1]["at"]
        assert first == second, (name, urls, *differences(first, second))
        assert SECRET["en"] not in str(first[-1]), urls
        sources = [
            (content(answer), newest_told(world, name, question, url))
            for world, answer, url in zip(worlds, answers, urls, strict=True)
        ]
        if question.path != "/v1/journal/head" and sources[0] == sources[1]:
            assert answers[0].headers.get("etag") == answers[1].headers.get("etag"), urls
        urls = [answer.links.get("next", {}).get("url") for answer in answers]
        if None in urls:
            break


def ids_in(worlds: list[World]) -> dict[str, list[str]]:
    """For each collection, ids of either record, and one that is in neither."""
    statements = [id_ for world in worlds for _, id_ in world.reports]
    made = [
        record["id"] for record in worlds[0].ask("korea", "GET", "/v1/assessments").json()["items"]
    ]
    hidden = [id_ for world in worlds for id_ in sorted(world.hidden_ids)]
    return {
        "parties": ["KR", "CN", "JP", "MN"],
        "organizations": ["kr-moe", "absent"],
        "people": ["zhou-guomei", "absent"],
        "dialogues": ["cn-kr-dg-dialogue", "jp-kr-dialogue", "absent"],
        "meetings": [
            MEETING,
            EARLIER_MEETING,
            FAR_MEETING,
            *(id_ for world in worlds for _, id_ in world.planned),
            "absent",
        ],
        "agreements": [
            PLAN,
            FAR_PLAN,
            *(id_ for world in worlds for _, id_, _ in world.negotiated),
            "absent",
        ],
        "action-items": [
            *ITEMS,
            FAR_ITEM,
            *(id_ for world in worlds for id_ in world.hidden_items),
            "absent",
        ],
        "documents": [
            "press-release-2023-12-20",
            *worlds[0].documents,
            *(id_ for world in worlds for id_ in sorted(world.hidden_documents)),
            "absent",
        ],
        "status-reports": [*dict.fromkeys(statements), *hidden, NOBODY],
        "assessments": [*dict.fromkeys(made), *hidden, NOBODY],
        "codes": ["visibilities", "absent"],
        "problems": ["not-found", "absent"],
        "webhooks": [NOBODY],
        "calendar-addresses": [NOBODY, OWN_ADDRESS],
        "calendars": [OWN_SECRET],
        # What was redacted is hidden as it was: tests/journal/test_redaction.py.
        "redactions": ["absent"],
    }


def values_in(worlds: list[World], ids: dict[str, list[str]]) -> dict[str, list[str]]:
    """Values for each parameter that is no enumeration."""
    seen = range(len(worlds[0].revisions))
    some = [f"@{index}" for index in (*seen[-6:], 0)]
    dates = {
        f"{name}_{end}": list(DAYS)
        for name in ("reported_on", "held_on", "established", "starts", "signed", "due", "issued")
        for end in ("from", "until")
    }
    moments = [(BEGINNING + timedelta(hours=hour, minutes=8)).isoformat() for hour in (0, 2, 4)]
    return {
        **dates,
        "active_from_from": list(DAYS),
        "active_until_until": list(DAYS),
        "q": list(WORDS),
        "limit": list(LIMITS),
        "as_of": list(AS_OF),
        "at_revision": some,
        "since": some,
        "modified_since": moments,
        "agreement": ids["agreements"],
        "related_to": ids["agreements"],
        "action_item": ids["action-items"],
        "meeting": ids["meetings"],
        "dialogue": ids["dialogues"],
        "overseen_by": ids["dialogues"],
        "party": ids["parties"],
        "host": ids["parties"],
        "country": ids["parties"],
        "organization": ids["organizations"],
        "issuer": ids["organizations"],
        "lead": ids["organizations"],
        "parent": ids["organizations"],
        "person": ids["people"],
        "language": ["ko", "zh"],
        "id": [*ids["status-reports"], *ids["assessments"], *ids["documents"], ITEMS[0]],
    }


@pytest.mark.parametrize(
    ("caller", "templates"),
    # Each caller on an engine, and in the deep tests on each.
    [*itertools.product(sorted(PARTY_OF), ENGINES)]
    if DEEP
    else [*zip(sorted(PARTY_OF), itertools.cycle(ENGINES), strict=False)],
    indirect=["templates"],
)
def test_what_a_caller_may_not_see_changes_no_answer_to_them(caller, clients, server, templates):
    party = PARTY_OF[caller]

    @settings(
        max_examples=examples(1),
        deadline=None,
        # Each example takes seconds: none is taken again to be made smaller.
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(HISTORIES, st.integers(0, 2**32))
    def run(history: list[tuple[Any, ...]], seed: int) -> None:
        chance = Chance()
        with (
            chance.ruled_out(),
            templates.fresh("reference") as first,
            templates.fresh("reference") as second,
        ):
            databases = [
                Database(open_engine(url), kept_bytes=1024 * 1024) for url in (first, second)
            ]
            worlds = [World(server, clients, database) for database in databases]
            try:
                write(worlds, history, chance)
                compare(worlds, Random(seed))
            finally:
                for database in databases:
                    database.close()

    def write(worlds: list[World], history: list[tuple[Any, ...]], chance: Chance) -> None:
        for world in worlds:
            chance.begin(0, 0)
            world.begin()
            if caller != "anonymous":
                world.give_address(caller)
        for number, (step, *besides) in enumerate(history, start=1):
            answered = []
            for world in worlds:
                chance.begin(number, 0)
                answered.append(world.seen_step(step))
            assert answered[0] == answered[1], step
            assert len(worlds[0].revisions) == len(worlds[1].revisions), step
            for record, (world, hidden) in enumerate(zip(worlds, besides, strict=True), start=1):
                chance.begin(number, record)
                for hidden_step in hidden:
                    world.hidden_step(hidden_step, party)

    def compare(worlds: list[World], random: Random) -> None:
        all_ids = ids_in(worlds)
        ids = {
            collection: random.sample(found, min(IDS_OF_EACH, len(found)))
            for collection, found in all_ids.items()
        }
        further = further_questions(server.app, ids, values_in(worlds, all_ids), random)
        asked = random.sample(further, min(FURTHER_QUESTIONS, len(further)))
        for question in [*plain_questions(server.app, ids), *asked]:
            assert_same(worlds, caller, question)
        path = f"/v1/meetings/{MEETING_AHEAD}/agenda/draft"
        first, second = (
            told(world, world.ask(caller, "POST", path, json={"agreement": PLAN}))
            for world in worlds
        )
        assert first == second

    run()
