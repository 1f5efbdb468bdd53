"""Reports and assessments over HTTP, step by step as Hypothesis chooses, beside a plain model."""

from contextlib import ExitStack
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.kernel.database import open_engine
from app.kernel.sessions import Database
from tests.amounts import examples
from tests.trust.model import SIDES, Model, Report

PLAN = "clear-sky-plan-2023"
ITEMS = [f"{PLAN}-{number}" for number in (1, 2)]
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7/assessments"
CLIENT_OF = {"CN": "china", "KR": "korea"}
# Who looks: both sides, a third party, and nobody; with the party that each is of.
LOOKING = {"china": "CN", "korea": "KR", "japan": "JP", "anonymous": None}

SIDE = st.sampled_from(SIDES)
ITEM = st.sampled_from(ITEMS)
STATUS = st.sampled_from(["on_track", "delayed", "suspended", "cancelled"])
PROGRESS = st.none() | st.integers(0, 100)
DAY = st.none() | st.sampled_from(["2023-11-15", "2023-12-20", "2024-01-10"])
WHICH = st.integers(0, 100)


def machine_on(server: Any, clients: Any, templates: Any) -> type[RuleBasedStateMachine]:
    """The machine, each run of which has a fresh copy of the reference record."""

    class Workflow(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.model = Model()
            self.open = ExitStack()
            url = self.open.enter_context(templates.fresh("reference"))
            database = Database(open_engine(url), kept_bytes=1024 * 1024)
            self.open.callback(database.close)
            server.app.state.database = database

        def teardown(self) -> None:
            self.open.close()

        def ask(self, side: str, method: str, path: str, **more: Any) -> httpx.Response:
            client = getattr(clients, CLIENT_OF.get(side, side))
            answer: httpx.Response = client.request(method, path, **more)
            return answer

        def against_what_is_read(self, side: str, method: str, path: str, **more: Any) -> int:
            read = path.removesuffix("/confirm")
            etag = self.ask(side, "GET", read).headers.get("etag", '"none"')
            return self.ask(side, method, path, headers={"If-Match": etag}, **more).status_code

        def any_report(self, which: int) -> str:
            known = [*self.model.reports, *self.model.discarded]
            return known[which % len(known)]

        @initialize()
        def begin(self) -> None:
            assert self.ask("korea", "GET", "/v1/status-reports").json()["items"] == []

        @rule(
            side=SIDE,
            item=ITEM,
            status=STATUS,
            progress=PROGRESS,
            day=DAY,
            state=st.sampled_from(["draft", "submitted"]),
        )
        def report(
            self,
            side: str,
            item: str,
            status: str,
            progress: int | None,
            day: str | None,
            state: str,
        ) -> None:
            self._make(Report(side, item, status, progress, day, state))

        @precondition(lambda self: self.model.reports or self.model.discarded)
        @rule(
            side=SIDE,
            item=ITEM,
            status=STATUS,
            day=DAY,
            which=WHICH,
            own=st.booleans(),
            state=st.sampled_from(["draft", "submitted"]),
        )
        def correct(
            self,
            side: str,
            item: str,
            status: str,
            day: str | None,
            which: int,
            own: bool,
            state: str,
        ) -> None:
            corrected = self.any_report(which)
            if own and corrected in self.model.reports:
                side, item = self.model.reports[corrected].side, self.model.reports[corrected].item
            self._make(Report(side, item, status, None, day, state, corrects=corrected))

        def _make(self, new: Report) -> None:
            expected = self.model.make(new)
            body = {
                "status": new.status,
                "progress": new.progress,
                "reported_on": new.day,
                "state": new.state,
                "corrects": new.corrects,
            }
            earliest = today_of(new.side)
            answer = self.ask(new.side, "POST", f"/v1/action-items/{new.item}/reports", json=body)
            assert answer.status_code == expected, (new, answer.text)
            if expected == 201:
                made = answer.json()
                if new.state == "draft":
                    assert made["reported_on"] == new.day
                else:
                    told_day(made, self.model.expected_day(new), earliest)
                self.model.add(made["id"], new, made["reported_on"])

        @precondition(lambda self: self.model.reports)
        @rule(side=SIDE, which=WHICH, status=STATUS, progress=PROGRESS)
        def change(self, side: str, which: int, status: str, progress: int | None) -> None:
            id_ = self.any_report(which)
            expected = self.model.change(id_, side, status, progress)
            body = {"status": status, "progress": progress}
            path = f"/v1/status-reports/{id_}"
            assert self.against_what_is_read(side, "PATCH", path, json=body) == expected

        @precondition(lambda self: self.model.reports)
        @rule(side=SIDE, which=WHICH)
        def submit(self, side: str, which: int) -> None:
            id_ = self.any_report(which)
            expected, earliest = self.model.submit(id_, side), today_of(side)
            answer = self.ask(side, "POST", f"/v1/status-reports/{id_}/submit")
            assert answer.status_code == expected, answer.text
            if expected == 200:
                told_day(answer.json(), self.model.expected_day(self.model.reports[id_]), earliest)
                self.model.submitted(id_, answer.json()["reported_on"])

        @precondition(lambda self: self.model.reports)
        @rule(side=SIDE, which=WHICH)
        def discard(self, side: str, which: int) -> None:
            id_ = self.any_report(which)
            expected = self.model.discard(id_, side)
            path = f"/v1/status-reports/{id_}"
            assert self.against_what_is_read(side, "DELETE", path) == expected

        @precondition(lambda self: self.model.reports)
        @rule(side=SIDE, which=WHICH)
        def withdraw(self, side: str, which: int) -> None:
            id_ = self.any_report(which)
            expected = self.model.withdraw(id_, side)
            body = {"reason": {"en": "Wrong."}}
            answer = self.ask(side, "POST", f"/v1/status-reports/{id_}/withdraw", json=body)
            assert answer.status_code == expected, answer.text

        @rule(side=SIDE, proposals=st.dictionaries(ITEM, STATUS))
        def propose(self, side: str, proposals: dict[str, str]) -> None:
            expected = self.model.propose(side, proposals)
            body = {
                "assessments": [
                    {"action_item": item, "status": status} for item, status in proposals.items()
                ]
            }
            assert self.against_what_is_read(side, "PUT", MEETING, json=body) == expected

        @rule(side=SIDE, items=st.none() | st.lists(ITEM, min_size=1, unique=True))
        def confirm(self, side: str, items: list[str] | None) -> None:
            expected = self.model.confirm(side, items)
            body = {} if items is None else {"action_items": items}
            path = f"{MEETING}/confirm"
            assert self.against_what_is_read(side, "POST", path, json=body) == expected

        @invariant()
        def each_sees_the_reports_that_it_may_see(self) -> None:
            for name, party in LOOKING.items():
                found = self.ask(name, "GET", "/v1/status-reports?limit=200").json()["items"]
                told = {
                    record["id"]: (
                        record["party"],
                        record["action_item"],
                        record["status"],
                        record["progress"],
                        record["reported_on"],
                        record["state"],
                        record["corrects"],
                    )
                    for record in found
                }
                assert told == {
                    id_: (r.side, r.item, r.status, r.progress, r.day, r.state, r.corrects)
                    for id_, r in self.model.readable(party).items()
                }, name

        @invariant()
        def each_sees_the_assessments_that_it_may_see(self) -> None:
            for name, party in LOOKING.items():
                found = self.ask(name, "GET", MEETING).json()["items"]
                told = {
                    record["action_item"]: (
                        record["status"],
                        record["proposed_by"],
                        sorted(record["confirmed_by"]),
                        record["state"],
                    )
                    for record in found
                }
                assert told == {
                    item: (
                        a.status,
                        a.by,
                        sorted(a.confirmed),
                        "adopted" if a.adopted else "proposed",
                    )
                    for item, a in self.model.concluded(party).items()
                }, name

        @invariant()
        def the_standing_is_what_the_model_says(self) -> None:
            for item in ITEMS:
                answer = self.ask("anonymous", "GET", f"/v1/action-items/{item}/standing").json()
                found = answer["standing"]
                assert (found["basis"], found["status"]) == self.model.standing(item), item

    return Workflow


def today_of(side: str) -> str:
    zone = {"CN": "Asia/Shanghai", "KR": "Asia/Seoul"}[side]
    return datetime.now(ZoneInfo(zone)).date().isoformat()


def told_day(record: dict[str, Any], expected: str | None, earliest: str) -> None:
    """A report speaks for the day that it names, or else for the day on which it was submitted."""
    if expected is None:
        assert earliest <= record["reported_on"] <= today_of(record["party"])
    else:
        assert record["reported_on"] == expected


def test_the_workflow_is_the_models(server: Any, clients: Any, templates: Any) -> None:
    run_state_machine_as_test(
        machine_on(server, clients, templates),
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
