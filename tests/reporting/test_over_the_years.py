"""An item over time, a plan as meetings saw it, and what standings come to in groups."""

import pytest

pytestmark = pytest.mark.both_engines

PLAN = "clear-sky-plan-2023"
ITEM = f"/v1/action-items/{PLAN}-1"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7"


def report(client, status="on_track", progress=None, on="2023-12-01", number=1, **more):
    body = {"status": status, "progress": progress, "reported_on": on} | more
    answer = client.post(f"/v1/action-items/{PLAN}-{number}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def conclude(clients, meeting=MEETING, number=1, **said):
    path = f"{meeting}/assessments"
    body = {"assessments": [{"action_item": f"{PLAN}-{number}"} | said]}
    match = {"If-Match": clients.korea.get(path).headers["etag"]}
    clients.korea.put(path, json=body, headers=match).raise_for_status()
    match = {"If-Match": clients.china.get(path).headers["etag"]}
    answer = clients.china.post(f"{path}/confirm", json={}, headers=match)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


def patch(client, path, body):
    match = {"If-Match": client.get(path).headers["etag"]}
    answer = client.patch(path, json=body, headers=match)
    assert answer.status_code == 200, answer.text


def timeline(client, **query):
    answer = client.get(f"{ITEM}/timeline", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_timeline_tells_what_was_said_for_which_day_and_what_became_of_it(clients):
    late = report(clients.korea, progress=60, on="2023-12-05")
    first = report(clients.china, progress=20, on="2023-11-01")
    correction = report(clients.korea, progress=50, on="2023-12-06", corrects=late["id"])
    withdrawn = report(clients.china, progress=99, on="2023-12-07")
    clients.china.post(
        f"/v1/status-reports/{withdrawn['id']}/withdraw", json={"reason": {"en": "Wrong."}}
    ).raise_for_status()
    report(clients.korea, on="2023-12-08", state="draft")
    concluded = conclude(clients, status="on_track", progress=40)
    entries = timeline(clients.anonymous)["items"]
    assert [(entry["day"], entry["kind"]) for entry in entries] == [
        ("2023-11-01", "report"),
        ("2023-12-05", "report"),
        ("2023-12-06", "report"),
        ("2023-12-07", "report"),
        ("2023-12-20", "assessment"),
    ]
    ids = [(entry["report"] or entry["assessment"])["id"] for entry in entries]
    assert ids == [
        *(made["id"] for made in (first, late, correction, withdrawn)),
        concluded["id"],
    ]
    assert entries[1]["corrected_by"] == correction["id"]
    assert entries[2]["report"]["corrects"] == late["id"]
    assert entries[3]["report"]["withdrawal_reason"] == {"en": "Wrong."}
    assert entries[3]["withdrawn"]["principal"] == "key:china"
    assert entries[3]["withdrawn"]["revision"] > entries[3]["recorded"]["revision"]
    assert entries[0]["withdrawn"] is None
    assert entries[1]["recorded"]["revision"] == late["revision"]
    assert entries[4]["recorded"]["revision"] == concluded["revision"]
    assert entries[4]["recorded"]["principal"] == "key:china"


def test_the_timeline_comes_in_pages(clients):
    for progress in range(5):
        report(clients.korea, progress=progress, on="2023-12-01")
    whole = timeline(clients.anonymous)["items"]
    paged, cursor = [], {}
    while cursor is not None:
        page = timeline(clients.anonymous, limit=2, **cursor)
        paged += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert paged == whole
    assert [entry["report"]["progress"] for entry in whole] == list(range(5))


def test_a_draft_submitted_after_another_report_of_the_day_counts(clients):
    draft = report(clients.korea, "delayed", 10, on="2023-12-01", state="draft")
    report(clients.korea, "on_track", 90, on="2023-12-01")
    clients.korea.post(f"/v1/status-reports/{draft['id']}/submit").raise_for_status()
    standing = clients.anonymous.get(f"{ITEM}/standing?as_of=2023-12-31").json()["standing"]
    assert (standing["status"], standing["progress"]) == ("delayed", 10)


@pytest.fixture
def eighth(clients):
    body = {
        "dialogue": "cn-kr-dg-dialogue",
        "ordinal": 8,
        "status": "held",
        "starts": "2024-11-05",
        "ends": "2024-11-06",
    }
    assert clients.korea.post("/v1/meetings", json=body).status_code == 201
    return "/v1/meetings/cn-kr-dg-dialogue-8"


def test_a_meeting_saw_what_was_reported_up_to_its_last_day_and_what_had_moved(clients, eighth):
    report(clients.korea, progress=20, on="2023-12-20")
    report(clients.korea, progress=20, on="2023-12-20", number=2)
    report(clients.korea, progress=60, on="2024-11-06")
    report(clients.korea, "completed", 100, on="2024-11-07")
    found = clients.anonymous.get(f"{eighth}/progress").json()
    assert (found["as_of"], found["meeting"]["id"]) == ("2024-11-06", "cn-kr-dg-dialogue-8")
    assert found["agreement"]["id"] == PLAN
    standings = {item["number"]: item["standing"] for item in found["items"]}
    assert (standings[1]["progress"], standings[2]["progress"]) == (60, 20)
    moved = found["moved"]
    assert (moved["meeting"]["id"], moved["day"]) == ("cn-kr-dg-dialogue-7", "2023-12-20")
    (item,) = moved["items"]
    assert item["number"] == 1
    assert item["before"] == {"status": "on_track", "progress": 20, "basis": "one_sided"}
    assert item["now"] == {"status": "on_track", "progress": 60, "basis": "one_sided"}


def test_what_a_meeting_concluded_holds_until_a_later_meeting_or_a_newer_report(clients, eighth):
    conclude(clients, status="delayed", progress=30)

    def standing(day):
        found = clients.anonymous.get(f"{ITEM}/standing?as_of={day}").json()["standing"]
        return found["basis"], found["progress"]

    assert standing("2023-12-19") == ("unreported", None)
    assert standing("2023-12-20") == ("joint", 30)
    report(clients.china, progress=55, on="2024-03-01")
    assert standing("2024-03-01") == ("one_sided", 55)
    conclude(clients, eighth, status="on_track", progress=70)
    assert standing("2024-11-05") == ("one_sided", 55)
    assert standing("2024-11-06") == ("joint", 70)
    assert standing("2023-12-20") == ("joint", 30)


def test_the_first_meeting_has_none_before_it_and_one_to_come_asks_for_today(clients):
    first = "/v1/meetings/cn-kr-dg-dialogue-1/progress"
    assert clients.anonymous.get(first).status_code == 404
    answer = clients.anonymous.get(first, params={"agreement": PLAN}).json()
    assert (answer["as_of"], answer["moved"]) == ("2016-11-30", None)
    body = {"dialogue": "cn-kr-dg-dialogue", "ordinal": 9, "status": "planned", "starts": "2999"}
    clients.korea.post("/v1/meetings", json=body).raise_for_status()
    to_come = clients.anonymous.get("/v1/meetings/cn-kr-dg-dialogue-9/progress").json()
    today = clients.anonymous.get(f"/v1/agreements/{PLAN}/progress").json()
    assert to_come["as_of"] == today["as_of"]
    assert to_come["items"] == today["items"]


def groups(clients, by):
    path = f"/v1/agreements/{PLAN}/progress"
    return clients.anonymous.get(path, params={"group_by": by, "as_of": "2023-12-31"}).json()[
        "groups"
    ]


def test_progress_in_groups(clients):
    patch(clients.korea, ITEM, {"leads": [{"party": "KR", "organization": "kr-nier"}]})
    report(clients.korea, "on_track", 60)
    report(clients.china, "delayed", 20)
    report(clients.korea, "completed", 100, number=5)
    themes = {group["key"]: group for group in groups(clients, "theme")}
    assert themes["air_pollution"]["items"] == [f"{PLAN}-{number}" for number in (1, 3, 7)]
    assert themes["air_pollution"]["name"]["zh"]
    assert themes["air_pollution"]["summary"]["by_basis"]["diverging"] == 1
    assert list(themes)[-1] is None
    assert themes[None]["items"] == [f"{PLAN}-5"]
    kinds = {group["key"]: group["summary"]["items"] for group in groups(clients, "kind")}
    assert sum(kinds.values()) == 9
    assert (kinds["policy_exchange"], kinds["event"]) == (3, 1)
    leads = groups(clients, "lead_organization")
    assert [(group["key"], len(group["items"])) for group in leads] == [("kr-nier", 1), (None, 8)]
    assert leads[0]["name"]["ko"] == "국립환경과학원"


def test_grouped_by_party_each_sum_is_of_that_partys_own_statements(clients):
    report(clients.korea, "on_track", 60)
    report(clients.china, "delayed", 20)
    report(clients.korea, "completed", 100, number=5)
    conclude(clients, number=2, status="completed", progress=100)
    china, korea = groups(clients, "party")
    assert (china["key"], korea["key"]) == ("CN", "KR")
    assert korea["name"]["en"]
    assert len(korea["items"]) == korea["summary"]["items"] == 9
    assert (korea["summary"]["by_status"]["on_track"], korea["summary"]["mean_progress"]) == (1, 80)
    assert (china["summary"]["by_status"]["delayed"], china["summary"]["mean_progress"]) == (1, 20)
    assert korea["summary"]["by_basis"]["one_sided"] == 2
    assert china["summary"]["by_basis"]["unreported"] == 8


def test_without_group_by_there_are_no_groups(clients):
    answer = clients.anonymous.get(f"/v1/agreements/{PLAN}/progress").json()
    assert "groups" not in answer
    refused = clients.anonymous.get(f"/v1/agreements/{PLAN}/progress?group_by=colour")
    assert refused.status_code == 422


def test_a_dialogue_across_its_plans_year_by_year(clients):
    report(clients.korea, progress=40)
    path = "/v1/dialogues/cn-kr-dg-dialogue/plans"
    plans = clients.anonymous.get(path).json()["plans"]
    assert [plan["starts"] for plan in plans] == ["2020", "2021", "2022", "2023"]
    assert [plan["summary"]["items"] for plan in plans] == [0, 0, 0, 9]
    assert plans[-1]["summary"]["by_basis"]["one_sided"] == 1
    early = clients.anonymous.get(path, params={"as_of": "2021-06-01"}).json()["plans"]
    assert [plan["starts"] for plan in early] == ["2020", "2021"]
    assert (
        clients.anonymous.get(f"{path}?at_revision=1").json()["plans"][-1]["summary"]["by_basis"][
            "unreported"
        ]
        == 9
    )
