"""The main job: ask, report, ask again; correct, withdraw; and see the answer follow."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from app.agreements.models import ActionItem
from app.kernel.access import ANONYMOUS, OPERATOR
from app.kernel.journal import Author
from app.reporting.codes import ImplementationStatus, ReportState
from app.reporting.models import StatusReport
from app.reporting.positions import newest_reports
from app.reporting.present import PresentRecord
from app.reporting.standing import Report, positions_on

ITEM = "/v1/action-items/clear-sky-plan-2023-5"
PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"


def report(client, status="on_track", progress=None, **more):
    body = {"status": status, "progress": progress} | more
    answer = client.post(f"{ITEM}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def standing(clients, **query):
    return clients.anonymous.get(f"{ITEM}/standing", params=query).json()["standing"]


def test_before_any_report_all_nine_items_are_unreported(clients):
    progress = clients.anonymous.get(PROGRESS).json()
    assert progress["dialogue"]["id"] == "cn-kr-dg-dialogue"
    assert progress["agreement"]["id"] == "clear-sky-plan-2023"
    assert progress["meeting"] is None
    assert [item["number"] for item in progress["items"]] == list(range(1, 10))
    summary = progress["summary"]
    assert summary["items"] == 9
    assert summary["by_basis"] == {
        "joint": 0,
        "agreed": 0,
        "diverging": 0,
        "one_sided": 0,
        "unreported": 9,
    }
    assert set(summary["by_status"].values()) == {0}
    assert (summary["mean_progress"], summary["items_with_progress"]) == (None, 0)
    assert progress["items"][4]["standing"] == {
        "status": None,
        "progress": None,
        "basis": "unreported",
        "overdue": False,
        "stale": False,
        "parties_differ": None,
        "positions": [],
        "assessment": None,
    }


def test_a_report_changes_the_answer(clients):
    before = clients.anonymous.get(PROGRESS)
    made = report(clients.korea, progress=60, summary={"en": "The programme is agreed."})
    after = clients.anonymous.get(PROGRESS)
    assert before.headers["etag"] != after.headers["etag"]
    found = after.json()["items"][4]["standing"]
    assert (found["basis"], found["status"], found["progress"]) == ("one_sided", "on_track", 60)
    assert found["positions"] == [
        {
            "party": "KR",
            "report": made["id"],
            "status": "on_track",
            "progress": 60,
            "summary": {"en": "The programme is agreed."},
            "reported_on": made["reported_on"],
        }
    ]
    assert after.json()["revision"] == int(after.headers["revision"]) == made["revision"]
    assert after.json()["summary"]["mean_progress"] == 60


def test_status_progress_and_summary_are_enough(clients):
    before = datetime.now(ZoneInfo("Asia/Seoul")).date().isoformat()
    made = report(clients.reporter, progress=60, summary={"en": "Done so far."})
    after = datetime.now(ZoneInfo("Asia/Seoul")).date().isoformat()
    assert (made["party"], made["organization"]) == ("KR", "kr-nier")
    assert before <= made["reported_on"] <= after
    assert (made["state"], made["submitted_by"]) == ("submitted", "key:reporter")


def test_both_sides_stay_visible_where_they_differ(clients):
    report(clients.korea, "completed", 100)
    report(clients.china, "delayed", 40)
    found = standing(clients)
    assert (found["basis"], found["status"], found["progress"]) == ("diverging", "delayed", 40)
    assert found["parties_differ"] == {"status": True, "progress_gap": 60}
    assert {position["party"] for position in found["positions"]} == {"CN", "KR"}


def test_a_correction_counts_and_what_it_corrects_stays_readable(clients):
    first = report(clients.korea, progress=60, reported_on="2026-05-01")
    second = report(clients.korea, progress=50, corrects=first["id"])
    assert second["reported_on"] == "2026-05-01"
    assert standing(clients, as_of="2026-05-01")["progress"] == 50
    assert clients.anonymous.get(f"/v1/status-reports/{first['id']}").json() == first


def test_only_the_newest_of_a_chain_is_corrected(clients):
    first = report(clients.korea, progress=60)
    second = report(clients.korea, progress=50, corrects=first["id"])
    answer = clients.korea.post(
        f"{ITEM}/reports", json={"status": "on_track", "corrects": first["id"]}
    )
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["pointer"] == "/corrects"
    assert second["id"] in answer.json()["detail"]


@pytest.mark.both_engines
def test_a_withdrawal_gives_back_what_was_before(clients):
    report(clients.korea, progress=40, reported_on="2026-04-01")
    newest = report(clients.korea, progress=60)
    path = f"/v1/status-reports/{newest['id']}/withdraw"
    answer = clients.korea.post(path, json={"reason": {"en": "On the wrong item."}})
    assert answer.status_code == 200
    assert answer.json()["state"] == "withdrawn"
    assert answer.json()["withdrawal_reason"] == {"en": "On the wrong item."}
    assert standing(clients)["progress"] == 40
    again = clients.korea.post(path, json={"reason": {"en": "Again."}})
    assert again.status_code == 409


def test_a_withdrawn_correction_gives_back_what_it_corrected(clients):
    first = report(clients.korea, progress=60)
    second = report(clients.korea, progress=50, corrects=first["id"])
    refused = clients.korea.post(
        f"/v1/status-reports/{first['id']}/withdraw", json={"reason": {"en": "No."}}
    )
    assert refused.status_code == 409
    clients.korea.post(
        f"/v1/status-reports/{second['id']}/withdraw", json={"reason": {"en": "Yes."}}
    ).raise_for_status()
    assert standing(clients)["progress"] == 60


def test_only_its_own_party_withdraws_a_report_and_says_why(clients):
    made = report(clients.korea, progress=60)
    path = f"/v1/status-reports/{made['id']}/withdraw"
    assert clients.china.post(path, json={"reason": {"en": "No."}}).status_code == 403
    assert clients.korea.post(path, json={}).status_code == 422
    assert standing(clients)["progress"] == 60


REFUSED = [
    ("japan", {}, 403, "party_of_agreement"),
    ("admin", {}, 403, "party"),
    ("reader", {}, 403, "role"),
    ("korea", {"party": "CN"}, 403, "own_party"),
    ("korea", {"organization": "cn-mee"}, 422, "organization_of_party"),
    ("korea", {"organization": "nobody"}, 422, "unknown_reference"),
    ("korea", {"reported_on": "2999-01-01"}, 422, "not_in_the_future"),
    ("korea", {"reported_on": "2026-05"}, 422, "whole_day"),
    ("korea", {"corrects": "00000000-0000-7000-8000-000000000000"}, 422, "unknown_reference"),
    ("korea", {"progress": 101}, 422, "less_than_equal"),
    ("korea", {"progress": -1}, 422, "greater_than_equal"),
    ("korea", {"status": "completed", "progress": 40}, 422, "completed_is_100"),
    ("korea", {"status": "not_started", "progress": 1}, 422, "not_started_is_0"),
    ("korea", {"period_start": "2026-05", "period_end": "2026"}, 201, None),
    ("korea", {"period_start": "2026-05", "period_end": "2026-04"}, 422, "ends_before_starts"),
    ("korea", {"evidence": [{}]}, 422, "document_or_url"),
    ("korea", {"evidence": [{"document": "nothing"}]}, 422, "unknown_reference"),
]


@pytest.mark.parametrize(("who", "body", "status", "rule"), REFUSED)
def test_what_a_report_may_say_and_who_may_make_it(clients, who, body, status, rule):
    answer = getattr(clients, who).post(f"{ITEM}/reports", json={"status": "on_track"} | body)
    assert answer.status_code == status, answer.text
    assert rule in [None, *(error["rule"] for error in answer.json().get("errors", []))]


@pytest.mark.both_engines
def test_progress_on_a_day_in_the_past_shows_what_was_reported_by_then(clients):
    report(clients.korea, progress=20, reported_on="2026-01-10")
    report(clients.korea, progress=60, reported_on="2026-03-10")
    assert standing(clients, as_of="2026-01-09")["basis"] == "unreported"
    assert standing(clients, as_of="2026-03-09")["progress"] == 20
    assert standing(clients, as_of="2026-03-10")["progress"] == 60


@pytest.mark.both_engines
def test_a_dialogue_shows_the_plan_of_the_day_or_the_one_asked_for(clients):
    def plan(**query):
        return clients.anonymous.get(PROGRESS, params=query)

    assert plan(as_of="2021-05-05").json()["agreement"]["id"] == "clear-sky-plan-2021"
    assert plan(as_of="2022-12-31").json()["agreement"]["id"] == "clear-sky-plan-2022"
    assert plan(agreement="clear-sky-plan-2020").json()["agreement"]["id"] == "clear-sky-plan-2020"
    assert plan(as_of="2010-01-01").status_code == 404
    assert plan(agreement="clear-sky-project").status_code == 404
    assert plan(as_of="2021").status_code == 422


def test_an_item_is_stale_after_half_a_year_and_overdue_after_its_due_date(clients):
    etag = clients.anonymous.get(ITEM).headers["etag"]
    clients.korea.patch(ITEM, json={"due": "2026-02"}, headers={"If-Match": etag})
    report(clients.korea, progress=20, reported_on="2026-01-10")
    fresh, old = standing(clients, as_of="2026-02-28"), standing(clients, as_of="2026-07-10")
    assert (fresh["stale"], fresh["overdue"]) == (False, False)
    assert (old["stale"], old["overdue"]) == (True, True)


def test_a_lead_is_shown_by_the_name_of_the_day(clients):
    etag = clients.anonymous.get(ITEM).headers["etag"]
    leads = [{"party": "KR", "organization": "kr-moe"}]
    clients.korea.patch(ITEM, json={"leads": leads}, headers={"If-Match": etag})

    def name(day):
        answer = clients.anonymous.get(f"{ITEM}/standing", params={"as_of": day})
        return answer.json()["leads"][0]["name"]["ko"]

    assert (name("2025-09-30"), name("2025-10-01")) == ("환경부", "기후에너지환경부")


@pytest.mark.both_engines
def test_the_query_finds_just_the_positions_that_the_rule_finds(database):
    """The SQL that picks each party's newest report, held against the pure rule."""
    random, item = Random(7), "clear-sky-plan-2023-1"
    reports: list[Report] = []
    with database.writing(Author(OPERATOR)) as session:
        agreement = session.get_one(ActionItem, item).agreement
        for number in range(300):
            party = random.choice(["KR", "CN"])
            standing_reports = [r for r in reports if r.party == party]
            corrected = {r.corrects for r in reports if r.state is ReportState.SUBMITTED}
            open_reports = [r.id for r in standing_reports if r.id not in corrected]
            made = Report(
                id=f"{number:08x}-0000-7000-8000-000000000000",
                party=party,
                status=ImplementationStatus.ON_TRACK,
                progress=random.randrange(101),
                reported_on=date(2024, 1, 1) + timedelta(days=random.randrange(60)),
                state=random.choice([ReportState.SUBMITTED] * 4 + [ReportState.WITHDRAWN]),
                corrects=random.choice([None, None, *open_reports[-2:]]),
            )
            reports.append(made)
            withdrawn = made.state is ReportState.WITHDRAWN
            session.add(
                StatusReport(
                    id=made.id,
                    action_item=item,
                    agreement_id=agreement,
                    party=party,
                    status=made.status,
                    progress=made.progress,
                    reported_on=made.reported_on.isoformat(),
                    state=made.state,
                    corrects=made.corrects,
                    withdrawal_reason={"en": "Test."} if withdrawn else None,
                    submitted_by="test",
                    evidence=[],
                )
            )
            session.flush()
    with database.reading(ANONYMOUS) as session:
        knowledge = PresentRecord(SimpleNamespace(session=session))
        for offset in range(-1, 62):
            day = date(2024, 1, 1) + timedelta(days=offset)
            found = newest_reports(session, knowledge, [item], day)[item]
            expected = positions_on(reports, ("KR", "CN"), day)
            assert {r.id for r in found} == {r.id for r in expected}, day


@pytest.mark.both_engines
def test_reports_are_listed_by_item_party_state_and_day(clients):
    first = report(clients.korea, progress=20, reported_on="2026-01-10")
    second = report(clients.china, progress=30, reported_on="2026-02-10")

    def ids(**query):
        answer = clients.anonymous.get("/v1/status-reports", params=query)
        return [found["id"] for found in answer.json()["items"]]

    assert ids() == [first["id"], second["id"]]
    assert ids(party="CN") == [second["id"]]
    assert ids(agreement="clear-sky-plan-2023", reported_on_until="2026-01") == [first["id"]]
    assert ids(action_item="clear-sky-plan-2023-4") == []
    assert ids(sort="-reported_on") == [second["id"], first["id"]]
    assert datetime.fromisoformat(first["created_at"]) <= datetime.now(UTC)
