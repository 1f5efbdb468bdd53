"""Other meetings of the dialogue of which a release says when they were held."""

import re
from collections.abc import Iterator

from app.drafting.finding.dates import DateFound
from app.drafting.finding.matching import Sentence, Span, between, clause_at
from app.drafting.finding.statuses import StatusFound, is_later, status_in
from app.drafting.proposing.choosing import FILE, Mention, meetings_numbered
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import LeftOut, Members, Proposal
from app.drafting.proposing.years import Calendar, dated

_HELD_BEFORE = re.compile(r"(?:열린|개최된|개최한|가진|举行的|召开的) ?$")
_APPOSED = re.compile(r"[^,.\n]{1,120}, (?:which (?:was|took)|held|convened)\b")
_NEXT = re.compile(
    r"\b(?:next|upcoming|following) (?:meeting|dialogue|session|round)\b"
    r"|(?:차기|다음) ?(?:[가-힣]{1,6} )?(?:회의|대화|회담)"
    r"|下一?(?:次|届|轮)[\u4e00-\u9fff]{0,8}?(?:会议|对话|会谈)",
    re.I,
)


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
        clause = _clause_of(facts, words)
        held = _held(facts, clause, words)
        dates = between(facts.dates, clause.span.start, clause.span.end)
        near = sorted(
            (one for one in dates if _says_its_year(one) and _distance(one.span, words) <= 60),
            key=lambda one: _distance(one.span, words),
        )
        made = dated(near[0], calendar, ahead=False) if near else None
        if held is None or made is None or made.partial is None or _is_ahead(facts, made.partial):
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
        if len(near) > 1:
            proposal.unsure("/starts", "another date stands beside it", near[1].span)
        if facts.issue is None and not facts.quote(held).isascii():
            proposal.unsure("/status", "the release has no date that it could be before", held)
        proposals[number] = proposal
    return list(proposals.values())


def _clause_of(facts: Facts, words: Span) -> Sentence:
    # "the 7th dialogue, held in Beijing on …, was": what follows says it of the same meeting.
    sentence = _sentence_of(facts, words)
    at = facts.matched.at(words.start)
    apposed = _APPOSED.match(facts.matched.folded, at)
    place = words.start if apposed is None else facts.matched.span(at, apposed.end()).end
    return clause_at(facts.matched, sentence, min(place, sentence.span.end - 1))


def _held(facts: Facts, clause: Sentence, words: Span) -> Span | None:
    # The words of the clause by which the meeting named at `words` was held, and not otherwise.
    if is_later(clause):
        return None
    said = status_in(facts.matched, clause)
    if said is not None and said.status != "held_or_planned":
        return said.span if said.status == "held" and not said.denied else None
    at = facts.matched.at(words.start)
    participle = _HELD_BEFORE.search(facts.matched.folded[max(0, at - 12) : at])
    return words if participle is not None else None


def _is_ahead(facts: Facts, partial: str) -> bool:
    issued = facts.issue.date.partial if facts.issue else None
    return issued is not None and partial > issued[: len(partial)]


def _sentence_of(facts: Facts, words: Span) -> Sentence:
    return facts.sentences[facts.sentence_at(words.start)]


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
        if mention.resolved.key == main.resolved.key:
            yield number.value, span
    # "the first meeting was held in …": of this dialogue, where no other is spoken of.
    others = {
        mention.sentence.span for mention in mentions if mention.resolved.key != main.resolved.key
    }
    for number in meetings_numbered(facts):
        sentence = _sentence_of(facts, number.span)
        if number.span not in named and sentence.span not in others:
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
    named: set[Span] = set()
    for mention in mentions:
        number = mention.dialogue.ordinal
        if number is None:
            continue
        named.add(number.span)
        if mention.resolved.key == main and number.value in have:
            continue
        span = _whole(mention)
        status = status_in(facts.matched, mention.sentence)
        of = mention.resolved.id or facts.words(mention.dialogue.span)
        left_out.setdefault(
            (mention.resolved.key, number.value),
            LeftOut(f"meeting {number.value} of {of}", span, _why(facts, status)),
        )
    listed = {*have, *(value for _, value in left_out)}
    for number in meetings_numbered(facts):
        if number.value in listed or number.span in named:
            continue
        listed.add(number.value)
        clause = clause_at(facts.matched, _sentence_of(facts, number.span), number.span.start)
        left_out[("", number.value)] = LeftOut(
            f"meeting {number.value}",
            number.span,
            _why(facts, status_in(facts.matched, clause)),
        )
    following = _NEXT.search(facts.matched.folded)
    if following is not None:
        left_out[("", 0)] = LeftOut(
            "the next meeting", facts.matched.of(following), "no number of it stands there"
        )
    return list(left_out.values())


def _why(facts: Facts, status: StatusFound | None) -> str:
    what = "is named" if status is None else f"is named beside “{facts.quote(status.span)}”"
    return f"it {what}, but is not what the release is about"
