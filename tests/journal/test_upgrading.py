"""What a database of an earlier version held is there after it is migrated, and still proven."""

import pytest
import rfc8785
from sqlalchemy import text

from app.agreements.models import ActionItem
from app.feed.comparing import says
from app.feed.verification import verify
from app.kernel.access import OPERATOR
from app.kernel.journal import Change
from app.kernel.migrating import downgrade, upgrade
from app.kernel.records import digest_of, document_of

pytestmark = pytest.mark.both_engines

ITEM = "/v1/action-items/clear-sky-plan-2023-1"
PROGRESS = "/v1/agreements/clear-sky-plan-2023/progress?as_of=2026-01-01"


def test_reports_of_before_drafts_keep_what_they_were_and_when(clients, database):
    def report(**body):
        answer = clients.korea.post(
            f"{ITEM}/reports", json={"status": "on_track", "reported_on": "2025-05-01"} | body
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    first = report(progress=20, evidence=[{"url": "https://example.org/evidence"}])
    report(progress=30, corrects=first["id"])
    withdrawn = report(progress=90)
    clients.korea.post(
        f"/v1/status-reports/{withdrawn['id']}/withdraw", json={"reason": {"en": "Test."}}
    ).raise_for_status()
    newest = int(clients.anonymous.get(ITEM).headers["revision"])

    def told():
        questions = [PROGRESS, *(f"{PROGRESS}&at_revision={n}" for n in range(2, newest + 1))]
        questions += ["/v1/status-reports", "/v1/changes", f"{ITEM}/history", "/v1/meetings"]
        return [clients.anonymous.get(question).content for question in questions]

    before = told()
    downgrade(database.engine, "0002")
    upgrade(database.engine)
    assert told() == before
    with database.reading(OPERATOR) as session:
        assert verify(session).fault is None


def test_a_downgrade_keeps_drafts_as_the_earlier_version_can_hold_them(clients, database):
    draft = clients.korea.post(
        f"{ITEM}/reports", json={"status": "on_track", "state": "draft"}
    ).json()
    downgrade(database.engine, "0002")
    with database.engine.connect() as connection:
        row = connection.execute(
            text("SELECT state, reported_on FROM status_report WHERE id = :id"), {"id": draft["id"]}
        ).one()
    assert row.state == "draft"
    assert row.reported_on == draft["created_at"][:10]


def test_what_an_earlier_version_wrote_without_a_newer_member_still_proves_its_record(database):
    with database.reading(OPERATOR) as session:
        now = document_of(session.get_one(ActionItem, "clear-sky-plan-2023-1"))
    earlier = {name: value for name, value in now.items() if name != "ended"}
    change = Change(document=rfc8785.dumps(earlier).decode(), digest=digest_of(earlier))
    assert says(change, now, ActionItem)
    assert not says(change, now | {"ended": "2024"}, ActionItem)
    assert not says(change, now | {"due": "2024"}, ActionItem)
    assert not says(Change(document=None, digest=digest_of(None)), now, ActionItem)
