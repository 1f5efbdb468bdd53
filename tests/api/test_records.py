"""Every kind of record: created, read, patched, deleted, and never forgotten."""

import pytest

from tests.api.bodies import BODIES, DERIVED_IDS, WRITERS
from tests.conftest import Clients

COLLECTIONS = sorted(BODIES)


@pytest.fixture(params=COLLECTIONS)
def collection(request):
    return request.param


def writer(clients: Clients, collection: str):
    return getattr(clients, WRITERS[collection])


def create(clients: Clients, collection: str):
    answer = writer(clients, collection).post(f"/v1/{collection}", json=BODIES[collection])
    assert answer.status_code == 201, answer.text
    return answer


def test_a_created_record_is_what_was_sent_and_is_read_back_alike(clients, collection):
    created = create(clients, collection)
    path = f"/v1/{collection}/{DERIVED_IDS[collection]}"
    assert created.headers["location"] == path
    read = clients.anonymous.get(path)
    assert read.content == created.content
    assert read.headers["etag"] == created.headers["etag"]
    sent = BODIES[collection]
    said = read.json()
    for name, value in sent.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for given, got in zip(value, said[name], strict=True):
                assert given.items() <= got.items()
        else:
            assert said[name] == value


def test_an_id_is_taken_from_the_body_where_it_has_one(clients, collection):
    body = BODIES[collection] | {"id": "MO" if collection == "parties" else "chosen-id"}
    answer = writer(clients, collection).post(f"/v1/{collection}", json=body)
    assert answer.json()["id"] == body["id"]


def test_a_taken_id_is_refused(clients, collection):
    create(clients, collection)
    body = BODIES[collection] | {"id": DERIVED_IDS[collection]}
    again = writer(clients, collection).post(f"/v1/{collection}", json=body)
    assert again.status_code == 409
    (error,) = again.json()["errors"]
    assert (error["pointer"], error["rule"]) == ("/id", "unique_id")
    assert error["value"] == DERIVED_IDS[collection]


@pytest.mark.both_engines
def test_a_deleted_record_is_gone_but_its_history_stays_and_its_id_is_never_reused(
    clients, collection
):
    created = create(clients, collection)
    path = created.headers["location"]
    client = writer(clients, collection)
    deleted = client.delete(path, headers={"If-Match": created.headers["etag"]})
    assert deleted.status_code == 204
    gone = clients.anonymous.get(path)
    assert gone.status_code == 410
    assert gone.json()["revision"] == int(deleted.headers["revision"])
    history = clients.anonymous.get(f"{path}/history").json()["items"]
    assert [entry["operation"] for entry in history] == ["create", "delete"]
    assert history[0]["record"] == created.json()
    assert history[1]["record"] is None
    again = client.post(f"/v1/{collection}", json=BODIES[collection] | {"id": created.json()["id"]})
    assert again.status_code == 409


# Another of the owners than the one who made it, where it has another.
CHANGED_BY = WRITERS | {
    "dialogues": "japan",
    "meetings": "china",
    "agreements": "china",
    "action-items": "china",
}
PARTIES = {"admin": None, "korea": "KR", "china": "CN", "japan": "JP"}


@pytest.mark.both_engines
def test_history_says_what_who_when_and_why(clients, collection):
    created = create(clients, collection)
    path = created.headers["location"]
    note = {"own_translations": ["/name/zh"]}
    who = CHANGED_BY[collection]
    changed = getattr(clients, who).patch(
        path,
        json=note,
        headers={"If-Match": created.headers["etag"], "Revision-Reason": "%EC%A0%95%EC%A0%95"},
    )
    changed.raise_for_status()
    first, second = clients.anonymous.get(f"{path}/history").json()["items"]
    assert (first["operation"], second["operation"]) == ("create", "update")
    assert (first["principal"], second["principal"]) == (f"key:{WRITERS[collection]}", f"key:{who}")
    assert (second["party"], second["reason"]) == (PARTIES[who], "정정")
    assert second["record"]["own_translations"] == ["/name/zh"]
    assert second["revision"] == first["revision"] + 1
    assert second["record"]["modified_at"] == second["at"]
    assert second["record"]["created_at"] == first["at"]


