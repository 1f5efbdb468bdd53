"""A report's way: drafted, changed, submitted, corrected, withdrawn; one by one and in bulk."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

PLAN = "clear-sky-plan-2023"
ITEM = f"/v1/action-items/{PLAN}-5"
BULK = f"/v1/agreements/{PLAN}/reports"
NOBODY = "00000000-0000-7000-8000-000000000000"


def make(client, status="on_track", **more):
    answer = client.post(f"{ITEM}/reports", json={"status": status} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def draft(client, **more):
    return make(client, state="draft", **more)


def path_of(report):
    return f"/v1/status-reports/{report['id']}"


def step(client, report, name, body=None):
    return client.post(f"{path_of(report)}/{name}", json=body)


def withdraw(client, report):
    return step(client, report, "withdraw", {"reason": {"en": "Test."}})


def patch(client, report, body):
    match = {"If-Match": client.get(path_of(report)).headers["etag"]}
    return client.patch(path_of(report), json=body, headers=match)


def rule(answer):
    return answer.json()["errors"][0]["rule"]


def standing(clients):
    return clients.anonymous.get(f"{ITEM}/standing").json()["standing"]


@pytest.mark.both_engines
def test_each_step_is_a_revision_and_counts_from_its_submission(clients):
    made = draft(clients.reporter, progress=10)
    assert (made["reported_on"], made["submitted_by"]) == (None, None)
    assert (made["organization"], made["visibility"]) == ("kr-nier", "party")
    assert standing(clients)["basis"] == "unreported"
    changed = patch(clients.korea, made, {"progress": 20}).json()
    assert changed["revision"] == made["revision"] + 1
    before = datetime.now(ZoneInfo("Asia/Seoul")).date().isoformat()
    submitted = step(clients.korea, made, "submit").json()
    after = datetime.now(ZoneInfo("Asia/Seoul")).date().isoformat()
    assert before <= submitted["reported_on"] <= after
    assert (submitted["state"], submitted["submitted_by"]) == ("submitted", "key:korea")
    assert submitted["revision"] == changed["revision"] + 1
    assert (standing(clients)["basis"], standing(clients)["progress"]) == ("one_sided", 20)
    withdrawn = withdraw(clients.reporter, made).json()
    assert withdrawn["revision"] == submitted["revision"] + 1
    assert standing(clients)["basis"] == "unreported"
    history = clients.korea.get(f"{path_of(made)}/history").json()["items"]
    states = [entry["record"]["state"] for entry in history]
    assert states == ["draft", "draft", "submitted", "withdrawn"]


def test_a_draft_keeps_the_day_it_names_and_is_held_to_it_when_submitted(clients):
    made = draft(clients.korea, reported_on="2023-11-01")
    assert step(clients.korea, made, "submit").json()["reported_on"] == "2023-11-01"
    ahead = draft(clients.korea, reported_on="2999-01-01")
    refused = step(clients.korea, ahead, "submit")
    assert (refused.status_code, rule(refused)) == (422, "not_in_the_future")
    assert clients.korea.get(path_of(ahead)).json()["state"] == "draft"


@pytest.mark.both_engines
def test_a_draft_is_changed_against_what_was_read_and_by_its_own_rules(clients):
    made = draft(clients.korea)
    assert clients.korea.patch(path_of(made), json={"progress": 1}).status_code == 428
    stale = {"If-Match": '"stale"'}
    assert clients.korea.patch(path_of(made), json={}, headers=stale).status_code == 412
    for body, expected in (
        ({"status": "completed", "progress": 40}, "completed_is_100"),
        ({"organization": "cn-mee"}, "organization_of_party"),
        ({"corrects": NOBODY}, "unknown_reference"),
        ({"action_item": f"{PLAN}-1"}, "extra_forbidden"),
        ({"state": "submitted"}, "extra_forbidden"),
    ):
        answer = patch(clients.korea, made, body)
        assert (answer.status_code, rule(answer)) == (422, expected)
    assert clients.korea.get(path_of(made)).json() == made


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_what_was_submitted_is_never_edited_discarded_or_submitted_again(clients, state):
    made = make(clients.korea)
    if state == "withdrawn":
        withdraw(clients.korea, made).raise_for_status()
    match = {"If-Match": clients.korea.get(path_of(made)).headers["etag"]}
    for answer in (
        clients.korea.patch(path_of(made), json={"progress": 1}, headers=match),
        clients.korea.delete(path_of(made), headers=match),
        step(clients.korea, made, "submit"),
    ):
        assert (answer.status_code, rule(answer)) == (409, "draft")


def test_the_other_side_may_take_no_step_with_a_report(clients):
    made = make(clients.korea)
    match = {"If-Match": clients.china.get(path_of(made)).headers["etag"]}
    for answer in (
        clients.china.patch(path_of(made), json={"progress": 1}, headers=match),
        clients.china.delete(path_of(made), headers=match),
        step(clients.china, made, "submit"),
        withdraw(clients.china, made),
    ):
        assert (answer.status_code, rule(answer)) == (403, "own_report")
    assert withdraw(clients.reader, made).status_code == 403


def test_a_draft_is_not_withdrawn_but_discarded(clients):
    made = draft(clients.korea)
    answer = withdraw(clients.korea, made)
    assert (answer.status_code, rule(answer)) == (409, "submitted")


def test_a_correction_can_be_drafted_and_leaves_what_it_corrects_standing_until_submitted(clients):
    first = make(clients.korea, progress=60, reported_on="2026-01-05")
    correction = draft(clients.korea, progress=50, corrects=first["id"])
    assert standing(clients)["progress"] == 60
    submitted = step(clients.korea, correction, "submit").json()
    assert submitted["reported_on"] == "2026-01-05"
    assert standing(clients)["progress"] == 50


def test_a_drafted_correction_of_what_was_withdrawn_meanwhile_is_not_submitted(clients):
    first = make(clients.korea, progress=60)
    correction = draft(clients.korea, progress=50, corrects=first["id"])
    assert withdraw(clients.korea, first).status_code == 200
    refused = step(clients.korea, correction, "submit")
    assert (refused.status_code, rule(refused)) == (409, "submitted")
    assert patch(clients.korea, correction, {"corrects": None}).status_code == 200
    assert step(clients.korea, correction, "submit").status_code == 200


@pytest.mark.both_engines
def test_while_one_correction_is_drafted_no_other_is_made(clients):
    first = make(clients.korea, progress=60)
    correction = draft(clients.reporter, progress=50, corrects=first["id"])
    refused = clients.korea.post(
        f"{ITEM}/reports", json={"status": "on_track", "corrects": first["id"]}
    )
    assert (refused.status_code, rule(refused)) == (409, "uq_status_report_corrected_once")
    assert f"The draft {correction['id']}" in refused.json()["detail"]
    match = {"If-Match": clients.korea.get(path_of(correction)).headers["etag"]}
    assert clients.korea.delete(path_of(correction), headers=match).status_code == 204
    assert make(clients.korea, corrects=first["id"])["corrects"] == first["id"]


def test_a_withdrawn_correction_can_be_made_anew_of_what_it_corrected(clients):
    first = make(clients.korea, progress=60, reported_on="2026-01-05")
    second = make(clients.korea, progress=50, corrects=first["id"])
    third = draft(clients.korea, progress=40, corrects=second["id"])
    withdraw(clients.korea, second).raise_for_status()
    refused = step(clients.korea, third, "submit")
    assert (refused.status_code, rule(refused)) == (409, "submitted")
    assert patch(clients.korea, third, {"corrects": first["id"]}).status_code == 200
    assert step(clients.korea, third, "submit").json()["reported_on"] == "2026-01-05"
    assert standing(clients)["progress"] == 40


def reports_on(*numbers, **more):
    entries = [
        {"action_item": f"{PLAN}-{number}", "status": "on_track", "progress": number} | more
        for number in numbers
    ]
    return {"reports": entries}


@pytest.mark.both_engines
def test_many_reports_are_made_in_one_revision_and_in_their_order(clients):
    answer = clients.reporter.post(BULK, json=reports_on(*range(1, 10)))
    assert answer.status_code == 201, answer.text
    made = answer.json()["items"]
    assert [report["progress"] for report in made] == list(range(1, 10))
    assert {report["revision"] for report in made} == {int(answer.headers["revision"])}
    assert {(report["party"], report["organization"]) for report in made} == {("KR", "kr-nier")}
    listed = clients.anonymous.get(answer.headers["location"]).json()["items"]
    assert {report["id"] for report in listed} == {report["id"] for report in made}
    summary = clients.anonymous.get(f"/v1/agreements/{PLAN}/progress").json()["summary"]
    assert summary["by_basis"]["one_sided"] == 9


def test_many_reports_can_be_drafted_and_are_repeated_under_one_key(clients):
    body = reports_on(1, 2) | {"state": "draft"}
    first = clients.korea.post(BULK, json=body, headers={"Idempotency-Key": "night-1"})
    again = clients.korea.post(BULK, json=body, headers={"Idempotency-Key": "night-1"})
    assert first.json() == again.json()
    assert {report["state"] for report in first.json()["items"]} == {"draft"}
    assert len(clients.korea.get("/v1/status-reports?state=draft").json()["items"]) == 2


def test_errors_of_many_reports_point_to_each_of_them_and_none_is_made(clients):
    corrected = make(clients.korea)
    make(clients.korea, corrects=corrected["id"])
    body = reports_on(1, 2, 3, 4)
    body["reports"][1]["reported_on"] = "2999-01-01"
    body["reports"][2]["organization"] = "cn-mee"
    body["reports"][3]["corrects"] = corrected["id"]
    head = clients.anonymous.get("/v1/journal/head").json()
    answer = clients.korea.post(BULK, json=body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["rule"]) for error in answer.json()["errors"]] == [
        ("/reports/1/reported_on", "not_in_the_future"),
        ("/reports/2/organization", "organization_of_party"),
        ("/reports/3/corrects", "own_report_on_item"),
    ]
    assert clients.anonymous.get("/v1/journal/head").json() == head


@pytest.mark.parametrize(
    ("who", "body", "status", "expected"),
    [
        ("korea", {"reports": []}, 422, "too_short"),
        ("korea", reports_on(*[1] * 201), 422, "too_long"),
        ("korea", reports_on(1, 1), 422, "repeated_item"),
        ("korea", reports_on(1, 1) | {"state": "draft"}, 422, "repeated_item"),
        ("korea", reports_on(1) | {"party": "CN"}, 403, "own_party"),
        ("korea", reports_on(1, action_item="nothing"), 422, "unknown_reference"),
        ("korea", reports_on(1, status="fine"), 422, "enum"),
        ("japan", reports_on(1), 403, "party_of_agreement"),
        ("admin", reports_on(1), 403, "party"),
        ("reader", reports_on(1), 403, "role"),
    ],
)
def test_whose_many_reports_are_taken_and_what_they_hold(clients, who, body, status, expected):
    answer = getattr(clients, who).post(BULK, json=body)
    assert (answer.status_code, rule(answer)) == (status, expected)


def test_many_reports_repeat_an_item_for_different_days_only(clients):
    days = ["2026-01-05", "2026-01-06"]
    first, second = (make(clients.korea, reported_on=day) for day in days)
    corrections = [
        {"action_item": f"{PLAN}-5", "status": "delayed", "corrects": report["id"]}
        for report in (first, second)
    ]
    another = {"action_item": f"{PLAN}-5", "status": "delayed", "reported_on": days[1]}
    answer = clients.korea.post(BULK, json={"reports": [*corrections, another]})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["rule"]) == ("/reports/2/action_item", "repeated_item")
    made = clients.korea.post(BULK, json={"reports": corrections})
    assert made.status_code == 201, made.text
    assert [report["reported_on"] for report in made.json()["items"]] == days


def test_an_organization_keeps_its_party_while_anything_is_said_in_its_name(clients):
    made = draft(clients.reporter)
    path = "/v1/organizations/kr-nier"
    match = {"If-Match": clients.china.get(path).headers["etag"]}
    for client, status, expected in (
        (clients.admin, 409, "in_use"),
        (clients.korea, 403, "changed_by_operator"),
        (clients.china, 403, "owner"),
    ):
        answer = client.patch(path, json={"party": "CN"}, headers=match)
        assert (answer.status_code, rule(answer)) == (status, expected)
        assert "report" not in answer.text
    assert step(clients.korea, made, "submit").status_code == 200


def test_an_item_keeps_its_agreement_while_anything_was_stated_on_it(clients):
    draft(clients.korea)
    match = {"If-Match": clients.china.get(ITEM).headers["etag"]}
    moved = {"agreement": "clear-sky-plan-2022"}
    answer = clients.china.patch(ITEM, json=moved, headers=match)
    assert (answer.status_code, rule(answer)) == (409, "item_in_use")
    assert answer.json()["errors"][0]["pointer"] == "/agreement"
    assert "report" not in answer.text
