"""The text of a feed: sound whatever the record says, in every language, and always the same."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendars.events import Events, meeting_event
from app.calendars.rendering import Feed, rendered_calendar
from tests.calendars.reading import calendar_in, events_in, text_of
from tests.calendars.records import EARLIER, LATER, dialogue, meeting

HOSTILE = [
    "a;b,c:d",
    "back\\slash \\n \\N \\, \\",
    'quoted "words" ^n ^^',
    "line\nfeed",
    "carriage\r\nreturn\rand\rothers\x85\u2028\u2029",
    "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "\nATTACH:file:///etc/passwd",
    "=HYPERLINK(1)",
    "한국어 문장은 " * 30,
    "中文句子没有空格" * 40,
    "\U0001f600" * 40,
    "é" * 200,
    " leading and trailing ",
    "tab\there",
]
NAME = {"en": "Feed", "ko": "달력", "zh": "日历"}


def feed_of(*found, name=NAME):
    events = Events()
    for event in found:
        events.take(event)
    return Feed("uid", "/v1/dialogues/d", name, EARLIER, events)


def one_line_end(text):
    for end in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    return text


def assert_told_whole(text):
    words = {"en": text}
    found = meeting_event(
        meeting(name=words, summary=words, venue=words, city={"ko": text}), dialogue()
    )
    body = rendered_calendar(feed_of(found, name=words), "en", "https://sky.example")
    calendar = calendar_in(body)
    (event,) = calendar.walk("VEVENT")
    assert len(calendar.walk()) == 2
    assert set(event) == {
        *("UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "STATUS"),
        *("TRANSP", "URL", "CATEGORIES", "SUMMARY", "LOCATION", "DESCRIPTION"),
    }
    whole = one_line_end(text)
    told = {name: text_of(body, name) for name in ("SUMMARY", "NAME", "LOCATION", "DESCRIPTION")}
    assert told == {
        "SUMMARY": whole,
        "NAME": whole,
        "LOCATION": f"{whole}, {whole}",
        "DESCRIPTION": f"{whole}, {whole}\n\n{whole}",
    }
    if "\\" not in text:
        assert str(event["summary"]) == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_ends_its_line_or_is_lost(text):
    assert_told_whole(text)


@given(
    st.text(
        st.characters(
            exclude_categories=["Cs"], exclude_characters="\x7f\x0b\x0c", min_codepoint=0x20
        )
        | st.sampled_from("\t\r\n\\;,:\"'한中"),
        min_size=1,
        max_size=120,
    ).filter(str.strip)
)
def test_any_text_that_a_record_allows_is_read_back_as_it_was(text):
    assert_told_whole(text)


@pytest.mark.parametrize(
    ("lang", "summary", "description", "place"),
    [
        ("en", ("en", "Name"), "이름\n名\n\n서울\n\nSummary\n요약", ("en", "Seoul")),
        ("ko", ("ko", "이름"), "Name\n名\n\nSeoul\n\n요약\nSummary", ("ko", "서울")),
        ("zh", ("zh", "名"), "Name\n이름\n\n서울\n\nSummary\n요약", ("en", "Seoul")),
    ],
)
def test_the_language_asked_for_comes_first_and_none_is_lost(lang, summary, description, place):
    found = meeting_event(
        meeting(
            name={"en": "Name", "ko": "이름", "zh": "名"},
            summary={"en": "Summary", "ko": "요약"},
            city={"en": "Seoul", "ko": "서울"},
        ),
        dialogue(),
    )
    calendar = calendar_in(rendered_calendar(feed_of(found), lang, "https://sky.example"))
    (event,) = calendar.walk("VEVENT")
    for name, told in (("summary", summary), ("location", place)):
        assert (event[name].params["LANGUAGE"], str(event[name])) == told
    assert str(event["description"]) == description
    # RFC 7986, section 5.1: the name once in each language.
    assert sorted(map(str, calendar["name"])) == sorted(NAME.values())
    assert str(calendar["x-wr-calname"]) == NAME[lang]


def test_a_calendar_tells_programs_where_it_is_from_and_how_often_to_look():
    found = meeting_event(meeting(), dialogue())
    calendar = calendar_in(rendered_calendar(feed_of(found), "en", "https://sky.example/api"))
    assert calendar["refresh-interval"].dt == timedelta(hours=1)
    assert calendar["refresh-interval"].params["VALUE"] == "DURATION"
    assert str(calendar["x-published-ttl"]) == "PT1H"
    assert str(calendar["url"]) == "https://sky.example/api/v1/dialogues/d"
    assert calendar["last-modified"].dt == LATER.replace(microsecond=0)
    (event,) = calendar.walk("VEVENT")
    assert str(event["url"]) == "https://sky.example/api/v1/meetings/d-7"
    assert event["dtstamp"].dt == event["last-modified"].dt == LATER.replace(microsecond=0)
    assert event["created"].dt == EARLIER.replace(microsecond=0)
    assert "method" not in calendar
    assert "description" not in calendar


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "Not shown, because the record does not say on which day: 2"),
        ("ko", "기록에 날짜(일)가 없어 표시되지 않은 것: 2"),
        ("zh", "因记录未载明具体日期而未显示：2"),
    ],
)
def test_how_many_have_no_day_is_said_in_words(lang, told):
    body = rendered_calendar(feed_of(None, None), lang, "https://sky.example")
    assert text_of(body, "DESCRIPTION") == text_of(body, "X-WR-CALDESC") == told
    assert events_in(body) == []


def test_the_same_record_gives_the_same_bytes_in_whatever_order_it_is_read():
    found = [
        meeting_event(meeting(id=f"d-{day}", starts=f"2026-11-{day}"), dialogue())
        for day in (12, 11, 13)
    ]
    told = {rendered_calendar(feed_of(*each), "en", "http://h") for each in (found, found[::-1])}
    assert len(told) == 1


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT", "Africa/Abidjan"])
def test_what_is_in_utc_needs_no_time_zone(zone):
    found = meeting_event(meeting(timezone=zone, start_time="09:30"), dialogue())
    (event,) = events_in(rendered_calendar(feed_of(found), "en", "http://h"))
    assert event["dtstart"].to_ical() == b"20261124T093000Z"
