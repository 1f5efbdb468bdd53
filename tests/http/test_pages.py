"""Lists come in pages: every record once, in order, whatever happens between two pages."""

import json
from itertools import chain
from pathlib import Path

import pytest

from tests.building import (
    all_of,
    assert_names,
    build_world,
    delete,
    get,
    patched,
    post,
    refusal,
    report,
    withdraw,
)

ITEM = "clear-sky-plan-2023-5"
DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi.json").read_text())


def sorts_of(path):
    """The values of `sort` that the list offers."""
    parameters = DOCUMENT["paths"][path]["get"]["parameters"]
    return next(known["schema"]["enum"] for known in parameters if known["name"] == "sort")


LISTS = [
    path
    for path, operations in DOCUMENT["paths"].items()
    if any(known["name"] == "sort" for known in operations.get("get", {}).get("parameters", []))
]
PAGED = [*LISTS, "/v1/changes", "/v1/people/zhou-guomei/history"]


def build(clients):
    """Records that tie, that lack what lists sort by, and that were modified at many times."""
    build_world(clients.korea)
    for day in ("2024-03-01", "2024-03-01", "2024-02-29"):
        report(clients.korea, ITEM, reported_on=day)
        report(clients.china, ITEM, reported_on=day, status="delayed")
    for name in ("Guo", "Guo K."):
        patched(clients.korea, "/v1/people/guo-jing", {"name": {"en": name}})


def name_of(record):
    named = record.get("names", [record])[-1]
    text = named.get("name") or named.get("title") or {}
    return next((text[code] for code in ("en", "ko", "zh") if code in text), "").casefold()


def expected_order(records, sort):
    field = sort.removeprefix("-")

    def key(record):
        if field == "name":
            return (name_of(record), record["id"])
        absent = 0 if field in ("ordinal", "number") else ""
        return (record[field] or absent, record["id"])

    return [record["id"] for record in sorted(records, key=key, reverse=sort.startswith("-"))]


def walk(client, path, **parameters):
    """Every item of a list by following its Link, with as many pages as that took."""
    answer = client.get(path, params=parameters)
    pages = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        pages.append(page["items"])
        link = answer.links.get("next")
        if page["next"] is None:
            assert link is None
            return list(chain(*pages)), len(pages)
        assert page["next"] in link["url"]
        answer = client.get(link["url"])


def test_every_collection_of_records_is_walked_here():
    assert {path.removeprefix("/v1/") for path in LISTS} == {
        "parties",
        "organizations",
        "people",
        "dialogues",
        "meetings",
        "agreements",
        "action-items",
        "documents",
        "status-reports",
    }


@pytest.mark.parametrize("path", LISTS)
def test_walking_the_pages_gives_every_record_once_in_order(clients, path):
    build(clients)
    records = get(clients.anonymous, path, limit=200)["items"]
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    sorts = sorts_of(path)
    assert {sort.removeprefix("-") for sort in sorts} == {sort for sort in sorts if sort[0] != "-"}
    for sort in sorts:
        for limit in (1, 2, 3):
            walked, pages = walk(clients.anonymous, path, sort=sort, limit=limit)
            assert [record["id"] for record in walked] == expected_order(records, sort), sort
            assert walked == sorted(
                walked, key=lambda one: expected_order(records, sort).index(one["id"])
            )
            assert pages == -(-len(records) // limit)


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/people/guo-jing/history"])
def test_walking_the_journal_gives_every_change_once_in_order(clients, path):
    build(clients)
    changes = get(clients.anonymous, path, limit=200)["items"]
    assert len(changes) > 2
    for limit in (1, 2, 3):
        walked, pages = walk(clients.anonymous, path, limit=limit)
        assert walked == changes
        assert pages == -(-len(changes) // limit)


def test_a_page_ends_with_a_cursor_to_the_next(clients):
    first = clients.anonymous.get("/v1/parties", params={"limit": 2})
    page = first.json()
    assert [party["id"] for party in page["items"]] == ["CN", "JP"]
    link = first.headers["Link"]
    assert link == f'<{first.links["next"]["url"]}>; rel="next"'
    assert first.links["next"]["url"].startswith("/v1/parties?limit=2&cursor=")
    last = clients.anonymous.get("/v1/parties", params={"limit": 2, "cursor": page["next"]})
    assert [party["id"] for party in last.json()["items"]] == ["KR"]
    assert last.json()["next"] is None
    assert "Link" not in last.headers


def test_a_page_that_is_just_full_is_the_last(clients):
    answer = clients.anonymous.get("/v1/parties", params={"limit": 3})
    assert len(answer.json()["items"]) == 3
    assert answer.json()["next"] is None


def test_the_link_keeps_filters_in_any_script(clients):
    parameters = {"q": "계절", "sort": "-number", "limit": "1"}
    build_world(clients.korea)
    post(
        clients.korea,
        "/v1/action-items",
        {"agreement": "mn-plan-2024", "number": 9, "title": {"ko": "계절 & 관리=대책"}},
    )
    walked, pages = walk(clients.anonymous, "/v1/action-items", **parameters)
    assert [item["id"] for item in walked] == ["mn-plan-2024-9", "clear-sky-plan-2023-2"]
    assert pages == 2


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("limit", ["0", "-1", "201", "9" * 30, "1.5", "many", ""])
def test_a_limit_out_of_bounds_is_refused_not_clamped(clients, path, limit):
    errors = refusal(clients.anonymous.get(path, params={"limit": limit}), 422, "invalid-request")
    assert [error["parameter"] for error in errors] == ["limit"]
    assert errors[0]["value"] == limit


@pytest.mark.parametrize("path", PAGED)
def test_the_bounds_themselves_are_limits(clients, path):
    assert len(get(clients.anonymous, path, limit=1)["items"]) <= 1
    assert len(get(clients.anonymous, path, limit=200)["items"]) <= 200


def assert_bad_cursor(answer, cursor):
    errors = refusal(answer, 422, "invalid-request")
    shown = cursor if len(cursor) <= 200 else f"{cursor[:200]}…"
    assert_names(errors, "cursor", shown, parameter="cursor")


def test_a_cursor_with_one_other_character_is_refused(clients):
    cursor = get(clients.anonymous, "/v1/parties", limit=1)["next"]
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        altered = f"{cursor[:place]}{other}{cursor[place + 1 :]}"
        answer = clients.anonymous.get("/v1/parties", params={"limit": 1, "cursor": altered})
        assert_bad_cursor(answer, altered)


@pytest.mark.parametrize(
    "alter",
    [
        lambda cursor: cursor[:-1] + chr(ord(cursor[-1]) + 1),
        lambda cursor: cursor + "=",
        lambda cursor: cursor + "A",
        lambda cursor: cursor[:-1],
        lambda cursor: cursor[:-3] + "!" + cursor[-3:],
        lambda cursor: cursor[1:],
        lambda cursor: cursor.rpartition(".")[0],
        lambda cursor: cursor.swapcase(),
        lambda cursor: " ",
        lambda cursor: "한국어",
        lambda cursor: "x\x00y",
        lambda cursor: "." * 300,
    ],
)
def test_a_cursor_altered_in_any_other_way_is_refused(clients, alter):
    altered = alter(get(clients.anonymous, "/v1/parties", limit=1)["next"])
    answer = clients.anonymous.get("/v1/parties", params={"limit": 1, "cursor": altered})
    errors = refusal(answer, 422, "invalid-request")
    assert [(error["parameter"], error["rule"]) for error in errors] == [("cursor", "cursor")]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/v1/people", {}),
        ("/v1/organizations", {"party": "KR"}),
        ("/v1/organizations", {"party": ["CN", "KR"]}),
        ("/v1/organizations", {"party": "CN", "q": "e"}),
        ("/v1/organizations", {"party": "CN", "sort": "-id"}),
        ("/v1/organizations", {}),
        ("/v1/changes", {}),
    ],
)
def test_a_cursor_of_another_list_filter_or_order_is_refused(clients, path, parameters):
    cursor = get(clients.anonymous, "/v1/organizations", party="CN", limit=1)["next"]
    answer = clients.anonymous.get(path, params={**parameters, "limit": 1, "cursor": cursor})
    assert_bad_cursor(answer, cursor)


