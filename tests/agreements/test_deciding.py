"""What a meeting decides of action items, and how the next plan starts from the one before."""

import pytest

PLAN = "clear-sky-plan-2023"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-7"
ITEM = f"/v1/action-items/{PLAN}-5"
NEW = {"agreement": PLAN, "number": 10, "title": {"en": "Glossary"}}


def decide(clients, body, *, match=None, key=None):
    headers = {
        name: value for name, value in (("If-Match", match), ("Idempotency-Key", key)) if value
    }
    body = {"text": {"en": "It is decided."}} | body
    return clients.korea.post(f"{MEETING}/decisions", json=body, headers=headers)


def etag(clients, path):
    return clients.anonymous.get(path).headers["etag"]


@pytest.mark.both_engines
def test_a_decision_creates_an_item_and_is_linked_from_both_ends(clients):
    answer = decide(clients, {"effect": "created", "agreement": PLAN, "item": NEW}, key="once")
    assert answer.status_code == 201, answer.text
    made = answer.json()["action_item"]
    decision = clients.anonymous.get(MEETING).json()["decisions"][-1]
    assert (decision["effect"], decision["action_item"]) == ("created", made["id"])
    for path in (f"/v1/action-items/{made['id']}", f"/v1/agreements/{PLAN}"):
        included = clients.anonymous.get(path, params={"include": "decisions"}).json()["included"]
        (link,) = included["decisions"]
        assert (link["meeting"], link["held"]) == ("cn-kr-dg-dialogue-7", "2023-12-20")
    again = decide(clients, {"effect": "created", "agreement": PLAN, "item": NEW}, key="once")
    assert again.json() == answer.json()
    assert len(clients.anonymous.get(MEETING).json()["decisions"]) == 1


def test_a_decision_changes_an_item_that_is_as_it_was_read(clients):
    change = {"effect": "changed", "action_item": f"{PLAN}-5", "changes": {"due": "2024-06"}}
    assert decide(clients, change).status_code == 428
    match = etag(clients, ITEM)
    assert decide(clients, change, match=match).status_code == 201
    assert clients.anonymous.get(ITEM).json()["due"] == "2024-06"
    stale = decide(clients, change | {"changes": {"due": "2025"}}, match=match)
    assert stale.status_code == 412
    assert clients.anonymous.get(ITEM).json()["due"] == "2024-06"
    assert len(clients.anonymous.get(MEETING).json()["decisions"]) == 1


def test_a_decision_ends_an_item_on_the_meetings_day_and_once(clients):
    ends = {"effect": "ended", "action_item": f"{PLAN}-5"}
    assert decide(clients, ends).status_code == 428
    assert decide(clients, ends, match=etag(clients, ITEM)).status_code == 201
    assert clients.anonymous.get(ITEM).json()["ended"] == "2023-12-20"
    again = decide(clients, ends, match=etag(clients, ITEM))
    assert again.status_code == 409
    assert again.json()["errors"][0]["rule"] == "ended_once"


REFUSED = [
    ({"item": NEW}, 422, "item_is_created", ""),
    ({"effect": "created", "action_item": f"{PLAN}-5", "item": NEW}, 422, "item_is_created", ""),
    ({"changes": {"due": "2024"}}, 422, "changes_an_item", ""),
    ({"effect": "ended"}, 422, "ends_something", ""),
    ({"effect": "created", "item": NEW | {"number": 5}}, 409, "unique_id", "/item/id"),
    (
        {"effect": "created", "item": NEW | {"number": 5, "id": "other"}},
        409,
        "uq_action_item_number_in_agreement",
        "/item/number",
    ),
    ({"effect": "created", "item": NEW | {"due": "soon"}}, 422, "partial_date", "/item/due"),
    (
        {"effect": "created", "item": NEW | {"agreement": "nothing"}},
        422,
        "unknown_reference",
        "/item/agreement",
    ),
    ({"action_item": "nothing"}, 422, "unknown_reference", "/action_item"),
    (
        {"effect": "changed", "action_item": f"{PLAN}-5", "changes": {"number": 6}},
        409,
        "uq_action_item_number_in_agreement",
        "/changes/number",
    ),
]


@pytest.mark.parametrize(("body", "status", "rule", "pointer"), REFUSED)
def test_a_decision_that_cannot_be_carried_out_is_not_made(clients, body, status, rule, pointer):
    head = clients.anonymous.get("/v1/journal/head").json()
    answer = decide(clients, body, match="*")
    assert answer.status_code == status, answer.text
    error = answer.json()["errors"][0]
    assert (error["rule"], error["pointer"]) == (rule, pointer)
    assert clients.anonymous.get("/v1/journal/head").json() == head


def test_only_a_meeting_that_was_held_decides(clients):
    answer = clients.korea.post(
        "/v1/meetings/cn-kr-dg-dialogue-2/decisions", json={"text": {"en": "Too early."}}
    )
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["rule"] == "meeting_held"


def succeed(clients, **body):
    body = {"id": "plan-after", "name": {"en": "The plan after"}, "starts": "2024"} | body
    return clients.korea.post(f"/v1/agreements/{PLAN}/successor", json=body)


