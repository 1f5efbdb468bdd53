"""Preparing a meeting: what its agenda should hold, what it will have reviewed, what each owes."""

from datetime import UTC, datetime, timedelta

import pytest

PLAN = "clear-sky-plan-2023"
HELD = "/v1/meetings/cn-kr-dg-dialogue-7"
TO_COME = "/v1/meetings/cn-kr-dg-dialogue-8"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def meeting(clients):
    body = {"dialogue": "cn-kr-dg-dialogue", "ordinal": 8, "status": "planned"}
    assert clients.korea.post("/v1/meetings", json=body).status_code == 201
    return TO_COME


def report(client, number, status="on_track", progress=None, days_ago=0):
    on = (TODAY - timedelta(days=days_ago + 1)).isoformat()
    body = {"status": status, "progress": progress, "reported_on": on}
    answer = client.post(f"/v1/action-items/{PLAN}-{number}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def patch(client, path, body):
    match = {"If-Match": client.get(path).headers["etag"]}
    answer = client.patch(path, json=body, headers=match)
    assert answer.status_code == 200, answer.text
    return answer.json()


def assess(clients, *numbers, meeting=HELD, status="on_track"):
    path = f"{meeting}/assessments"
    proposals = [{"action_item": f"{PLAN}-{number}", "status": status} for number in numbers]
    for client, method, where, body in (
        (clients.korea, "PUT", path, {"assessments": proposals}),
        (clients.china, "POST", f"{path}/confirm", {}),
    ):
        match = {"If-Match": client.get(path).headers["etag"]}
        answer = client.request(method, where, json=body, headers=match)
        assert answer.status_code == 200, answer.text


def drafted(clients, meeting):
    answer = clients.korea.post(f"{meeting}/agenda/draft", json={})
    assert answer.status_code == 200, answer.text
    return {item["action_item"]: item["reasons"] for item in answer.json()["agenda"]}


@pytest.mark.both_engines
def test_an_item_is_proposed_for_each_reason_that_holds_and_no_other(clients, meeting):
    assess(clients, 1, 2, 3, 4)
    for number in (1, 2, 3, 4):
        report(clients.korea, number)
        report(clients.china, number, "delayed" if number == 2 else "on_track")
    report(clients.korea, 5, "completed", 100, days_ago=400)
    report(clients.korea, 6, days_ago=400)
    patch(clients.korea, f"/v1/action-items/{PLAN}-3", {"due": "2024"})
    patch(clients.korea, f"/v1/action-items/{PLAN}-7", {"ended": "2024"})
    found = drafted(clients, meeting)
    assert f"{PLAN}-1" not in found
    assert f"{PLAN}-4" not in found
    assert f"{PLAN}-7" not in found
    assert found[f"{PLAN}-2"] == ["diverging"]
    assert found[f"{PLAN}-3"] == ["overdue"]
    assert found[f"{PLAN}-5"] == ["never_reviewed"]
    assert found[f"{PLAN}-6"] == ["stale", "never_reviewed"]
    assert found[f"{PLAN}-9"] == ["never_reviewed"]


def test_the_editor_keeps_what_fits_and_is_not_offered_it_again(clients, meeting):
    head = clients.anonymous.get("/v1/journal/head").json()
    agenda = clients.korea.post(f"{meeting}/agenda/draft", json={}).json()["agenda"]
    assert clients.anonymous.get("/v1/journal/head").json() == head
    kept = patch(clients.korea, meeting, {"agenda": agenda[:2]})["agenda"]
    assert kept == agenda[:2]
    offered = drafted(clients, meeting)
    assert {item["action_item"] for item in kept} & offered.keys() == set()
    assert len(offered) == len(agenda) - 2


@pytest.mark.parametrize(
    ("who", "path", "body", "status"),
    [
        ("reporter", TO_COME, {}, 403),
        ("anonymous", TO_COME, {}, 401),
        ("korea", HELD, {}, 409),
        ("korea", TO_COME, {"agreement": "nothing"}, 422),
        ("korea", TO_COME, {"agreement": "clear-sky-project"}, 404),
        ("korea", "/v1/meetings/nothing", {}, 404),
        ("korea", TO_COME, None, 200),
    ],
)
def test_whose_agenda_is_drafted_from_what(clients, meeting, who, path, body, status):  # noqa: ARG001
    answer = getattr(clients, who).post(f"{path}/agenda/draft", json=body)
    assert answer.status_code == status, answer.text


def coverage(clients, **query):
    return clients.anonymous.get(f"/v1/agreements/{PLAN}/reviews", params=query).json()


@pytest.mark.both_engines
def test_coverage_says_which_meeting_reviewed_what_by_which_reports(clients):
    before = clients.korea.post(
        f"/v1/action-items/{PLAN}-1/reports",
        json={"status": "delayed", "progress": 20, "reported_on": "2023-12-19"},
    ).json()["id"]
    clients.korea.post(
        f"/v1/action-items/{PLAN}-1/reports",
        json={"status": "on_track", "reported_on": "2023-12-21"},
    ).raise_for_status()
    assess(clients, 1)
    decisions = [{"text": {"en": "Go on."}, "action_item": f"{PLAN}-2"}]
    patch(clients.korea, HELD, {"decisions": decisions})
    found = coverage(clients)
    (meeting,) = found["meetings"]
    assert meeting["meeting"]["id"] == "cn-kr-dg-dialogue-7"
    assert meeting["reviewed"] == [f"{PLAN}-1", f"{PLAN}-2"]
    assert len(meeting["unreviewed"]) == 7
    first, second, third = found["items"][:3]
    (review,) = first["reviews"]
    assert (review["by"], review["conclusion"]["status"]) == (["assessment"], "on_track")
    assert [report["report"] for report in review["reports"]] == [before]
    assert second["reviews"][0]["by"] == ["decision"]
    assert second["reviews"][0]["conclusion"] is None
    assert (first["last_reviewed"], first["unreviewed_since"]) == ("2023-12-20", None)
    assert (third["last_reviewed"], third["unreviewed_since"]) == (None, "2023")
    here = clients.anonymous.get(f"{HELD}/reviews").json()
    reviews = {item["id"]: item["review"] for item in here["items"]}
    assert reviews[f"{PLAN}-1"] == {name: review[name] for name in ("by", "conclusion", "reports")}
    assert reviews[f"{PLAN}-3"] is None


def test_what_a_later_meeting_passed_over_is_unreviewed_since_the_one_before(clients):
    assess(clients, 1)
    later = {
        "dialogue": "cn-kr-dg-dialogue",
        "ordinal": 8,
        "status": "held",
        "starts": "2024-11-05",
    }
    clients.korea.post("/v1/meetings", json=later).raise_for_status()
    assess(clients, 2, meeting=TO_COME)
    since = {item["number"]: item["unreviewed_since"] for item in coverage(clients)["items"]}
    assert (since[1], since[2], since[3]) == ("2023-12-20", None, "2023")
    earlier = coverage(clients, as_of="2024-01-01")
    assert [found["day"] for found in earlier["meetings"]] == ["2023-12-20"]
    since = {item["number"]: item["unreviewed_since"] for item in earlier["items"]}
    assert (since[1], since[2]) == (None, "2023")


def duties(client, party="KR", **query):
    answer = client.get(f"/v1/parties/{party}/duties", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(items):
    return [item["number"] for item in items]


@pytest.mark.both_engines
def test_a_party_sees_what_it_owes_and_for_which_reason(clients, monkeypatch):
    # Where Korea has the next day already, its reports would be a day older.
    monkeypatch.setattr("app.reviewing.duties.today_in", lambda _: TODAY)
    draft = clients.korea.post(
        f"/v1/action-items/{PLAN}-1/reports", json={"state": "draft", "status": "on_track"}
    ).json()["id"]
    report(clients.korea, 2)
    report(clients.china, 2, "delayed")
    # Of 181 days ago, and of 180, which is not too old yet.
    report(clients.korea, 3, days_ago=180)
    report(clients.korea, 7, days_ago=179)
    report(clients.korea, 4)
    patch(clients.korea, f"/v1/action-items/{PLAN}-4", {"due": "2024"})
    patch(clients.korea, f"/v1/action-items/{PLAN}-8", {"ended": "2024"})
    report(clients.korea, 5, "completed", 100, days_ago=400)
    proposal = {"action_item": f"{PLAN}-6", "status": "delayed", "progress": 40}
    match = {"If-Match": clients.china.get(f"{HELD}/assessments").headers["etag"]}
    clients.china.put(
        f"{HELD}/assessments", json={"assessments": [proposal]}, headers=match
    ).raise_for_status()
    found = duties(clients.korea)
    assert [duty["report"] for duty in found["drafts"]] == [draft]
    assert numbers(found["not_reported"]) == [1, 6, 9]
    assert numbers(found["overdue"]) == [4]
    assert numbers(found["stale"]) == [3]
    assert numbers(found["diverging"]) == [2]
    (awaiting,) = found["awaiting_confirmation"]
    assert (awaiting["action_item"], awaiting["proposed_by"]) == (f"{PLAN}-6", "CN")
    china = duties(clients.china, "CN")
    assert (china["drafts"], china["awaiting_confirmation"]) == ([], [])
    assert duties(clients.reader) == found


def test_what_a_newer_plan_continues_is_owed_no_more_unless_it_is_asked_for(clients):
    assert len(duties(clients.korea)["not_reported"]) == 9
    body = {"id": "plan-after", "name": {"en": "After"}, "starts": "2024", "items": []}
    clients.korea.post(f"/v1/agreements/{PLAN}/successor", json=body).raise_for_status()
    assert duties(clients.korea)["not_reported"] == []
    assert len(duties(clients.korea, agreement=PLAN)["not_reported"]) == 9
    assert duties(clients.korea, dialogue="temm", agreement=PLAN)["not_reported"] == []


@pytest.mark.parametrize(
    ("who", "party", "status"),
    [("china", "KR", 403), ("admin", "KR", 403), ("anonymous", "KR", 401), ("korea", "XX", 403)],
)
def test_a_partys_duties_are_for_itself_to_see(clients, who, party, status):
    assert getattr(clients, who).get(f"/v1/parties/{party}/duties").status_code == status
