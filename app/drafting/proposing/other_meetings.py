"""Other meetings of the dialogue of which a release says when they were held."""

import re
from collections.abc import Iterator

from app.drafting.finding.dates import DateFound
from app.drafting.finding.matching import Span, between
from app.drafting.finding.statuses import status_in
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.meetings import FILE, Mention
from app.drafting.proposing.proposals import LeftOut, Members, Proposal
from app.drafting.proposing.years import Calendar, dated

_MEETING_BEHIND = re.compile(r"^ ?(?:meeting|session|dialogue|round|회의|대화|会议|对话)", re.I)
_HELD_BEHIND = re.compile(
    r"^[^.。\n]{0,12}(?:held|took place|convened|개최|열|举行|召开|举办)", re.I
)
_HELD_BEFORE = re.compile(r"(?:열린|개최된|개최한|가진|举行的|召开的) ?$")


def other_meetings(
    facts: Facts,
    mentions: list[Mention],
    main: Mention,
    ordinal: int | None,
    calendar: Calendar,
    known: Known,
) -> list[Proposal]:
    """Meetings of the same dialogue with another ordinal, each with a date that says its year."""
    proposals: dict[int, Proposal] = {}
    for number, words in _numbers(facts, mentions, main):
        if number == ordinal or number in proposals:
            continue
        sentence = facts.sentences[facts.sentence_at(words.start)].span
        dates = between(facts.dates, max(sentence.start, words.start - 40), sentence.end)
        near = [one for one in dates if _says_its_year(one) and _distance(one.span, words) <= 60]
        made = dated(near[0], calendar, ahead=False) if near else None
        if made is None or made.partial is None:
            continue
        whole = Span(min(words.start, near[0].span.start), max(words.end, near[0].span.end))
        dialogue = main.resolved.id or ""
        members: Members = {
            "dialogue": dialogue,
            "ordinal": number,
            "status": "held",
            "starts": made.partial,
        }
        proposal = Proposal(FILE, _id_of(dialogue, number, known), members)
        proposal.support(whole, "/ordinal", "/status", "/starts")
        if made.reason is not None:
            (proposal.unsure if made.unsure else proposal.derived)(
                "/starts", made.reason, near[0].span
            )
        proposals[number] = proposal
    return list(proposals.values())


def _numbers(facts: Facts, mentions: list[Mention], main: Mention) -> Iterator[tuple[int, Span]]:
    if main.resolved.id is None:
        return
    named: set[Span] = set()
    for mention in mentions:
        number = mention.dialogue.ordinal
        if number is None:
            continue
        named.add(number.span)
        span = _whole(mention)
        held = mention.status is not None and mention.status.status == "held"
        if held and mention.resolved.key == main.resolved.key:
            yield number.value, span
    # "the first meeting was held in …": of this dialogue, where no other is spoken of.
    others = {
        mention.sentence.span for mention in mentions if mention.resolved.key != main.resolved.key
    }
    for number in facts.ordinals:
        at, end = facts.matched.at(number.span.start), facts.matched.at(number.span.end)
        behind = facts.matched.folded[end : end + 40]
        meeting = _MEETING_BEHIND.match(behind)
        if meeting is None or number.span in named:
            continue
        if facts.sentences[facts.sentence_at(number.span.start)].span in others:
            continue
        if _HELD_BEHIND.match(behind[meeting.end() :]) or _HELD_BEFORE.search(
            facts.matched.folded[max(0, at - 12) : at]
        ):
            yield number.value, number.span


def _whole(mention: Mention) -> Span:
    own, number = mention.dialogue.span, mention.dialogue.ordinal
    if number is None:
        return own
    return Span(min(own.start, number.span.start), max(own.end, number.span.end))


def _says_its_year(date: DateFound) -> bool:
    return date.year is not None or date.year_word is not None


def _distance(span: Span, other: Span) -> int:
    return max(span.start - other.end, other.start - span.end, 0)


def _id_of(dialogue: str, ordinal: int, known: Known) -> str:
    return next(
        (
            id_
            for id_, one in known.all(FILE).items()
            if one["dialogue"] == dialogue and one.get("ordinal") == ordinal
        ),
        f"{dialogue}-{ordinal}",
    )


def not_proposed(
    facts: Facts, mentions: list[Mention], main: str, proposals: list[Proposal]
) -> list[LeftOut]:
    """Meetings that are named with their number, and of which the release says no more."""
    have = {one.members.get("ordinal") for one in proposals}
    left_out: dict[tuple[str, int], LeftOut] = {}
    for mention in mentions:
        number = mention.dialogue.ordinal
        if number is None or (mention.resolved.key == main and number.value in have):
            continue
        span = _whole(mention)
        status = status_in(facts.matched, mention.sentence)
        named = mention.resolved.id or facts.words(mention.dialogue.span)
        what = "is named" if status is None else f"is named beside “{facts.quote(status.span)}”"
        left_out.setdefault(
            (mention.resolved.key, number.value),
            LeftOut(
                f"meeting {number.value} of {named}",
                span,
                f"it {what}, but is not what the release is about",
            ),
        )
    return list(left_out.values())
