"""Lists: pages, filters, orders and search."""

from itertools import pairwise

import pytest

from app.feed.collections import COLLECTIONS
from app.kernel.text import display, folded
from app.openapi import openapi_of
from tests.conftest import Clients

pytestmark = pytest.mark.both_engines

LISTS = sorted(set(COLLECTIONS) - {"status-reports", "assessments", "redactions"})


def walk(client, path, **query):
    """Every item of a list, page by page, by its `next` and its Link alike."""
    items = []
    while True:
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if page["next"] is None:
            assert "link" not in answer.headers
            return items
        assert len(page["items"]) == query["limit"]
        assert client.get(answer.links["next"]["url"]).status_code == 200
        query["cursor"] = page["next"]


SORTS = {
    "parties": ["name", "modified_at"],
    "organizations": ["name", "active_from", "modified_at"],
    "people": ["name", "modified_at"],
    "dialogues": ["name", "established", "modified_at"],
    "meetings": ["name", "starts", "ordinal", "modified_at"],
    "agreements": ["name", "signed", "starts", "modified_at"],
    "action-items": ["name", "number", "due", "modified_at"],
    "documents": ["name", "issued", "modified_at"],
}


@pytest.mark.parametrize("limit", [1, 3, 200])
@pytest.mark.parametrize("collection", LISTS)
def test_every_page_together_give_every_record_once_in_the_order_asked_for(
    clients, collection, limit
):
    client, path = clients.anonymous, f"/v1/{collection}"
    everything = sorted(item["id"] for item in walk(client, path, limit=200))
    assert everything
    for sort in ["id", *SORTS[collection]]:
        up = [item["id"] for item in walk(client, path, limit=limit, sort=sort)]
        down = [item["id"] for item in walk(client, path, limit=limit, sort=f"-{sort}")]
        assert sorted(up) == everything
        assert down == up[::-1]


def test_absent_values_come_first_and_partial_dates_by_their_earliest_day(clients):
    found = walk(clients.anonymous, "/v1/agreements", limit=2, sort="signed")
    signed = [agreement["signed"] or "" for agreement in found]
    assert signed == sorted(signed)
    assert signed[0] == ""


def test_names_are_ordered_letter_case_aside_whatever_the_language(clients):
    for name in ("ábc", "Zeta", "alpha", "Alpha 2", "한국", "가나", "中", "10", "2", "_x", "ﬁn"):
        language = "ko" if "가" <= name <= "힣" else "zh" if name == "中" else "en"
        body = {"id": f"n{name.encode().hex()}", "name": {language: name}, "organization": "kr-moe"}
        clients.korea.post("/v1/people", json=body).raise_for_status()
    found = walk(clients.anonymous, "/v1/people", limit=4, sort="name")
    keys = [(folded(display(person["name"])), person["id"]) for person in found]
    assert keys == sorted(keys)


