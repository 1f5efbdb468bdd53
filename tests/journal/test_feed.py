"""The feed: every change once, in commit order."""

import hashlib

import pytest
import rfc8785

pytestmark = pytest.mark.both_engines


@pytest.fixture
def written(clients):
    for number in range(6):
        path = f"/v1/action-items/clear-sky-plan-2023-{number + 1}/reports"
        clients.korea.post(path, json={"status": "on_track"}).raise_for_status()
    person = clients.korea.post(
        "/v1/people", json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    )
    clients.korea.delete("/v1/people/brief", headers={"If-Match": person.headers["etag"]})
    return clients


def follow(client, **query):
    items = []
    while True:
        page = client.get("/v1/changes", params=query).json()
        items += page["items"]
        if page["next"] is None:
            return items, page["revision"]
        query["cursor"] = page["next"]


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_the_feed_gives_every_change_once_in_commit_order(written, limit):
    items, revision = follow(written.anonymous, limit=limit)
    assert revision == int(written.anonymous.get("/v1/people").headers["revision"])
    numbers = [item["revision"] for item in items]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, revision + 1))
    keys = [(item["revision"], item["kind"], item["id"]) for item in items]
    assert len(set(keys)) == len(keys)
    newest, _ = follow(written.anonymous, limit=200)
    assert newest == items


def test_since_the_last_revision_there_is_nothing_until_something_is_written(written):
    _, revision = follow(written.anonymous, limit=200)
    assert follow(written.anonymous, since=revision)[0] == []
    written.korea.post(
        "/v1/people", json={"id": "later", "name": {"en": "Later"}, "organization": "kr-moe"}
    )
    (item,), _ = follow(written.anonymous, since=revision)
    assert (item["kind"], item["id"], item["operation"]) == ("person", "later", "create")


def test_pages_stay_whole_while_writes_go_on(written):
    first = written.anonymous.get("/v1/changes", params={"limit": 3, "since": 1}).json()
    written.korea.post(
        "/v1/people", json={"id": "later", "name": {"en": "Later"}, "organization": "kr-moe"}
    )
    rest, revision = follow(written.anonymous, limit=3, since=1, cursor=first["next"])
    assert [item["revision"] for item in first["items"] + rest] == list(range(2, revision + 1))


def test_the_feed_is_filtered_by_kind_and_id(written):
    reports, _ = follow(written.anonymous, kind="status_report")
    assert len(reports) == 6
    brief, _ = follow(written.anonymous, kind=["person", "party"], id="brief")
    assert [item["operation"] for item in brief] == ["create", "delete"]
    assert brief[1]["record"] is None
    assert written.anonymous.get("/v1/changes?kind=nothing").status_code == 422


def test_a_change_proves_its_record(written):
    for item in follow(written.anonymous, limit=200)[0]:
        canonical = rfc8785.dumps(item["record"])
        assert item["digest"] == hashlib.sha256(canonical).hexdigest()
        if item["record"] is not None:
            assert item["record"]["revision"] == item["revision"]
            assert item["record"]["modified_at"] == item["at"]


def test_history_is_paged_and_ends_with_what_the_record_is(written):
    path = "/v1/people/zhou-guomei"
    for title in ("One", "Two", "Three"):
        etag = written.anonymous.get(path).headers["etag"]
        written.china.patch(path, json={"title": {"en": title}}, headers={"If-Match": etag})
    first = written.anonymous.get(f"{path}/history", params={"limit": 3})
    second = written.anonymous.get(first.links["next"]["url"])
    entries = first.json()["items"] + second.json()["items"]
    assert [entry["operation"] for entry in entries] == ["create"] + ["update"] * 3
    assert entries[-1]["record"] == written.anonymous.get(path).json()
