"""The meeting that a release is about, and others of which it says when they were held."""

import re
from dataclasses import dataclass, field

from app.drafting.finding.dates import DateFound
from app.drafting.finding.dialogues import DialogueFound
from app.drafting.finding.issuing import language_at
from app.drafting.finding.matching import Sentence, Span, between
from app.drafting.finding.places import PlaceFound
from app.drafting.finding.statuses import StatusFound, of_another_time, status_in
from app.drafting.proposing.dialogues import Resolved, resolve
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import Proposal
from app.drafting.proposing.years import Calendar, dated

FILE = "meetings.json"
# Words for a meeting that is not named.
_A_MEETING = re.compile(
    r"\b(?:meeting|dialogue|talks|session|consultations?|event)\b|회의|대화|회담|자리|会议|对话|会谈|磋商",
    re.I,
)
_BESIDES = re.compile(r"^\W{0,6}(?:meanwhile|in addition|한편|아울러|此外|另外)", re.I)
_NEW_DATE = re.compile(r"\b(?:to|until|till|for) (?:the )?$|推迟[至到于]$|延期[至到于]$", re.I)
_NEW_DATE_BEHIND = re.compile(r"^ ?(?:\([^)\n]{1,5}\) ?)?(?:로|으로) ?(?:연기|미)")
_MOST_SENTENCES = 40
_TO_BE = {"planned": True, "held": False}


@dataclass(slots=True)
class Mention:
    """A mention of a dialogue: its sentence, what that says of a meeting, and how telling it is."""

    dialogue: DialogueFound
    resolved: Resolved
    sentence: Sentence
    status: StatusFound | None
    weight: int


@dataclass(slots=True)
class Chosen:
    """The meeting that the release is about: its most telling mention, and its sentences."""

    mention: Mention
    ordinal: int | None
    sentences: list[Sentence] = field(default_factory=list)


def mentions_of(facts: Facts, known: Known) -> list[Mention]:
    """Every mention of a dialogue of the record, or of one that its name says enough of."""
    found: list[Mention] = []
    for dialogue in facts.dialogues:
        resolved = resolve(dialogue, known)
        if resolved is None:
            continue
        sentence = facts.sentences[facts.sentence_at(dialogue.span.start)]
        status = status_in(facts.matched, sentence)
        weight = (
            4 * (dialogue.ordinal is not None)
            + 3 * (status is not None)
            + 2 * bool(_dates_in(facts, sentence))
            + 2 * any(place.sited for place in _inside(facts.places, sentence.span))
            + 1 * (resolved.id is not None)
            - 6 * _of_another_time(facts, dialogue, sentence)
            - 3 * (_BESIDES.search(sentence.words) is not None)
        )
        found.append(Mention(dialogue, resolved, sentence, status, weight))
    return found


def choose(facts: Facts, mentions: list[Mention]) -> Chosen | None:
    """The meeting that the release is about; None where it names none."""
    if not mentions:
        return None
    main = max(mentions, key=lambda one: (one.weight, -one.sentence.span.start))
    same = [one for one in mentions if one.resolved.key == main.resolved.key]
    ordinal = main.dialogue.ordinal
    if ordinal is None:
        ordinal = next(
            (one.dialogue.ordinal for one in same if one.dialogue.ordinal and one.weight > 0), None
        )
    chosen = Chosen(main, None if ordinal is None else ordinal.value, [main.sentence])
    # What else speaks of it: sentences that name it, then those near that say "the meeting".
    for one in same:
        if one.weight > 0 and (
            one.dialogue.ordinal is None or one.dialogue.ordinal.value == chosen.ordinal
        ):
            chosen.sentences.append(one.sentence)
    at = facts.sentence_at(main.sentence.span.start)
    for near in facts.sentences[max(0, at - 4) : at + 7]:
        if (
            _A_MEETING.search(near.words)
            and status_in(facts.matched, near)
            and not of_another_time(near)
            and not any(
                one.sentence.span == near.span and _of_another_meeting(one, main, chosen.ordinal)
                for one in mentions
            )
        ):
            chosen.sentences.append(near)
    chosen.sentences = list(dict.fromkeys(chosen.sentences))[:_MOST_SENTENCES]
    return chosen


