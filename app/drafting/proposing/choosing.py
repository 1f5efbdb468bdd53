"""Which meeting a release is about, and where it speaks of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.drafting.finding.dates import DateFound
from app.drafting.finding.dialogues import DialogueFound
from app.drafting.finding.issuing import in_dateline
from app.drafting.finding.matching import Sentence, Span, between
from app.drafting.finding.ordinals import OrdinalFound
from app.drafting.finding.places import PlaceFound
from app.drafting.finding.statuses import StatusFound, of_another_time, status_in
from app.drafting.proposing.dialogues import Resolved, resolve
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known

FILE = "meetings.json"
# Words for a meeting that is not named.
_A_MEETING = re.compile(
    r"\b(?:meeting|dialogue|talks|session|consultations?|event)\b|회의|대화|회담|자리|会议|对话|会谈|磋商",
    re.I,
)
_MEETING_BEHIND = re.compile(
    r"^ ?(?:(?:policy|annual) )?(?:meeting|session|dialogue|round)s?\b"
    r"|^ ?(?:정책 ?|국장급? ?|환경국장 ?)?(?:회의|대화)|^(?:政策)?(?:会议|对话)",
    re.I,
)
_BESIDES = re.compile(r"^\W{0,6}(?:meanwhile|in addition|한편|아울러|此外|另外)", re.I)
_MOST_SENTENCES = 40


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
    """The meeting that the release is about: its most telling mention, and its sentences.

    `own` are those of the sentences that name it.
    """

    mention: Mention
    ordinal: int | None
    sentences: list[Sentence] = field(default_factory=list)
    own: list[Sentence] = field(default_factory=list)


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
            + 2 * bool(dates_in(facts, sentence))
            + 2 * any(place.sited for place in inside(facts.places, sentence.span))
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
    chosen.own = list(chosen.sentences)
    at = facts.sentence_at(main.sentence.span.start)
    behind = facts.sentences[at + 1 : at + 2]
    if main.status is not None and main.status.denied and behind:
        # "It has been rescheduled to …", behind what was not held.
        said = status_in(facts.matched, behind[0])
        if said is not None and said.status in ("postponed", "cancelled"):
            chosen.sentences.append(behind[0])
    others = {
        facts.sentence_at(number.span.start)
        for number in meetings_numbered(facts)
        if number.value != chosen.ordinal
    }
    first = max(0, at - 4)
    for place, near in enumerate(facts.sentences[first : at + 7], start=first):
        if (
            place not in others
            and _A_MEETING.search(near.words)
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


def meetings_numbered(facts: Facts) -> Iterator[OrdinalFound]:
    """Each ordinal with a word for a meeting right behind it: "the 9th meeting", `第九次对话`."""
    for number in facts.ordinals:
        end = facts.matched.at(number.span.end)
        if _MEETING_BEHIND.match(facts.matched.folded[end : end + 40]):
            yield number


def _of_another_meeting(mention: Mention, main: Mention, ordinal: int | None) -> bool:
    own = mention.dialogue.ordinal
    return mention.resolved.key != main.resolved.key or (own is not None and own.value != ordinal)


def dates_in(facts: Facts, sentence: Sentence) -> list[DateFound]:
    """The days of a sentence: none of a plan's name, of a dateline or of the day of issue."""
    own = between(facts.dates, sentence.span.start, sentence.span.end)
    names = between(facts.agreements, sentence.span.start, sentence.span.end)
    return [
        one
        for one in own
        if one.day is not None
        and not any(one.span.within(name.span) for name in names)
        and (facts.issue is None or one.span != facts.issue.span)
        and not in_dateline(facts.matched, one)
    ]


def inside(found: list[PlaceFound], span: Span) -> list[PlaceFound]:
    """The places within a span."""
    return between(found, span.start, span.end)


def _of_another_time(facts: Facts, dialogue: DialogueFound, sentence: Sentence) -> bool:
    # Only what stands around the mention: a sentence on this meeting may close with the next.
    start = max(sentence.span.start, dialogue.span.start - 60)
    words = facts.matched.folded[
        facts.matched.at(start) : facts.matched.at(min(sentence.span.end, dialogue.span.end + 40))
    ]
    return of_another_time(Sentence(Span(start, dialogue.span.end), words))
