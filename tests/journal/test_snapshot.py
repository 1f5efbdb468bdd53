"""The snapshot: the whole record as of one revision, from which the feed goes on."""

import gzip
import json

import httpx
import pytest
import zstandard

from app.feed import snapshot
from tests.journal.test_feed import follow

pytestmark = pytest.mark.both_engines

ITEM = "/v1/action-items/clear-sky-plan-2023-1/reports"
PLAN = "/v1/agreements/clear-sky-plan-2023"


def lines_of(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def applied(changes, records=None):
    """What whoever has `records` has after these changes."""
    records = dict(records or {})
    for change in changes:
        records[change["kind"], change["id"]] = change
        if change["operation"] == "delete":
            del records[change["kind"], change["id"]]
    return records


@pytest.fixture
def written(clients):
    """Records that were changed, deleted, drafted and submitted."""
    person = clients.korea.post(
        "/v1/people", json={"id": "brief", "name": {"en": "Brief"}, "organization": "kr-moe"}
    )
    clients.korea.delete("/v1/people/brief", headers={"If-Match": person.headers["etag"]})
    person = clients.korea.post(
        "/v1/people", json={"id": "stays", "name": {"en": "Stays"}, "organization": "kr-moe"}
    )
    clients.korea.patch(
        "/v1/people/stays",
        json={"name": {"ko": "남음"}},
        headers={"If-Match": person.headers["etag"]},
    ).raise_for_status()
    for state in ("submitted", "draft", "draft"):
        report = clients.korea.post(ITEM, json={"status": "on_track", "state": state})
        report.raise_for_status()
    clients.korea.post(f"/v1/status-reports/{report.json()['id']}/submit").raise_for_status()
    return clients


@pytest.mark.parametrize("caller", ["anonymous", "korea", "china"])
def test_it_is_what_the_feed_comes_to_for_its_caller(written, caller):
    client = getattr(written, caller)
    changes, revision = follow(client, limit=200)
    answer = client.get("/v1/snapshot")
    assert answer.headers["revision"] == str(revision)
    assert answer.headers["content-type"] == "application/jsonl"
    lines = lines_of(answer)
    assert applied(lines) == applied(changes)
    assert len(lines) == len(applied(lines))


def test_each_side_sees_its_own_drafts_and_nobody_elses(written):
    def drafts(client):
        lines = lines_of(client.get("/v1/snapshot", params={"kind": "status_report"}))
        return [line for line in lines if line["record"]["state"] == "draft"]

    assert len(drafts(written.korea)) == 1
    assert drafts(written.china) == drafts(written.anonymous) == []


def test_only_records_of_the_kinds_asked_for_are_in_it(written):
    query = {"kind": ["person", "status_report"]}
    found = lines_of(written.anonymous.get("/v1/snapshot", params=query))
    everything = lines_of(written.anonymous.get("/v1/snapshot"))
    assert found == [line for line in everything if line["kind"] in query["kind"]]
    assert {line["kind"] for line in found} == {*query["kind"]}


@pytest.mark.parametrize("query", [{}, {"dialogue": "cn-kr-dg-dialogue"}])
def test_what_is_written_while_it_is_read_is_not_in_it_but_in_the_feed_after_it(
    written, monkeypatch, query
):
    monkeypatch.setattr(snapshot, "BATCH", 2)
    expected = lines_of(written.anonymous.get("/v1/snapshot", params=query))
    real, numbers = snapshot._batch, iter(range(1000))

    def amid_writes(*arguments):
        number = next(numbers)
        report = {"status": "delayed", "progress": number % 100}
        written.china.post(ITEM, json=report).raise_for_status()
        if number == 0:
            # What it holds belongs to the dialogue as before.
            match = {"If-Match": written.korea.get(PLAN).headers["etag"]}
            body = {"aliases": [{"en": "Meanwhile"}]}
            written.korea.patch(PLAN, json=body, headers=match).raise_for_status()
        return real(*arguments)

    monkeypatch.setattr(snapshot, "_batch", amid_writes)
    answer = written.anonymous.get("/v1/snapshot", params=query)
    lines, revision = lines_of(answer), int(answer.headers["revision"])
    assert lines == expected
    assert next(numbers) > len(expected) / 2
    monkeypatch.setattr(snapshot, "_batch", real)
    changes, _ = follow(written.anonymous, since=revision, limit=200, **query)
    assert applied(changes, applied(lines)) == applied(
        lines_of(written.anonymous.get("/v1/snapshot", params=query))
    )


def unzstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


@pytest.mark.parametrize(("coding", "decoded"), [("gzip", gzip.decompress), ("zstd", unzstd)])
def test_it_is_told_in_the_coding_that_the_client_takes(written, coding, decoded):
    plain = written.anonymous.get("/v1/snapshot", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    asked = {"Accept-Encoding": coding}
    with written.anonymous.stream("GET", "/v1/snapshot", headers=asked) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert decoded(body) == plain.content


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_whoever_has_that_of_the_newest_revision_is_not_sent_it_again(written, coding):
    asked = {"Accept-Encoding": coding}
    first = written.anonymous.get("/v1/snapshot", headers=asked)
    known = asked | {"If-None-Match": first.headers["etag"]}
    again = written.anonymous.get("/v1/snapshot", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["revision"] == first.headers["revision"]
    reports = written.anonymous.get("/v1/snapshot?kind=status_report", headers=known)
    assert reports.status_code == 200
    assert written.korea.get("/v1/snapshot", headers=known).status_code == 200
    written.korea.post(ITEM, json={"status": "delayed"}).raise_for_status()
    assert written.anonymous.get("/v1/snapshot", headers=known).status_code == 200


def test_it_waits_for_no_revision_that_is_not_there(written):
    answer = written.anonymous.get("/v1/snapshot", headers={"Min-Revision": "99999"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


def test_a_kind_that_there_is_not_is_refused_by_name(written):
    answer = written.anonymous.get("/v1/snapshot", params={"kind": "treaty"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["value"]) == ("kind", "treaty")


def test_its_head_is_answered_without_it(written):
    answer = written.anonymous.head("/v1/snapshot")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["revision"]
