"""A feed read back: by the library that wrote it, and by another that knows nothing of it."""

import re
from datetime import date, datetime
from typing import Any

import icalendar
import vobject


def calendar_in(body: bytes) -> icalendar.Calendar:
    """The calendar, which two parsers find sound, whose lines are as RFC 5545, 3.1 has them."""
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    for line in lines:
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        # No character is cut in two.
        line.decode("utf-8")
    other = vobject.readOne(body.decode("utf-8"))
    assert other.validate(raiseException=True)
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar.errors == []
    assert all(found.errors == [] for found in calendar.walk())
    events = calendar.walk("VEVENT")
    assert [str(event["uid"]) for event in events] == [
        child.uid.value for child in other.contents.get("vevent", [])
    ]
    named = {event["dtstart"].params.get("TZID") for event in events} - {None}
    assert named == {str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")}
    return calendar


def text_of(body: bytes, name: str) -> str:
    """The text of the one line of a name, by the words of RFC 5545, 3.1 and 3.3.11 themselves.

    The library reads some backslashes otherwise than it writes them, and unknown names as they are.
    """
    lines = body.decode("utf-8").replace("\r\n ", "").split("\r\n")
    (line,) = (line for line in lines if re.match(rf"{name}[:;]", line))
    value = line.partition(":")[2]
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def events_in(body: bytes) -> list[icalendar.Event]:
    """The events of a feed."""
    return list(calendar_in(body).walk("VEVENT"))


def event_at(body: bytes, path: str) -> icalendar.Event:
    """The one event of the record that is at a path."""
    (found,) = (event for event in events_in(body) if str(event["url"]).endswith(path))
    return found


def said(event: icalendar.Event) -> dict[str, Any]:
    """When and what an event is, as Python has it."""
    return {
        "starts": moment(event, "dtstart"),
        "ends": moment(event, "dtend"),
        "status": str(event["status"]),
        "summary": str(event["summary"]),
    }


def moment(event: icalendar.Event, name: str) -> str | None:
    """A day or a moment, with the zone that it is told in."""
    if name not in event:
        return None
    value: date | datetime = event[name].dt
    zone = event[name].params.get("TZID")
    return value.isoformat() if zone is None else f"{value:%Y-%m-%dT%H:%M} {zone}"
