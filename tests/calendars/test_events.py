"""Which of the record are events, on which days, and how they are known: rules as tables."""

import pytest

from app.calendars.events import (
    Events,
    EventStatus,
    due_events,
    end_event,
    meeting_event,
    uid_of,
)
from app.calendars.feeds import Feed
from app.calendars.rendering import rendered_calendar
from app.calendars.wording import joined
from app.dialogues.codes import MeetingStatus
from app.kernel.access import Visibility
from tests.calendars.reading import events_in, said
from tests.calendars.records import EARLIER, LATER, agreement, dialogue, item, meeting

SEOUL, SHANGHAI = "Asia/Seoul", "Asia/Shanghai"


def rendered(*found, lang="en"):
    events = Events()
    for event in found:
        events.take(event)
    feed = Feed("uid", "/v1/dialogues/d", {"en": "Feed"}, EARLIER, events)
    return rendered_calendar(feed, lang, "https://sky.example")


@pytest.mark.parametrize(
    ("members", "starts", "ends"),
    [
        ({}, "2026-11-24", None),
        ({"ends": "2026-11-24"}, "2026-11-24", "2026-11-25"),
        ({"ends": "2026-11-30"}, "2026-11-24", "2026-12-01"),
        # Only the month of its end is known: none is guessed.
        ({"ends": "2026-11"}, "2026-11-24", None),
        # The clocks of the place alone make no time of day.
        ({"timezone": SEOUL}, "2026-11-24", None),
        (
            {"timezone": SEOUL, "start_time": "09:30", "end_time": "18:00"},
            f"2026-11-24T09:30 {SEOUL}",
            f"2026-11-24T18:00 {SEOUL}",
        ),
        ({"timezone": SHANGHAI, "start_time": "09:30"}, f"2026-11-24T09:30 {SHANGHAI}", None),
        (
            {
                "timezone": SHANGHAI,
                "start_time": "14:00",
                "end_time": "12:00",
                "ends": "2026-11-25",
            },
            f"2026-11-24T14:00 {SHANGHAI}",
            f"2026-11-25T12:00 {SHANGHAI}",
        ),
        # Of the last of several days no time is known: it is all of that.
        (
            {"timezone": SEOUL, "start_time": "14:00", "ends": "2026-11-25"},
            f"2026-11-24T14:00 {SEOUL}",
            f"2026-11-26T00:00 {SEOUL}",
        ),
        (
            {"timezone": SEOUL, "start_time": "14:00", "ends": "2026-11-24"},
            f"2026-11-24T14:00 {SEOUL}",
            None,
        ),
        # Before the years that time zones are usually told for, and after.
        (
            {"timezone": SEOUL, "start_time": "09:00", "starts": "1912-01-05"},
            f"1912-01-05T09:00 {SEOUL}",
            None,
        ),
        (
            {"timezone": "Europe/Berlin", "start_time": "09:00", "starts": "2044-07-05"},
            "2044-07-05T09:00 Europe/Berlin",
            None,
        ),
    ],
)
def test_a_meeting_is_on_the_days_and_at_the_times_that_the_record_knows(members, starts, ends):
    (event,) = events_in(rendered(meeting_event(meeting(**members), dialogue())))
    assert (said(event)["starts"], said(event)["ends"]) == (starts, ends)
    # What is on no day of its own is in the words.
    assert ("Ends: 2026-11" in str(event.get("description", ""))) == (
        members.get("ends") == "2026-11"
    )


@pytest.mark.parametrize("starts", [None, "2026", "2026-11"])
def test_a_meeting_of_which_no_day_is_known_is_no_event(starts):
    assert meeting_event(meeting(starts=starts), dialogue()) is None


@pytest.mark.parametrize(
    ("status", "told", "summary", "busy"),
    [
        (MeetingStatus.PLANNED, "TENTATIVE", "Name", "OPAQUE"),
        (MeetingStatus.CONFIRMED, "CONFIRMED", "Name", "OPAQUE"),
        (MeetingStatus.HELD, "CONFIRMED", "Name", "OPAQUE"),
        (MeetingStatus.POSTPONED, "TENTATIVE", "Postponed: Name", "TRANSPARENT"),
        (MeetingStatus.CANCELLED, "CANCELLED", "Cancelled: Name", "TRANSPARENT"),
    ],
)
def test_whether_a_meeting_takes_place_is_told(status, told, summary, busy):
    found = meeting_event(meeting(status=status, name={"en": "Name"}), dialogue())
    (event,) = events_in(rendered(found))
    assert (event["status"], event["summary"], event["transp"]) == (told, summary, busy)


@pytest.mark.parametrize(
    ("members", "summary"),
    [
        (
            {"ordinal": 7},
            {"en": "Dialogue: meeting 7", "ko": "대화 제7차 회의", "zh": "对话第7次会议"},
        ),
        ({}, {"en": "Dialogue: meeting", "ko": "대화 회의", "zh": "对话会议"}),
        ({"ordinal": 7, "name": {"zh": "会"}}, {"zh": "会"}),
        (
            {"name": {"en": "N", "ko": "이름"}, "status": MeetingStatus.CANCELLED},
            {"en": "Cancelled: N", "ko": "[취소] 이름"},
        ),
    ],
)
def test_a_meeting_without_a_name_has_that_of_its_dialogue_in_each_language(members, summary):
    found = meeting_event(meeting(**members), dialogue())
    assert found is not None
    assert found.summary == summary


