"""Other meetings of the dialogue of which a release says when they were held."""

import re

from app.drafting.finding.matching import Span, between
from app.drafting.finding.statuses import status_in
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.meetings import FILE, Mention
from app.drafting.proposing.proposals import LeftOut, Proposal
from app.drafting.proposing.years import Calendar, dated

_MEETING_BEHIND = re.compile(r"^ ?(?:meeting|session|dialogue|round|회의|대화|会议|对话)", re.I)
_HELD_BEHIND = re.compile(r"^[^.。\n]{0,12}(?:was |were )?(?:held|took place|convened|개최|열|举行|召开)", re.I)


def other_meetings(
    facts: Facts, dialogue: str, ordinal: int | None, known: Known, calendar: Calendar
) -> list[Proposal]:
    """Meetings of `dialogue` with another ordinal, each with a day, month and year of its own."""
    proposals: dict[int, Proposal] = {}
    spans = [
        facts.sentences[facts.sentence_at(one.span.start)].span
        for one in facts.dialogues
        if one.id == dialogue
    ]
    for span in dict.fromkeys(spans):
        for number in between(facts.ordinals, span.start, span.end):
            behind = facts.matched.folded[
                facts.matched.at(number.span.end) : facts.matched.at(number.span.end) + 40
            ]
            meeting = _MEETING_BEHIND.match(behind)
            if number.value == ordinal or number.value in proposals or meeting is None:
                continue
            if not _HELD_BEHIND.match(behind[meeting.end() :]):
                continue
            dates = between(facts.dates, max(span.start, number.span.start - 30), span.end)
            near = [one for one in dates if one.year is not None and _near(one.span, number.span)]
            if not near:
                continue
            made = dated(near[0], calendar, ahead=False)
            words = Span(
                min(number.span.start, near[0].span.start), max(number.span.end, near[0].span.end)
            )
            proposal = Proposal(
                FILE,
                _id_of(dialogue, number.value, known),
                {
                    "dialogue": dialogue,
                    "ordinal": number.value,
                    "status": "held",
                    "starts": made.partial,
                },
            )
            proposal.support(words, "/ordinal", "/status", "/starts")
            if made.reason is not None:
                proposal.unsure("/starts", made.reason, near[0].span)
            proposals[number.value] = proposal
    return list(proposals.values())


def _near(date: Span, number: Span) -> bool:
    return max(date.start - number.end, number.start - date.end) <= 60


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
        span = Span(
            min(mention.dialogue.span.start, number.span.start),
            max(mention.dialogue.span.end, number.span.end),
        )
        status = status_in(facts.matched, mention.sentence)
        what = "is named" if status is None else f"is named beside “{facts.quote(status.span)}”"
        left_out.setdefault(
            (mention.resolved.key, number.value),
            LeftOut(
                f"meeting {number.value} of {mention.resolved.id or facts.quote(mention.dialogue.span)}",
                span,
                f"it {what}, but is not what the release is about",
            ),
        )
    return list(left_out.values())