@pytest.mark.both_engines
def test_the_next_plan_carries_over_what_was_not_ended(clients):
    match = {"If-Match": etag(clients, ITEM)}
    changes = {"ended": "2023-12", "leads": []}
    clients.korea.patch(ITEM, json=changes, headers=match).raise_for_status()
    first = f"/v1/action-items/{PLAN}-1"
    match = {"If-Match": etag(clients, first)}
    leads = [{"party": "KR", "organization": "kr-nier"}]
    body = {"due": "2023-12", "leads": leads, "deliverables": [{"title": {"en": "A paper"}}]}
    clients.korea.patch(first, json=body, headers=match).raise_for_status()
    answer = succeed(clients)
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    assert plan["relations"] == [{"kind": "continues", "agreement": PLAN}]
    assert (plan["parties"], plan["overseen_by"]) == (["CN", "KR"], "cn-kr-dg-dialogue")
    items = plan["included"]["action_items"]
    assert [item["number"] for item in items] == [1, 2, 3, 4, 6, 7, 8, 9]
    assert clients.anonymous.get(answer.headers["location"]).json()["id"] == "plan-after"
    old, new = clients.anonymous.get(first).json(), items[0]
    for carried in ("title", "description", "kind", "themes", "leads"):
        assert new[carried] == old[carried]
    assert new["lineage"] == [{"kind": "continued", "action_item": f"{PLAN}-1"}]
    assert (new["due"], new["deliverables"], new["citations"]) == (None, [], [])
    revisions = {record["revision"] for record in (plan, *items)}
    assert len(revisions) == 1


@pytest.mark.both_engines
def test_items_are_merged_split_new_and_dropped(clients):
    answer = succeed(
        clients,
        items=[
            {
                "number": 1,
                "comes_from": [f"{PLAN}-8", f"{PLAN}-9"],
                "title": {"en": "Forum and exhibition"},
            },
            {"number": 2, "comes_from": [f"{PLAN}-7"], "title": {"en": "Observation"}},
            {"number": 3, "comes_from": [f"{PLAN}-7"], "title": {"en": "Modelling"}},
            {"number": 4, "title": {"en": "New"}, "due": "2024-12"},
        ],
    )
    items = answer.json()["included"]["action_items"]
    kinds = [[line["kind"] for line in item["lineage"]] for item in items]
    assert kinds == [["merged", "merged"], ["split"], ["split"], []]
    outcomes = {}
    for number in (1, 7, 8, 9):
        lineage = clients.anonymous.get(f"/v1/action-items/{PLAN}-{number}/lineage").json()
        outcomes |= {item["id"]: item["outcome"] for item in lineage["items"]}
    assert outcomes[f"{PLAN}-1"] == "dropped"
    assert outcomes[f"{PLAN}-7"] == "split"
    assert outcomes[f"{PLAN}-8"] == outcomes[f"{PLAN}-9"] == "merged"
    assert outcomes["plan-after-1"] is None


REFUSED_PLANS = [
    ({"id": "clear-sky-plan-2022"}, 409, "unique_id", "/id"),
    ({"ends": "2023"}, 422, "ends_before_starts", "/ends"),
    (
        {"items": [{"number": 1, "comes_from": ["nothing"]}]},
        422,
        "unknown_reference",
        "/items/0/comes_from/0",
    ),
    ({"items": [{"number": 1}]}, 422, "title_of_its_own", "/items/0"),
    (
        {"items": [{"number": 1, "comes_from": [f"{PLAN}-1"]}] * 2},
        422,
        "repeated_item",
        "/items",
    ),
    (
        {
            "items": [
                {"number": 1, "comes_from": [f"{PLAN}-1"]},
                {
                    "number": 2,
                    "comes_from": [f"{PLAN}-2"],
                    "leads": [{"party": "JP", "organization": "kr-moe"}],
                },
            ]
        },
        422,
        "party_of_agreement",
        "/items/1/leads/0/party",
    ),
]


@pytest.mark.parametrize(("body", "status", "rule", "pointer"), REFUSED_PLANS)
def test_a_plan_that_cannot_start_whole_does_not_start(clients, body, status, rule, pointer):
    head = clients.anonymous.get("/v1/journal/head").json()
    answer = succeed(clients, **body)
    assert answer.status_code == status, answer.text
    error = answer.json()["errors"][0]
    assert (error["rule"], error["pointer"]) == (rule, pointer)
    assert clients.anonymous.get("/v1/journal/head").json() == head


def test_an_item_of_another_plan_is_not_carried_over(clients):
    assert succeed(clients).status_code == 201
    answer = clients.korea.post(
        "/v1/agreements/plan-after/successor",
        json={
            "id": "plan-after-that",
            "name": {"en": "After that"},
            "items": [{"number": 1, "comes_from": [f"{PLAN}-1"]}],
        },
    )
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert (error["rule"], error["pointer"]) == ("item_of_agreement", "/items/0/comes_from/0")