def test_a_cursor_may_go_on_with_pages_of_another_size(clients):
    cursor = get(clients.anonymous, "/v1/parties", limit=1)["next"]
    rest = get(clients.anonymous, "/v1/parties", limit=3, cursor=cursor)["items"]
    assert [party["id"] for party in rest] == ["JP", "KR"]


def test_a_cursor_of_another_database_is_refused(clients):
    # Signed as itsdangerous would, with a key that is not this database's.
    forged = "WyIwMDAwMDAwMDAwMDAwMDAwIiwiQ04iXQ.mzKBR2NG1V7-dzGAfgD4jcqXTVU"
    assert_bad_cursor(clients.anonymous.get("/v1/parties", params={"cursor": forged}), forged)


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "modified_at"])
def test_a_record_written_between_two_pages_moves_no_other(clients, sort):
    order = [party["id"] for party in all_of(clients.anonymous, "/v1/parties", sort=sort)]
    first = get(clients.anonymous, "/v1/parties", limit=2, sort=sort)
    for code, name in (("AA", "Aaland"), ("ZZ", "Zzzz")):
        body = {"id": code, "name": {"en": name}, "timezone": "UTC"}
        post(clients.korea, "/v1/parties", body)
    rest, _ = walk(clients.anonymous, "/v1/parties", limit=1, sort=sort, cursor=first["next"])
    seen = [party["id"] for party in (*first["items"], *rest)]
    assert [code for code in seen if code not in ("AA", "ZZ")] == order
    assert len(seen) == len(set(seen))


def test_a_record_deleted_between_two_pages_takes_no_other_with_it(clients):
    page = get(clients.anonymous, "/v1/people", limit=2)
    for person in page["items"]:
        for meeting in all_of(clients.anonymous, "/v1/meetings", person=person["id"]):
            patched(clients.korea, f"/v1/meetings/{meeting['id']}", {"participations": []})
        plan = "/v1/agreements/clear-sky-plan"
        if get(clients.anonymous, plan)["signatures"]:
            patched(clients.korea, plan, {"signatures": []})
        assert delete(clients.korea, f"/v1/people/{person['id']}").status_code == 204
    rest, _ = walk(clients.anonymous, "/v1/people", limit=3, cursor=page["next"])
    assert [person["id"] for person in rest] == [
        person["id"] for person in all_of(clients.anonymous, "/v1/people")
    ]


def test_a_withdrawn_report_stays_in_the_list(clients):
    made = report(clients.korea, ITEM)
    withdraw(clients.korea, made["id"])
    (found,) = all_of(clients.anonymous, "/v1/status-reports")
    assert (found["id"], found["state"]) == (made["id"], "withdrawn")
