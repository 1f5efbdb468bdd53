"""What the record knew at a revision: every answer can be had again, word for word."""

from collections import Counter
from random import Random

import pytest

from tests.amounts import DEEP, seeds

pytestmark = pytest.mark.both_engines

PLAN = "/v1/agreements/clear-sky-plan-2023"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7"
DAYS = ["2023-11-01", "2023-12-20", "2024-06-01", "2026-11-24"]
ASKED = [
    *(f"{PLAN}/progress?as_of={day}" for day in DAYS),
    f"{PLAN}/progress?as_of={DAYS[2]}&group_by=lead_organization",
    *(f"/v1/dialogues/cn-kr-dg-dialogue/progress?as_of={day}" for day in DAYS[1:]),
    f"/v1/dialogues/cn-kr-dg-dialogue/plans?as_of={DAYS[2]}",
    f"/v1/action-items/clear-sky-plan-2023-1/standing?as_of={DAYS[2]}",
    f"{MEETING}/progress",
]


class Writer:
    """Makes random writes of every sort that progress rests on."""

    def __init__(self, clients, seed):
        self.clients, self.random = clients, Random(seed)
        self.sides = {"KR": clients.korea, "CN": clients.china}
        self.made = []
        # How much of each sort was written, or tried.
        self.done = Counter()
        self.revision = self.newest()

    def write(self):
        """One write, which may be refused, of the sort of which the least has been written.

        Twice as much of some that show only where others have come before them.
        """
        sorts = {
            self.report: 2,
            self.correct: 1,
            self.withdraw: 2,
            self.draft: 1,
            self.submit: 1,
            self.propose: 1,
            self.confirm: 1,
            self.lead_item: 2,
            self.change_item: 1,
            self.date_item: 1,
            self.end_item: 1,
            self.add_item: 2,
            self.move_item: 1,
            self.delete_item: 1,
            self.rename_plan: 1,
            self.rename_ministry: 2,
            self.plan_anew: 1,
            self.postpone_meeting: 1,
        }
        sort = min(
            sorts, key=lambda sort: (self.done[sort.__name__] / sorts[sort], self.random.random())
        )
        sort()
        # What was refused is soon tried again.
        before, self.revision = self.revision, self.newest()
        self.done[sort.__name__] += 3 if self.revision > before else 1

    def newest(self):
        return int(self.clients.anonymous.get(PLAN).headers["revision"])

    def item(self):
        return f"clear-sky-plan-2023-{self.random.choice([1, 1, 2, 3])}"

    def statement(self):
        status = self.random.choice(["on_track", "delayed", "suspended"])
        body = {"status": status, "progress": self.random.randrange(101)}
        if self.random.random() < 0.9:
            body["reported_on"] = self.random.choice([*DAYS, "2023-12-01", "2024-02-02"])
        return body

    def report(self, **more):
        client = self.sides[self.random.choice(["KR", "CN"])]
        answer = client.post(
            f"/v1/action-items/{self.item()}/reports", json=self.statement() | more
        )
        assert answer.status_code == 201, answer.text
        self.made.append(answer.json())

    def draft(self):
        self.report(state="draft")

    def some_report(self):
        report = self.random.choice(self.made) if self.made else {"id": None, "party": "KR"}
        return self.sides[report["party"]], report

    def correct(self):
        client, report = self.some_report()
        if report["id"]:
            answer = client.post(
                f"/v1/action-items/{report['action_item']}/reports",
                json=self.statement() | {"corrects": report["id"]},
            )
            assert answer.status_code in (201, 409), answer.text
            self.made += [answer.json()] if answer.status_code == 201 else []

    def withdraw(self):
        self.step("withdraw", {"reason": {"en": "By chance."}})

    def submit(self):
        self.step("submit", None)

    def step(self, name, body):
        client, report = self.some_report()
        if report["id"]:
            answer = client.post(f"/v1/status-reports/{report['id']}/{name}", json=body)
            assert answer.status_code in (200, 409), answer.text

    def propose(self):
        client = self.sides[self.random.choice(["KR", "CN"])]
        etag = client.get(f"{MEETING}/assessments").headers["etag"]
        proposals = [
            {"action_item": item, "status": "on_track", "progress": self.random.randrange(101)}
            for item in sorted({self.item(), self.item()})
        ]
        answer = client.put(
            f"{MEETING}/assessments",
            json={"assessments": proposals, "prefill": ["clear-sky-plan-2023"]},
            headers={"If-Match": etag},
        )
        assert answer.status_code in (200, 409), answer.text

    def confirm(self):
        client = self.sides[self.random.choice(["KR", "CN"])]
        etag = client.get(f"{MEETING}/assessments").headers["etag"]
        answer = client.post(f"{MEETING}/assessments/confirm", json={}, headers={"If-Match": etag})
        assert answer.status_code in (200, 409), answer.text

    def patch(self, path, body):
        etag = self.clients.korea.get(path).headers["etag"]
        answer = self.clients.korea.patch(path, json=body, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text

    def change_item(self):
        self.patch(
            f"/v1/action-items/{self.item()}", {"title": {"en": f"Title {self.random.random()}"}}
        )

    def date_item(self):
        due = self.random.choice(["2023", "2024-01", "2024-01", None])
        self.patch(f"/v1/action-items/{self.item()}", {"due": due})

    def lead_item(self):
        leads = self.random.choice([[{"party": "KR", "organization": "kr-moe"}]] * 3 + [[]])
        self.patch(f"/v1/action-items/{self.item()}", {"leads": leads})

    def end_item(self):
        ended = self.random.choice(["2024-01-01", "2024-01-01", None])
        self.patch(f"/v1/action-items/{self.item()}", {"ended": ended})

    def add_item(self):
        number = self.random.choice([20, 21])
        self.clients.korea.post(
            "/v1/action-items",
            json={
                "id": f"added-{self.random.randrange(10**9)}",
                "agreement": "clear-sky-plan-2023",
                "number": number,
                "title": {"en": f"Added {number}"},
            },
        )

    def move_item(self):
        query = "?q=Added&agreement=clear-sky-plan-2023"
        for item in self.clients.korea.get(f"/v1/action-items{query}").json()["items"][:1]:
            self.patch(f"/v1/action-items/{item['id']}", {"agreement": "clear-sky-plan-2022"})

    def delete_item(self):
        for item in self.clients.korea.get("/v1/action-items?q=Added").json()["items"][:1]:
            path = f"/v1/action-items/{item['id']}"
            etag = self.clients.korea.get(path).headers["etag"]
            answer = self.clients.korea.delete(path, headers={"If-Match": etag})
            assert answer.status_code == 204, answer.text

    def rename_plan(self):
        self.patch(PLAN, {"name": {"ko": f"계획 {self.random.random()}"}})

    def rename_ministry(self):
        names = [{"name": {"en": f"Ministry {self.random.random()}"}}]
        self.patch("/v1/organizations/kr-moe", {"names": names})

    def plan_anew(self):
        overseer = self.random.choice(["cn-kr-dg-dialogue", "temm"])
        self.patch("/v1/agreements/clear-sky-plan-2022", {"overseen_by": overseer})

    def postpone_meeting(self):
        status = self.random.choice(["held", "postponed", "postponed"])
        self.patch("/v1/meetings/cn-kr-dg-dialogue-6", {"status": status})


def answers(client, revision=None):
    """What is asked, as it is answered now, or as it was known at a revision."""
    told = {}
    for path in ASKED:
        mark = "&" if "?" in path else "?"
        suffix = "" if revision is None else f"{mark}at_revision={revision}"
        answer = client.get(path + suffix)
        assert answer.status_code == 200, answer.text
        told[path] = answer.content
    return told


@pytest.mark.parametrize("seed", seeds(1))
def test_at_revision_gives_every_answer_again_as_it_was_given_then(clients, seed):
    writer, then = Writer(clients, seed), {}
    for _ in range(40 if DEEP else 28):
        writer.write()
        then[writer.revision] = answers(clients.anonymous)
    assert len(then) > 15
    for revision, told in then.items():
        assert answers(clients.anonymous, revision) == told, revision


def test_at_the_newest_revision_the_answer_is_that_without_a_revision(clients):
    newest = int(clients.anonymous.get(PLAN).headers["revision"])
    assert answers(clients.anonymous, newest) == answers(clients.anonymous)


def test_what_the_record_did_not_hold_yet_is_not_found(clients):
    answer = clients.anonymous.get(f"{PLAN}/progress?at_revision=0")
    assert answer.status_code == 404
    assert "revision 0" in answer.json()["detail"]


def test_a_revision_that_is_yet_to_come_is_refused(clients):
    newest = int(clients.anonymous.get(PLAN).headers["revision"])
    answer = clients.anonymous.get(f"{PLAN}/progress?at_revision={newest + 1}")
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["parameter"], error["rule"], error["value"]) == (
        "at_revision",
        "known_revision",
        newest + 1,
    )
