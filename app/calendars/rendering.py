"""Events as iCalendar (RFC 5545), with the properties of a published calendar (RFC 7986).

The same record gives the same bytes: nothing in it is of the moment at which it is asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import icalendar

from app.calendars import wording
from app.calendars.events import Event, Events
from app.calendars.wording import in_order, said_in
from app.kernel.text import LocalizedText

MEDIA_TYPE = "text/calendar; charset=utf-8"
# How often a program is asked to look: a look at what has not changed costs next to nothing.
EVERY = timedelta(hours=1)
_PRODUCT = "-//Clear Sky//Calendars//EN"
# Whatever some reader takes for the end of a line is one here: none can begin a line of its own.
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# For which years the library tells of a time zone, unless an event lies before or after.
_FIRST_YEAR, _LAST_YEAR = 1970, 2037


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar: what it is called, where its record is, and its events."""

    uid: str
    path: str
    name: LocalizedText
    # When the record that it is of was modified, which may have no events.
    modified_at: datetime
    events: Events


def rendered_calendar(feed: Feed, lang: str, address: str) -> bytes:
    """The feed as text/calendar.

    `lang` is the language that is told first; `address` that of the server, for links.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("uid", feed.uid)
    calendar.add("url", address + feed.path)
    found = feed.events.found
    modified = max([feed.modified_at, *(event.kept.modified_at for event in found)])
    calendar.add("last-modified", modified)
    for language, said in in_order(lang, feed.name):
        calendar.add("name", _text(said, language))
    calendar.add("x-wr-calname", _text(said_in(lang, feed.name)))
    if feed.events.without_day:
        told = said_in(lang, wording.NOT_SHOWN).format(feed.events.without_day)
        calendar.add("description", _text(told, lang))
        calendar.add("x-wr-caldesc", _text(told))
    calendar.add("refresh-interval", EVERY, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(EVERY))
    for event in sorted(found, key=lambda event: (event.starts.isoformat(), event.uid)):
        calendar.add_component(_rendered(event, lang, address))
    # The library writes the moments of some zones as UTC, which needs no telling.
    used = calendar.get_used_tzids()
    calendar.subcomponents[:0] = [zone for name, zone in _zones(found) if name in used]
    return bytes(calendar.to_ical())


def _rendered(event: Event, lang: str, address: str) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", event.uid)
    made.add("dtstamp", event.kept.modified_at)
    made.add("created", event.kept.created_at)
    made.add("last-modified", event.kept.modified_at)
    made.add("sequence", event.kept.sequence)
    made.add("dtstart", event.starts)
    if event.ends is not None:
        made.add("dtend", event.ends)
    made.add("status", event.status.value)
    made.add("transp", "OPAQUE" if event.busy else "TRANSPARENT")
    if event.kept.confidential:
        made.add("class", "CONFIDENTIAL")
    made.add("url", address + event.path)
    made.add("categories", [said_in(lang, category) for category in event.categories])
    (language, said), *_ = in_order(lang, event.summary)
    made.add("summary", _text(said, language))
    if event.location is not None:
        (language, said), *_ = in_order(lang, event.location)
        made.add("location", _text(said, language))
    description = _description(event, lang)
    if description:
        made.add("description", _text(description))
    return made


def _description(event: Event, lang: str) -> str:
    """The other languages of what stands elsewhere, then all languages of what does not."""
    shown = [event.summary] if event.location is None else [event.summary, event.location]
    blocks = [[said for _, said in in_order(lang, words)[1:]] for words in shown]
    blocks += [[said for _, said in in_order(lang, words)] for words in event.details]
    blocks.append([said_in(lang, note) for note in event.notes])
    return "\n\n".join("\n".join(map(_one_line_end, block)) for block in blocks if block)


class _Text(icalendar.vText):
    """Text as RFC 5545, section 3.3.11 escapes it.

    The library takes a backslash before a capital N, as in the name of a file, for the end of a
    line; everything else it escapes.
    """

    def to_ical(self) -> bytes:
        """The text, escaped."""
        escaped: bytes = b"\\\\N".join(
            icalendar.vText(part).to_ical() for part in self.split("\\N")
        )
        return escaped


def _text(text: str, language: str | None = None) -> _Text:
    return _Text(_one_line_end(text), params={} if language is None else {"LANGUAGE": language})


def _one_line_end(text: str) -> str:
    return _LINE_ENDS.sub("\n", text)


def _zones(events: Sequence[Event]) -> list[tuple[str, icalendar.Timezone]]:
    """The time zones that events are in, each told for all the years of its events."""
    years: dict[str, set[int]] = {}
    for event in events:
        for moment in (event.starts, event.ends):
            if isinstance(moment, datetime):
                years.setdefault(str(moment.tzinfo), set()).add(moment.year)
    return [
        (name, _zone(name, min(_FIRST_YEAR, *found), max(_LAST_YEAR, *found)))
        for name, found in sorted(years.items())
    ]


@lru_cache(maxsize=256)
def _zone(name: str, first_year: int, last_year: int) -> icalendar.Timezone:
    zone = icalendar.Timezone.from_tzid(
        name, first_date=date(first_year, 1, 1), last_date=date(last_year + 1, 1, 1)
    )
    # RFC 5545, section 3.6.5: a time zone as a whole has none.
    zone.pop("COMMENT", None)
    return zone
