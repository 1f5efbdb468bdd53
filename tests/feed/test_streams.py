"""The stream gives what the feed gives, as it is committed; here with the server in a thread."""

import pytest

from tests.described import in_place
from tests.feed.events import STREAM, opened
from tests.journal.test_feed import follow

pytestmark = pytest.mark.both_engines

ITEM = "/v1/action-items/clear-sky-plan-2023-1"


def newest(client):
    return int(client.get("/v1/journal/head").headers["revision"])


def report(client, **said):
    answer = client.post(f"{ITEM}/reports", json={"status": "on_track", **said})
    answer.raise_for_status()
    return answer.json()


def raw_items(client, **query):
    """The items of the feed, each as the bytes that it was sent as."""
    found, cursor = [], {}
    while True:
        answer = client.get("/v1/changes", params={**query, "limit": 1, **cursor})
        found.append(answer.text.removeprefix('{"items":[').rpartition('],"next":')[0])
        cursor = {"cursor": answer.json()["next"]}
        if cursor["cursor"] is None:
            return found


def test_it_begins_with_what_there_is_and_goes_on_with_what_is_written(clients):
    revision = newest(clients.anonymous)
    with opened(clients.anonymous) as events:
        before = events.until(str(revision))
        report(clients.korea)
        (now,) = events.take(1)
    items, _ = follow(clients.anonymous, limit=200)
    assert [event.change for event in [*before, now]] == items
    assert {event.type for event in [*before, now]} == {"change"}
    assert events.retry == 2000


def test_its_data_is_the_feeds_item_byte_for_byte(clients):
    since = newest(clients.anonymous) - 1
    report(clients.korea, summary={"ko": "진행 중", "en": "Line\none"})
    items = raw_items(clients.anonymous, since=since)
    with opened(clients.anonymous, since=since) as events:
        assert [event.data for event in events.take(len(items))] == items


def test_it_says_how_it_is_to_be_kept_from_caches_and_buffers(clients):
    coded = {"Accept-Encoding": "zstd, gzip"}
    with clients.anonymous.stream("GET", STREAM, headers=coded) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert int(answer.headers["revision"]) == newest(clients.korea)
        assert "content-encoding" not in answer.headers
        assert "etag" not in answer.headers


def test_its_head_is_answered_without_it(clients):
    answer = clients.anonymous.head(STREAM)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_it_goes_on_in_the_middle_of_a_revision(clients):
    # The reference record is one revision with many changes.
    items, _ = follow(clients.anonymous, limit=200)
    with opened(clients.anonymous) as events:
        all_of_them = events.take(len(items))
    for at in (0, 1, len(items) // 2, len(items) - 2):
        with opened(clients.anonymous, all_of_them[at].id) as events:
            rest = events.take(len(items) - at - 1)
        assert rest == all_of_them[at + 1 :]


def test_the_last_id_wins_over_since(clients):
    revision = newest(clients.anonymous)
    with opened(clients.anonymous, str(revision), since=0) as events:
        report(clients.korea)
        assert next(events).change["revision"] == revision + 1


@pytest.mark.parametrize("given", ["", "newest", "12-", "-1", "1-2-3", "1" * 30])
def test_an_id_that_is_none_is_refused_by_name(clients, given):
    answer = clients.anonymous.get(STREAM, headers={"Last-Event-ID": given})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["header"].lower(), error["value"]) == ("last-event-id", given)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("since=-1", "since"),
        ("kind=treaty", "kind"),
        ("limit=5", "limit"),
        ("dialogue=A B", "dialogue"),
    ],
)
def test_what_it_does_not_take_is_refused_by_name(clients, query, parameter):
    answer = clients.anonymous.get(f"{STREAM}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_a_revision_that_is_not_there_yet_is_not_waited_for(clients):
    answer = clients.anonymous.get(STREAM, headers={"Min-Revision": "99999"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


def test_a_draft_is_in_its_own_sides_stream_and_in_no_others(clients):
    since = str(newest(clients.anonymous))
    with (
        opened(clients.korea, since) as own,
        opened(clients.china, since) as other,
        opened(clients.anonymous, since) as nobodys,
    ):
        draft = report(clients.korea, state="draft")
        (seen,) = own.take(1)
        assert (seen.change["id"], seen.change["record"]["state"]) == (draft["id"], "draft")
        clients.korea.post(f"/v1/status-reports/{draft['id']}/submit").raise_for_status()
        for events in (own, other, nobodys):
            (seen,) = events.take(1)
            assert (seen.change["id"], seen.change["operation"]) == (draft["id"], "update")
            assert seen.change["record"]["state"] == "submitted"


def test_a_change_of_a_part_is_a_change_of_the_record_that_holds_it(clients):
    since = str(newest(clients.anonymous))
    with opened(clients.anonymous, since) as events:
        for path, body in (
            ("/v1/meetings/cn-kr-dg-dialogue-7", {"participations": [{"party": "KR"}]}),
            (ITEM, {"deliverables": [{"title": {"en": "A forum"}}]}),
            ("/v1/agreements/clear-sky-plan-2023", {"signatures": [{"party": "KR"}]}),
        ):
            etag = clients.anonymous.get(path).headers["etag"]
            clients.korea.patch(path, json=body, headers={"If-Match": etag}).raise_for_status()
            (event,) = events.take(1)
            record = clients.anonymous.get(path).json()
            assert event.change["record"] == record
            assert event.change["revision"] == record["revision"]


def test_streams_of_one_caller_with_other_filters_are_apart(clients):
    since = str(newest(clients.anonymous))
    with (
        opened(clients.anonymous, since, kind="person") as people,
        opened(clients.anonymous, since, kind="status_report") as reports,
        opened(clients.anonymous, since, kind="person", id="later") as later,
    ):
        for id_ in ("sooner", "later"):
            body = {"id": id_, "name": {"en": id_}, "organization": "kr-moe"}
            clients.korea.post("/v1/people", json=body).raise_for_status()
        said = report(clients.korea)
        assert [event.change["id"] for event in people.take(2)] == ["sooner", "later"]
        assert [event.change["id"] for event in reports.take(1)] == [said["id"]]
        assert [event.change["id"] for event in later.take(1)] == ["later"]


def test_what_is_open_and_what_was_sent_stand_in_the_figures(clients):
    def figure(name):
        lines = clients.anonymous.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    sent, took = figure("clearsky_stream_events_total"), 'route="/v1/changes/stream"} '
    since = str(newest(clients.anonymous))
    with opened(clients.anonymous, since) as events:
        assert figure("clearsky_streams ") == 1
        report(clients.korea)
        events.take(1)
        assert figure("clearsky_stream_events_total") == sent + 1
        assert took in clients.anonymous.get("/metrics").text
        assert figure("clearsky_requests_under_way ") == 1


def test_the_openapi_document_tells_what_it_answers(clients):
    document = in_place(clients.anonymous.get("/openapi.json", timeout=60).json())
    operation = document["paths"][STREAM]["get"]
    assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert {"since", "kind", "id", "dialogue", "agreement", "Last-Event-ID"} <= names
    assert "304" not in operation["responses"]
    assert list(operation["responses"]["200"]["headers"]) == ["Revision"]
