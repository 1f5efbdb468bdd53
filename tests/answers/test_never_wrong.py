"""Several processes that serve one record, asked and written to at random: no answer is wrong.

After each write the record itself is asked, by an application that keeps nothing and answers
nothing promptly; what it says of a revision is what every process may say of that revision.
"""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import zstandard

from app.kernel import prompting
from app.kernel.database import open_engine
from app.kernel.sessions import Database
from tests import plain_http
from tests.amounts import seeds
from tests.cli import running
from tests.cli.running import DEADLINE
from tests.engines import Templates
from tests.ports import unused_port
from tests.waiting import wait_until

PLAN = "clear-sky-plan-2023"
ITEM = f"{PLAN}-5"
DIALOGUE = "cn-kr-dg-dialogue"
MEETING = "cn-kr-dg-dialogue-7"
ASSESSMENTS = f"/v1/meetings/{MEETING}/assessments"
REPORTS = "/v1/status-reports?limit=200"
# What many reports and renamings move, and what drafts and proposals do.
PATHS = (
    f"/v1/dialogues/{DIALOGUE}/progress",
    f"/v1/dialogues/{DIALOGUE}/progress?as_of=2023-12-31",
    f"/v1/agreements/{PLAN}/progress",
    f"/v1/agreements/{PLAN}/progress?as_of=2024-01-15",
    f"/v1/action-items/{ITEM}/standing",
    f"/v1/action-items/{ITEM}/standing?as_of=2023-12-31",
    f"/v1/action-items/{ITEM}/history",
    f"/v1/action-items/{ITEM}",
    "/v1/action-items?limit=5",
    f"/v1/agreements/{PLAN}",
    f"/v1/meetings/{MEETING}",
    f"/v1/meetings/{MEETING}/progress",
    "/v1/status-reports?limit=3&sort=-reported_on",
    "/v1/changes?since=1&limit=30",
    "/v1/journal/head",
    "/v1/parties/KR/duties",
)
CALLERS = ("anonymous", "admin", "korea", "china", "japan", "reader")
CODINGS = ("identity", "gzip", "zstd")
WRITES = 8


@dataclass(frozen=True)
class Question:
    """Who asks, and what."""

    caller: str
    path: str


@dataclass(frozen=True)
class Said:
    """What was answered; `body` is decoded."""

    status: int
    headers: dict[str, str]
    body: bytes
    length: int

    @property
    def revision(self) -> int | None:
        given = self.headers.get("revision")
        return None if given is None else int(given)

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag")

    @property
    def coding(self) -> str:
        return self.headers.get("content-encoding", "identity")

    @property
    def content(self) -> object:
        """What it says, without what is each answer's own: its request's id."""
        if not self.body:
            return None
        members = json.loads(self.body)
        if self.status >= 400:
            members.pop("instance")
        return members

    @property
    def meaning(self) -> object:
        """What it says, whichever revision says it: that which a weak ETag stands for."""
        content = self.content
        if isinstance(content, dict) and (self.etag or "").startswith("W/"):
            return {name: value for name, value in content.items() if name != "revision"}
        return content


