"""Progress takes the same number of statements whatever there is to read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

pytestmark = pytest.mark.both_engines

PLAN = "/v1/agreements/clear-sky-plan-2023"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7"
ITEM = "/v1/action-items/clear-sky-plan-2023-1"
QUESTIONS = [
    f"{PLAN}/progress",
    f"{PLAN}/progress?as_of=2024-01-01",
    f"{PLAN}/progress?at_revision=1",
    f"{PLAN}/progress?group_by=party",
    f"{PLAN}/progress?group_by=lead_organization",
    "/v1/dialogues/cn-kr-dg-dialogue/progress",
    "/v1/dialogues/cn-kr-dg-dialogue/plans",
    f"{MEETING}/progress",
    f"{MEETING}/reviews",
    f"{MEETING}/assessments",
    f"{PLAN}/reviews",
    f"{ITEM}/standing",
    f"{ITEM}/timeline",
    f"{ITEM}/lineage",
    "/v1/parties/KR/duties",
]


@contextmanager
def counted(engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection, cursor, statement, *rest):  # noqa: ARG001
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def counts(client, database):
    found = {}
    for question in QUESTIONS:
        with counted(database.engine) as statements:
            answer = client.get(question)
        assert answer.status_code == 200, answer.text
        found[question] = len(statements)
    return found


def grow(clients, first, items, reports):
    """More items, each led and with reports by both sides, corrected and withdrawn, concluded."""
    for number in range(first, first + items):
        body = {
            "agreement": "clear-sky-plan-2023",
            "number": number,
            "title": {"en": f"Item {number}"},
            "leads": [{"party": "KR", "organization": "kr-nier"}],
            "themes": ["water", "chemicals"],
            "lineage": [{"kind": "continued", "action_item": "clear-sky-plan-2023-1"}],
        }
        assert clients.korea.post("/v1/action-items", json=body).status_code == 201
    for client in (clients.korea, clients.china):
        for _ in range(reports):
            made = client.post(
                f"{PLAN}/reports",
                json={
                    "reports": [
                        {
                            "action_item": f"clear-sky-plan-2023-{number}",
                            "status": "on_track",
                            "reported_on": "2023-12-01",
                        }
                        for number in (1, 2, *range(first, first + items))
                    ]
                },
            ).json()["items"]
        for report in made[:2]:
            correction = client.post(
                f"/v1/action-items/{report['action_item']}/reports",
                json={"status": "delayed", "corrects": report["id"]},
            ).json()
        client.post(
            f"/v1/status-reports/{correction['id']}/withdraw", json={"reason": {"en": "Test."}}
        ).raise_for_status()
    seen = clients.korea.get(f"{MEETING}/assessments").headers["etag"]
    clients.korea.put(
        f"{MEETING}/assessments",
        json={"assessments": [], "prefill": ["clear-sky-plan-2023"]},
        headers={"If-Match": seen},
    ).raise_for_status()
    seen = clients.china.get(f"{MEETING}/assessments").headers["etag"]
    clients.china.post(
        f"{MEETING}/assessments/confirm", json={}, headers={"If-Match": seen}
    ).raise_for_status()


def test_more_items_reports_and_corrections_take_no_more_statements(clients, database):
    # What is asked once for all, such as the key that signs cursors, is asked here.
    counts(clients.korea, database)
    grow(clients, first=20, items=2, reports=1)
    few = counts(clients.korea, database)
    grow(clients, first=100, items=15, reports=5)
    assert counts(clients.korea, database) == few
