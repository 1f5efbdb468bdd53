"""Whoever writes: each side does whatever comes to its mind, while servers come and go."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.asking import Caller

PLAN, DIALOGUE, MEETING = "clear-sky-plan-2023", "cn-kr-dg-dialogue", "cn-kr-dg-dialogue-7"
ITEMS = tuple(f"{PLAN}-{number}" for number in range(1, 10))
STATUSES = ("not_started", "on_track", "delayed", "suspended", "completed", "cancelled")
# A refusal for which there is a good reason where two sides write, and an answer may be lost.
REFUSALS = {404, 409, 410, 412, 422}


@dataclass
class Side(Caller):
    """A party's editor, who remembers the paths of what it has made."""

    ministry: str = ""
    answered: Counter[int] = field(default_factory=Counter)
    people: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    # Documents, meetings and agreements that not everybody sees.
    hidden: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def written(self) -> int:
        """How many of its writes were made."""
        return sum(count for status, count in self.answered.items() if status < 300)

    def step(self) -> None:
        """One thing, of those that can be done now."""
        weights: dict[Callable[[], None], int] = {
            self.report: 6,
            self.draft: 4,
            self.report_on_many: 1,
            self.employ: 3,
            self.propose: 1,
            self.confirm: 2,
            self.describe: 1,
            self.keep_document: 1,
            self.plan_meeting: 1,
            self.negotiate: 1,
        }
        if self.people:
            weights |= {self.rename: 4, self.part: 2}
        if self.drafts:
            weights |= {self.redraft: 3, self.submit: 3, self.discard: 2}
        if self.submitted:
            weights |= {self.withdraw: 1, self.correct: 2}
        if self.hidden:
            weights |= {self.reword: 2, self.publish: 1}
        self.random.choices(list(weights), list(weights.values()))[0]()

    def report(self) -> None:
        self._made(self.submitted, self._add(self._reports(), self._saying()))

    def draft(self) -> None:
        self._made(self.drafts, self._add(self._reports(), self._saying() | {"state": "draft"}))

    def report_on_many(self) -> None:
        items = self.random.sample(ITEMS, self.random.randint(2, 9))
        reports = [{"action_item": item, **self._saying()} for item in items]
        self._add(f"/v1/agreements/{PLAN}/reports", {"reports": reports})

    def redraft(self) -> None:
        self._change(self.random.choice(self.drafts), self._saying())

    def submit(self) -> None:
        path = self._taken(self.drafts)
        if self._add(f"{path}/submit").is_success:
            self.submitted.append(path)

    def discard(self) -> None:
        self._delete(self._taken(self.drafts))

    def withdraw(self) -> None:
        self._add(f"{self._taken(self.submitted)}/withdraw", {"reason": self._text()})

    def correct(self) -> None:
        path = self._taken(self.submitted)
        report = self.ask("GET", path).json()
        corrected = self._saying() | {"corrects": report["id"]}
        made = self._add(f"/v1/action-items/{report['action_item']}/reports", corrected)
        self._made(self.submitted, made)

    def propose(self) -> None:
        items = self.random.sample(ITEMS, self.random.randint(1, 9))
        concluded = [
            {"action_item": item, "status": self.random.choice(STATUSES[1:4])} for item in items
        ]
        self._change(
            f"/v1/meetings/{MEETING}/assessments", {"assessments": concluded}, method="PUT"
        )

    def confirm(self) -> None:
        path = f"/v1/meetings/{MEETING}/assessments"
        self._change(path, {}, method="POST", on=f"{path}/confirm")

    def describe(self) -> None:
        self._change(f"/v1/dialogues/{DIALOGUE}", {"description": self._text()})

    def employ(self) -> None:
        body = {"name": self._text(), "organization": self.ministry}
        self._made(self.people, self._add("/v1/people", body))

    def rename(self) -> None:
        self._change(self.random.choice(self.people), {"name": self._text()})

    def part(self) -> None:
        self._delete(self._taken(self.people))

    def keep_document(self) -> None:
        body = {"title": self._text(), "kind": "minutes", "issuer": self.ministry}
        self._made(self.hidden, self._add("/v1/documents", body | {"visibility": "party"}))

    def plan_meeting(self) -> None:
        body = {"dialogue": DIALOGUE, "status": "planned", "summary": self._text()}
        self._made(self.hidden, self._add("/v1/meetings", body | {"visibility": "parties"}))

    def negotiate(self) -> None:
        body = {"kind": "programme", "name": self._text(), "parties": ["CN", "KR"]}
        made = self._add("/v1/agreements", body | {"visibility": "parties"})
        self._made(self.hidden, made)
        if made.is_success:
            item = {"agreement": made.json()["id"], "number": 1, "title": self._text()}
            self._add("/v1/action-items", item)

    def reword(self) -> None:
        path = self.random.choice(self.hidden)
        name = {"documents": "title", "meetings": "summary", "agreements": "name"}
        self._change(path, {name[path.split("/")[2]]: self._text()})

    def publish(self) -> None:
        self._change(self._taken(self.hidden), {"visibility": "public"})

    def show_all(self) -> None:
        """Submits and publishes what is left, so that nothing is hidden."""
        while self.drafts:
            self.submit()
        while self.hidden:
            self.publish()

    def _reports(self) -> str:
        return f"/v1/action-items/{self.random.choice(ITEMS)}/reports"

    def _saying(self) -> dict[str, Any]:
        progress = self.random.randrange(1, 100)
        return {"status": "on_track", "progress": progress, "summary": self._text()}

    def _text(self) -> dict[str, str]:
        # No two alike: each write says something new.
        number = next(self._numbers)
        return {
            "en": f"{self.ministry}, “{number}”\n",
            "ko": f"현재 {number}",
            "zh": f"当前{number}",
        }

    def _taken(self, paths: list[str]) -> str:
        return paths.pop(self.random.randrange(len(paths)))

    def _made(self, paths: list[str], answer: httpx.Response) -> None:
        if answer.is_success:
            collection = answer.headers["location"].split("/v1/")[1].split("/")[0]
            paths.append(f"/v1/{collection}/{answer.json()['id']}")

    def _add(self, path: str, body: Any = None) -> httpx.Response:
        key = f"{self.ministry}-{self.random.getrandbits(64)}"
        return self._write("POST", path, body, {"Idempotency-Key": key})

    def _change(self, path: str, body: Any, *, method: str = "PATCH", on: str = "") -> None:
        read = self.ask("GET", path)
        if read.is_success:
            self._write(method, on or path, body, {"If-Match": read.headers["etag"]})

    def _delete(self, path: str) -> None:
        read = self.ask("GET", path)
        if read.is_success:
            self._write("DELETE", path, None, {"If-Match": read.headers["etag"]})

    def _write(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        answer = self.ask(method, path, json=body, headers=headers)
        assert answer.is_success or answer.status_code in REFUSALS, (method, path, answer.text)
        self.answered[answer.status_code] += 1
        return answer