@dataclass(frozen=True)
class Worker:
    """A process of its own that serves the record at an address of its own."""

    address: str
    client: httpx.Client
    keys: dict[str, str]

    def send(self, method: str, caller: str, path: str, json=None, **headers: str) -> Said:
        """What it answers, with headers such as `min_revision`; asked for no coding if for none."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if caller != "anonymous":
            sent["authorization"] = f"Bearer {self.keys[caller]}"
        request = self.client.build_request(
            method, f"{self.address}{path}", json=json, headers=sent
        )
        answer = self.client.send(request, stream=True)
        try:
            raw = b"".join(answer.iter_raw())
        finally:
            answer.close()
        coding = answer.headers.get("content-encoding", "identity")
        return Said(answer.status_code, dict(answer.headers), decoded(raw, coding), len(raw))

    def hits(self) -> float:
        """How often a kept answer has served."""
        told = self.client.get(f"{self.address}/metrics").text
        (hits,) = re.findall(r'^clearsky_kept_answers_total\{result="hit"\} (\S+)$', told, re.M)
        return float(hits)

    def gives_kept_answers(self) -> bool:
        """Whether what was asked just before is answered without asking the record."""
        for _ in range(2):
            before = self.hits()
            self.send("GET", "anonymous", "/v1/parties")
        return self.hits() > before

    def wait_until_it_gives_kept_answers(self) -> None:
        """On PostgreSQL a process must first have heard what is newest."""
        wait_until(self.gives_kept_answers)


def decoded(raw: bytes, coding: str) -> bytes:
    """The body that was sent in a coding."""
    if not raw or coding == "identity":
        return raw
    return gzip.decompress(raw) if coding == "gzip" else zstandard.decompress(raw)


@contextmanager
def workers(url: str, count: int, keys: dict[str, str], folder: Path) -> Iterator[list[Worker]]:
    """`count` processes that serve the database at `url`, and are gone afterwards."""
    with ExitStack() as stack:
        client = stack.enter_context(
            plain_http.client(timeout=DEADLINE, headers={"Accept-Encoding": "identity"})
        )
        started = [
            stack.enter_context(
                running.serving(
                    folder / str(number), unused_port(), database_url=url, log_level="error"
                )
            )
            for number in range(count)
        ]
        yield [Worker(server.address, client, keys) for server in started]
    for server in started:
        server.assert_no_fault()


@dataclass(frozen=True)
class Served:
    """A record, and the processes that serve it."""

    templates: Templates
    url: str
    workers: list[Worker]


@contextmanager
def serving(templates: Templates, count: int, folder: Path) -> Iterator[Served]:
    """A new record served by `count` processes, each of which gives kept answers already."""
    with (
        templates.fresh("reference") as url,
        workers(url, count, templates.keys, folder) as started,
    ):
        for worker in started:
            worker.wait_until_it_gives_kept_answers()
        yield Served(templates, url, started)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request, tmp_path_factory) -> Iterator[Served]:
    """A record on each engine in turn, served by two processes."""
    templates = request.getfixturevalue(
        "sqlite_templates" if request.param == "sqlite" else "postgres_templates"
    )
    with serving(templates, 2, tmp_path_factory.mktemp("workers")) as made:
        yield made


@pytest.fixture
def ask_the_record(running_server, served, monkeypatch):
    """Asks the record itself: nothing is kept, and nothing answered promptly."""

    async def not_promptly(answerer, request):  # noqa: ARG001
        return None

    monkeypatch.setattr(prompting, "prompt_answer", not_promptly)
    opened = Database(open_engine(served.url))
    running_server.app.state.database = opened
    with plain_http.client(timeout=DEADLINE, headers={"Accept-Encoding": "identity"}) as client:
        itself = Worker(running_server.address, client, served.templates.keys)
        yield lambda question: itself.send("GET", question.caller, question.path)
    opened.close()


@dataclass
class Writing:
    """What the sides write, at random: each step is one that the record must take."""

    name: str
    random: random.Random
    workers: list[Worker]
    newest: int = 0
    drafts: list[tuple[str, str]] = field(default_factory=list)
    reports: list[tuple[str, str, str]] = field(default_factory=list)
    proposed_by: str | None = None
    proposed: list[str] = field(default_factory=list)
    adopted: set[str] = field(default_factory=set)
    number: int = 0

    def step(self) -> Worker:
        """Writes something, and returns where."""
        worker = self.random.choice(self.workers)
        self.number += 1
        (step,) = self.random.choices(list(self.steps), weights=self.steps.values())
        step(worker)
        return worker

    @property
    def steps(self) -> dict[Callable[[Worker], None], int]:
        """What can be written, and how often beside the others."""
        return {
            self.report: 4,
            self.draft: 3,
            self.submit: 3,
            self.redraft: 1,
            self.discard: 1,
            self.withdraw: 1,
            self.correct: 2,
            self.rename: 4,
            self.propose: 2,
            self.confirm: 2,
        }

    def write(self, worker, method, caller, path, json=None, **headers) -> object:
        """One write, which is one revision."""
        said = worker.send(method, caller, path, json, **headers)
        assert 200 <= said.status < 300, said
        assert said.revision == self.newest + 1
        self.newest += 1
        return said.content

    def read(self, caller: str, path: str) -> Said:
        """A record as it is now, read anywhere and in any coding, for a change against its ETag."""
        said = self.random.choice(self.workers).send(
            "GET",
            caller,
            path,
            accept_encoding=self.random.choice(CODINGS),
            min_revision=str(self.newest),
        )
        assert said.status == 200
        return said

    def change(self, worker, method, caller, path, json=None) -> None:
        self.write(worker, method, caller, path, json, if_match=self.read(caller, path).etag)

    def prepare(self, worker: Worker) -> None:
        """What makes the answers of each side differ from those of the others."""
        self.newest = worker.send("GET", "korea", ASSESSMENTS).revision
        for found in self.read("korea", ASSESSMENTS).content["items"]:
            if found["state"] == "adopted":
                self.adopted.add(found["action_item"])
        three = {
            "id": self.name,
            "kind": "memorandum",
            "name": {"en": "Of three"},
            "parties": ["CN", "JP", "KR"],
        }
        item = {"id": f"{self.name}-1", "agreement": self.name, "number": 1}
        item["title"] = {"en": "One"}
        self.write(worker, "POST", "korea", "/v1/agreements", three)
        self.write(worker, "POST", "korea", "/v1/action-items", item)
        for caller in ("korea", "china", "japan"):
            self.draft(worker, caller)
        self.propose(worker)

    def report(self, worker: Worker) -> None:
        caller, item = self.caller_and_item()
        day = self.random.choice(("2023-06-30", "2023-12-15", "2024-01-10"))
        body = {**self.saying(), "reported_on": day}
        path = f"/v1/action-items/{item}/reports"
        made = self.write(worker, "POST", caller, path, body)
        self.reports.append((caller, item, made["id"]))

    def draft(self, worker: Worker, caller: str | None = None) -> None:
        caller, item = self.caller_and_item(caller)
        body = {**self.saying(), "state": "draft"}
        made = self.write(worker, "POST", caller, f"/v1/action-items/{item}/reports", body)
        self.drafts.append((caller, made["id"]))

    def submit(self, worker: Worker) -> None:
        if not self.drafts:
            self.draft(worker)
            return
        caller, draft = self.drafts.pop(self.random.randrange(len(self.drafts)))
        made = self.write(worker, "POST", caller, f"/v1/status-reports/{draft}/submit")
        self.reports.append((caller, made["action_item"], draft))

    def redraft(self, worker: Worker) -> None:
        if not self.drafts:
            self.draft(worker)
            return
        caller, draft = self.random.choice(self.drafts)
        self.change(worker, "PATCH", caller, f"/v1/status-reports/{draft}", self.saying())

    def discard(self, worker: Worker) -> None:
        if not self.drafts:
            self.draft(worker)
            return
        caller, draft = self.drafts.pop(self.random.randrange(len(self.drafts)))
        self.change(worker, "DELETE", caller, f"/v1/status-reports/{draft}")

    def withdraw(self, worker: Worker) -> None:
        if not self.reports:
            self.report(worker)
            return
        caller, _, report = self.reports.pop(self.random.randrange(len(self.reports)))
        body = {"reason": {"en": "Made by mistake."}}
        self.write(worker, "POST", caller, f"/v1/status-reports/{report}/withdraw", body)

    def correct(self, worker: Worker) -> None:
        if not self.reports:
            self.report(worker)
            return
        caller, item, report = self.reports.pop(self.random.randrange(len(self.reports)))
        body = {**self.saying(), "corrects": report}
        made = self.write(worker, "POST", caller, f"/v1/action-items/{item}/reports", body)
        self.reports.append((caller, item, made["id"]))

    def rename(self, worker: Worker) -> None:
        path, name = self.random.choice(
            (
                (f"/v1/action-items/{ITEM}", "title"),
                (f"/v1/agreements/{PLAN}", "name"),
                (f"/v1/meetings/{MEETING}", "name"),
            )
        )
        caller = self.random.choice(("korea", "china"))
        renamed = {name: {"en": f"{self.name}, by name {self.number}"}}
        self.change(worker, "PATCH", caller, path, renamed)

    def propose(self, worker: Worker) -> None:
        caller = self.random.choice(("korea", "china"))
        open_items = [f"{PLAN}-{n}" for n in range(1, 10) if f"{PLAN}-{n}" not in self.adopted]
        if not open_items:
            self.report(worker)
            return
        self.proposed = self.random.sample(open_items, min(2, len(open_items)))
        self.proposed_by = caller
        body = {"assessments": [{"action_item": i, **self.saying()} for i in self.proposed]}
        for assessment in body["assessments"]:
            assessment["remarks"] = assessment.pop("summary")
        self.change(worker, "PUT", caller, ASSESSMENTS, body)

    def confirm(self, worker: Worker) -> None:
        if self.proposed_by is None:
            self.propose(worker)
            return
        other = {"korea": "china", "china": "korea"}[self.proposed_by]
        seen = self.read(other, ASSESSMENTS).etag
        self.write(worker, "POST", other, f"{ASSESSMENTS}/confirm", {}, if_match=seen)
        self.adopted |= set(self.proposed)
        self.proposed_by, self.proposed = None, []

    def caller_and_item(self, caller: str | None = None) -> tuple[str, str]:
        caller = caller or self.random.choice(("korea", "korea", "china", "china", "japan"))
        number = self.random.choice((1, 2, 5, 5))
        return caller, f"{self.name}-1" if caller == "japan" else f"{PLAN}-{number}"

    def saying(self) -> dict[str, object]:
        status = self.random.choice(("on_track", "delayed", "suspended"))
        return {
            "status": status,
            "progress": self.random.randrange(1, 100),
            # No two alike: each write says something new.
            "summary": {"en": f"{self.name}, {self.number}.", "ko": "현재 상황", "zh": "当前情况"},
        }


@dataclass
class Truth:
    """What the record says of each revision, and whether answers say the same."""

    ask: Callable[[Question], Said]
    questions: list[Question]
    newest: int = 0
    told: dict[tuple[Question, int], Said] = field(default_factory=dict)
    by_etag: dict[tuple[Question, str], Said] = field(default_factory=dict)
    etags: dict[tuple[Question, int], dict[str, str]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    def learn(self, revision: int) -> None:
        """Asks the record each question, of this revision."""
        self.newest = revision
        for question in self.questions:
            said = self.told[question, revision] = self.ask(question)
            assert said.revision in (None, revision)
            assert said.coding == "identity"

    def of(self, question: Question, said: Said) -> Said:
        """What the record says at the revision that an answer carries; a refusal may carry none."""
        revision = self.newest if said.revision is None else said.revision
        return self.told[question, revision]

    def hold(self, question: Question, said: Said, condition: str | None = None) -> None:
        """An answer says what the record says at its revision, and a 304 that it still does."""
        true = self.of(question, said)
        assert said.revision == true.revision
        previous = None if condition is None else self.by_etag[question, condition]
        if previous is not None and true.status == 200:
            # Told anew exactly where it is other than what the caller has.
            assert (said.status == 304) == (previous.meaning == true.meaning)
        if said.status == 304:
            assert said.body == b""
            assert "content-type" not in said.headers
            assert "content-length" not in said.headers
            assert said.etag.startswith(true.etag[:-1])
            self.seen["304"] += 1
        else:
            assert said.status == true.status, (question, said, true)
            assert said.content == true.content, (question, said.revision)
            assert int(said.headers["content-length"]) == said.length
        if said.status != 200:
            return
        assert said.body == true.body
        assert said.headers.get("link") == true.headers.get("link")
        self.seen[said.coding] += 1
        etags = self.etags.setdefault((question, said.revision), {"identity": true.etag})
        assert etags.setdefault(said.coding, said.etag) == said.etag
        assert len(set(etags.values())) == len(etags)
        self.by_etag[question, said.etag] = said


@dataclass
class Reading:
    """Questions at random, in every form that the API takes them in."""

    random: random.Random
    workers: list[Worker]
    truth: Truth
    # Whether what one process writes is known to all at once.
    at_once: bool

    def at_any_time(self) -> tuple[Question, Callable[[], Said]]:
        """A plain question, whatever is being written."""
        question = self.random.choice(self.truth.questions)
        worker = self.random.choice(self.workers)
        coding = self.random.choice(CODINGS)
        return question, lambda: worker.send(
            "GET", question.caller, question.path, accept_encoding=coding
        )

    def in_any_form(self) -> None:
        """A question with or without conditions, when nothing is being written."""
        truth = self.truth
        question = self.random.choice(truth.questions)
        worker = self.random.choice(self.workers)
        headers = {"accept_encoding": self.random.choice(CODINGS)}
        had = [etag for asked, etag in truth.by_etag if asked == question]
        condition = self.random.choice(had) if had and self.random.random() < 0.6 else None
        if condition is not None:
            headers["if_none_match"] = condition
        heading = self.random.random() < 0.25
        certain = heading or self.random.random() < 0.5
        if certain:
            headers["min_revision"] = str(truth.newest)
        headed = worker.send("HEAD", question.caller, question.path, **headers) if heading else None
        said = worker.send("GET", question.caller, question.path, **headers)
        truth.hold(question, said, condition)
        if certain or self.at_once:
            assert said.revision in (None, truth.newest)
        if headed is not None:
            own = ("x-request-id", "date")
            without = [
                {name: value for name, value in each.headers.items() if name not in own}
                for each in (headed, said)
            ]
            assert (headed.status, headed.length) == (said.status, 0)
            assert without[0] == without[1]
            truth.seen["HEAD"] += 1


@pytest.mark.parametrize("seed", seeds(1))
def test_every_answer_is_what_the_record_says_at_its_revision_to_its_audience(
    seed, served, ask_the_record
):
    choices = random.Random(seed)
    paths = [REPORTS, ASSESSMENTS, *choices.sample(PATHS, 4)]
    questions = [Question(caller, path) for caller in CALLERS for path in paths]
    writing = Writing(f"three-sides-{seed}", choices, served.workers)
    writing.prepare(served.workers[0])
    truth = Truth(ask_the_record, questions)
    truth.learn(writing.newest)
    reading = Reading(choices, served.workers, truth, at_once=served.templates.name == "sqlite")
    hits = [worker.hits() for worker in served.workers]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(WRITES):
            # Asked before or after the write, as it comes.
            asked = [reading.at_any_time() for _ in range(4)]
            under_way = [(question, pool.submit(ask)) for question, ask in asked]
            worker = writing.step()
            own = choices.choice(questions)
            own_reads = [worker.send("GET", own.caller, own.path) for _ in range(2)]
            truth.learn(writing.newest)
            for said in own_reads:
                assert said.revision in (None, writing.newest)
                truth.hold(own, said)
            for question, future in under_way:
                truth.hold(question, future.result())
            for _ in range(8):
                reading.in_any_form()
    # All that could have gone wrong has come up.
    assert sum(worker.hits() for worker in served.workers) > sum(hits)
    assert all(truth.seen[name] for name in (*CODINGS, "304", "HEAD")), truth.seen
    sides = ("anonymous", "korea", "china", "japan")
    for path, apart in ((REPORTS, len(sides)), (ASSESSMENTS, 2)):
        assert apart == max(
            len({truth.told[Question(side, path), revision].body for side in sides})
            for revision in {revision for _, revision in truth.told}
        )


@pytest.mark.parametrize("coding", CODINGS)
def test_a_record_read_in_any_coding_is_changed_against_its_etag(served, coding):
    reader, writer = served.workers
    path = f"/v1/dialogues/{DIALOGUE}"
    head = writer.send("GET", "korea", path).revision
    read = reader.send("GET", "korea", path, accept_encoding=coding, min_revision=str(head))
    assert read.coding == coding
    renamed = {"aliases": [{"en": f"Read in {coding}"}]}
    changed = writer.send("PATCH", "korea", path, renamed, if_match=read.etag)
    assert changed.status == 200
    again = writer.send("PATCH", "korea", path, renamed, if_match=read.etag)
    assert again.status == 412