def speaks_of(facts: Facts, chosen: Chosen, place: int) -> bool:
    """Whether the sentence at `place` is about the meeting: it says so, or stands close behind."""
    at = facts.sentence_at(place)
    if _A_MEETING.search(facts.sentences[at].words):
        return True
    near = {facts.sentence_at(one.span.start) for one in chosen.sentences}
    return not near.isdisjoint((at, at - 1, at - 2))


def _of_another_meeting(mention: Mention, main: Mention, ordinal: int | None) -> bool:
    own = mention.dialogue.ordinal
    return mention.resolved.key != main.resolved.key or (own is not None and own.value != ordinal)


def propose_meeting(
    facts: Facts, chosen: Chosen, dialogue: str, known: Known, calendar: Calendar
) -> Proposal:
    """The meeting as a record: number, status, days, place and the way it was held."""
    proposal = Proposal(FILE, "", {"dialogue": dialogue})
    members = proposal.members
    if chosen.ordinal is not None:
        members["ordinal"] = chosen.ordinal
        for mention in facts.dialogues:
            number = mention.ordinal
            if number is not None and number.value == chosen.ordinal:
                span = Span(
                    min(mention.span.start, number.span.start),
                    max(mention.span.end, number.span.end),
                )
                if any(span.within(one.span) for one in chosen.sentences):
                    proposal.support(span, "/ordinal", "/dialogue")
                    break
    else:
        proposal.support(chosen.mention.dialogue.span, "/dialogue")
        proposal.derived("/ordinal", "the release does not say which meeting of the dialogue it is")
    for mark in chosen.mention.resolved.marks:
        proposal.derived("/dialogue", mark, chosen.mention.dialogue.span)
    status = next(
        (found for one in chosen.sentences if (found := status_in(facts.matched, one))), None
    )
    _status_and_days(facts, chosen, proposal, status, calendar)
    _place(facts, chosen, proposal)
    _format(facts, chosen, proposal)
    proposal.id = _id_of(proposal, dialogue, known)
    return proposal


def _id_of(proposal: Proposal, dialogue: str, known: Known) -> str:
    members = proposal.members
    same = {id_: one for id_, one in known.all(FILE).items() if one["dialogue"] == dialogue}
    for id_, one in same.items():
        if "ordinal" in members and one.get("ordinal") == members["ordinal"]:
            return id_
    starts = members.get("starts")
    for id_, one in same.items():
        if starts and len(starts) == 10 and one.get("starts") == starts:
            if "ordinal" in members:
                proposal.unsure("/ordinal", f"the record has {id_} of the same day")
            else:
                return id_
    return f"{dialogue}-{members.get('ordinal') or starts or 'undated'}"


def _inside(found: list[PlaceFound], span: Span) -> list[PlaceFound]:
    return between(found, span.start, span.end)


def _dates_in(facts: Facts, sentence: Sentence) -> list[DateFound]:
    # Days, and none that is part of a plan's name or of a period within one.
    inside = between(facts.dates, sentence.span.start, sentence.span.end)
    names = between(facts.agreements, sentence.span.start, sentence.span.end)
    return [
        one
        for one in inside
        if one.day is not None
        and not any(one.span.within(name.span) for name in names)
        and (facts.issue is None or one.span != facts.issue.span)
    ]


def _of_another_time(facts: Facts, dialogue: DialogueFound, sentence: Sentence) -> bool:
    # Only what stands around the mention: a sentence on this meeting may close with the next.
    start = max(sentence.span.start, dialogue.span.start - 60)
    words = facts.matched.folded[
        facts.matched.at(start) : facts.matched.at(min(sentence.span.end, dialogue.span.end + 40))
    ]
    return of_another_time(Sentence(Span(start, dialogue.span.end), words))


