"""Three parties report apart and conclude together, just as two do."""

from itertools import permutations

import pytest

MEETING = "/v1/meetings/temm-25/assessments"
ITEM = "temm-test-plan-1"
STANDING = f"/v1/action-items/{ITEM}/standing?as_of=2024-12-31"


@pytest.fixture
def sides(clients):
    """The clients of three parties, with a plan of two items that their ministers oversee."""
    plan = {
        "id": "temm-test-plan",
        "kind": "annual_plan",
        "name": {"en": "Test"},
        "parties": ["CN", "JP", "KR"],
        "overseen_by": "temm",
        "starts": "2024",
    }
    assert clients.korea.post("/v1/agreements", json=plan).status_code == 201
    for number in (1, 2):
        item = {"agreement": "temm-test-plan", "number": number, "title": {"en": f"{number}"}}
        assert clients.japan.post("/v1/action-items", json=item).status_code == 201
    return {"CN": clients.china, "JP": clients.japan, "KR": clients.korea}


def report(client, status, progress, on="2024-09-01"):
    body = {"status": status, "progress": progress, "reported_on": on}
    answer = client.post(f"/v1/action-items/{ITEM}/reports", json=body)
    assert answer.status_code == 201, answer.text


def seen(client):
    return {"If-Match": client.get(MEETING).headers["etag"]}


def propose(client, progress=50):
    proposal = {"action_item": ITEM, "status": "on_track", "progress": progress}
    answer = client.put(MEETING, json={"assessments": [proposal]}, headers=seen(client))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


def confirm(client):
    answer = client.post(f"{MEETING}/confirm", json={}, headers=seen(client))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


@pytest.mark.parametrize("order", list(permutations(["CN", "JP", "KR"])))
def test_it_is_adopted_once_all_three_have_confirmed_it_in_any_order(sides, clients, order):
    first, second, third = (sides[party] for party in order)
    assert propose(first)["confirmed_by"] == [order[0]]
    assert confirm(second)["state"] == "proposed"
    assert clients.anonymous.get(MEETING).json()["items"] == []
    found = confirm(third)
    assert (found["state"], found["confirmed_by"]) == ("adopted", ["CN", "JP", "KR"])
    assert clients.anonymous.get(STANDING).json()["standing"]["basis"] == "joint"


def test_a_change_by_one_takes_the_confirmations_of_the_others_away(sides):
    propose(sides["CN"])
    confirm(sides["JP"])
    changed = propose(sides["KR"], progress=60)
    assert (changed["proposed_by"], changed["confirmed_by"]) == ("KR", ["KR"])
    assert confirm(sides["CN"])["state"] == "proposed"
    assert confirm(sides["JP"])["state"] == "adopted"


def test_proposing_the_same_again_keeps_the_confirmations(sides):
    propose(sides["CN"])
    confirm(sides["JP"])
    again = propose(sides["KR"])
    assert (again["proposed_by"], again["confirmed_by"]) == ("CN", ["CN", "JP"])


def test_a_positions_basis_counts_all_three(sides, clients):
    def basis():
        standing = clients.anonymous.get(STANDING).json()["standing"]
        return standing["basis"], standing["status"], standing["progress"]

    report(sides["CN"], "on_track", 50)
    report(sides["JP"], "on_track", 40)
    assert basis() == ("one_sided", "on_track", 40)
    report(sides["KR"], "on_track", 60)
    assert basis() == ("agreed", "on_track", 40)
    report(sides["KR"], "suspended", 60, on="2024-09-02")
    assert basis() == ("diverging", "suspended", 60)


def test_only_what_all_three_agree_on_is_prefilled(sides):
    for party in ("CN", "JP"):
        report(sides[party], "on_track", 50)
    body = {"assessments": [], "prefill": ["temm-test-plan"]}
    client = sides["JP"]
    assert client.put(MEETING, json=body, headers=seen(client)).json()["items"] == []
    report(sides["KR"], "on_track", 30)
    (found,) = client.put(MEETING, json=body, headers=seen(client)).json()["items"]
    assert (found["action_item"], found["progress"], found["proposed_by"]) == (ITEM, 30, "JP")
