"""The meeting that a release is about, and others of which it says when they were held."""

import re
from datetime import date

from app.drafting.finding.dates import DateFound
from app.drafting.finding.issuing import language_at
from app.drafting.finding.matching import Sentence, Span, between, clause_at
from app.drafting.finding.periods import PeriodFound
from app.drafting.finding.places import PlaceFound
from app.drafting.finding.statuses import StatusFound, status_in
from app.drafting.proposing.choosing import FILE, Chosen, dates_in, inside
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import Members, Proposal
from app.drafting.proposing.years import Calendar, dated

_NEW_DATE = re.compile(r"\b(?:to|until|till|for) (?:the )?$|(?:推迟|延期|改期)[至到于]$", re.I)
_NEW_DATE_BEHIND = re.compile(r"^ ?(?:\([^)\n]{1,5}\) ?)?(?:로|으로) ?(?:연기|미)")
_PUT_OFF = re.compile(r"postpone|put off|delayed|rescheduled|推迟|延期|改期", re.I)
# A joint, and what may be the other end of a period behind it.
_JOINT_BEHIND = re.compile(
    r"^ ?(?:부터|起)|^ ?(?:~|-|to|through|until|till|and|에서|至|到) ?(?:the )?(?:오는 )?"
    r"(?:\d|[〇一二三四五六七八九十]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
_LASTS = re.compile(
    r"\bfor (?:two|three|four|five|\d) days\b|\b(?:two|three|four|five)-day\b"
    r"|(?:이틀|사흘|나흘|닷새) ?(?:간|동안)|\d일 ?(?:간|동안)|为期|[两三四五]天",
    re.I,
)
_HOLDING = re.compile(
    r"\b(?:held|hold|holds|holding|convened?|took place|take place|takes place|hosted|host|met|meet"
    r"|meeting|opened|concluded|resumed|gathered|wrapped up)\b"
    r"|개최|열[렸었고린릴]|열려|갖고|가졌|가진|만나|회의|대화|举行|召开|举办|开幕|闭幕|会议|对话",
    re.I,
)
# "…, in Beijing, China, on 20 December": goes on with the clause before.
_GOES_ON = re.compile(
    r"^,? ?(?:in|at|on|from|between|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|Mar|Apr|May"
    r"|Jun|Jul|Aug|Sep|Oct|Nov|Dec|\d)"
)
_MOST_PLACES = 20
_LONGEST_MEETING = 10
_TO_BE = {"planned": True, "held": False}


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
    said = [found for one in chosen.sentences if (found := status_in(facts.matched, one))]
    status = next(iter(said), None)
    if status is not None and status.denied:
        status = next((one for one in said if one.status in ("postponed", "cancelled")), status)
    _status_and_days(facts, chosen, proposal, status, calendar)
    _place(facts, chosen, proposal)
    denied = next((one for one in said if one.denied), None)
    if denied is not None:
        reason = "the release also says that it was not held as meant"
        for pointer in ("/status", "/starts", "/ends", "/city"):
            if pointer in ("/status", "/starts") or pointer[1:] in proposal.members:
                proposal.unsure(pointer, reason, denied.span)
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
    period = _period_of(facts, day)
    denied = status is not None and status.denied
    ahead = None if denied else _TO_BE.get(said or "")
    ends = (("/starts", period.starts), ("/ends", period.ends)) if period else (("/starts", day),)
    span = period.span if period else day.span
    for pointer, found in ends:
        made = dated(found, calendar, ahead=ahead)
        if made.partial is not None:
            proposal.members[pointer[1:]] = made.partial
            proposal.support(span, pointer)
        if made.reason is not None:
            (proposal.unsure if made.unsure else proposal.derived)(pointer, made.reason, span)
    behind = facts.matched.at(day.span.end)
    joint = _JOINT_BEHIND.match(facts.matched.folded[behind : behind + 24])
    sentence = facts.sentences[facts.sentence_at(day.span.start)]
    if period is None and (joint is not None or _LASTS.search(sentence.words)):
        proposal.unsure("/ends", "it seems to last longer than this day", day.span)
    if _far_apart(proposal.members):
        proposal.unsure("/ends", "no meeting lasts that long", span)
    _beside_issue(facts, proposal, span)


def _far_apart(members: Members) -> bool:
    starts, ends = (members.get(name, "") for name in ("starts", "ends"))
    if len(starts) != 10 or len(ends) != 10:
        return False
    days = (date.fromisoformat(ends) - date.fromisoformat(starts)).days
    return not 0 <= days <= _LONGEST_MEETING


def _period_of(facts: Facts, day: DateFound) -> PeriodFound | None:
    near = between(facts.periods, day.span.start - 100, day.span.end)
    return next((one for one in near if one.starts.day and day.span.within(one.span)), None)


def _beside_issue(facts: Facts, proposal: Proposal, words: Span) -> None:
    # What was held was so before the release, or in another time zone on the day behind it.
    starts, issued = proposal.members.get("starts"), facts.issue
    if starts is None or issued is None or issued.date.partial is None:
        return
    on = issued.date.partial[: len(starts)]
    status = proposal.members["status"]
    if (status == "held" and starts > on) or (status == "planned" and starts < on):
        reason = f"it is {status}, of {starts}, and the release is of {issued.date.partial}"
        for pointer in ("/status", "/starts"):
            proposal.unsure(pointer, reason, words)


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
        found = dates_in(facts, sentence)
        if status == "postponed":
            for one in found:
                at, end = facts.matched.at(one.span.start), facts.matched.at(one.span.end)
                start = facts.matched.at(sentence.span.start)
                if _NEW_DATE.search(folded[max(0, at - 12) : at]) and _PUT_OFF.search(
                    folded, start, at
                ):
                    return one
                if _NEW_DATE_BEHIND.match(folded[end : end + 24]):
                    return one
            continue
        if found:
            mention = chosen.mention.dialogue.span
            if sentence.span == chosen.mention.sentence.span and len(found) > 1:
                # Of several days one with its year or its period, of these the nearest to the name.
                return min(
                    found,
                    key=lambda one: (
                        one.year is None and _period_of(facts, one) is None,
                        _distance(one.span, mention),
                    ),
                )
            return found[0]
    return None


def _distance(span: Span, other: Span) -> int:
    return max(other.start - span.end, span.start - other.end, 0)


def _place(facts: Facts, chosen: Chosen, proposal: Proposal) -> None:
    found = [
        (sentence, place)
        for sentence in chosen.sentences
        if not _says_otherwise(facts, sentence, proposal.members["status"])
        for place in sorted(
            (one for one in inside(facts.places, sentence.span) if one.sited),
            key=lambda one: one.city is None,
        )
    ]
    if not found:
        return
    found = found[:_MOST_PLACES]
    sentence, place = min(found, key=lambda pair: _doubt_of_place(facts, chosen, *pair) is not None)
    doubt = _doubt_of_place(facts, chosen, sentence, place)
    others = [one for _, one in found if one.city != place.city]
    words = facts.words(place.span)
    pointer = f"/city/{language_at(words)}"
    proposal.members["city"] = {language_at(words): words}
    proposal.support(place.span, pointer)
    if doubt is not None:
        proposal.unsure(pointer, doubt, place.span)
    elif others:
        proposal.unsure(pointer, "another place is named beside it", others[0].span)
    if place.city is None:
        proposal.unsure(pointer, "no city of this name is in the dictionary", place.span)
        return
    proposal.members |= {"country": place.city.country, "timezone": place.city.timezone}
    proposal.support(place.span, "/country", "/timezone")
    proposal.derived("/country", "country and time zone are those of the city")
    if proposal.members["status"] == "postponed":
        proposal.unsure(pointer, "whether it stays the place the release may not say", place.span)


def _says_otherwise(facts: Facts, sentence: Sentence, status: str) -> bool:
    said = status_in(facts.matched, sentence)
    return said is not None and said.status not in (status, "held_or_planned") and not said.denied


def _doubt_of_place(
    facts: Facts, chosen: Chosen, sentence: Sentence, place: PlaceFound
) -> str | None:
    if sentence not in chosen.own:
        return "it stands in a sentence that does not name the meeting"
    clause = clause_at(facts.matched, sentence, place.span.start)
    if not _HOLDING.search(clause.words) and not _GOES_ON.match(clause.words):
        return "the words around it do not say that the meeting was there"
    for number in between(facts.ordinals, sentence.span.start, sentence.span.end):
        if number.value == chosen.ordinal or any(
            number.span.within(plan.span)
            for plan in between(facts.agreements, number.span.start - 200, number.span.end)
        ):
            continue
        mention = chosen.mention.dialogue.span
        if mention.end < number.span.start < place.span.start or number.span.within(clause.span):
            return "another number stands beside it"
    return None


def _format(facts: Facts, chosen: Chosen, proposal: Proposal) -> None:
    for sentence in chosen.sentences:
        for one in between(facts.formats, sentence.span.start, sentence.span.end):
            proposal.members["format"] = one.format
            proposal.support(one.span, "/format")
            return
