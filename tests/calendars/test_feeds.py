"""Feeds over HTTP: what is in each, how they follow the record, and what a program is answered."""

import pytest
from sqlalchemy import event as sqlalchemy_event

from tests.calendars.reading import calendar_in, event_at, events_in, said
from tests.waiting import wait_until

DIALOGUE = "/v1/dialogues/cn-kr-dg-dialogue/calendar"
PLAN = "/v1/agreements/clear-sky-plan-2023/calendar"
KOREA = "/v1/parties/KR/calendar"
MEETING = "/v1/meetings/cn-kr-dg-dialogue-2"
ITEM = "/v1/action-items/clear-sky-plan-2023-5"


@pytest.fixture
def change(clients):
    def run(path, method="PATCH", **members):
        match = {"If-Match": clients.korea.get(path).headers["etag"]}
        body = {} if method == "DELETE" else {"json": members}
        clients.korea.request(method, path, headers=match, **body).raise_for_status()

    return run


def test_a_feed_follows_each_change_of_a_meeting_until_it_is_gone(clients, change):
    def read():
        return event_at(clients.anonymous.get(DIALOGUE).content, "cn-kr-dg-dialogue-2")

    first = read()
    assert said(first)["starts"] == "2018-01-17"
    steps = (
        {"starts": "2027-05-12", "status": "confirmed", "ends": "2027-05-13"},
        {"timezone": "Asia/Seoul", "start_time": "09:30", "end_time": "18:00"},
        {"status": "cancelled"},
    )
    told, sequences = [], [first["sequence"]]
    for members in steps:
        change(MEETING, **members)
        event = read()
        assert event["uid"] == first["uid"]
        assert event["created"] == first["created"]
        told.append(tuple(said(event).values())[:3])
        sequences.append(event["sequence"])
    assert told == [
        ("2027-05-12", "2027-05-14", "CONFIRMED"),
        ("2027-05-12T09:30 Asia/Seoul", "2027-05-13T18:00 Asia/Seoul", "CONFIRMED"),
        ("2027-05-12T09:30 Asia/Seoul", "2027-05-13T18:00 Asia/Seoul", "CANCELLED"),
    ]
    assert sequences == sorted(set(sequences))
    read_at = clients.anonymous.get(DIALOGUE)
    # What says the same has not changed.
    change(MEETING, status="cancelled")
    assert clients.anonymous.get(DIALOGUE).content == read_at.content
    change(MEETING, "DELETE")
    assert "cn-kr-dg-dialogue-2" not in clients.anonymous.get(DIALOGUE).text


def test_what_is_due_of_a_plan_is_in_its_feed_and_in_those_of_its_parties(clients, change):
    parts = [{"title": {"en": "Programme"}, "due": "2027-06-30"}, {"title": {"en": "Report"}}]
    change(ITEM, due="2027-12-31", deliverables=parts)
    change("/v1/agreements/clear-sky-plan-2023", ends="2028-03-31")
    expected = {
        "2027-06-30": "Due: Programme",
        "2027-12-31": "Due: Clear Sky Conference",
        "2028-03-31": "Ends: 2023 Clear Sky Plan",
    }
    feeds = {
        path: events_in(clients.anonymous.get(path).content)
        for path in (PLAN, KOREA, "/v1/parties/CN/calendar", "/v1/parties/JP/calendar")
    }
    told = {
        path: {said(event)["starts"]: said(event)["summary"] for event in events}
        for path, events in feeds.items()
    }
    assert told[PLAN].keys() == expected.keys()
    for path, days in told.items():
        shared = {day: days[day] for day in expected if day in days}
        assert shared.keys() == (set() if "JP" in path else expected.keys())
    # A program that has several feeds has one event.
    uids = {event["uid"] for event in feeds[PLAN]}
    assert uids <= {event["uid"] for event in feeds[KOREA]}
    assert "2018-01-17" in told[KOREA]


def test_a_program_that_asks_again_is_told_that_nothing_has_changed(clients, change, database):
    # The listener, where there is one, must have heard the first time.
    wait_until(lambda: database.freshness.newest() is not None)
    statements = []
    sqlalchemy_event.listen(
        database.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
    )
    for path in (DIALOGUE, PLAN, KOREA):
        first = clients.anonymous.get(path)
        assert first.headers["content-type"] == "text/calendar; charset=utf-8"
        assert first.headers["cache-control"] == "no-cache"
        condition = {"If-None-Match": first.headers["etag"]}
        statements.clear()
        again = clients.anonymous.get(path, headers=condition)
        assert (again.status_code, again.content) == (304, b"")
        assert statements == []
        # Nor does what has nothing to do with it make it be put together anew.
        report = {"status": "on_track", "reported_on": "2024-01-02"}
        written = clients.korea.post(f"{ITEM}/reports", json=report)
        statements.clear()
        again = clients.anonymous.get(path, headers=condition)
        assert again.status_code == 304
        assert again.headers["revision"] == written.headers["revision"]
        assert not [each for each in statements if "action_item" in each or "meeting" in each]
        head = clients.anonymous.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == first.headers["etag"]
    korea = clients.anonymous.get(KOREA)
    change("/v1/dialogues/cn-kr-dg-dialogue", name={"en": "Renamed"})
    renamed = clients.anonymous.get(KOREA, headers={"If-None-Match": korea.headers["etag"]})
    assert renamed.status_code == 200
    assert "Renamed: meeting 7" in renamed.text


def test_a_meeting_that_moves_leaves_one_feed_for_another(clients, change):
    other = {"name": {"en": "Other"}, "parties": ["CN", "KR"], "level": "working", "id": "other"}
    clients.korea.post("/v1/dialogues", json=other).raise_for_status()
    place = "/v1/dialogues/other/calendar"
    assert events_in(clients.anonymous.get(place).content) == []
    assert "cn-kr-dg-dialogue-2" in clients.anonymous.get(DIALOGUE).text
    change(MEETING, dialogue="other")
    assert "cn-kr-dg-dialogue-2" not in clients.anonymous.get(DIALOGUE).text
    assert event_at(clients.anonymous.get(place).content, "cn-kr-dg-dialogue-2")


def test_what_is_not_there_or_asked_for_in_no_language_is_refused_as_everywhere(clients, change):
    calendar = calendar_in(clients.anonymous.get(f"{DIALOGUE}?lang=zh").content)
    assert str(calendar["x-wr-calname"]) == "中韩环境司局长级政策对话：会议"
    for path, status in (
        ("/v1/dialogues/absent/calendar", 404),
        ("/v1/parties/XX/calendar", 404),
        (f"{DIALOGUE}?lang=fr", 422),
        (f"{DIALOGUE}?language=ko", 422),
    ):
        answer = clients.anonymous.get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
    spare = {"name": {"en": "S"}, "parties": ["KR"], "level": "working", "id": "spare"}
    clients.korea.post("/v1/dialogues", json=spare).raise_for_status()
    change("/v1/dialogues/spare", "DELETE")
    assert clients.anonymous.get("/v1/dialogues/spare/calendar").status_code == 410