def test_a_record_that_never_was_is_not_found(clients, collection):
    path = f"/v1/{collection}/{'ZZ' if collection == 'parties' else 'never-was'}"
    for answer in (clients.anonymous.get(path), clients.anonymous.get(f"{path}/history")):
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/not-found"


IN_USE = [
    ("korea", "parties", "KR"),
    ("korea", "organizations", "kr-moe"),
    ("china", "people", "zhou-guomei"),
    ("korea", "dialogues", "cn-kr-dg-dialogue"),
    ("korea", "agreements", "clear-sky-plan-2023"),
    ("admin", "documents", "press-release-2023-12-20"),
]


@pytest.mark.parametrize(("who", "collection", "record"), IN_USE)
@pytest.mark.both_engines
def test_a_record_in_use_is_not_deleted(clients, who, collection, record):
    path = f"/v1/{collection}/{record}"
    etag = clients.anonymous.get(path).headers["etag"]
    answer = getattr(clients, who).delete(path, headers={"If-Match": etag})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["rule"] == "in_use"
    assert clients.anonymous.get(path).status_code == 200


@pytest.mark.both_engines
def test_a_meeting_includes_the_names_of_its_own_day(clients):
    path = "/v1/meetings/cn-kr-dg-dialogue-7?include=organizations&include=people"
    included = clients.anonymous.get(path).json()["included"]
    names = {entry["id"]: entry["name"]["en"] for entry in included["organizations"]}
    # In 2023; since October 2025 it is the Ministry of Climate, Energy and Environment.
    assert names["kr-moe"] == "Ministry of Environment"
    assert {entry["id"] for entry in included["people"]} == {"lee-young-seok", "zhou-guomei"}
    assert "included" not in clients.anonymous.get(path.partition("?")[0]).json()


@pytest.mark.both_engines
def test_an_agreement_includes_its_items_by_number(clients):
    path = "/v1/agreements/clear-sky-plan-2023?include=action_items"
    items = clients.anonymous.get(path).json()["included"]["action_items"]
    assert [item["number"] for item in items] == list(range(1, 10))


def chain(clients, collection, ids, link):
    """Creates the records `ids`, each linked to the one before; returns the first one's ETag."""
    previous = None
    for record in ids:
        body = {name: v for name, v in BODIES[collection].items() if name not in link(None)}
        if collection == "action-items":
            body |= {"number": 100 + ids.index(record), "lineage": []}
        if collection == "agreements":
            body |= {"relations": []}
        if previous:
            body |= link(previous)
        clients.korea.post(f"/v1/{collection}", json=body | {"id": record}).raise_for_status()
        previous = record
    return clients.anonymous.get(f"/v1/{collection}/{ids[0]}").headers["etag"]


CYCLES = [
    ("organizations", "no_cycle_in_parents", lambda other: {"parent": other}),
    ("organizations", "no_cycle_in_succession", lambda other: {"succeeded_by": other}),
    (
        "agreements",
        "no_cycle_in_relations",
        lambda other: {"relations": [{"kind": "part_of", "agreement": other}]},
    ),
    (
        "action-items",
        "no_cycle_in_lineage",
        lambda other: {"lineage": [{"kind": "merged", "action_item": other}]},
    ),
]


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize(
    ("collection", "rule", "link"), CYCLES, ids=[rule for _, rule, _ in CYCLES]
)
def test_no_chain_of_references_leads_back(clients, collection, rule, link, length):
    ids = [f"link-{number}" for number in range(length)]
    etag = chain(clients, collection, ids, link)
    answer = clients.korea.patch(
        f"/v1/{collection}/{ids[0]}", json=link(ids[-1]), headers={"If-Match": etag}
    )
    assert answer.status_code == 409, answer.text
    error = answer.json()["errors"][0]
    assert error["rule"] == rule
    assert all(record in error["detail"] for record in ids)