@pytest.mark.parametrize(
    ("own", "of_dialogue", "named", "told"),
    [
        ((5, LATER), (3, EARLIER), False, (5, LATER)),
        # Its words are the dialogue's: a change of that is a change of the event.
        ((5, EARLIER), (9, LATER), False, (9, LATER)),
        ((5, EARLIER), (9, LATER), True, (5, EARLIER)),
        ((2**40, LATER), (3, EARLIER), False, (2**31 - 1, LATER)),
    ],
)
def test_the_sequence_is_the_newest_revision_of_what_an_event_tells(own, of_dialogue, named, told):
    found = meeting_event(
        meeting(revision=own[0], modified_at=own[1], name={"en": "N"} if named else None),
        dialogue(revision=of_dialogue[0], modified_at=of_dialogue[1]),
    )
    assert found is not None
    assert (found.kept.sequence, found.kept.modified_at) == told


@pytest.mark.parametrize(
    ("venue", "city", "country", "place"),
    [
        (None, None, None, None),
        (None, None, "KR", {"en": "KR"}),
        (None, {"en": "Seoul", "ko": "서울"}, "KR", {"en": "Seoul, KR", "ko": "서울, KR"}),
        ({"ko": "호텔"}, {"en": "Seoul"}, None, {"en": "호텔, Seoul", "ko": "호텔, Seoul"}),
    ],
)
def test_the_place_is_venue_city_and_country(venue, city, country, place):
    assert joined([venue, city], country) == place


def test_what_is_due_is_an_event_where_its_day_is_known():
    parts = (
        {"title": {"en": "Report"}, "due": "2027-03-01", "done": "2027-02"},
        {"title": {"en": "Forum"}, "due": "2027"},
        {"title": {"en": "No date"}},
        {"title": {"en": "Report"}, "due": "2027-09-01"},
    )
    found = list(due_events(item(*parts, due="2027-12-31"), agreement()))
    told = [None if each is None else each.summary["en"] for each in found]
    assert told == ["Due: Dust", "Due: Report", None, "Due: Report"]
    events = [each for each in found if each is not None]
    # Two of one title are told apart.
    assert len({each.uid for each in events}) == 3
    (whole, first, _) = events_in(rendered(*events))[::-1]
    assert said(whole) == {
        "starts": "2027-12-31",
        "ends": None,
        "status": "CONFIRMED",
        "summary": "Due: Dust",
    }
    assert str(whole["description"]) == "Plan"
    assert whole["transp"] == first["transp"] == "TRANSPARENT"


def test_a_deliverable_says_of_what_it_is_and_when_it_was_done():
    part = {"title": {"en": "Report", "ko": "보고서"}, "due": "2027-03-01", "done": "2027-02"}
    (event,) = events_in(rendered(*due_events(item(part), agreement()), lang="ko"))
    assert event["summary"] == "기한: 보고서"
    assert str(event["description"]) == "Due: Report\n\nDust\n\nPlan\n\n완료: 2027-02"


@pytest.mark.parametrize(
    "order",
    [
        [{"title": {"en": "B"}, "due": "2027-01-01"}],
        [{"title": {"en": "A"}}, {"title": {"en": "B"}, "due": "2027-01-01"}],
        [{"title": {"en": "B", "ko": "나"}, "due": "2028-01-01"}, {"title": {"en": "A"}}],
    ],
)
def test_a_deliverable_keeps_its_uid_wherever_it_stands_and_whenever_it_is_due(order):
    (event,) = due_events(item(*order), agreement())
    assert event is not None
    assert event.uid == uid_of("action_item", "plan-1", "deliverable", "B", "0", "due")


def test_what_the_parties_have_ended_is_no_longer_expected():
    (event,) = due_events(item(due="2027-01-01", ended="2026"), agreement())
    assert event is not None
    assert event.status is EventStatus.CANCELLED


@pytest.mark.parametrize(
    ("ends", "there"), [("2027-12-31", True), ("2027-12", False), (None, False)]
)
def test_an_agreement_ends_on_a_day_that_is_known(ends, there):
    assert (end_event(agreement(ends=ends)) is not None) == there


def test_uids_are_uuids_that_are_always_the_same_and_differ_by_kind_and_id():
    # As programs have them since the first feed: never another.
    assert uid_of("meeting", "cn-kr-dg-dialogue-7") == "959509dd-e104-5c1d-beca-402ac382d15e"
    named = [("meeting", "a"), ("agreement", "a", "ends"), ("action_item", "a", "due")]
    assert len({uid_of(*names) for names in named}) == len(named)


def test_what_not_all_see_is_marked_as_confidential():
    shown = {Visibility.PUBLIC: None, Visibility.PARTIES: "CONFIDENTIAL"}
    for visibility, told in shown.items():
        found = meeting_event(meeting(visibility=visibility), dialogue())
        (event,) = events_in(rendered(found))
        assert event.get("class") == told