@pytest.mark.parametrize("limit", [0, -1, 201, "many"])
def test_a_limit_out_of_bounds_is_refused_not_clamped(clients, limit):
    answer = clients.anonymous.get("/v1/people", params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "limit"


def test_what_is_added_between_two_pages_neither_repeats_nor_hides_others(clients):
    before = [item["id"] for item in walk(clients.anonymous, "/v1/people", limit=200)]
    first = clients.anonymous.get("/v1/people", params={"limit": 4}).json()
    for record in ("a-first", "zz-last"):
        clients.korea.post(
            "/v1/people", json={"id": record, "name": {"en": "x"}, "organization": "kr-moe"}
        )
    rest = walk(clients.anonymous, "/v1/people", limit=4, cursor=first["next"])
    assert [item["id"] for item in first["items"] + rest] == [*before, "zz-last"]


def test_a_cursor_is_of_its_own_list_filters_and_order(clients):
    cursor = clients.anonymous.get("/v1/people", params={"limit": 1}).json()["next"]
    swapped = cursor[:-1] + chr(ord(cursor[-1]) + 1)
    for path, query in (
        ("/v1/people", {"cursor": swapped}),
        ("/v1/people", {"cursor": "x"}),
        ("/v1/people", {"cursor": cursor + "="}),
        ("/v1/people", {"cursor": cursor, "sort": "name"}),
        ("/v1/people", {"cursor": cursor, "q": "a"}),
        ("/v1/documents", {"cursor": cursor}),
    ):
        answer = clients.anonymous.get(path, params=query)
        assert answer.status_code == 422, query
        (error,) = answer.json()["errors"]
        assert (error["parameter"], error["rule"]) == ("cursor", "cursor")
    assert clients.anonymous.get("/v1/people", params={"cursor": cursor}).status_code == 200


SEARCHES = [
    ("people", "GUOMEI", {"zhou-guomei"}),
    ("people", "周国", {"zhou-guomei"}),
    ("people", "저우", {"zhou-guomei"}),
    ("organizations", "ｅｃｏｌｏｇｙ", {"cn-mee"}),
    ("organizations", "기후에너지", {"kr-moe"}),
    ("dialogues", "환경국장", {"cn-kr-dg-dialogue"}),
    ("action-items", "conference", {"clear-sky-plan-2023-5"}),
    ("action-items", "%", set()),
    ("action-items", "_", set()),
    ("action-items", "\\", set()),
]


@pytest.mark.parametrize(("collection", "q", "expected"), SEARCHES)
def test_q_finds_text_in_all_three_languages_letter_case_and_width_aside(
    clients, collection, q, expected
):
    found = walk(clients.anonymous, f"/v1/{collection}", limit=50, q=q)
    assert {item["id"] for item in found} == expected


FILTERS = [
    ("organizations", {"party": "KR"}, {"kr-keco", "kr-moe", "kr-nier"}),
    ("organizations", {"party": ["KR"], "kind": ["agency", "ministry"]}, {"kr-keco", "kr-moe"}),
    ("organizations", {"parent": "cn-mee"}, {"cn-mee-international-cooperation"}),
    ("people", {"organization": "kr-moe"}, {"han-wha-jin", "lee-young-seok"}),
    ("dialogues", {"party": "JP"}, {"temm"}),
    ("dialogues", {"level": "minister"}, {"cn-kr-ministers", "temm"}),
    ("dialogues", {"established_from": "2016-11-01"}, {"cn-kr-dg-dialogue"}),
    ("dialogues", {"established_from": "2016-11-02"}, set()),
    ("dialogues", {"established_until": "2016-11-29"}, set()),
    ("dialogues", {"established_until": "2016-11-30"}, {"cn-kr-dg-dialogue"}),
    ("meetings", {"dialogue": "temm", "country": "JP"}, {"temm-21", "temm-24"}),
    ("meetings", {"dialogue": "temm", "starts_from": "2024"}, {"temm-25", "temm-26"}),
    ("meetings", {"dialogue": "temm", "starts_until": "2019-11"}, {"temm-20", "temm-21"}),
    ("meetings", {"dialogue": "temm", "starts_until": "2019-11-22"}, {"temm-20"}),
    ("meetings", {"person": "lee-young-seok"}, {"cn-kr-dg-dialogue-7"}),
    ("meetings", {"host": "CN"}, {"cn-kr-dg-dialogue-7"}),
    ("agreements", {"kind": "programme"}, {"clear-sky-project"}),
    ("agreements", {"related_to": "clear-sky-plan-2022"}, {"clear-sky-plan-2023"}),
    (
        "agreements",
        {"overseen_by": "cn-kr-dg-dialogue", "starts_from": "2022"},
        {"clear-sky-plan-2022", "clear-sky-plan-2023"},
    ),
    ("agreements", {"signed_until": "1993"}, {"cn-kr-environment-agreement-1993"}),
    ("agreements", {"party": "JP"}, set()),
    ("action-items", {"kind": "event"}, {"clear-sky-plan-2023-5"}),
    (
        "action-items",
        {"theme": ["forecasting", "transport"]},
        {"clear-sky-plan-2023-3", "clear-sky-plan-2023-6"},
    ),
    ("action-items", {"agreement": "clear-sky-plan-2022"}, set()),
    ("documents", {"issuer": "kr-moe"}, {"eng-me-go-kr-1646700", "press-release-2023-12-20"}),
    ("documents", {"kind": "minutes"}, set()),
]


@pytest.mark.parametrize(("collection", "query", "expected"), FILTERS)
def test_filters(clients, collection, query, expected):
    found = walk(clients.anonymous, f"/v1/{collection}", limit=50, **query)
    assert {item["id"] for item in found} == expected


def test_modified_since_gives_what_has_changed(clients):
    everything = walk(clients.anonymous, "/v1/people", limit=50)
    made = clients.korea.post(
        "/v1/people", json={"name": {"en": "New"}, "organization": "kr-moe"}
    ).json()
    query = {"limit": 50, "modified_since": made["modified_at"]}
    assert [p["id"] for p in walk(clients.anonymous, "/v1/people", **query)] == [made["id"]]
    query["modified_since"] = everything[0]["modified_at"].replace("Z", "+00:00")
    assert len(walk(clients.anonymous, "/v1/people", **query)) == len(everything) + 1
    for bad in ("2026-01-01", "2026-01-01T00:00:00", "1.5", "yesterday"):
        answer = clients.anonymous.get("/v1/people", params={"modified_since": bad})
        assert answer.json()["errors"][0]["parameter"] == "modified_since"


def test_no_route_ignores_a_parameter_that_it_does_not_know(clients: Clients, server):
    for template, operations in openapi_of(server.app)["paths"].items():
        path = template.replace("{id}", "x").replace("{name}", "x")
        for method in operations:
            answer = clients.korea.request(method, path, params={"colour": "blue"}, json={})
            assert answer.status_code == 422, (method, path)
            (error,) = answer.json()["errors"]
            assert (error["parameter"], error["rule"]) == ("colour", "unknown_parameter")
            assert error["value"] == "blue"


def test_lists_are_in_order_of_id_unless_asked_otherwise(clients):
    ids = [item["id"] for item in walk(clients.anonymous, "/v1/documents", limit=7)]
    assert all(first < second for first, second in pairwise(ids))