def _status_and_days(
    facts: Facts,
    chosen: Chosen,
    proposal: Proposal,
    status: StatusFound | None,
    calendar: Calendar,
) -> None:
    said = None if status is None else status.status
    day = _day_of(facts, chosen, said)
    if status is not None and said != "held_or_planned":
        proposal.members["status"] = said
        proposal.support(status.span, "/status")
    else:
        said = _status_by_day(facts, proposal, status, day, calendar)
    if day is None:
        reason = (
            "the release does not say to which day it is put off"
            if said == "postponed"
            else "the release does not say when"
        )
        proposal.unsure("/starts", reason, chosen.mention.dialogue.span)
        return
    period = next(
        (one for one in facts.periods if one.starts.day and day.span.within(one.span)), None
    )
    ahead = _TO_BE.get(said or "")
    ends = (("/starts", period.starts), ("/ends", period.ends)) if period else (("/starts", day),)
    span = period.span if period else day.span
    for pointer, found in ends:
        made = dated(found, calendar, ahead=ahead)
        if made.partial is not None:
            proposal.members[pointer[1:]] = made.partial
            proposal.support(span, pointer)
        if made.reason is not None:
            (proposal.unsure if made.unsure else proposal.derived)(pointer, made.reason, span)


def _status_by_day(
    facts: Facts,
    proposal: Proposal,
    status: StatusFound | None,
    day: DateFound | None,
    calendar: Calendar,
) -> str:
    made = dated(day, calendar, ahead=None) if day is not None else None
    issued = facts.issue.date.partial if facts.issue else None
    if made is not None and made.partial is not None and issued is not None:
        said = "held" if made.partial <= issued else "planned"
        proposal.members["status"] = said
        reason = f"the release is of {issued}, the meeting of {made.partial}"
        words = status.span if status is not None else None
        (proposal.derived if status else proposal.unsure)("/status", reason, words)
    else:
        said = "planned"
        proposal.members["status"] = said
        proposal.unsure("/status", "the release does not say whether it was held")
    if status is not None:
        proposal.support(status.span, "/status")
    return said


def _day_of(facts: Facts, chosen: Chosen, status: str | None) -> DateFound | None:
    folded = facts.matched.folded
    for sentence in chosen.sentences:
        found = _dates_in(facts, sentence)
        if status == "postponed":
            for one in found:
                at, end = facts.matched.at(one.span.start), facts.matched.at(one.span.end)
                if _NEW_DATE.search(folded[max(0, at - 12) : at]) and "postpone" in _before(
                    folded, facts.matched.at(sentence.span.start), at
                ):
                    return one
                if _NEW_DATE_BEHIND.match(folded[end : end + 24]):
                    return one
            continue
        if found:
            mention = chosen.mention.dialogue.span
            if sentence.span == chosen.mention.sentence.span and len(found) > 1:
                # Of several days the one nearest to the meeting's name, before others behind it.
                return min(found, key=lambda one: _distance(one.span, mention))
            return found[0]
    return None


def _before(folded: str, start: int, end: int) -> str:
    words = folded[start:end].lower()
    return (
        words.replace("put off", "postpone").replace("推迟", "postpone").replace("延期", "postpone")
    )


def _distance(span: Span, other: Span) -> int:
    return max(other.start - span.end, span.start - other.end, 0)


def _place(facts: Facts, chosen: Chosen, proposal: Proposal) -> None:
    place = next(
        (
            min(sited, key=lambda one: one.city is None)
            for sentence in chosen.sentences
            if (sited := [one for one in _inside(facts.places, sentence.span) if one.sited])
        ),
        None,
    )
    if place is None:
        return
    words = facts.words(place.span)
    pointer = f"/city/{language_at(words)}"
    proposal.members["city"] = {language_at(words): words}
    proposal.support(place.span, pointer)
    if place.city is None:
        proposal.unsure(pointer, "no city of this name is in the dictionary", place.span)
        return
    proposal.members |= {"country": place.city.country, "timezone": place.city.timezone}
    proposal.support(place.span, "/country", "/timezone")
    proposal.derived("/country", "country and time zone are those of the city")
    if proposal.members["status"] == "postponed":
        proposal.unsure(pointer, "whether it stays the place the release may not say", place.span)


def _format(facts: Facts, chosen: Chosen, proposal: Proposal) -> None:
    for sentence in chosen.sentences:
        for one in between(facts.formats, sentence.span.start, sentence.span.end):
            proposal.members["format"] = one.format
            proposal.support(one.span, "/format")
            return
